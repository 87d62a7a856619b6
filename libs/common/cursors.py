"""Opaque places in a list, for paging that new entries don't disturb."""

import base64
import binascii
import json

from libs.common.problems import Problem


def write_cursor(*parts: str) -> str:
    """A cursor that remembers these parts."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(cursor: str, parts: int) -> list[str]:
    """What a cursor remembers.

    Raises:
        Problem: 422, it is not one of ours.
    """
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, list) or len(found) != parts or not all(isinstance(p, str) for p in found):
        raise Problem(422, "bad-cursor", "Not a cursor", "Start again without `cursor`.")
    return found
