"""A demo agency: two brands, four people, two channels; and what scripts need to use it."""

import json
import time
from pathlib import Path
from typing import Any

import httpx

from libs.common.dev_issuer import DevIssuer, Person

TENANT = "demo"
PEOPLE = [
    Person(id="ada", name="Ada Admin", tenant=TENANT, roles=("admin", "operator"), brands=("*",)),
    Person(id="lea", name="Lea Lead", tenant=TENANT, roles=("lead", "agent"), brands=("*",)),
    Person(id="jonas", name="Jonas Weber", tenant=TENANT, roles=("agent",), brands=("kaffeewerk", "nordrad")),
    Person(id="mira", name="Mira Yılmaz", tenant=TENANT, roles=("agent",), brands=("kaffeewerk",)),
]
_TOKEN_SECONDS = 30 * 86_400
_BRANDS: dict[str, dict[str, Any]] = {
    "kaffeewerk": {
        "name": "Kaffeewerk",
        "default_queue": "service",
        "queues": [{"id": "service", "name": "Service"}, {"id": "billing", "name": "Rechnung"}],
        "rules": [
            {
                "id": "billing",
                "name": "Rechnungen",
                "queue": "billing",
                "any_words": ["Rechnung", "Zahlung", "invoice", "refund"],
            }
        ],
    },
    "nordrad": {
        "name": "Nordrad",
        "default_queue": "service",
        "queues": [{"id": "service", "name": "Service"}, {"id": "workshop", "name": "Werkstatt"}],
        "rules": [
            {
                "id": "workshop",
                "name": "Werkstatt",
                "queue": "workshop",
                "any_words": ["Reparatur", "Bremse", "Kette", "repair"],
            }
        ],
    },
}


def write_people(folder: Path) -> None:
    """Who may sign in."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.json").write_text(json.dumps([person.model_dump() for person in PEOPLE], indent=1))


def seed(base: str, folder: Path, issuer: DevIssuer) -> dict[str, Any]:
    """Seed the agency through the public APIs, once; write `demo.json` with fresh tokens.

    Args:
        base: address of a running Resonanz.
        folder: where `demo.json` goes.
    """
    file = folder / "demo.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    tokens = {person.id: issuer.token(person, _TOKEN_SECONDS) for person in PEOPLE}
    with httpx.Client(base_url=base, headers={"authorization": f"Bearer {tokens['ada']}"}, timeout=30) as api:
        channels = known if _still_there(api, known) else _seed_new(api, base)
    demo = {
        "base": base,
        "tenant": TENANT,
        "seeded_at": int(time.time()),
        "webhook": channels["webhook"],
        "livechat": channels["livechat"],
        "people": {
            person.id: {
                "name": person.name,
                "roles": list(person.roles),
                "brands": list(person.brands),
                "token": tokens[person.id],
            }
            for person in PEOPLE
        },
    }
    file.write_text(json.dumps(demo, indent=1))
    file.chmod(0o600)
    return demo


def _still_there(api: httpx.Client, known: dict[str, Any]) -> bool:
    return bool(known) and all(
        api.get(f"/api/ingest/v1/channels/{known[kind]['channel_id']}").is_success
        for kind in ("webhook", "livechat")
    )


def _seed_new(api: httpx.Client, base: str) -> dict[str, Any]:
    for brand, settings in _BRANDS.items():
        path = f"/api/routing/v1/brands/{brand}/settings"
        etag = api.get(path).raise_for_status().headers["etag"]
        api.put(path, json=settings, headers={"if-match": etag}).raise_for_status()
    webhook = _channel(api, "nordrad", "webhook", "Shop-System", {})
    livechat = _channel(api, "kaffeewerk", "livechat", "Website-Chat", {"title": "Kaffeewerk"})
    return {
        "webhook": {
            "channel_id": webhook["id"],
            "secret": webhook["secret"],
            "url": f"{base}/api/ingest/v1/hooks/{webhook['id']}",
        },
        "livechat": {"channel_id": livechat["id"], "page": f"{base}/demo"},
    }


def _channel(
    api: httpx.Client, brand: str, network: str, name: str, settings: dict[str, Any]
) -> dict[str, Any]:
    body = {"brand_id": brand, "network": network, "name": name, "settings": settings}
    made: dict[str, Any] = api.post("/api/ingest/v1/channels", json=body).raise_for_status().json()
    return made
