import asyncio
import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event

from api.app import create_app
from api.readiness import Readiness
from api.scheduler import SchedulerProbe
from resources.ledger import health
from resources.ledger.breakers import Breakers
from resources.ledger.budgets import Budgets
from resources.ledger.health import Finding
from resources.providers import load_providers
from tests.api.server import Store, served
from tests.api.watched import count
from tests.ports import free_port

EVERYONE = len(load_providers())


def test_the_process_answers(service: httpx.Client) -> None:
    body = service.get("/livez").json()
    assert body.pop("timestamp")
    assert body == {"status": "alive"}


def test_all_checks_are_named_when_the_service_is_ready(service: httpx.Client) -> None:
    body = service.get("/readyz").json()
    assert body["status"] == "ready"
    assert body["checks"] == {
        "ledger_readable": "ok",
        "lake_readable": "ok",
        "ledger_writable": "ok",
        "disk_space": "ok",
        "background_tasks": "ok",
    }


async def test_a_task_in_the_background_that_has_ended_is_told(store: Store) -> None:
    app = create_app(store.settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        assert (await client.get("/readyz")).status_code == 200
        app.state.services.background[0].cancel()
        await asyncio.sleep(0.05)
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        said = "one has ended, which the log tells of"
        assert answer.json()["checks"]["background_tasks"] == said


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("/health", "provider_outcomes"),
        ("/api/v2/health", "provider_outcomes"),
        ("/api/v2/status", "provider_outcomes"),
        ("/api/v2/status", "snapshots"),
    ],
)
async def test_whoever_asks_often_is_not_counted_for_each_time(
    store: Store, path: str, table: str
) -> None:
    counts: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if f"FROM {table}" in statement.replace("\n", " "):
            counts.append(statement)

    app = create_app(store.settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        event.listen(app.state.services.ledger.engine, "before_cursor_execute", note)
        began = time.monotonic()
        for _ in range(60):
            assert (await client.get(path)).status_code == 200
        assert 1 <= len(counts) <= 2 * (2 + time.monotonic() - began)


def test_health_says_only_what_is_known(service: httpx.Client) -> None:
    body = service.get("/health").json()
    for moving in ("timestamp", "version", "connected_clients", "total_sessions"):
        body.pop(moving)
    sockets = body["components"].pop("websocket")
    assert sockets["status"] == "running"
    assert body == {
        "status": "healthy",
        "components": {
            "database": {
                "status": "healthy",
                "checks": {"ledger_readable": "ok", "lake_readable": "ok"},
            },
            "scheduler": {"status": "unknown"},
            "providers": {
                "status": "unknown",
                "total": EVERYONE,
                "online": 0,
                "degraded": 0,
                "offline": 0,
                "unknown": EVERYONE,
            },
            "models": {"status": "not_loaded", "setting": "embedded"},
        },
        "providers_count": EVERYONE,
        "online_count": 0,
    }
    assert service.get("/api/health").json()["components"].keys() == body["components"].keys() | {
        "websocket"
    }


def test_a_model_that_was_needed_is_named(store: Store) -> None:
    with served(store.settings) as client:
        headers = {"X-API-Key": store.key("read")}
        text = {"text": "Bitcoin rises"}
        read = client.post("/api/sentiment/analyze", json=text, headers=headers, timeout=60).json()
        assert client.get("/health").json()["components"]["models"] == {
            "status": "loaded",
            "setting": "embedded",
            "engine": read["engine"],
            "model": read["model"],
        }


def test_a_store_that_is_gone_is_503_and_recovers_without_a_restart(store: Store) -> None:
    lake, aside = Path(store.settings.lake_url), store.settings.home_dir / "aside"
    with served(store.settings) as client:
        for path in ("/readyz", "/health"):
            assert client.get(path).status_code == 200
        shutil.move(lake, aside)
        lake.write_text("no folder")
        broken = {path: client.get(path) for path in ("/readyz", "/health", "/api/health")}
        assert {path: answer.status_code for path, answer in broken.items()} == dict.fromkeys(
            broken, 503
        )
        body = broken["/readyz"].json()
        assert body["title"] == "Not available now"
        assert body["checks"]["lake_readable"] == "the lake cannot be used"
        assert body["checks"]["ledger_readable"] == "ok"
        assert broken["/health"].json()["components"]["database"]["status"] == "unhealthy"
        assert str(lake) not in broken["/readyz"].text
        lake.unlink()
        shutil.move(aside, lake)
        assert client.get("/readyz").status_code == 200


async def test_a_ledger_that_cannot_be_written_is_not_ready(store: Store) -> None:
    readiness = Readiness(store.settings, store.ledger, store.lake)
    assert (await readiness.ready())["ledger_writable"] == "ok"
    with store.ledger.write():
        checks = await readiness.ready()
    assert checks["ledger_writable"] == "no answer within 2 s"
    assert checks["ledger_readable"] == "ok"
    for _ in range(300):
        if (checks := await readiness.ready())["ledger_writable"] == "ok":
            break
        await asyncio.sleep(0.1)
    assert checks["ledger_writable"] == "ok"


def test_checking_that_the_ledger_is_writable_does_write(store: Store) -> None:
    store.ledger.data_version()
    log = Path(f"{store.ledger.engine.url.database}-wal")
    before = log.stat().st_mtime_ns, log.stat().st_size
    time.sleep(0.02)
    store.ledger.check_writable()
    assert (log.stat().st_mtime_ns, log.stat().st_size) != before


@contextmanager
def webserver(answer: bytes, go: threading.Event | None = None) -> Iterator[int]:
    """Something that answers every POST so, once it may; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if go:
                go.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def daemon(*, healthy: bool) -> bytes:
    status = {"daemonStatus": {"healthy": healthy}}
    return json.dumps({"data": {"instance": {"daemonHealth": status}}}).encode()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (daemon(healthy=True), "running"),
        (daemon(healthy=False), "stopped"),
        (b"<html>another program</html>", "unknown"),
        (b'{"errors": [{"message": "no such field"}]}', "unknown"),
        (b"{}", "unknown"),
        (b"[1]", "unknown"),
        (b'{"data": {"instance": null}}', "unknown"),
    ],
)
async def test_the_scheduler_is_what_dagster_says(answer: bytes, status: str) -> None:
    with webserver(answer) as port:
        probe = SchedulerProbe(port)
        assert await probe.status() == status
    # Remembered for some seconds: nobody listens any more.
    assert await probe.status() == status
    probe.close()


async def test_a_scheduler_that_is_not_reached_is_unknown() -> None:
    probe = SchedulerProbe(free_port())
    assert await probe.status() == "unknown"
    probe.close()


async def test_a_slow_scheduler_is_not_waited_for() -> None:
    go = threading.Event()
    with webserver(daemon(healthy=True), go) as port:
        probe = SchedulerProbe(port)
        assert await probe.status() == "unknown"
        go.set()
    probe.close()


def test_the_status_of_nothing_is_null_and_not_zero(store: Store) -> None:
    with served(store.settings) as client:
        body = client.get("/api/status").json()
    assert body.pop("timestamp")
    assert body == {
        "status": "healthy",
        "mode": "sandbox",
        "total_apis": EVERYONE,
        "total_providers": EVERYONE,
        "online": 0,
        "degraded": 0,
        "offline": 0,
        "unknown": EVERYONE,
        "total_requests": 0,
        "successful_requests": 0,
        "failed_requests": 0,
        "rate_limited": 0,
        "success_rate": None,
        "avg_response_time_ms": None,
        "p95_response_time_ms": None,
        "system_health": "unknown",
    }


def test_providers_are_counted_by_what_their_calls_proved(store: Store) -> None:
    """What happened since the last look counts too; a call that was answered is a look."""
    count(store.ledger, "coinbase_exchange", ok=1)
    for provider in ("binance", "kraken"):
        health.note(store.ledger, load_providers()[provider], Finding("online", 40))
    for _ in range(5):
        Breakers(store.ledger).failed("kraken", None)
    Budgets(store.ledger).forbid(load_providers()["coingecko"], 60_000)
    with served(store.settings) as client:
        body = client.get("/api/status").json()
    counted = {name: body[name] for name in ("online", "degraded", "offline", "unknown")}
    assert counted == {"online": 2, "degraded": 1, "offline": 1, "unknown": EVERYONE - 4}
    assert body["total_providers"] == EVERYONE
    assert body["system_health"] == body["status"] == "degraded"
