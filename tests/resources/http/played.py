"""What the tests of this folder share: providers played on a socket, and scripted layers."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web

from resources.http import Member, Membership, StrategyName
from resources.providers.base import Auth, Limit, Provider

ROOT = Path(__file__).parents[3]
# Of a member of a pool, unless a test tells another: (amount, seconds).
LIMIT = (100, 60)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def a_provider(
    name: str = "acme",
    *limits: tuple[int, int],
    used: Callable[[Mapping[str, str]], Mapping[int, int]] | None = None,
    auth: Auth | None = None,
    base_url: str | None = None,
) -> Provider:
    """A provider with limits of (amount, seconds)."""
    return Provider(
        id=name,
        name=name.title(),
        category="exchange",
        base_url=base_url or f"https://api.{name}.test",
        docs_url=f"https://docs.{name}.test",
        limits=tuple(Limit(*limit) for limit in limits),
        native=str,
        used=used,
        auth=auth,
    )


class Members:
    """A membership that a test changes."""

    def __init__(
        self, names: str, strategy: StrategyName = "round_robin", *limits: tuple[int, int]
    ) -> None:
        providers = [a_provider(name, *(limits or (LIMIT,))) for name in names]
        members = tuple(Member(one, priority=n) for n, one in enumerate(providers))
        self.now = Membership(strategy, members)

    def __call__(self) -> Membership:
        return self.now

    def keep(self, names: str) -> None:
        left = tuple(m for m in self.now.members if m.provider.id in names)
        self.now = replace(self.now, members=left)


@dataclass
class Played:
    """A running server: its address, and when (seconds, monotonic) which request arrived."""

    url: str = ""
    arrivals: list[tuple[float, web.Request]] = field(default_factory=list)

    def calls(self, host: str) -> int:
        return sum(request.path.startswith(f"/{host}/") for _, request in self.arrivals)


@asynccontextmanager
async def played(handler: Handler) -> AsyncIterator[Played]:
    """Serves all hosts and paths on loopback with one handler."""
    server = Played()

    async def receive(request: web.Request) -> web.StreamResponse:
        server.arrivals.append((asyncio.get_running_loop().time(), request))
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def answers(*script: web.Response | int) -> Handler:
    """Plays statuses or responses one after another, the last one for ever."""
    left = list(script)

    async def handler(_: web.Request) -> web.StreamResponse:
        step = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(step, int):
            return web.Response(status=step, text=f"status {step}")
        return web.Response(status=step.status, body=step.body, headers=step.headers)

    return handler


class Scripted(httpx.AsyncBaseTransport):
    """The layer below the one under test: each request gets the next of a script, in memory."""

    def __init__(self, script: Iterable[httpx.Response | Exception]) -> None:
        self._script = iter(script)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        step = next(self._script)
        if isinstance(step, Exception):
            raise step
        return step


def a_request(
    provider: Provider,
    *,
    seconds: float | None = None,
    max_wait: float = 10,
    weight: int = 1,
    secret: str | None = None,
) -> httpx.Request:
    """A request as the client makes them, with a deadline in `seconds`."""
    deadline = None if seconds is None else asyncio.get_running_loop().time() + seconds
    return httpx.Request(
        "GET",
        provider.base_url,
        extensions={
            "provider": provider,
            "weight": weight,
            "parse": bytes,
            "max_wait": max_wait,
            "deadline": deadline,
            "secret": secret,
        },
    )


class Callers:
    """Processes (see caller.py) that wait for orders; they start once, for starting takes seconds."""

    def __init__(self, count: int) -> None:
        command = [sys.executable, "-m", "tests.resources.http.caller"]
        pipe = subprocess.PIPE
        self._processes = [
            subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
            for _ in range(count)
        ]
        for process in self._processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"

    async def run(self, order: Mapping[str, Any]) -> list[list[str]]:
        """Gives all of them one order at once; what became of each one's calls."""
        return await asyncio.gather(
            *(asyncio.to_thread(_obey, process, order) for process in self._processes)
        )

    def close(self) -> None:
        for process in self._processes:
            process.communicate()
            assert process.returncode == 0


def _obey(process: subprocess.Popen[str], order: Mapping[str, Any]) -> list[str]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    seen: list[str] = json.loads(process.stdout.readline())
    return seen
