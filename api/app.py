"""The application: `api.app:app` for any ASGI server, `create_app` where settings are at hand."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api.answers import NotModified
from api.audit_trail import AuditTrail
from api.compression import Compression
from api.credentials import TakeSecrets
from api.downloads import Downloads
from api.flushing import flush_until
from api.forced_updates import ForcedUpdates
from api.gate import Gate
from api.gate.audit import Audit
from api.gate.identity import Identity
from api.gate.limits import QUOTA_HEADERS, RateLimits
from api.gate.requests import REQUEST_ID, Requests
from api.hot.answering import HotAnswers
from api.hot.candles import HotCandles
from api.keyring import Keyring
from api.limiter import limiter_of
from api.live import data_sources, live_monitoring, sockets
from api.live.events import LiveEvents
from api.live.hub import Hub, Limits
from api.live.pulse import Pulse
from api.live.source_messages import SourceMessages
from api.live.tail import LiveTail
from api.metrics import Metrics
from api.middleware import BoundedBodies, ForBrowsers, HeadAsGet
from api.one_process import claim
from api.openapi import Described, operation_id
from api.problems import add_problem_handlers
from api.proxies import Proxies
from api.queries.overview import Overview
from api.reader import Reader
from api.readiness import Readiness
from api.routes import (
    assets,
    audit,
    auth,
    backups,
    candle_providers,
    candles,
    cleanup,
    collect,
    defi,
    derivatives,
    diagnostics,
    documentation,
    exports,
    fear_greed,
    freshness,
    gaps,
    health,
    info,
    markets,
    metrics,
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
    query,
    root,
    scheduler,
    sentiment,
    sign_in,
    social,
    status,
    system,
    v2_status,
    watchlist,
    webhooks,
)
from api.scheduler import SchedulerProbe
from api.services import VERSION, Services
from api.telling import Telling
from api.tokens import tokens_of
from resources import log_lines
from resources.directory import Directory
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import load_registry
from resources.pools import Pools, seed
from resources.schedules import Schedules
from resources.settings import Settings, load_settings, secrets_of
from resources.sql.engine import Bounds, Engine
from resources.sql.offered import Sources

_log = logging.getLogger(__name__)
_ROUTERS = (
    root, documentation, health, status, providers, monitoring, quality, prices, candles, candle_providers, scheduler,
    provider_schedules, provider_config, provider_data, pools, sockets, data_sources, live_monitoring,
    collect, watchlist, system, gaps, markets, freshness, sentiment, news,
    derivatives, defi, overview, assets, nft, social, fear_greed, onchain, auth, sign_in, metrics, info,
    v2_status, cleanup, diagnostics, audit, query, backups, exports,
    webhooks,
)  # fmt: skip
_READ_BY_PAGES = ["ETag", "Link", "Retry-After", REQUEST_ID, *QUOTA_HEADERS]

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def __getattr__(name: str) -> FastAPI:
    # Settings are read when a server asks for `app`, not when anything imports this module.
    if name == "app":
        return _from_environment()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def _from_environment() -> FastAPI:
    settings = load_settings()
    log_lines.configure(settings.log_level, secrets_of(settings))
    app = create_app(settings)
    # Held until the process ends.
    app.state.claim = claim(settings.home_dir)
    return app


def create_app(settings: Settings, limits: Limits | None = None) -> FastAPI:
    """The service over the lake and ledger that the settings name; `limits` bound its sockets."""
    limits = limits or Limits(settings.max_sockets, settings.max_sockets_per_address)
    app = Described(
        title="Headwater",
        version=VERSION,
        description="Crypto market data from many providers, with the provenance of every value.",
        lifespan=_lifespan(settings, limits),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=operation_id,
        # Costs each request 5 µs, for exporters that are not installed.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # Their address would be what the Host header says.
        redirect_slashes=False,
    )
    app.state.metrics = Metrics()
    add_problem_handlers(app)
    for module in _ROUTERS:
        app.include_router(module.router)
    app.mount(documentation.FILES_PATH, documentation.files())
    _add_layers(app, settings)
    return app


def _add_layers(app: FastAPI, settings: Settings) -> None:
    """What a request passes on its way to a route; each is put around those before it."""
    app.add_middleware(HotAnswers, route=candles.NEWEST)
    app.add_middleware(NotModified)
    app.add_middleware(Compression)
    app.add_middleware(BoundedBodies)
    app.add_middleware(HeadAsGet)
    concerns = (Requests(), app.state.metrics.requests, Identity(), RateLimits(), Audit())
    app.add_middleware(Gate, concerns=concerns)
    # Around the gate: pages must be able to read its refusals, and a preflight is no request.
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["X-API-Key", "Authorization", "Content-Type", "If-None-Match"],
            expose_headers=_READ_BY_PAGES,
        )
    app.add_middleware(ForBrowsers)
    app.add_middleware(TakeSecrets)


def _lifespan(settings: Settings, limits: Limits) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = await asyncio.to_thread(_open, settings, limits)
        app.state.services = services
        stop = asyncio.Event()
        pulse = Pulse(services.hub, services.ledger, services.directory, services.schedules)
        events = LiveEvents(services.hub, services.ledger, services.directory)
        flushing = flush_until(stop, services.limiter, services.audit, services.access_log)
        telling = Telling(services.ledger, settings.allowed_addresses).run(stop)
        for work in (
            services.tail.run(stop), pulse.run(stop), events.run(stop), telling, flushing,
        ):  # fmt: skip
            task = asyncio.create_task(work)
            task.add_done_callback(_report)
            services.background.append(task)
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*services.background, return_exceptions=True)
            services.scheduler.close()
            services.engine.close()
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
    hot_candles = HotCandles()
    tail = LiveTail(ledger, lake, hub, sources, hot_candles.follow)
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
        tokens=tokens_of(settings, ledger),
        proxies=Proxies(settings.trusted_proxies),
        limiter=limiter_of(settings, ledger),
        audit=AuditTrail(ledger),
        scheduler=probe,
        schedules=schedules,
        sources=sources,
        forced_updates=ForcedUpdates(ledger, probe),
        readiness=Readiness(settings, ledger, lake),
        downloads=Downloads(settings.home_dir),
        overview=Overview(lake, ledger),
        reader=Reader(settings.sentiment_model, settings.topic_model, settings.huggingface_token),
        engine=_engine(settings, Sources(lake, ledger, directory)),
        hub=hub,
        tail=tail,
        hot_candles=hot_candles,
    )


def _engine(settings: Settings, tables: Sources) -> Engine:
    bounds = Bounds(
        settings.query_seconds,
        settings.query_memory_mb,
        settings.query_rows,
        settings.query_at_once,
    )
    return Engine(settings.home_dir, Path(settings.lake_url), tables, bounds)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.error("a background task has ended", exc_info=error)
