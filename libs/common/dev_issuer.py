"""A small OpenID provider for development: it signs in seeded demo people with one click.

It speaks the authorisation code flow with PKCE (RFC 6749, RFC 7636), so the console needs no second
way to sign in, and it refuses to exist outside `environment=dev`.
"""

import base64
import hashlib
import html
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from libs.common.events import Frozen

CLIENT = "resonanz-console"
_TOKEN_SECONDS = 3_600
_REFRESH_SECONDS = 30 * 86_400
_CODE_SECONDS = 120


class Person(Frozen):
    """Somebody of the demo agency."""

    id: str
    name: str
    tenant: str
    roles: tuple[str, ...]
    brands: tuple[str, ...]
    picture: str | None = None


class DevIssuer:
    """Signs tokens for demo people with a key of its own.

    Args:
        environment: anything but `dev` is refused.
        issuer: address it is reached at; tokens name it.
        people: who may sign in.
        key_file: where the key is kept, so that sessions outlive a restart.

    Raises:
        RuntimeError: not in development.
    """

    def __init__(self, environment: str, issuer: str, people: Sequence[Person], key_file: Path) -> None:
        if environment != "dev":
            raise RuntimeError("the development issuer runs only with environment=dev")
        self.issuer = issuer
        self._people = {person.id: person for person in people}
        self._key = _load_key(key_file)
        self._used: dict[str, float] = {}

    def token(self, person: Person, seconds: int = _TOKEN_SECONDS) -> str:
        """An access token for one person."""
        return self._sign(
            {
                "aud": "resonanz",
                "sub": person.id,
                "name": person.name,
                "tenant": person.tenant,
                "roles": list(person.roles),
                "brands": list(person.brands),
                "picture": person.picture,
            },
            seconds,
        )

    def router(self) -> APIRouter:
        """Its HTTP side, below the path of its address."""
        router = APIRouter(prefix=urlsplit(self.issuer).path, include_in_schema=False)
        router.add_api_route("/.well-known/openid-configuration", self._discovery, methods=["GET"])
        router.add_api_route("/jwks", self._jwks, methods=["GET"])
        router.add_api_route("/authorize", self._choose, methods=["GET"])
        router.add_api_route("/sign-in", self._sign_in, methods=["GET"])
        router.add_api_route("/token", self._token, methods=["POST"])
        router.add_api_route("/sign-out", self._sign_out, methods=["GET"])
        return router

    async def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/sign-out",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    async def _jwks(self) -> dict[str, Any]:
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._key.thumbprint(), "use": "sig", "alg": "ES256"}]}

    async def _choose(
        self,
        redirect_uri: str,
        code_challenge: Annotated[str, Query(min_length=43, max_length=128)],
        state: str = "",
        nonce: str = "",
    ) -> HTMLResponse:
        kept = {
            "redirect_uri": redirect_uri,
            "code_challenge": code_challenge,
            "state": state,
            "nonce": nonce,
        }
        choices = "".join(
            f'<li><a href="sign-in?{html.escape(urlencode({**kept, "person": person.id}))}">'
            f"<strong>{html.escape(person.name)}</strong>"
            f"<span>{html.escape(', '.join(person.roles))} · {html.escape(', '.join(person.brands))}</span></a></li>"
            for person in self._people.values()
        )
        return HTMLResponse(_PAGE.replace("CHOICES", choices))

    async def _sign_in(
        self, person: str, redirect_uri: str, code_challenge: str, state: str = "", nonce: str = ""
    ) -> RedirectResponse:
        if person not in self._people or not self._is_local(redirect_uri):
            return RedirectResponse(f"{self.issuer}/authorize", 303)
        code = self._sign(
            {
                "aud": "code",
                "sub": person,
                "challenge": code_challenge,
                "nonce": nonce,
                "redirect_uri": redirect_uri,
            },
            _CODE_SECONDS,
        )
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)

    async def _token(
        self,
        grant_type: Annotated[str, Form()],
        code: Annotated[str, Form()] = "",
        code_verifier: Annotated[str, Form()] = "",
        refresh_token: Annotated[str, Form()] = "",
    ) -> JSONResponse:
        given = code if grant_type == "authorization_code" else refresh_token
        wanted = "code" if grant_type == "authorization_code" else "refresh"
        try:
            claims = jwt.decode(given, self._key, algorithms=["ES256"]).claims
        except (JoseError, ValueError):
            return _refused()
        person = self._people.get(claims.get("sub", ""))
        if claims.get("aud") != wanted or claims["exp"] < time.time() or person is None:
            return _refused()
        if wanted == "code" and not self._redeem(given, claims["challenge"], code_verifier):
            return _refused()
        identity = {"aud": CLIENT, "sub": person.id, "name": person.name, "nonce": claims.get("nonce", "")}
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": _TOKEN_SECONDS,
                "access_token": self.token(person),
                "id_token": self._sign(identity, _TOKEN_SECONDS),
                "refresh_token": self._sign({"aud": "refresh", "sub": person.id}, _REFRESH_SECONDS),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def _sign_out(self, post_logout_redirect_uri: str = "/") -> RedirectResponse:
        return RedirectResponse(
            post_logout_redirect_uri if self._is_local(post_logout_redirect_uri) else "/", 303
        )

    def _redeem(self, code: str, challenge: str, verifier: str) -> bool:
        """A code works once, for who asked for it."""
        now = time.time()
        self._used = {used: until for used, until in self._used.items() if until > now}
        if code in self._used:
            return False
        self._used[code] = now + _CODE_SECONDS
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge

    def _is_local(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme in ("", "http") and (parts.hostname or "localhost") in (
            "localhost",
            "127.0.0.1",
            "::1",
        )

    def _sign(self, claims: dict[str, Any], seconds: int) -> str:
        now = int(time.time())
        return jwt.encode(
            {"alg": "ES256", "kid": self._key.thumbprint()},
            {
                "iss": self.issuer,
                "iat": now,
                "exp": now + seconds,
                **{name: value for name, value in claims.items() if value is not None},
            },
            self._key,
        )


def _load_key(file: Path) -> ECKey:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
        file.chmod(0o600)
    return ECKey.import_key(file.read_bytes())


def _refused() -> JSONResponse:
    return JSONResponse({"error": "invalid_grant"}, 400)


_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Resonanz · sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1a1d21;margin:0;display:grid;
place-items:center;min-height:100vh}main{background:#fff;border:1px solid #dfe2e6;border-radius:12px;
padding:2rem;width:min(24rem,90vw)}h1{font-size:1.25rem;margin:0}p{color:#4a5058}ul{list-style:none;
padding:0;margin:0;display:grid;gap:.5rem}a{display:block;padding:.75rem 1rem;border:1px solid #c9ced6;
border-radius:8px;color:inherit;text-decoration:none}a:hover,a:focus-visible{border-color:#2456c4;
outline:2px solid #2456c4}span{display:block;color:#4a5058;font-size:.875rem}</style>
<main><h1>Who are you today?</h1><p>Demo people of this development installation.</p>
<ul>CHOICES</ul></main></html>"""
