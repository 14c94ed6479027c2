"""A restore by API while everything runs: what a user sees of it, from a first start on."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import polars as pl
import pytest
import websockets

from resources import backups
from resources.errors import Conflict
from resources.ledger import collections, commits, keys
from resources.plan import OHLCV_ASSET, PRICES_JOB, day_key
from resources.schemas import CANDLES
from tests.api.entries import ACME, APIS
from tests.pipelines.demo import Demo
from tests.resources.lake.frames import candles as hourly

_UP_AGAIN = "Headwater is up again."
_UP_SECONDS = 180


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A `headwater demo` whose first start a restore has interrupted."""
    demo = Demo(Path(tmp_path_factory.mktemp("home")))
    demo.launch()
    try:
        # While its webserver stands still, the start waits for Dagster.
        demo.wait_until(lambda: bool(demo.processes("dagster_webserver")), _UP_SECONDS)
        for webserver in demo.processes("dagster_webserver"):
            webserver.suspend()
        demo.wait_until(lambda: _ready(demo), _UP_SECONDS)
        ledger = demo.ledger
        secret = keys.create(ledger, "early", ("admin",), "admin")
        # Nobody will be left who could end it.
        with suppress(Conflict):
            collections.claim(ledger, "forward", "api")
        ledger.close()
        assert _restore(demo, secret, _back_up(demo, secret))["restarting"]
        demo.wait_until(lambda: "Ctrl-C stops everything" in demo.said(), _UP_SECONDS)
        assert _UP_AGAIN in demo.said()
        yield demo
    finally:
        demo.stop()
        demo.close()


def test_a_first_start_that_a_restore_interrupts_shows_its_key_even_so(interrupted: Demo) -> None:
    assert "is in place" in interrupted.said()
    assert interrupted.said().count("shown this once") == 1
    assert interrupted.get("/api/v2/status").status_code == 200
    assert interrupted.get("/api/admin/collect/status").json()["is_running"] is False


def test_a_restore_brings_back_what_was_and_leaves_what_was_done(interrupted: Demo) -> None:
    demo = interrupted
    config = {"ops": {OHLCV_ASSET: {"config": {"symbols": ["ETH-USDT"], "interval": "4h"}}}}
    backfill = demo.dagster.backfill(OHLCV_ASSET, ["2026-02-01"], config)
    [run] = demo.finished(lambda: demo.dagster.runs_of_backfill(backfill), _UP_SECONDS)
    assert run.status == "SUCCESS"
    secret = demo.key
    assert _ask(demo, secret, "POST", APIS, json=ACME).status_code == 201
    ledger = demo.ledger
    revoked = keys.issue(ledger, "revoked", ("read",), "free", None)
    archive, candles = _back_up(demo, secret), _candles(demo)

    demo.lake.merge(CANDLES, hourly("ETH/USDT", range(50)))
    assert _ask(demo, secret, "DELETE", f"{APIS}/acme").is_success
    pool = {"name": "My Nodes", "category": "rpc_node", "rotation_strategy": "round_robin"}
    made = _ask(demo, secret, "POST", "/api/pools", json=pool).json()["pool_id"]
    keys.revoke_named(ledger, "revoked")
    later = keys.create(ledger, "later", ("read",))
    _refuses_a_flipped_one(demo, secret, archive)
    assert _candles(demo).height == candles.height + 50 == 28 * 6 + 50
    assert _ask(demo, secret, "GET", f"/api/pools/{made}").status_code == 200
    ledger.close()

    said = demo.said().count(_UP_AGAIN)
    newest = asyncio.run(_followed(demo, secret, archive, said))
    assert _ask(demo, secret, "GET", f"{APIS}/acme").status_code == 200
    assert _ask(demo, secret, "GET", f"/api/pools/{made}").status_code == 404
    assert _candles(demo).equals(candles)
    assert [_status(demo, key) for key in (secret, later, revoked.secret)] == [200, 200, 401]
    assert _newest_seq(demo) >= newest


async def _followed(demo: Demo, secret: str, archive: str, said: int) -> int:
    """Restore while a socket listens; its next message counts on from those before."""
    url = f"ws://127.0.0.1:{demo.port}/ws"
    async with websockets.connect(url) as socket:
        before = _newest_seq(demo)
        assert (await asyncio.to_thread(_restore, demo, secret, archive))["restarting"]
        await asyncio.wait_for(_until_closed(socket), 60)
    await asyncio.to_thread(
        demo.wait_until, lambda: demo.said().count(_UP_AGAIN) > said, _UP_SECONDS
    )
    async with websockets.connect(url) as socket:
        await socket.send(json.dumps({"type": "resume", "channel": "prices", "after": before}))
        today = {"dagster/partition": day_key(time.time_ns() // 1_000_000)}
        await asyncio.to_thread(demo.dagster.launch, PRICES_JOB, today, {})
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), 100))
            if message["type"] == "price_update":
                assert message["seq"] > before
                return int(message["seq"])


async def _until_closed(socket: websockets.ClientConnection) -> None:
    with suppress(websockets.ConnectionClosed):
        async for _ in socket:
            pass


def _refuses_a_flipped_one(demo: Demo, secret: str, archive: str) -> None:
    path = demo.home / archive
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 8
    path.write_bytes(flipped)
    answer = _ask(demo, secret, "POST", "/api/v2/restore", params={"backup_file": archive})
    path.write_bytes(whole)
    assert answer.status_code == 503
    assert "damaged" in answer.json()["detail"]
    assert not backups.waits(demo.home)


def _newest_seq(demo: Demo) -> int:
    # One that stays open would be in the way of the restore.
    ledger = demo.ledger
    try:
        return commits.newest_seq(ledger)
    finally:
        ledger.close()


def _ready(demo: Demo) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{demo.port}/readyz").is_success
    except httpx.HTTPError:
        return False


def _back_up(demo: Demo, secret: str) -> str:
    answer = _ask(demo, secret, "POST", "/api/v2/backup")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["backup_file"])


def _restore(demo: Demo, secret: str, archive: str) -> dict[str, object]:
    answer = _ask(demo, secret, "POST", "/api/v2/restore", params={"backup_file": archive})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _ask(
    demo: Demo,
    secret: str,
    method: str,
    path: str,
    *,
    params: dict[str, str] | None = None,
    json: object = None,
) -> httpx.Response:
    url, headers = f"http://127.0.0.1:{demo.port}{path}", {"X-API-Key": secret}
    return httpx.request(method, url, params=params, json=json, headers=headers, timeout=60)


def _status(demo: Demo, secret: str) -> int:
    return _ask(demo, secret, "GET", "/api/v2/status").status_code


def _candles(demo: Demo) -> pl.DataFrame:
    """Those of months that no schedule asks for."""
    stored = demo.lake.scan(CANDLES, {"interval": ["1h", "4h"]})
    old = pl.col("open_time") < datetime(2026, 3, 1, tzinfo=UTC)
    return stored.filter(old).sort(*CANDLES.key).collect()
