"""Errors over HTTP: RFC 9457 problem details that say what is wrong and what to do next."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from libs.common.logs import frames

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"


class Problem(Exception):
    """Stop handling a request and answer with a problem document.

    Args:
        status: HTTP status, 400 to 599.
        slug: the kind of problem, stable for programs: `urn:resonanz:problem:<slug>`.
        title: the kind in words.
        detail: this occurrence, and what to do next.
    """

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str = "",
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(slug)
        self.status = status
        self.headers = headers
        self.body = {
            "type": f"urn:resonanz:problem:{slug}",
            "title": title,
            "status": status,
            "detail": detail,
            **more,
        }

    def response(self) -> JSONResponse:
        """The problem as an HTTP answer."""
        return JSONResponse(self.body, self.status, self.headers, media_type=PROBLEM)


def not_found(what: str) -> Problem:
    """404, also for what exists but is not the caller's to see."""
    return Problem(404, "not-found", "Not found", f"There is no such {what}, or you may not see it.")


def forbidden(detail: str) -> Problem:
    """403: the caller is known and may not."""
    return Problem(403, "forbidden", "Not allowed", detail)


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": title, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, title in (
        (400, "Malformed"),
        (401, "Not signed in"),
        (403, "Not allowed"),
        (404, "Not found"),
        (409, "Conflict"),
        (412, "Changed meanwhile"),
        (413, "Too large"),
        (422, "Invalid"),
        (428, "Precondition required"),
        (429, "Too many requests"),
        (503, "Unavailable"),
    )
}
"""What a route may answer besides success, for OpenAPI."""

SCHEMA = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
    "required": ["type", "title", "status"],
}


def answer_problems(app: FastAPI) -> None:
    """Let every error of an application be a problem document, in its OpenAPI document too."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return error.response()


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"pointer": "/" + "/".join(str(part) for part in one["loc"]), "detail": one["msg"]}
        for one in error.errors()[:20]
    ]
    detail = "Correct the fields named in errors and send again."
    return Problem(422, "invalid", "The request is not valid", detail, errors=errors).response()


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    slug = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}.get(error.status_code, "http")
    headers = dict(error.headers) if error.headers else None
    return Problem(error.status_code, slug, str(error.detail), headers=headers).response()


async def _unexpected(_: Request, error: Exception) -> JSONResponse:
    log.error("request.failed", stack=frames(error))
    detail = "It is our fault and has been logged. Send the same request again with the same Idempotency-Key."
    return Problem(500, "internal", "Something went wrong", detail).response()
