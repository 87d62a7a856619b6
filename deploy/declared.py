"""What the services declare: which group reads which topic, which indexes each database needs."""

from collections.abc import Mapping, Sequence
from types import ModuleType

from pymongo import IndexModel

from libs.common.topics import Topic
from services.crm import handlers as crm_handlers
from services.crm import repository as crm
from services.ingest import handlers as ingest_handlers
from services.ingest import repository as ingest
from services.notify import handlers as notify_handlers
from services.notify import repository as notify
from services.routing import handlers as routing_handlers
from services.routing import repository as routing

_REPOSITORIES: dict[str, ModuleType] = {"ingest": ingest, "routing": routing, "crm": crm, "notify": notify}
_HANDLERS: dict[str, ModuleType] = {
    "ingest": ingest_handlers,
    "routing": routing_handlers,
    "crm": crm_handlers,
    "notify": notify_handlers,
}


def sources(service: str) -> Sequence[tuple[Topic, str]]:
    """(topic, group) a service reads."""
    found: Sequence[tuple[Topic, str]] = _HANDLERS[service].SOURCES
    return found


def dead_topics() -> list[str]:
    """Names of all dead-letter topics."""
    return sorted(topic.dead(group) for service in _HANDLERS for topic, group in sources(service))


def indexes() -> dict[str, Mapping[str, list[IndexModel]]]:
    """Per database and collection the indexes its queries need."""
    return {service: module.INDEXES for service, module in _REPOSITORIES.items()}
