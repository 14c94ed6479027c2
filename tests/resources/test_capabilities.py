"""What each provider can tell of candles, and that the documents say the same."""

from datetime import UTC, datetime

import pytest

from resources.capabilities import Capability, capability
from resources.market import Interval, Symbol, load_registry
from resources.providers import coded_providers, load_providers
from resources.providers.base import Provider
from tests.markdown import read, rows, section

NOW = int(datetime(2026, 3, 20, tzinfo=UTC).timestamp()) * 1000
BTC = Symbol("BTC", "USDT")


def told(provider_id: str, interval: Interval) -> Capability:
    found = capability(load_providers()[provider_id], BTC, interval, None, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("provider_id", "interval", "page", "calls", "weight", "per_weight", "per_second"),
    [
        ("binance", Interval.M1, 1_000, 1, 2, 500, 50_000),
        ("binance", Interval.H1, 1_000, 1, 2, 500, 50_000),
        ("binance_vision", Interval.M1, 44_640, 2, 2, 22_320, 223_200),
        ("binance_vision", Interval.M15, 2_976, 2, 2, 1_488, 14_880),
        ("bybit", Interval.D1, 1_000, 1, 1, 1_000, 120_000),
    ],
)
def test_candles_have_a_price(
    provider_id: str,
    interval: Interval,
    page: int,
    calls: int,
    weight: int,
    per_weight: float,
    per_second: float,
) -> None:
    one = told(provider_id, interval)
    assert (one.page, one.calls, one.weight) == (page, calls, weight)
    assert (one.per_weight, one.per_second) == (per_weight, per_second)


def test_files_are_worth_it_only_for_many_candles_and_end_with_a_month() -> None:
    files, pages = told("binance_vision", Interval.M1), told("binance", Interval.M1)
    march = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1000
    assert (files.files, files.least, files.newest) == (True, 2_500, march)
    assert (pages.files, pages.least, pages.newest) == (False, 1, None)


def test_cheaper_candles_are_those_of_files_where_files_are_served() -> None:
    for interval in Interval:
        files = capability(load_providers()["binance_vision"], BTC, interval, None, NOW)
        if files is not None:
            assert files.per_weight > told("binance", interval).per_weight


@pytest.mark.parametrize(
    ("provider_id", "symbol", "interval"),
    [
        ("binance_vision", BTC, Interval.H1),
        ("kraken", BTC, Interval.W1),
        ("binance", Symbol("BTC", "USD"), Interval.H1),
        ("coingecko", BTC, Interval.H1),
    ],
    ids=["another interval", "another week", "a quote that it has not", "no candles at all"],
)
def test_who_cannot_tell_such_candles_has_no_capability(
    provider_id: str, symbol: Symbol, interval: Interval
) -> None:
    assert capability(load_providers()[provider_id], symbol, interval, None, NOW) is None


def test_only_the_newest_candles_can_be_had_of_some() -> None:
    assert told("gate", Interval.H1).depth == 10_000
    assert told("binance", Interval.H1).depth is None


def row(provider: Provider) -> list[str]:
    """As it stands in the document: in the first interval, for a market that it can have."""
    assert provider.candles
    interval = next(iter(provider.candles.intervals))
    market = next(m for m in load_registry().markets() if provider.native(m))
    one = capability(provider, market, interval, None, NOW)
    assert one is not None
    assert one.per_second is not None
    return [
        provider.name,
        ", ".join(provider.candles.intervals),
        str(one.page),
        str(one.weight),
        f"{one.per_weight:.0f}",
        f"{one.per_second:.0f}",
        "" if one.depth is None else str(one.depth),
    ]


def test_the_map_stands_in_the_documents() -> None:
    providers = sorted(coded_providers().values(), key=lambda one: one.name.lower())
    expected = [row(one) for one in providers if one.candles]
    assert rows(section(read("docs/providers.md"), "What each can tell")) == expected
