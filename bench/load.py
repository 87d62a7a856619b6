"""A lean HTTP/1.1 load driver: keep-alive connections, prepared requests, bounded in count and time."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit


def request(url: str, headers: dict[str, str], body: bytes) -> bytes:
    """A POST as bytes, made before the clock runs."""
    parts = urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def post_all(port: int, requests: Sequence[bytes], connections: int = 32) -> float:
    """Send all as fast as the answers come; the seconds it took. Any answer but 200 is an error."""
    waiting = iter(requests)
    began = time.perf_counter()
    await asyncio.gather(*(_drain(port, waiting) for _ in range(connections)))
    return time.perf_counter() - began


async def post_at(port: int, requests: Sequence[bytes], rate: float, connections: int = 32) -> list[float]:
    """Send at a fixed rate, whatever the answers do; when each was due, by the monotonic clock."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for one in opened:
        free.put_nowait(one)
    began, due, tasks = time.monotonic(), [], []

    async def send(raw: bytes) -> None:
        connection = await free.get()
        await _exchange(*connection, raw)
        free.put_nowait(connection)

    for number, raw in enumerate(requests):
        at = began + number / rate
        await asyncio.sleep(max(at - time.monotonic(), 0))
        due.append(at)
        tasks.append(asyncio.create_task(send(raw)))
    await asyncio.gather(*tasks)
    for _, writer in opened:
        writer.close()
    return due


async def _drain(port: int, waiting: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for raw in waiting:
        await _exchange(reader, writer, raw)
    writer.close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes) -> None:
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode(errors="replace"))
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    if length:
        await reader.readexactly(length)
