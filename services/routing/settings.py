"""What routing can be told from outside."""

from pydantic_settings import SettingsConfigDict

from libs.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`ROUTING_X`, or `RESONANZ_X` for all services."""

    model_config = SettingsConfigDict(**{**ServiceSettings.model_config, "env_prefix": "ROUTING_"})
