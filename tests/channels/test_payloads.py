"""Recorded payloads of each channel and the events they become."""

import json
from pathlib import Path

import pytest

from libs.common.events import now
from services.ingest.channels import Channel, RawItem
from services.ingest.registry import KINDS

FILES = sorted(Path(__file__).parent.glob("*/*.json"))
AT = now().replace(year=2026, month=3, day=1)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_recorded_payload_becomes_its_events(file: Path) -> None:
    recorded = json.loads(file.read_text())
    network = file.parent.name
    channel = Channel(id="c1", tenant="t", brand_id="b", network=network, name="n", created_at=AT)
    item = RawItem(recorded["key"], AT, json.dumps(recorded["payload"]).encode())
    events = [
        event.model_dump(mode="json", exclude_none=True) for event in KINDS[network].normalise(item, channel)
    ]
    assert len(events) == len(recorded["events"])
    for event, wanted in zip(events, recorded["events"], strict=True):
        for path, value in wanted.items():
            found = event
            for part in path.split("."):
                found = found[part]
            assert found == value, path


def test_every_network_has_recorded_payloads() -> None:
    assert {file.parent.name for file in FILES} == set(KINDS)
