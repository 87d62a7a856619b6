"""Who is calling: OpenID Connect bearer tokens; tenant, roles and brands come from their claims alone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Any, Literal

import httpx
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from libs.common.events import Frozen
from libs.common.problems import Problem, forbidden

Role = Literal["admin", "lead", "agent", "operator"]
"""`operator` runs the installation and sees dead letters of all tenants; the others work in one."""
_KEYS_FOR_SECONDS = 3600.0
_ASK_AGAIN_SECONDS = 5.0


class AuthSettings(Frozen):
    """Whose tokens are believed."""

    issuer: str = "http://127.0.0.1:8000/dev/issuer"
    audience: str = "resonanz"
    jwks_url: str | None = None
    """Where the issuer's keys are; by default found by its discovery document."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a request."""

    id: str
    name: str
    picture: str | None
    tenant: str
    roles: frozenset[str]
    brands: frozenset[str]
    expires_at: float

    def sees(self, brand: str | None) -> bool:
        """Whether this brand's conversations are theirs to see."""
        return brand is None or "*" in self.brands or brand in self.brands

    def brand_filter(self) -> dict[str, Any]:
        """MongoDB condition for what they may see."""
        return {} if "*" in self.brands else {"brand_id": {"$in": sorted(self.brands)}}


class BadToken(Exception):
    """A token that is expired, forged, or not meant for us."""


class Verifier:
    """Checks tokens against the issuer's published keys, which it keeps for an hour."""

    def __init__(self, settings: AuthSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._keys: KeySet | None = None
        self._asked_at = -_KEYS_FOR_SECONDS
        self._asking = asyncio.Lock()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=10,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
            tenant={"essential": True},
        )

    async def verify(self, token: str) -> Caller:
        """The person a token speaks for.

        Raises:
            BadToken: it is expired, forged, or not meant for us.
        """
        try:
            decoded = jwt.decode(token, await self._key_set(), algorithms=["RS256", "ES256", "PS256"])
        except (JoseError, ValueError):
            try:
                keys = await self._key_set(fresh=True)
                decoded = jwt.decode(token, keys, algorithms=["RS256", "ES256", "PS256"])
            except (JoseError, ValueError) as error:
                raise BadToken from error
        try:
            self._claims.validate(decoded.claims)
            return _caller(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken from error

    async def _key_set(self, *, fresh: bool = False) -> KeySet:
        age = monotonic() - self._asked_at
        if self._keys is None or age > _KEYS_FOR_SECONDS or (fresh and age > _ASK_AGAIN_SECONDS):
            async with self._asking:
                if monotonic() - self._asked_at >= min(age, _ASK_AGAIN_SECONDS) or self._keys is None:
                    self._keys = await self._fetch()
                    self._asked_at = monotonic()
        return self._keys

    async def _fetch(self) -> KeySet:
        url = self._settings.jwks_url
        if url is None:
            discovery = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            url = (await self._client.get(discovery)).raise_for_status().json()["jwks_uri"]
        keys = (await self._client.get(url)).raise_for_status().json()["keys"]
        return KeySet.import_key_set({"keys": [key for key in keys if key.get("use", "sig") == "sig"]})


def _caller(claims: dict[str, Any]) -> Caller:
    brands, roles = claims.get("brands", []), claims.get("roles", [])
    if not isinstance(brands, list) or not isinstance(roles, list):
        raise TypeError("brands and roles are lists")
    return Caller(
        id=str(claims["sub"]),
        name=str(claims.get("name") or claims["sub"]),
        picture=claims.get("picture"),
        tenant=str(claims["tenant"]),
        roles=frozenset(map(str, roles)),
        brands=frozenset(map(str, brands)),
        expires_at=float(claims["exp"]),
    )


_bearer = HTTPBearer(auto_error=False, description="A token of your identity provider.")


async def current_caller(request: Request, credentials: Annotated[Any, Depends(_bearer)]) -> Caller:
    """FastAPI dependency: the person behind this request, or 401."""
    problem = Problem(
        401,
        "unauthorized",
        "Not signed in",
        "Send a valid bearer token of the configured issuer.",
        headers={"WWW-Authenticate": "Bearer"},
    )
    if credentials is None:
        raise problem
    try:
        caller: Caller = await request.state.verifier.verify(credentials.credentials)
    except BadToken:
        raise problem from None
    except httpx.HTTPError:
        detail = "The identity provider does not answer. Try again in a moment."
        raise Problem(503, "no-identity-provider", "Sign-in unavailable", detail) from None
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]


def require(*roles: Role) -> Callable[[Caller], Caller]:
    """FastAPI dependency: the caller, who must have one of these roles."""

    def check(caller: CurrentCaller) -> Caller:
        if not caller.roles.intersection(roles):
            raise forbidden(f"This needs one of the roles: {', '.join(roles)}.")
        return caller

    return check
