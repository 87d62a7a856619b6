"""Traces and metrics: one span per request and per batch, one trace from the network to the reply."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, SpanContext, SpanKind
from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_tracer = trace.get_tracer("resonanz")
_MAX_LINKS = 128

RECORDS = Counter("resonanz_records_total", "Records handled", ["group", "topic"])
DEAD = Counter("resonanz_dead_records_total", "Records put on a dead-letter topic", ["group", "topic"])
FAILED = Counter("resonanz_batches_failed_total", "Batches that raised and are read again", ["group"])
BATCH_SECONDS = Histogram(
    "resonanz_batch_seconds",
    "Time to handle a batch, database and publishing included",
    ["group"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
BATCH_RECORDS = Histogram(
    "resonanz_batch_records", "Records in a batch", ["group"], buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500)
)
LAG = Gauge("resonanz_lag_records", "Records written but not yet read", ["group", "topic", "partition"])
REQUEST_SECONDS = Histogram(
    "resonanz_http_request_seconds",
    "Time to answer a request",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def configure_telemetry(service: str, endpoint: str | None, ratio: float = 1.0) -> None:
    """Send spans to a collector; without one only trace ids are made, for the logs.

    Args:
        service: name shown in traces.
        endpoint: base address of an OTLP/HTTP collector, such as `http://collector:4318`.
        ratio: share of new traces that are recorded, 0 to 1.
    """
    sampler = ParentBased(TraceIdRatioBased(ratio)) if endpoint else ALWAYS_OFF
    provider = TracerProvider(sampler=sampler, resource=Resource.create({"service.name": service}))
    if endpoint:
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def current_trace() -> str | None:
    """Traceparent of what runs now, to be written into a record's headers."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def batch_span(name: str, traces: Iterable[str | None]) -> Iterator[None]:
    """One span for a whole batch: a child where all records share a trace, else linked to each.

    Spans per record would cost a factor of three; links keep every trace whole at a few per cent. What
    nobody records costs nothing.
    """
    different = list(dict.fromkeys(parent for parent in traces if parent))
    one_trace = len({parent[3:35] for parent in different}) == 1
    context = propagate.extract({"traceparent": different[0]}) if one_trace else None
    recorded = [] if one_trace else [parent for parent in different if parent.endswith("1")]
    links = [Link(_span_context(parent)) for parent in recorded[:_MAX_LINKS]]
    with _tracer.start_as_current_span(name, context=context, kind=SpanKind.CONSUMER, links=links):
        yield


def onward(cause: str | None, here: str | None) -> str | None:
    """Traceparent for what a record caused: its own trace, below the batch's span where they agree.

    Args:
        cause: the record's.
        here: of what runs now.
    """
    if cause is None or (here is not None and here[3:35] == cause[3:35]):
        return here
    return cause


def _span_context(traceparent: str) -> SpanContext:
    return SpanContext(int(traceparent[3:35], 16), int(traceparent[36:52], 16), is_remote=True)


class RequestTelemetry:
    """Pure ASGI middleware: a span and a duration per request, named by route, never by address."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        told = _trace_headers(scope)
        parent = propagate.extract(told) if told else None
        with _tracer.start_as_current_span(
            f"{scope['method']} {self._service}", context=parent, kind=SpanKind.SERVER
        ) as span:
            try:
                await self._app(scope, receive, observed)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                if span.is_recording():
                    span.update_name(f"{scope['method']} {route}")
                    span.set_attribute("http.response.status_code", status)
                REQUEST_SECONDS.labels(self._service, scope["method"], route, str(status)).observe(
                    perf_counter() - started
                )


def _trace_headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode(): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in (b"traceparent", b"tracestate")
    }
