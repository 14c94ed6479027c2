"""The application: `api.app:app` for any ASGI server, `create_app` where settings are at hand."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api.answers import NotModified
from api.credentials import TakeSecrets
from api.downloads import Downloads
from api.forced_updates import ForcedUpdates
from api.gate import Gate
from api.gate.identity import Identity
from api.keyring import Keyring
from api.live import data_sources, live_monitoring, sockets
from api.live.events import LiveEvents
from api.live.hub import Hub, Limits
from api.live.pulse import Pulse
from api.live.source_messages import SourceMessages
from api.live.tail import LiveTail
from api.middleware import BoundedBodies, HeadAsGet, NoSniffing
from api.problems import add_problem_handlers
from api.queries.overview import Overview
from api.reader import Reader
from api.readiness import Readiness
from api.routes import (
    assets,
    candle_providers,
    candles,
    collect,
    defi,
    derivatives,
    documentation,
    fear_greed,
    freshness,
    gaps,
    health,
    markets,
    monitoring,
    news,
    nft,
    onchain,
    overview,
    pools,
    prices,
    provider_config,
    provider_data,
    provider_schedules,
    providers,
    quality,
    root,
    scheduler,
    sentiment,
    social,
    status,
    system,
    watchlist,
)
from api.scheduler import SchedulerProbe
from api.services import VERSION, Services
from resources.directory import Directory
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import load_registry
from resources.pools import Pools, seed
from resources.schedules import Schedules
from resources.settings import Settings, load_settings

_log = logging.getLogger(__name__)
_ROUTERS = (
    root, documentation, health, status, providers, monitoring, quality, prices, candles, candle_providers, scheduler,
    provider_schedules, provider_config, provider_data, pools, sockets, data_sources, live_monitoring,
    collect, watchlist, system, gaps, markets, freshness, sentiment, news,
    derivatives, defi, overview, assets, nft, social, fear_greed, onchain,
)  # fmt: skip
_READ_BY_PAGES = ["ETag", "Link", "Retry-After"]

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def __getattr__(name: str) -> FastAPI:
    # Settings are read when a server asks for `app`, not when anything imports this module.
    if name == "app":
        return _from_environment()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def _from_environment() -> FastAPI:
    return create_app(load_settings())


def create_app(settings: Settings, limits: Limits | None = None) -> FastAPI:
    """The service over the lake and ledger that the settings name; `limits` bound its sockets."""
    limits = limits or Limits(settings.max_sockets, settings.max_sockets_per_address)
    app = FastAPI(
        title="Headwater",
        version=VERSION,
        description="Crypto market data from many providers, with the provenance of every value.",
        lifespan=_lifespan(settings, limits),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # Their address would be what the Host header says.
        redirect_slashes=False,
    )
    add_problem_handlers(app)
    for module in _ROUTERS:
        app.include_router(module.router)
    app.mount(documentation.FILES_PATH, documentation.files())
    # Each is put around those before it.
    app.add_middleware(NotModified)
    app.add_middleware(BoundedBodies)
    app.add_middleware(HeadAsGet)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["X-API-Key", "Authorization", "Content-Type", "If-None-Match"],
            expose_headers=_READ_BY_PAGES,
        )
    app.add_middleware(NoSniffing)
    app.add_middleware(Gate, concerns=(Identity(),))
    app.add_middleware(TakeSecrets)
    return app


def _lifespan(settings: Settings, limits: Limits) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = await asyncio.to_thread(_open, settings, limits)
        app.state.services = services
        stop = asyncio.Event()
        pulse = Pulse(services.hub, services.ledger, services.directory, services.schedules)
        events = LiveEvents(services.hub, services.ledger, services.directory)
        for work in (services.tail.run(stop), pulse.run(stop), events.run(stop)):
            task = asyncio.create_task(work)
            task.add_done_callback(_report)
            services.background.append(task)
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*services.background, return_exceptions=True)
            services.scheduler.close()
            services.ledger.close()

    return lifespan


def _open(settings: Settings, limits: Limits) -> Services:
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    lake = Lake(settings.lake_url)
    hub = Hub(limits)
    directory = Directory(ledger)
    seed(ledger, directory.providers())
    schedules = Schedules(ledger, directory, sandboxed=settings.providers == "sandbox")
    sources = SourceMessages(ledger, schedules, settings.providers)
    tail = LiveTail(ledger, lake, hub, sources)
    tail.remember()
    probe = SchedulerProbe(settings.dagster_port)
    return Services(
        settings=settings,
        ledger=ledger,
        lake=lake,
        registry=load_registry(),
        directory=directory,
        pools=Pools(ledger, directory, sandboxed=settings.providers == "sandbox"),
        keyring=Keyring(ledger),
        scheduler=probe,
        schedules=schedules,
        sources=sources,
        forced_updates=ForcedUpdates(ledger, probe),
        readiness=Readiness(settings, ledger, lake),
        downloads=Downloads(settings.home_dir),
        overview=Overview(lake, ledger),
        reader=Reader(settings.sentiment_model, settings.topic_model, settings.huggingface_token),
        hub=hub,
        tail=tail,
    )


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.error("a background task has ended", exc_info=error)
