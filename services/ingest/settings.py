"""What ingest can be told from outside."""

from typing import Self

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from libs.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`INGEST_X`, or `RESONANZ_X` for all services."""

    model_config = SettingsConfigDict(**{**ServiceSettings.model_config, "env_prefix": "INGEST_"})

    vault_keys: tuple[SecretStr, ...] = Field(default=())
    """Fernet keys of the channels' secrets: the first encrypts, all decrypt (rotation)."""
    public_url: str = "http://localhost:8000"
    """Where networks and visitors reach us."""
    doors_only: bool = False
    """Only take what networks and visitors bring; other instances read. Doors then scale apart."""
    allow_private_callbacks: bool = False
    """Let callbacks go to private networks: for a laptop and tests, never in production."""

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if not self.vault_keys:
            raise ValueError("set INGEST_VAULT_KEYS: one Fernet key, or two during rotation")
        for key in self.vault_keys:
            Fernet(key.get_secret_value())
        if self.environment == "prod" and self.allow_private_callbacks:
            raise ValueError("private callbacks are not for production")
        return self
