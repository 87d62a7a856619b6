"""Visitors' tokens: a visitor is who holds one; it names the channel and nothing about the person."""

import time

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from services.ingest.vault import Vault

_KEPT_SECONDS = 2 * 365 * 86_400


class VisitorTokens:
    """Signs and reads visitors' tokens with keys derived from the vault's."""

    def __init__(self, vault: Vault) -> None:
        self._keys = [OctKey.import_key(key) for key in vault.derived_keys("visitor-tokens")]

    def sign(self, channel_id: str, visitor_id: str) -> str:
        """A token for a visitor of a channel."""
        claims = {"aud": channel_id, "sub": visitor_id, "exp": int(time.time()) + _KEPT_SECONDS}
        return jwt.encode({"alg": "HS256"}, claims, self._keys[0])

    def read(self, channel_id: str, token: str) -> str | None:
        """The visitor of a token, if it is one of this channel's and has not expired."""
        for key in self._keys:
            try:
                claims = jwt.decode(token, key, algorithms=["HS256"]).claims
            except (JoseError, ValueError):
                continue
            if claims.get("aud") == channel_id and claims.get("exp", 0) > time.time():
                return str(claims["sub"])
        return None
