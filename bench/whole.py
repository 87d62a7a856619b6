"""The webhook's speed, and the time from the webhook to the agent's feed under load."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import websockets

from bench.load import post_all, post_at, request
from bench.results import Result
from deploy.engines import Engines
from deploy.engines.process import free_port
from tests.stack import Agency, Stack, new_agency, signed

WEBHOOKS, WARM_UP, PIPELINE, SECONDS = 4_000, 500, 3_000, 8


async def measure_whole(engines: Engines) -> list[Result]:
    """All services in one process, engines and load driver beside it on the same cores."""
    stack = Stack(engines, Path(tempfile.mkdtemp()), RESONANZ_MONGO__DRIVER=os.environ.get("DRIVER", "motor"))
    await asyncio.to_thread(stack.start)
    try:
        async with new_agency(stack) as agency:
            channel = await agency.channel()
            results = [await _webhook(stack, channel)]
            capacity, result = await _capacity(agency, channel)
            results.append(result)
            for share in (0.25, 0.5):
                results += await _latency(agency, channel, capacity * share, share)
            return results
    finally:
        stack.stop()


async def _webhook(stack: Stack, channel: dict[str, Any]) -> Result:
    """Answers per second of a door, an ingest instance that leaves the reading to others."""
    ports = {"door": free_port(), "bare": free_port()}
    env = {**stack.env, "INGEST_DOORS_ONLY": "true", "INGEST_PORT": str(ports["door"])}
    door = subprocess.Popen([sys.executable, "-m", "services.ingest"], env=env)  # noqa: ASYNC220
    bare = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "bench.bare", str(ports["bare"]), stack.engines.kafka_servers]
    )
    try:
        raw = b'{"thread":"t","text":"' + b"Wo bleibt mein Paket? " * 20 + b'","author":{"id":"a"}}'
        path = f"http://127.0.0.1:{ports['door']}/api/ingest/v1/hooks/{channel['id']}"
        requests = {
            "door": request(path, signed(channel["secret"], "same", raw), raw),
            "bare": request(f"http://127.0.0.1:{ports['bare']}/hook", {}, raw),
        }
        rates: dict[str, list[float]] = {"door": [], "bare": []}
        for name, url in (
            ("door", f"http://127.0.0.1:{ports['door']}/live"),
            ("bare", f"http://127.0.0.1:{ports['bare']}/docs"),
        ):
            await _until_up(url)
            await post_all(ports[name], [requests[name]] * WARM_UP)
        stack.pause()  # the readers of the other process would share the cores
        for name in ("door", "bare") * 3:
            rates[name].append(WEBHOOKS / await post_all(ports[name], [requests[name]] * WEBHOOKS))
        rate, limit = statistics.median(rates["door"]), statistics.median(rates["bare"])
        print(
            f"  webhook                  {rate:8.0f}/s   bare {limit:8.0f}/s  ratio {rate / limit:.2f}",
            flush=True,
        )
        return Result("webhook", rate, "requests/s", rate / limit, 0.7)
    finally:
        stack.resume()
        for process in (door, bare):
            process.terminate()
            process.wait()


async def _until_up(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            try:
                await client.get(url)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return


def _prepared(channel: dict[str, Any], count: int, tag: str) -> list[bytes]:
    url = channel["hook_url"].replace("localhost", "127.0.0.1")
    requests = []
    for number in range(count):
        raw = json.dumps(
            {"thread": "t", "text": f"{tag}:{number}", "author": {"id": f"p{number % 200}", "name": "P"}}
        ).encode()
        requests.append(request(url, signed(channel["secret"], f"{tag}-{number}", raw), raw))
    return requests


async def _capacity(agency: Agency, channel: dict[str, Any]) -> tuple[float, Result]:
    """Events per second from the webhook to the feed, all stages at once."""
    await _timed(agency, channel, 300, None, "warm")
    _, seconds = await _timed(agency, channel, PIPELINE, None, "max")
    rate = PIPELINE / seconds
    print(f"  whole pipeline           {rate:8.0f}/s", flush=True)
    return rate, Result("whole pipeline, webhook to feed", rate, "events/s")


async def _latency(agency: Agency, channel: dict[str, Any], rate: float, share: float) -> list[Result]:
    latencies, _ = await _timed(agency, channel, int(rate * SECONDS), rate, f"at{share}")
    cut = sorted(latencies)
    p50, p99 = cut[len(cut) // 2] * 1000, cut[int(len(cut) * 0.99)] * 1000
    print(f"  webhook to feed at {share:.0%}    p50 {p50:6.1f} ms   p99 {p99:6.1f} ms", flush=True)
    goal = 100.0 if share == 0.5 else None
    return [
        Result(f"webhook to feed at {share:.0%} load, p50", p50, "ms"),
        Result(f"webhook to feed at {share:.0%} load, p99", p99, "ms", None, goal),
    ]


async def _timed(
    agency: Agency, channel: dict[str, Any], count: int, rate: float | None, tag: str
) -> tuple[list[float], float]:
    """Send so many, at a rate or as fast as can be; how long each took to reach an agent."""
    tag = f"{tag}-{uuid4().hex[:6]}"
    requests = _prepared(channel, count, tag)
    arrived: dict[int, float] = {}

    def take(frame: dict[str, Any]) -> None:
        message = frame["entry"]["data"].get("message") or {}
        if frame["entry"]["type"] == "message.received" and message["text"].startswith(tag):
            arrived.setdefault(int(message["text"].rsplit(":", 1)[1]), time.monotonic())

    listening = asyncio.Event()

    async def watch() -> None:
        """Come back with the last number when told to be too slow, as every client does."""
        after = None
        while len(arrived) < count:
            try:
                async with agency.feed(after=after) as feed:
                    after = feed.welcome["number"] if after is None else after
                    listening.set()
                    while len(arrived) < count:
                        frame = await feed.next(60)
                        after = frame["number"]
                        take(frame)
            except websockets.ConnectionClosed:
                continue

    watching = asyncio.create_task(watch())
    await listening.wait()
    began = time.monotonic()
    if rate is None:
        await post_all(agency.stack.port, requests)
        due = [began] * count
    else:
        due = await post_at(agency.stack.port, requests, rate)
    await asyncio.wait_for(watching, 120)
    return [arrived[number] - due[number] for number in range(count)], max(arrived.values()) - began
