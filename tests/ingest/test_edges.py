"""Vault, visitors' tokens, callback addresses, office hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr, ValidationError

from services.ingest.channels.livechat import Hours, LivechatSettings, Span
from services.ingest.outbound import Outbound, Rejected
from services.ingest.settings import Settings
from services.ingest.tokens import VisitorTokens
from services.ingest.vault import Vault


def keys(*names: int) -> list[SecretStr]:
    import base64

    return [SecretStr(base64.urlsafe_b64encode(bytes([n]) * 32).decode()) for n in names]


def test_secrets_survive_the_rotation_of_the_vaults_key() -> None:
    sealed = Vault(keys(1)).seal("whsec_x")
    assert "whsec_x" not in sealed
    assert Vault(keys(2, 1)).open(sealed).get_secret_value() == "whsec_x"
    with pytest.raises(ValueError, match="not configured"):
        Vault(keys(2)).open(sealed)


def test_ingest_does_not_start_without_a_key() -> None:
    with pytest.raises(ValidationError, match="INGEST_VAULT_KEYS"):
        Settings()
    with pytest.raises(ValidationError):
        Settings(
            environment="prod",
            vault_keys=(SecretStr(Fernet.generate_key().decode()),),
            allow_private_callbacks=True,
        )


def test_a_visitors_token_is_good_for_its_channel_only() -> None:
    token = VisitorTokens(Vault(keys(1))).sign("c1", "v1")
    rotated = VisitorTokens(Vault(keys(2, 1)))
    assert rotated.read("c1", token) == "v1"
    assert rotated.read("c2", token) is None
    assert rotated.read("c1", token[:-4] + "AAAA") is None
    assert rotated.read("c1", "") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "http://93.184.216.34/",
        "ftp://93.184.216.34/",
        "https:///x",
        "file:///etc/passwd",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
    ],
)
async def test_callbacks_never_reach_into_private_networks(url: str) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(Rejected):
            await Outbound(client, allow_private=False).checked_address(url)


async def test_a_public_address_is_taken_as_it_was_checked() -> None:
    async with httpx.AsyncClient() as client:
        assert (
            await Outbound(client, allow_private=False).checked_address("https://93.184.216.34/x")
            == "93.184.216.34"
        )


def span(weekday: int, start: str, until: str) -> Span:
    return Span.model_validate({"weekday": weekday, "from": start, "until": until})


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-27 08:59", False),
        ("2026-03-27 09:00", True),
        ("2026-03-27 12:30", False),
        ("2026-03-27 13:00", True),
        ("2026-03-27 17:00", False),
        ("2026-03-29 10:00", False),
        ("2026-03-30 09:00", True),
        ("2026-10-26 16:59", True),
    ],
)
def test_hours_are_the_brands_local_time_also_when_clocks_change(moment: str, is_open: bool) -> None:
    spans = tuple(
        span(day, start, until)
        for day in range(5)
        for start, until in (("09:00", "12:00"), ("13:00", "17:00"))
    )
    local = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert Hours(spans=spans).is_open(local) is is_open


def test_without_hours_somebody_is_always_there() -> None:
    assert Hours().is_open(datetime.now(ZoneInfo("UTC")))


@pytest.mark.parametrize(
    "settings",
    [
        {"hours": {"timezone": "Mars/Base"}},
        {"color": "red"},
        {"hours": {"spans": [{"weekday": 9, "from": "09:00", "until": "10:00"}]}},
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LivechatSettings.model_validate(settings)
