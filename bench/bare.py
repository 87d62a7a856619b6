"""The bare route a webhook is compared with: take the body, publish it, answer. `python -m bench.bare PORT SERVERS`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request, Response


def create_app(servers: str) -> FastAPI:
    """One route, nothing else."""
    producer: AIOKafkaProducer

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        nonlocal producer
        producer = AIOKafkaProducer(
            bootstrap_servers=servers, acks="all", enable_idempotence=True, compression_type="lz4"
        )
        await producer.start()
        yield
        await producer.stop()

    app = FastAPI(lifespan=lifespan)

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        body = await request.body()
        await (await producer.send("raw.ingest.deliveries.v1", body, key=b"channel"))
        return Response(status_code=200)

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[2]), port=int(sys.argv[1]), log_level="error", access_log=False)
