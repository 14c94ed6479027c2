"""Candles collected by real runs out of files that hold a month."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from resources.ledger import coverage
from resources.plan import Window
from resources.schemas import CANDLES
from tests.runs import Platform

MONTHS = ("2026-01-01", "2026-02-01")
QUARTERS = 59 * 96
FILES = "binance_vision"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def platform(platform: Platform) -> Platform:
    """Whose pool has files too."""
    whole = Platform(platform.folder / "whole", platform.sandbox, platform.instance)
    whole.folder.mkdir()
    whole.keep("binance", "coinbase_exchange", FILES)
    httpx.delete(f"{platform.sandbox}/_control/requests").raise_for_status()
    return whole


def collect(platform: Platform, *months: str) -> None:
    assert platform.ohlcv(*months, symbols=["BTC", "ETH"], interval="15m").success


def of_provider(platform: Platform) -> dict[str, int]:
    return dict(platform.rows(CANDLES).group_by("provider").len().iter_rows())


def test_months_come_whole_out_of_files_and_are_asked_for_once(platform: Platform) -> None:
    collect(platform, *MONTHS)
    assert of_provider(platform) == {FILES: 2 * QUARTERS}
    told = httpx.get(f"{platform.sandbox}/_control/requests").json()["providers"]
    # Two markets, two months, each a checksum and a file.
    assert {one["provider"]: one["requests"] for one in told}[FILES] == 8
    covered = coverage.covered(platform.ledger, "BTC/USDT", "15m")
    assert covered == [Window(ms("2026-01-01"), ms("2026-03-01"))]
    asked, version = platform.requests(), platform.lake.version(CANDLES)
    collect(platform, *MONTHS)
    assert (platform.requests(), platform.lake.version(CANDLES)) == (asked, version)


def test_files_that_are_broken_leave_the_table_as_it_would_be_without(platform: Platform) -> None:
    platform.fault(provider=FILES, kind="wrong_checksum")
    collect(platform, *MONTHS)
    assert of_provider(platform) == {"binance": 2 * QUARTERS}
    assert platform.quarantined() == set()


def test_the_month_that_runs_comes_out_of_no_file(platform: Platform) -> None:
    month = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-01")
    collect(platform, month)
    assert set(of_provider(platform)) == {"binance"}
