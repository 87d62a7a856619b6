"""Signed deliveries: who may deliver, and what a body becomes."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, hmac_data

from libs.common.events import Unacceptable
from services.ingest.channels import Channel, RawItem, RawRequest, webhook

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET, OLD = (webhook.new_secret(bytes([n]) * 32) for n in (1, 2))
CHANNEL = Channel(id="c1", tenant="t", brand_id="b", network="webhook", name="Shop", created_at=NOW)
BODY = '{"thread": "1", "author": {"id": "ü"}, "text": "Grüße 👋"}'.encode()


def signed(body: bytes = BODY, secret: str = SECRET, at: datetime = NOW) -> RawRequest:
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac_data(key, b"id1." + stamp.encode() + b"." + body)).decode()
    return RawRequest(
        {"webhook-id": "id1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}, body
    )


def test_our_signature_is_the_librarys() -> None:
    assert signed().headers["webhook-signature"] == Webhook(SECRET).sign("id1", NOW, BODY.decode())


@pytest.mark.parametrize("secrets", [[SECRET], [SECRET, OLD], [OLD, SECRET]])
def test_either_secret_is_good_during_rotation(secrets: list[str]) -> None:
    assert webhook.verify(signed(), secrets, NOW) == "ok"


def test_a_rotated_out_secret_is_not() -> None:
    assert webhook.verify(signed(secret=OLD), [SECRET], NOW) == "bad_signature"


@pytest.mark.parametrize(
    ("minutes", "verdict"), [(0, "ok"), (4.9, "ok"), (-4.9, "ok"), (5.1, "stale"), (-5.1, "stale")]
)
def test_five_minutes_either_way(minutes: float, verdict: str) -> None:
    assert webhook.verify(signed(), [SECRET], NOW + timedelta(minutes=minutes)) == verdict


def test_bytes_are_signed_not_text() -> None:
    assert webhook.verify(signed(b"\xff\xfe not utf-8"), [SECRET], NOW) == "ok"
    request = signed()
    assert webhook.verify(RawRequest(request.headers, BODY + b" "), [SECRET], NOW) == "bad_signature"


@given(
    st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(max_size=60)
    ),
    st.binary(max_size=60),
)
def test_whatever_comes_is_refused_without_an_error(headers: dict[str, str], body: bytes) -> None:
    assert webhook.verify(RawRequest(headers, body), [SECRET], NOW) == "bad_signature"


def item(body: bytes) -> RawItem:
    return RawItem("id1", NOW, body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "thread", "text", "author", "id", "at", "name", "attachments", "rating"]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_becomes_events_or_a_reason(value: object) -> None:
    import json

    try:
        events = webhook.normalise(item(json.dumps(value).encode()), CHANNEL)
    except Unacceptable as error:
        assert str(error)
    else:
        assert len(events) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 5000, b'{"a":' * 5000, b'{"thread": 1}', b"null"]
)
def test_broken_bodies_have_a_reason(body: bytes) -> None:
    with pytest.raises(Unacceptable):
        webhook.normalise(item(body), CHANNEL)


def test_reasons_do_not_quote_what_people_wrote() -> None:
    with pytest.raises(Unacceptable) as caught:
        webhook.normalise(
            item(b'{"thread": "1", "author": {"id": "x"}, "text": {"secret words": 1}}'), CHANNEL
        )
    assert "secret words" not in str(caught.value)
    assert "text" in str(caught.value)


def test_the_same_delivery_makes_the_same_event() -> None:
    assert webhook.normalise(item(BODY), CHANNEL) == webhook.normalise(item(BODY), CHANNEL)
