"""What the endpoints of one application share."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.access_log import AccessLog
from api.audit_trail import AuditTrail
from api.downloads import Downloads
from api.forced_updates import ForcedUpdates
from api.hot.candles import HotCandles
from api.keyring import Keyring
from api.limiter import Limiter
from api.live.hub import Hub
from api.live.source_messages import SourceMessages
from api.live.tail import LiveTail
from api.proxies import Proxies
from api.queries.overview import Overview
from api.reader import Reader
from api.readiness import Readiness
from api.scheduler import SchedulerProbe
from api.seldom import Seldom
from api.tokens import Tokens
from resources.directory import Directory
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Registry
from resources.monitoring.totals import State
from resources.pools import Pools
from resources.schedules import Schedules
from resources.settings import Settings
from resources.sql.engine import Engine

VERSION = version("headwater")
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Services:
    """Opened when the application starts, closed when it ends."""

    settings: Settings
    ledger: Ledger
    lake: Lake
    registry: Registry
    directory: Directory
    pools: Pools
    keyring: Keyring
    tokens: Tokens
    proxies: Proxies
    limiter: Limiter
    audit: AuditTrail
    scheduler: SchedulerProbe
    schedules: Schedules
    sources: SourceMessages
    forced_updates: ForcedUpdates
    readiness: Readiness
    downloads: Downloads
    overview: Overview
    reader: Reader
    engine: Engine
    hub: Hub
    tail: LiveTail
    hot_candles: HotCandles
    access_log: AccessLog = field(default_factory=AccessLog)
    # Who asks how we are asks often, and without limits.
    provider_states: Seldom[Mapping[str, State]] = field(default_factory=partial(Seldom, 1.0))
    data_sources: Seldom[Mapping[str, Any]] = field(default_factory=partial(Seldom, 1.0))
    one_by_one: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 1))
    background: list[asyncio.Task[None]] = field(default_factory=list)
    opened_at: float = field(default_factory=time.monotonic)

    @property
    def background_works(self) -> bool:
        """Whether every task in the background goes on: they end with the service alone."""
        return not any(task.done() for task in self.background)

    async def aside(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What somebody at a socket wants to be looked up: messages are no requests that are
        counted, so that all sockets share one thread, and requests wait for none of them."""
        looked_up = partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.one_by_one, looked_up)

    @property
    def mode(self) -> str:
        return self.settings.providers


def services_of(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


async def _services(connection: HTTPConnection) -> Services:
    return services_of(connection)


ServicesDep = Annotated[Services, Depends(_services)]
