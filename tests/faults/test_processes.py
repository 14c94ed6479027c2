"""Runs as processes of their own: two at once, and one that is cancelled."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from benchmarks.parts.killed_runs import Home, home_for
from benchmarks.parts.work import Work
from resources.ledger import collections, coverage
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLES

WORK = Work(("BTC", "ETH"), Interval.M5, "2026-01-01", "2026-03-01")
WHOLE = Window(1_767_225_600_000, 1_775_001_600_000)
CANDLES_OF_BOTH = 2 * 90 * 288


@pytest.fixture
def home(sandbox: str) -> Iterator[Home]:
    with home_for(sandbox, WORK) as made:
        yield made


def assert_whole(home: Home) -> None:
    rows = home.rows()
    assert (rows.height, rows.unique(["symbol", "open_time"]).height) == (CANDLES_OF_BOTH,) * 2
    names = ["BTC/USDT", "ETH/USDT"]
    assert coverage.covered_many(home.ledger, names, WORK.interval) == {
        name: [WHOLE] for name in names
    }


def test_two_runs_at_once_end_and_double_nothing(home: Home) -> None:
    processes = [home.start() for _ in range(2)]
    for process in processes:
        process.join()
        home.require(process)
    assert_whole(home)
    newest = collections.newest(home.ledger, 2)
    assert [one.state for one in newest] == ["success"] * 2


def test_a_cancelled_run_keeps_what_was_stored_and_the_next_one_completes_it(home: Home) -> None:
    process = home.start()
    while not home.pages_covered() and process.is_alive():
        time.sleep(0.01)
    assert process.pid
    os.kill(process.pid, signal.SIGINT)
    process.join()
    assert process.exitcode != 0
    [cancelled] = collections.newest(home.ledger)
    assert (cancelled.state, cancelled.error) == ("canceled", None)
    assert "STEP_UP_FOR_RETRY" not in home.told()
    stored = home.lake.scan(CANDLES, {}).collect()
    assert 0 < stored.height < CANDLES_OF_BOTH
    home.finish()
    assert_whole(home)
    again = home.lake.scan(CANDLES, {}).collect()
    assert stored.join(again, on=stored.columns, how="anti", nulls_equal=True).is_empty()
