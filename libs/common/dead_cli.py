"""`python -m services.<name> dead list|show|replay`: dead letters at the command line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from libs.common.dead import DeadLetters
from libs.common.kafka import KafkaSettings, open_bus
from libs.common.topics import Topic

USAGE = "usage: dead list | dead show ID | dead replay ID"


def run_dead(settings: KafkaSettings, sources: Sequence[tuple[Topic, str]], words: Sequence[str]) -> int:
    """Carry out one command and print its result.

    Args:
        sources: what the service reads: (topic, group).
        words: what follows `dead` on the command line.

    Returns:
        The exit status: 0 done, 1 no such letter, 2 not understood.
    """
    commands: dict[str, Callable[[DeadLetters, str], Awaitable[bool]]] = {"show": _show, "replay": _replay}

    async def carry_out() -> int:
        async with open_bus(settings) as bus:
            dead = DeadLetters(settings, bus, sources)
            if list(words) == ["list"]:
                for letter in await dead.newest(1_000):
                    state = "replayed" if letter.replayed else "open"
                    print(
                        f"{letter.id}  {letter.at[:19]}  {state:8}  {letter.position}  {letter.group}  {letter.reason}"
                    )
                return 0
            if len(words) == 2 and words[0] in commands:
                return 0 if await commands[words[0]](dead, words[1]) else 1
        print(USAGE, file=sys.stderr)
        return 2

    return asyncio.run(carry_out())


async def _show(dead: DeadLetters, id: str) -> bool:
    letter = await dead.show(id)
    if letter is None:
        print("There is no such dead letter.", file=sys.stderr)
        return False
    for name in ("id", "topic", "group", "position", "at", "reason", "replayed", "stack", "body"):
        print(f"{name:9} {getattr(letter, name)}")
    return True


async def _replay(dead: DeadLetters, id: str) -> bool:
    done = await dead.replay(id)
    print("Replayed." if done else "There is no such dead letter.", file=sys.stdout if done else sys.stderr)
    return done
