"""What is particular of Binance's futures in dollar coins."""

import pytest

from resources.market import Interval, Symbol
from resources.providers.base import Call, CandleQuery
from resources.providers.binance_usdm import PROVIDER

assert PROVIDER.perpetuals
assert PROVIDER.perpetuals.candles
PERPETUALS, CANDLES = PROVIDER.perpetuals, PROVIDER.perpetuals.candles
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("symbol", "native"),
    [
        (Symbol("BTC", "USDT"), "BTCUSDT"),
        (Symbol("STEPN", "USDT"), "GMTUSDT"),
        (Symbol("LUNA2", "USDT"), "LUNA2USDT"),
        (Symbol("SHIB", "USDT"), None),
        (Symbol("BTC", "USD"), None),
    ],
)
def test_contracts_of_a_thousand_coins_are_left_out(symbol: Symbol, native: str | None) -> None:
    assert PERPETUALS.native(symbol) == native


@pytest.mark.parametrize(
    ("hours", "limit", "weight"),
    [(1, "1", 1), (99, "99", 1), (100, "100", 2), (500, "500", 5), (9000, "1000", 5)],
)
def test_a_call_asks_for_what_is_missing_of_a_page_and_weighs_by_it(
    hours: int, limit: str, weight: int
) -> None:
    call = CANDLES.call(CandleQuery("BTCUSDT", Interval.H1, 0, hours * HOUR))
    assert call.path == "/fapi/v1/klines"
    assert (call.params["limit"], call.weight) == (limit, weight)
    assert call.params["endTime"] == str(min(hours, 1000) * HOUR - 1)


def test_all_fundings_are_one_call() -> None:
    assert PERPETUALS.funding
    assert PERPETUALS.funding.call(["BTCUSDT"]) == Call("/fapi/v1/premiumIndex", weight=10)
