"""`./dev demo` as a user meets it: one start, everything served, nothing left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial

import httpx
import polars as pl
import psutil
import pytest
import websockets

from resources.cadence import CADENCES
from resources.errors import Conflict, Unavailable
from resources.ledger import collections
from resources.plan import OHLCV_ASSET, OHLCV_JOB, SENTIMENT_ASSET, SNAPSHOTS_ASSET, SNAPSHOTS_JOB
from resources.processes import marked
from resources.schemas import CANDLES, PRICES
from tests.pipelines.conftest import SCHEDULE
from tests.pipelines.demo import Demo

KINDS = {"api", "code-server", "daemon", "webserver", "run", "sandbox"}


def test_it_prints_addresses_that_answer_and_a_key_that_works_once(demo: Demo) -> None:
    said = demo.said()
    for line in ("API", "its docs", "Dagster", "curl -H"):
        assert line in said
    assert said.count("shown this once") == 1
    assert httpx.get(f"http://127.0.0.1:{demo.port}/docs").is_success
    assert httpx.get(f"http://127.0.0.1:{demo.dagster_port}/server_info").is_success
    history = demo.get("/api/ohlcv/history/BTC", interval="1h", days="2").json()
    assert history["count"] in {47, 48}
    status = demo.get("/api/status").json()
    assert status["mode"] == "sandbox"


def test_runs_and_schedules_go_by_the_environment_and_then_by_the_file_of_the_folder_of_the_start(
    demo: Demo,
) -> None:
    collected = demo.lake.scan(CANDLES, {}).select(pl.col("symbol").n_unique()).collect().item()
    assert collected == int(demo.settings["HEADWATER_TOP_N_CRYPTOS"])
    query = """{ repositoriesOrError { ... on RepositoryConnection { nodes {
        schedules { cronSchedule } } } } }"""
    [repository] = demo.graphql(query)["repositoriesOrError"]["nodes"]
    assert SCHEDULE in {schedule["cronSchedule"] for schedule in repository["schedules"]}


def test_each_feed_was_materialized_with_green_checks(demo: Demo) -> None:
    query = """{ assetNodes { assetKey { path } assetMaterializations(limit: 1) { runId }
        assetChecksOrError { ... on AssetChecks { checks { name
          executionForLatestMaterialization { status } } } } } }"""
    nodes = demo.graphql(query)["assetNodes"]
    by_name = {node["assetKey"]["path"][-1]: node for node in nodes}
    others = {"candle_quality", "ohlcv_resampled", "provider_snapshots"}
    feeds = {*CADENCES, SENTIMENT_ASSET}
    assert by_name.keys() == {*feeds, *others}
    for node in (by_name[feed] for feed in feeds):
        assert node["assetMaterializations"]
        statuses = {
            check["name"]: check["executionForLatestMaterialization"]["status"]
            for check in node["assetChecksOrError"]["checks"]
        }
        assert set(statuses.values()) == {"SUCCEEDED"}, statuses


def test_a_backfill_of_months_is_one_run(demo: Demo) -> None:
    months = ["2026-03-01", "2026-04-01", "2026-05-01"]
    config = {"ops": {OHLCV_ASSET: {"config": {"symbols": ["ETH-USDT"], "interval": "4h"}}}}
    backfill = demo.dagster.backfill(OHLCV_ASSET, months, config)
    [run] = demo.finished(lambda: demo.dagster.runs_of_backfill(backfill))
    assert run.status == "SUCCESS"
    rows = demo.lake.scan(CANDLES, {"interval": ["4h"]}).collect()
    assert rows.height == (31 + 30 + 31) * 6
    days = {"start": "2026-03-01", "end": "2026-06-01"}
    gaps = demo.get("/api/ohlcv/gaps/ETH-USDT", interval="4h", **days).json()
    assert (gaps["expected"], gaps["missing"]) == (rows.height, [])


def test_a_collection_on_the_command_line_is_a_run_of_the_headwater_that_runs(demo: Demo) -> None:
    days = ["--mode", "backward", "--start", "2026-08-20", "--end", "2026-08-29"]
    command = [sys.executable, "-m", "pipelines.cli", "collect", *days, "--symbols", "DOGE"]
    ended = subprocess.run(
        [*command, "--interval", "4h"],
        env={**os.environ, **demo.settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "in Headwater, which runs already" in ended.stdout
    assert "DOGE/USDT 4h: complete, 60 records" in ended.stdout
    told = demo.get("/api/admin/collect/status").json()
    assert (told["status"], told["origin"], told["mode"]) == ("success", "command line", "backward")
    run = demo.dagster.run(told["run_id"])
    assert run is not None
    assert (run.job, run.status) == (OHLCV_JOB, "SUCCESS")


def test_a_collection_that_was_triggered_is_ended_by_hand(demo: Demo) -> None:
    path, headers = "/api/admin/collect", {"X-API-Key": demo.key}
    url = f"http://127.0.0.1:{demo.port}{path}"
    wanted = {"mode": "backward", "start_date": "2026-01-01", "interval": "1m"}
    started = httpx.post(f"{url}/trigger", json=wanted, headers=headers, timeout=30)
    assert started.status_code == 202
    again = httpx.post(f"{url}/trigger", json=wanted, headers=headers, timeout=30)
    assert again.status_code == 409
    demo.wait_until(lambda: demo.get(f"{path}/status").json()["status"] == "running", 170)
    demo.wait_until(lambda: demo.kinds() >= KINDS, 60)
    assert httpx.post(f"{url}/cancel", headers=headers, timeout=30).status_code == 202
    run_id = started.json()["run_id"]
    demo.wait_until(lambda: demo.has_ended(run_id), 60)
    demo.wait_until(lambda: not demo.get(f"{path}/status").json()["is_running"], 60)
    assert demo.get(f"{path}/status").json()["status"] == "canceled"


def test_scheduled_prices_move_on_a_socket(demo: Demo) -> None:
    async def next_prices() -> list[dict[str, object]]:
        async with websockets.connect(f"ws://127.0.0.1:{demo.port}/ws") as socket:
            updates: list[dict[str, object]] = []
            while not updates or not updates[-1].get("last"):
                message = json.loads(await asyncio.wait_for(socket.recv(), 100))
                if message["type"] == "price_update":
                    updates.append(message)
            return updates

    updates = asyncio.run(next_prices())
    symbols = {update["data"]["symbol"] for update in updates if isinstance(update["data"], dict)}
    assert "BTC" in symbols
    assert len({update["seq"] for update in updates}) == 1


def test_a_hundred_looks_by_hand_at_once_are_one_run(demo: Demo) -> None:
    path = "/api/v2/schedule/tasks/binance/force-update"

    async def ask() -> list[httpx.Response]:
        url, headers = f"http://127.0.0.1:{demo.port}", {"X-API-Key": demo.key}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
            return await asyncio.gather(*(client.post(path) for _ in range(100)))

    answers = asyncio.run(ask())
    assert {answer.status_code for answer in answers} == {202}
    [run_id] = {answer.json()["run_id"] for answer in answers}
    [run] = demo.finished(lambda: [run for run in [demo.dagster.run(run_id)] if run])
    assert (run.job, run.status) == (SNAPSHOTS_JOB, "SUCCESS")
    assert demo.get("/api/v2/data/cached/binance").json()["metadata"]["is_json"]
    assert demo.get(path.removesuffix("/force-update")).json()["success_count"] >= 1


def test_a_partition_of_snapshots_is_materialized_as_the_ui_does(demo: Demo) -> None:
    [run] = demo.finished(
        partial(
            demo.dagster.runs_of_backfill, demo.dagster.backfill(SNAPSHOTS_ASSET, ["kraken"], {})
        )
    )
    assert run.status == "SUCCESS"
    query = """{ assetNodeOrError(assetKey: {path: ["provider_snapshots"]}) { ... on AssetNode {
        latestMaterializationByPartition(partitions: ["kraken"]) { runId } } } }"""
    [found] = demo.graphql(query)["assetNodeOrError"]["latestMaterializationByPartition"]
    assert found["runId"] == run.id


def test_a_cancel_ends_the_retries_of_a_run_also_where_its_code_server_was_killed(
    demo: Demo,
) -> None:
    demo.put("/api/pools/ohlcv", {"enabled": False})
    config = {"ops": {OHLCV_ASSET: {"config": {"symbols": ["BTC"], "interval": "1w"}}}}
    run_id = demo.dagster.launch(OHLCV_JOB, {"dagster/partition": "2026-02-01"}, config)
    try:
        demo.wait_until(lambda: "STEP_UP_FOR_RETRY" in _events(demo, run_id), 90)
        run = demo.dagster.run(run_id)
        assert run is not None
        runs = demo.runs()
        assert str(demo.folder) in {one.cwd() for one in runs}
        for one in set(demo.processes("pipelines.code_server")).difference(runs):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        demo.dagster.terminate([run])
        demo.wait_until(lambda: demo.has_ended(run_id), 60)
        demo.wait_until(lambda: _loaded(demo), 60)
    finally:
        demo.put("/api/pools/ohlcv", {"enabled": True})
    ended = demo.dagster.run(run_id)
    assert ended is not None
    assert ended.status == "CANCELED"
    _, _, since = _events(demo, run_id).partition("RUN_CANCELING")
    assert "STEP_UP_FOR_RETRY" not in since


def test_a_collection_that_is_cancelled_keeps_what_it_stored_and_the_next_completes_it(
    demo: Demo,
) -> None:
    config = {"ops": {OHLCV_ASSET: {"config": {"symbols": ["BTC", "ETH"], "interval": "5m"}}}}
    months = [f"2026-0{month}-01" for month in range(1, 7)]
    cancelled = demo.dagster.backfill(OHLCV_ASSET, months, config)
    demo.wait_until(lambda: not _candles(demo, "5m").is_empty(), 90)
    [run] = demo.dagster.runs_of_backfill(cancelled)
    demo.dagster.terminate([run])
    [ended] = demo.finished(lambda: demo.dagster.runs_of_backfill(cancelled))
    assert ended.status == "CANCELED"
    ledger = demo.ledger
    states = {one.run_id: one.state for one in collections.newest(ledger, 9)}
    ledger.close()
    assert states[run.id] == "canceled"
    stored = _candles(demo, "5m")
    assert 0 < stored.height < 2 * 181 * 288
    again = demo.dagster.backfill(OHLCV_ASSET, months, config)
    [run] = demo.finished(lambda: demo.dagster.runs_of_backfill(again))
    assert run.status == "SUCCESS"
    rows = _candles(demo, "5m")
    assert (rows.height, rows.unique(CANDLES.key).height) == (2 * 181 * 288, 2 * 181 * 288)
    assert stored.join(rows, on=stored.columns, how="anti", nulls_equal=True).is_empty()


def _loaded(demo: Demo) -> bool:
    with suppress(Unavailable):
        return OHLCV_JOB in demo.dagster.jobs()
    return False


def _candles(demo: Demo, interval: str) -> pl.DataFrame:
    return demo.lake.scan(CANDLES, {"interval": [interval]}).collect()


def _events(demo: Demo, run_id: str) -> str:
    query = """query Events($id: ID!) { logsForRun(runId: $id) { ... on EventConnection {
        events { ... on MessageEvent { eventType } } } } }"""
    events = demo.graphql(query, id=run_id)["logsForRun"].get("events", [])
    return " ".join(str(event.get("eventType")) for event in events)


@pytest.mark.parametrize("part", ["-m api", "dagster._daemon", "pipelines.code_server"])
def test_a_service_that_is_killed_comes_back(demo: Demo, part: str) -> None:
    [killed, *_] = demo.processes(part)
    killed.send_signal(signal.SIGKILL)
    demo.wait_until(lambda: any(p.pid != killed.pid for p in demo.processes(part)), 60)
    demo.wait_until(lambda: _ready(demo), 60)
    assert demo.collected_prices().status == "SUCCESS"


def _ready(demo: Demo) -> bool:
    try:
        return demo.get("/readyz").is_success
    except httpx.HTTPError:
        return False


def test_a_run_that_is_killed_loses_and_doubles_nothing(demo: Demo) -> None:
    config = {"ops": {OHLCV_ASSET: {"config": {"symbols": ["BTC", "ETH"], "interval": "1m"}}}}
    months = ["2026-06-01", "2026-07-01"]
    backfill = demo.dagster.backfill(OHLCV_ASSET, months, config)
    minutes = {"interval": ["1m"]}
    demo.wait_until(lambda: bool(demo.lake.scan(CANDLES, minutes).head(1).collect().height), 90)
    runs = demo.runs()
    assert runs
    for process in runs:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    demo.finished(lambda: demo.dagster.runs_of_backfill(backfill))
    acknowledged = demo.lake.scan(CANDLES, minutes).select(CANDLES.key).collect()
    again = demo.dagster.backfill(OHLCV_ASSET, months, config)
    [run] = demo.finished(lambda: demo.dagster.runs_of_backfill(again))
    assert run.status == "SUCCESS"
    rows = demo.lake.scan(CANDLES, minutes).collect()
    assert rows.height == 2 * 61 * 24 * 60
    assert rows.unique(CANDLES.key).height == rows.height
    assert acknowledged.join(rows, on=CANDLES.key, how="anti").is_empty()


def test_a_killed_supervisor_is_cleaned_up_by_the_next_start_which_keeps_the_data(
    demo: Demo,
) -> None:
    assert demo.process is not None
    before = demo.lake.scan(CANDLES, {}).select(pl.len()).collect().item()
    orphans = {process.pid for process in demo.processes()}
    demo.process.kill()
    demo.process.wait()
    assert orphans & {process.pid for process in marked(demo.home)}
    demo.start()
    assert not any(psutil.pid_exists(pid) for pid in orphans)
    after = demo.lake.scan(CANDLES, {}).collect()
    assert after.height >= before
    assert after.unique(CANDLES.key).height == after.height
    assert demo.get("/api/ohlcv", symbol="BTC").json()["count"] == 100


def test_ctrl_c_ends_every_process_within_ten_seconds(demo: Demo) -> None:
    assert demo.processes()
    with suppress(Conflict):
        collections.claim(demo.ledger, "forward", "api")
    assert demo.stop() < 10
    assert demo.processes() == []
    assert collections.going(demo.ledger) == []
    doubled = demo.lake.scan(PRICES, {}).group_by(PRICES.key).len().filter(pl.col("len") > 1)
    assert doubled.collect().is_empty()
