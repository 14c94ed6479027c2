"""Disks that fill up, or have no room from the beginning."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.collect import Collector
from assets.collected import Collecting
from resources import demand
from resources.errors import StoreUnavailable
from resources.feeds import build_feeds
from resources.flush import Flushed
from resources.http.client import Client
from resources.ledger import collections, coverage
from resources.market import Interval, Symbol
from resources.plan import Window
from resources.schemas import CANDLES
from tests.faults.conftest import PAIR
from tests.runs import Platform

BTC = Symbol("BTC", "USDT")
JANUARY, FEBRUARY = 1_767_225_600_000, 1_769_904_000_000
MARCH = 1_772_323_200_000
WHOLE = Window(JANUARY, MARCH)


@pytest.fixture
def small(tmp_path: Path, sandbox: str) -> Iterator[Platform]:
    """A home on a disk of 24 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    with dg.DagsterInstance.ephemeral() as instance:
        platform = Platform(folder, sandbox, instance)
        platform.keep(*PAIR)
        yield platform
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def collect(platform: Platform, filler: Path | None = None) -> None:
    """Two months; where there is a `filler` it takes all room once the first one is stored."""

    filled: list[Path] = []

    def fill(_: Flushed) -> None:
        # Once: a flush may end after the collection has failed.
        if filler is not None and not filled:
            filled.append(filler)
            filler.write_bytes(bytes(shutil.disk_usage(filler.parent).free - 4096))

    ledger = platform.ledger
    try:
        async with Client(ledger, sandbox_url=platform.sandbox) as client:
            feeds = build_feeds(client, ledger)
            how = Collecting("sandbox")
            collector = Collector(feeds, platform.lake, ledger, Interval.M5, how, progress=fill)
            todo = demand.ranges(ledger, "", Interval.M5, [BTC], WHOLE)
            await collector.collect(todo, WHOLE)
    finally:
        ledger.close()


async def test_a_disk_that_fills_up_loses_nothing_and_goes_on_when_there_is_room(
    small: Platform,
) -> None:
    filler = small.folder / "filler"
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        await collect(small, filler)
    filler.unlink()
    assert coverage.covered(small.ledger, "BTC/USDT", "5m") == [Window(JANUARY, FEBRUARY)]
    assert small.rows(CANDLES).height == 31 * 288
    await collect(small)
    assert coverage.covered(small.ledger, "BTC/USDT", "5m") == [WHOLE]
    rows = small.rows(CANDLES)
    assert (rows.height, rows.unique(CANDLES.key).height) == (59 * 288, 59 * 288)


def test_what_would_not_fit_is_refused_before_a_call(small: Platform) -> None:
    asked = small.requests()
    result = small.ohlcv("2026-01-01", "2026-02-01", symbols=["BTC"], interval="5m")
    assert not result.success
    [newest] = collections.newest(small.ledger)
    assert newest.state == "failure"
    assert "about 1 MB are to be stored, 200 MB must stay free" in str(newest.error)
    assert small.requests() == asked
