"""A receiver of deliveries, on a socket of its own, in a thread of its own."""

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """A call as it came; `at` is of time.monotonic()."""

    at: float
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with the first of `answers`, which the last stays: (status, headers, seconds)."""

    answers: list[tuple[int, dict[str, str], float]] = field(
        default_factory=lambda: [(204, {}, 0.0)]
    )
    received: list[Received] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def of(self, path: str) -> list[Received]:
        return [one for one in self.received if one.path == path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        at = time.monotonic()
        self.received.append(Received(at, request.path, dict(request.headers), body))
        status, headers, seconds = self.answers[0]
        if len(self.answers) > 1:
            self.answers.pop(0)
        if request.path.startswith("/slow"):
            seconds = 60.0
        await asyncio.sleep(seconds)
        return web.Response(status=status, headers=headers)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver, ready, stop = Receiver(), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", receiver.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.port = runner.addresses[0][1]
        loops.append(asyncio.get_running_loop())
        ready.set()
        await stop.wait()
        await runner.cleanup()

    # Which cancels what it has not answered yet.
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    ready.wait(10)
    try:
        yield receiver
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(10)
