"""Quirks of Upbit, and of Bithumb, which speaks the same with another clock."""

import pytest

from resources.market import Interval
from resources.providers import bithumb, upbit
from resources.providers.base import Call, CandleQuery, Provider

# 2024-01-01 00:00 UTC
START = 1_704_067_200_000
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("provider", "to"),
    [(upbit.PROVIDER, "2024-01-01T02:00:00Z"), (bithumb.PROVIDER, "2024-01-01 11:00:00")],
    ids=["upbit", "bithumb reads times of Seoul"],
)
def test_candles_are_asked_for_back_from_the_end(provider: Provider, to: str) -> None:
    assert provider.candles
    call = provider.candles.call(CandleQuery("KRW-BTC", Interval.H1, START, START + 2 * HOUR))
    params = {"market": "KRW-BTC", "to": to, "count": "2"}
    assert call == Call("/v1/candles/minutes/60", params)


def test_a_long_window_is_asked_for_a_page_at_a_time() -> None:
    assert upbit.PROVIDER.candles
    call = upbit.PROVIDER.candles.call(
        CandleQuery("KRW-BTC", Interval.H1, START, START + 1_000 * HOUR)
    )
    assert (call.params["to"], call.params["count"]) == ("2024-01-09T08:00:00Z", "200")


@pytest.mark.parametrize(
    ("provider", "intervals"),
    [(upbit.PROVIDER, list(Interval)), (bithumb.PROVIDER, ["1m", "5m", "15m", "1h"])],
    ids=["upbit", "bithumb"],
)
def test_intervals_that_open_at_midnight_in_seoul_are_left_out(
    provider: Provider, intervals: list[str]
) -> None:
    assert provider.candles
    assert list(provider.candles.intervals) == intervals
