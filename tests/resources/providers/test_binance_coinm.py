"""What is particular of Binance's futures in coins."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from resources.market import Interval
from resources.providers.base import Call, CandleQuery
from resources.providers.binance_coinm import PROVIDER
from tests.resources.providers.paging import collect

assert PROVIDER.perpetuals
assert PROVIDER.perpetuals.candles
CANDLES = PROVIDER.perpetuals.candles
HOUR, DAY = 3_600_000, 86_400_000


def kline(opened: int) -> list[object]:
    return [opened, "9000", "9000", "9000", "9000", "45", opened + DAY - 1, "0.5", 7, "1", "1", "0"]


def test_volume_counts_coins_and_contracts_make_dollars() -> None:
    for native, dollars in (("BTCUSD_PERP", 4500.0), ("ETHUSD_PERP", 450.0)):
        query = CandleQuery(native, Interval.D1, 0, DAY)
        row = CANDLES.parse(json.dumps([kline(0)]).encode(), query).to_dicts()[0]
        assert (row["volume"], row["quote_volume"], row["trades"]) == (0.5, dollars, 7)


@settings(max_examples=30)
@given(st.sets(st.integers(0, 900)), st.integers(0, 900), st.integers(0, 900))
def test_a_call_spans_200_days_and_pages_find_every_candle(
    days: set[int], one: int, other: int
) -> None:
    def answer(call: Call) -> bytes:
        start, end = int(call.params["startTime"]), int(call.params["endTime"])
        assert end - start <= 200 * DAY
        opened = [day * DAY for day in sorted(days) if start <= day * DAY <= end]
        return json.dumps([kline(at) for at in opened][: int(call.params["limit"])]).encode()

    start, end = min(one, other), max(one, other)
    query = CandleQuery("BTCUSD_PERP", Interval.D1, start * DAY, end * DAY)
    found, proven = collect(CANDLES, query, answer)
    assert found == [day * DAY for day in sorted(days) if start <= day < end]
    assert sum(stop - begin for begin, stop in proven) == (end - start) * DAY


def test_pages_find_every_candle_though_the_newest_of_a_span_come() -> None:
    def answer(call: Call) -> bytes:
        start, end = int(call.params["startTime"]), int(call.params["endTime"])
        opened = range(-(-start // HOUR) * HOUR, end + 1, HOUR)
        return json.dumps([kline(at) for at in opened][-int(call.params["limit"]) :]).encode()

    query = CandleQuery("BTCUSD_PERP", Interval.H1, 5 * HOUR, 2505 * HOUR)
    found, proven = collect(CANDLES, query, answer)
    assert found == [at * HOUR for at in range(5, 2505)]
    assert sum(stop - begin for begin, stop in proven) == 2500 * HOUR
