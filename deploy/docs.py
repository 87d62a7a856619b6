"""Documents made from the code: the event catalogue, AsyncAPI, and the OpenAPI documents for clients."""

import json
import sys
from pathlib import Path
from typing import Any, get_args

import yaml
from cryptography.fernet import Fernet
from pydantic import SecretStr, TypeAdapter

from deploy.declared import sources
from libs.common.events import Event
from libs.common.topics import TOPICS, Topic
from services.crm.app import create_app as create_crm
from services.crm.settings import Settings as CrmSettings
from services.ingest.app import create_app as create_ingest
from services.ingest.settings import Settings as IngestSettings
from services.notify.app import create_app as create_notify
from services.notify.settings import Settings as NotifySettings
from services.routing.app import create_app as create_routing
from services.routing.settings import Settings as RoutingSettings

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tests" / "contracts" / "examples"
SERVICES = ("ingest", "routing", "crm", "notify")


def readers_of(topic: Topic) -> list[str]:
    """Groups that read a topic."""
    return sorted(group for service in SERVICES for read, group in sources(service) if read is topic)


def classes_of(topic: Topic) -> list[type[Event]]:
    """Event classes of a topic."""
    schema = topic.schema
    if isinstance(schema, type):
        return [schema]
    union = get_args(schema)[0]
    return list(get_args(union)) or [union]


def types_of(kind: type[Event]) -> list[str]:
    """Event types a class may have; a pattern where ingest makes them of kind and action."""
    annotation = kind.model_fields["type"].annotation
    return [str(one) for one in get_args(annotation)] or {
        "SocialEvent": ["social.<kind>.<action>"],
        "FeedEntry": ["the fact's type, or `typing`"],
    }[kind.__name__]


def events_page() -> str:
    """The event catalogue for people."""
    lines = [
        "# Events",
        "",
        "Made by `make docs` from `libs/common/topics.py` and `libs/common/events/`; do not edit.",
        "",
        "Every record is a CloudEvent 1.0 in binary mode: `ce_id`, `ce_type`, `ce_source`, `ce_time`, `ce_subject`,",
        "`ce_dataschema` and `traceparent` are headers, the body is JSON. Changes are additive; anything else is a new `.v2`.",
        "A fact may be seen twice: it has the same id then, and the same version of its document.",
        "",
        "| topic | key | written by | read by | kept |",
        "|---|---|---|---|---|",
    ]
    for topic in TOPICS:
        days = "for ever" if topic.retention_ms < 0 else f"{topic.retention_ms / 86_400_000:g} days"
        lines.append(
            f"| [`{topic.name}`](#{_anchor(topic.name)}) | {topic.key} | {topic.owner} | {', '.join(readers_of(topic)) or '–'} | {days} |"
        )
    lines += [
        "",
        "Records a group could not accept are on `<topic>.<group>.dead`, with the reason in their headers.",
        "",
    ]
    for topic in TOPICS:
        lines += ["", f"## {topic.name}", "", topic.about, ""]
        for kind in classes_of(topic):
            lines += [
                f"**{kind.__name__}** ({', '.join(f'`{t}`' for t in types_of(kind))}): {_first_line(kind)}",
                "",
            ]
            lines += ["| field | type | |", "|---|---|---|", *_fields(kind), ""]
        example = next(iter(sorted((EXAMPLES / topic.name).glob("*.json"))), None)
        if example:
            lines += [f"Example (`{example.stem}`):", "", "```json", example.read_text().strip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def asyncapi() -> str:
    """The same for machines: AsyncAPI 3.0."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for topic in TOPICS:
        messages = {}
        for kind in classes_of(topic):
            schema = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[kind.__name__] = schema
            messages[kind.__name__] = {
                "name": kind.__name__,
                "contentType": "application/json",
                "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
            }
        name = topic.name.replace(".", "_")
        channels[name] = {"address": topic.name, "description": topic.about, "messages": messages}
        ref = {"$ref": f"#/channels/{name}"}
        operations[f"{topic.owner}_writes_{name}"] = {"action": "send", "channel": ref}
        for group in readers_of(topic):
            operations[f"{group}_reads_{name}"] = {"action": "receive", "channel": ref}
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Resonanz", "version": "1"},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas},
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def openapi() -> dict[str, str]:
    """Per service its OpenAPI document."""
    apps = {
        "ingest": create_ingest(IngestSettings(vault_keys=(SecretStr(Fernet.generate_key().decode()),))),
        "routing": create_routing(RoutingSettings()),
        "crm": create_crm(CrmSettings()),
        "notify": create_notify(NotifySettings()),
    }
    return {
        name: json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n" for name, app in apps.items()
    }


def documents() -> dict[Path, str]:
    """All documents, by where they belong."""
    made = {ROOT / "docs" / "events.md": events_page(), ROOT / "docs" / "asyncapi.yaml": asyncapi()}
    return made | {ROOT / "console" / "openapi" / f"{name}.json": text for name, text in openapi().items()}


def _fields(kind: type[Event]) -> list[str]:
    rows = []
    for name, field in kind.model_fields.items():
        shown = str(field.annotation).replace("typing.", "").replace("libs.common.events.", "")
        shown = shown.removeprefix("<class '").removesuffix("'>").replace("|", "\\|")
        required = "required" if field.is_required() else ""
        rows.append(f"| `{name}` | {shown[:110]} | {required} |")
    return rows


def _first_line(kind: type[Event]) -> str:
    return (kind.__doc__ or "").splitlines()[0]


def _anchor(name: str) -> str:
    return name.replace(".", "")


def main() -> None:
    """Write the documents, or with `--check` say which are not as the code is."""
    stale = []
    for path, text in documents().items():
        if "--check" in sys.argv:
            stale += [] if path.exists() and path.read_text() == text else [str(path.relative_to(ROOT))]
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        sys.exit(f"Not as the code is, run `make docs`: {', '.join(stale)}")


if __name__ == "__main__":
    main()
