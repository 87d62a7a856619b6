"""Channels' secrets at rest: encrypted by Fernet (AES-128-CBC with HMAC-SHA256), key from a setting."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr


class Vault:
    """Encrypts with the first key, decrypts with any: so keys can be rotated.

    Args:
        keys: Fernet keys, newest first.
    """

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        self._keys = [key.get_secret_value() for key in keys]
        self._fernet = MultiFernet([Fernet(key) for key in self._keys])

    def seal(self, secret: str) -> str:
        """A secret as it may be stored."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> SecretStr:
        """A stored secret.

        Raises:
            ValueError: none of the keys fits.
        """
        try:
            return SecretStr(self._fernet.decrypt(sealed.encode()).decode())
        except InvalidToken:
            raise ValueError("sealed with a key that is not configured any more") from None

    def derived_keys(self, purpose: str) -> list[bytes]:
        """Keys for another purpose, newest first, from which the vault's own can't be learnt."""
        return [
            HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
            for key in self._keys
        ]
