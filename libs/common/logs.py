"""Logs: one JSON line per fact, bound to trace and record; never a person's words or secrets."""

import logging
import sys
import traceback
from typing import Any, Literal

import structlog
from opentelemetry.trace import format_trace_id, get_current_span
from structlog.typing import EventDict

Level = Literal["debug", "info", "warning", "error"]


def configure_logs(service: str, level: Level = "info", *, human: bool = False) -> None:
    """Set up structlog and the standard library's logging alike.

    Args:
        service: bound to every line.
        human: coloured lines for a terminal instead of JSON.
    """
    renderer: Any = structlog.processors.JSONRenderer()
    if human:  # plain: the default shows local variables, secrets among them
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=_number("warning"), force=True)
    structlog.contextvars.bind_contextvars(service=service)


def frames(error: BaseException) -> str:
    """Where an error came from, without its message: messages may quote what people wrote."""
    lines = traceback.format_tb(error.__traceback__)
    return "".join(lines[-8:]) + type(error).__name__


def _add_trace(_: Any, __: str, line: EventDict) -> EventDict:
    context = get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = format_trace_id(context.trace_id)
    return line


def _number(level: Level) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
