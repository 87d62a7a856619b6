"""What every service can be told from outside; each adds its own."""

from typing import Literal

from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from libs.common.auth import AuthSettings
from libs.common.kafka import KafkaSettings
from libs.common.mongo import MongoSettings


class ServiceSettings(BaseSettings):
    """Read once, then passed along. `RESONANZ_X` sets X for all services, `ROUTING_X` for one."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", frozen=True, extra="ignore")

    environment: Literal["dev", "test", "prod"] = "prod"
    host: str = "127.0.0.1"
    port: int = 8000
    kafka: KafkaSettings = KafkaSettings()
    mongo: MongoSettings = MongoSettings()
    auth: AuthSettings = AuthSettings()
    otlp_endpoint: str | None = None
    trace_ratio: float = 1.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    allowed_origins: tuple[str, ...] = ()
    """Other origins whose pages may call the APIs; same origin needs none."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env files
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The service's own variables win over those for all services."""
        common = EnvSettingsSource(settings_cls, env_prefix="RESONANZ_")
        return init_settings, env_settings, common, file_secret_settings
