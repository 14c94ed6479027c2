"""The sandbox as an ASGI application: /<host>/<path> is played by the provider of that host."""

import time
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from resources.market import load_registry
from sandbox.config import Config, ConfigError, Provider, latency
from sandbox.control import Control
from sandbox.exchange import Exchange, Source
from sandbox.faults import Faults
from sandbox.listings import list_markets
from sandbox.replay import Tape
from sandbox.stage import Stage
from sandbox.venue import Venue


def create_app(config: Config, replay: Path | None = None) -> Starlette:
    """Raises ConfigError where a provider has no venue here, or the replay folder no candles."""
    faults = Faults()
    stages = {
        name: Stage(name, _venue(name, provider, replay), faults, latency(name, provider), _now)
        for name, provider in config.providers.items()
    }
    hosts = {config.providers[name].host: stage for name, stage in stages.items()}
    return Starlette(routes=[*Control(stages, faults).routes(), Mount("/", app=_Theatre(hosts))])


class _Theatre:
    """Finds the stage of a request by the first segment of its path."""

    def __init__(self, hosts: Mapping[str, Stage]) -> None:
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host, _, path = scope["path"].removeprefix("/").partition("/")
        stage = self._hosts.get(host)
        if stage is None or scope["method"] not in ("GET", "POST"):
            known = ", ".join(self._hosts)
            error = f"the sandbox answers GET and POST /<host>/<path> for the hosts {known}"
            await JSONResponse({"error": error}, 404)(scope, receive, send)
        else:
            await stage.play(f"/{path}", scope, receive, send)


def _venue(name: str, provider: Provider, replay: Path | None) -> Venue:
    module = f"sandbox.venues.{name}"
    if not name.isidentifier() or find_spec(module) is None:
        raise ConfigError(f"no venue plays {name!r}: there is no sandbox/venues/{name}.py")
    venue: type[Venue] = import_module(module).VENUE
    source: Source | None = Tape.open(replay, name) if replay else None
    if source is None:
        source = Exchange(list_markets(name, venue.rules, load_registry()))
    return venue(source, provider.limits)


def _now() -> int:
    return time.time_ns() // 1_000_000
