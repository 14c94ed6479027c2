"""The sandbox as an ASGI application: /<host>/<path> is played by the provider that is there."""

import time
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from sandbox.config import Config
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.replay import Tape
from sandbox.request import Request
from sandbox.stage import choose
from sandbox.stages import Stages


def create_app(config: Config, replay: Path | None = None) -> Starlette:
    """Raises ConfigError where the replay folder has no index of candles."""
    if replay:
        # Tapes are opened when their provider is first asked: a bad folder shall say so now.
        Tape.open(replay, "")
    faults = Faults()
    stages = Stages(config, replay, faults, _now)
    return Starlette(routes=[*Control(stages, faults).routes(), Mount("/", app=_Theatre(stages))])


class _Theatre:
    """Finds the stage of a request by the first segment of its path, the host."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host, _, path = scope["path"].removeprefix("/").partition("/")
        if scope["method"] not in ("GET", "POST"):
            await _refuse(405, scope, receive, send)
        elif not host or host.startswith("_"):
            await _refuse(404, scope, receive, send)
        else:
            request = await Request.read(f"/{path}", scope, receive)
            stage = choose(self._stages.of(host, f"/{path}"), request)
            await stage.play(request, scope, receive, send)


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    error = "the sandbox answers GET and POST /<host>/<path>"
    await JSONResponse({"error": error}, status)(scope, receive, send)


def _now() -> int:
    return time.time_ns() // 1_000_000
