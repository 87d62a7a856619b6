"""Which queue a conversation goes to: a brand's rules, the first that matches wins."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from pydantic import Field

from libs.common.events import Frozen
from libs.common.events.ingest import SocialEvent
from libs.common.events.routing import Reason

INBOX = "inbox"
_WORD = re.compile(r"\w+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Queue(Frozen):
    """Where conversations of a brand wait for agents."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    name: str = Field(min_length=1, max_length=100)


class Rule(Frozen):
    """If a message meets all conditions that are set, its conversation goes to `queue`."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    name: str = Field(min_length=1, max_length=200)
    queue: str
    any_words: tuple[str, ...] = Field(default=(), max_length=500)
    """Words or phrases, one of which must occur; case, umlaut spelling and word edges are minded."""
    channels: tuple[str, ...] = Field(default=(), max_length=500)
    """Channel ids, one of which it must have come by."""


class BrandSettings(Frozen):
    """How a brand's conversations are routed."""

    brand_id: str
    tenant: str
    name: str = Field(min_length=1, max_length=200)
    queues: tuple[Queue, ...] = Field(default=(Queue(id=INBOX, name="Inbox"),), min_length=1, max_length=200)
    default_queue: str = INBOX
    rules: tuple[Rule, ...] = Field(default=(), max_length=1_000)
    version: int = 0


BrandOf = Callable[[str, str], BrandSettings]
"""(tenant, brand) → its settings; the default ones for a brand nobody has set up."""


def choose_queue(event: SocialEvent, settings: BrandSettings) -> tuple[str, Reason]:
    """The queue for a new conversation, and why."""
    text = fold_text(f"{event.object.subject or ''} {event.object.text}")
    for rule in settings.rules:
        words = _matching(rule.any_words, text)
        if (rule.any_words and not words) or (rule.channels and event.channel_id not in rule.channels):
            continue
        because = f"Rule “{rule.name}” matched" + (f" the words {', '.join(words)}" if words else "")
        return rule.queue, Reason(rule_id=rule.id, rule_name=rule.name, words=words, text=because)
    return settings.default_queue, Reason(text="No rule matched: the brand's default queue")


def fold_text(text: str) -> str:
    """Words of a text as rules compare them: lower case, ä as ae, one space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    return f" {' '.join(_WORD.findall(folded))} "


def _matching(words: Sequence[str], folded: str) -> tuple[str, ...]:
    return tuple(word for word in words if _folded_word(word) in folded)


@lru_cache(maxsize=10_000)
def _folded_word(word: str) -> str:
    return fold_text(word)
