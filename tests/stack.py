"""A running Resonanz for tests: real engines, one services process, and agencies of their own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import websockets
from standardwebhooks.webhooks import Webhook

from deploy.engines import Engines
from deploy.engines.process import free_port
from deploy.run import environment
from libs.common.dev_issuer import DevIssuer, Person

T = TypeVar("T")


async def until(ask: Callable[[], Awaitable[T | None]], seconds: float = 20.0) -> T:
    """Ask until there is an answer that counts; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = await ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"still {answer!r} after {seconds} s")
        await asyncio.sleep(0.05)


class Stack:
    """The services as one child process that can be killed and started again."""

    def __init__(self, engines: Engines, folder: Path, **env: str) -> None:
        self.engines = engines
        self.folder = folder
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "people.json").write_text("[]")
        self._env = {**os.environ, **environment(engines, self.port, folder), **env}
        self.issuer = DevIssuer("dev", f"{self.base}/dev/issuer", [], folder / "issuer.pem")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        return self._env

    def launch(self) -> None:
        log = (self.folder / "services.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services"], env=self._env, stdout=log, stderr=log, start_new_session=True
        )

    def start(self, seconds: float = 60) -> None:
        self.launch()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process and self.process.poll() is None, self.log()
            try:
                if httpx.get(f"{self.base}/ready", timeout=2).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not ready:\n{self.log()}")

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def pause(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def log(self) -> str:
        return (self.folder / "services.log").read_text()[-4000:]

    def token(self, tenant: str, id: str, roles: tuple[str, ...], brands: tuple[str, ...] = ("*",)) -> str:
        name = id.replace("-", " ").title()
        return self.issuer.token(Person(id=id, name=name, tenant=tenant, roles=roles, brands=brands))


@dataclass
class Agency:
    """A fresh tenant with one brand, an admin and agents; nothing of it is shared with other tests."""

    stack: Stack
    tenant: str
    http: httpx.AsyncClient
    brand: str = "acme"

    def auth(
        self,
        who: str = "admin",
        roles: tuple[str, ...] = ("admin", "agent"),
        brands: tuple[str, ...] = ("*",),
    ) -> dict[str, str]:
        return {"authorization": f"Bearer {self.stack.token(self.tenant, who, roles, brands)}"}

    async def channel(self, network: str = "webhook", **settings: Any) -> dict[str, Any]:
        body = {"brand_id": self.brand, "network": network, "name": "Test", "settings": settings}
        answer = await self.http.post("/api/ingest/v1/channels", json=body, headers=self.auth())
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def deliver(
        self, channel: dict[str, Any], body: Any, id: str | None = None, **headers: str
    ) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return await self.http.post(
            f"/api/ingest/v1/hooks/{channel['id']}",
            content=raw,
            headers={**signed(channel["secret"], id or uuid4().hex, raw), **headers},
        )

    async def conversations(self, who: str = "admin", **query: Any) -> list[dict[str, Any]]:
        answer = await self.http.get("/api/routing/v1/conversations", params=query, headers=self.auth(who))
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def messages(self, conversation: str) -> list[dict[str, Any]]:
        """All messages of a conversation, oldest first."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            query = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            answer = await self.http.get(
                f"/api/routing/v1/conversations/{conversation}/messages", params=query, headers=self.auth()
            )
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            cursor = answer.json()["next"]
            if not cursor:
                return found[::-1]

    async def command(
        self, conversation: str, verb: str, body: Any = None, who: str = "admin", **headers: str
    ) -> httpx.Response:
        return await self.http.post(
            f"/api/routing/v1/conversations/{conversation}/{verb}",
            json=body,
            headers={**self.auth(who), **headers},
        )

    async def presence(self, who: str, status: str, capacity: int = 5) -> None:
        answer = await self.http.put(
            "/api/routing/v1/me/presence",
            json={"status": status, "capacity": capacity},
            headers=self.auth(who),
        )
        assert answer.status_code == 200, answer.text

    @asynccontextmanager
    async def feed(
        self, who: str = "admin", after: int | None = None, brands: tuple[str, ...] = ("*",)
    ) -> AsyncIterator["Feed"]:
        url = f"{self.stack.base.replace('http', 'ws')}/api/notify/v1/feed"
        async with websockets.connect(url) as socket:
            token = self.stack.token(self.tenant, who, ("agent",), brands)
            await socket.send(json.dumps({"type": "hello", "token": token, "after": after}))
            welcome = json.loads(await asyncio.wait_for(socket.recv(), 10))
            yield Feed(socket, welcome)


class Feed:
    def __init__(self, socket: Any, welcome: dict[str, Any]) -> None:
        self.socket = socket
        self.welcome = welcome
        self.frames: list[dict[str, Any]] = []

    async def next(self, seconds: float = 10.0) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
            if frame["type"] != "ping":
                self.frames.append(frame)
                return frame

    async def entry(self, kind: str, seconds: float = 10.0) -> dict[str, Any]:
        while True:
            frame = await self.next(seconds)
            if frame["type"] == "entry" and frame["entry"]["type"] == kind:
                return frame


@asynccontextmanager
async def new_agency(stack: Stack) -> AsyncIterator[Agency]:
    async with httpx.AsyncClient(base_url=stack.base, timeout=30) as http:
        yield Agency(stack, f"t-{uuid4().hex[:12]}", http)


def signed(secret: str, id: str, raw: bytes, at: datetime | None = None) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, moment, raw.decode()),
    }


def said(author: str, text: str, thread: str = "t") -> dict[str, Any]:
    return {
        "type": "message",
        "thread": thread,
        "text": text,
        "author": {"id": author, "name": f"Name of {author}"},
    }
