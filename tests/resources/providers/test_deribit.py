"""What is particular of Deribit."""

import pytest

from resources.errors import MalformedResponse
from resources.market import Interval, Symbol
from resources.providers.base import CandleQuery
from resources.providers.deribit import PROVIDER

assert PROVIDER.perpetuals
assert PROVIDER.perpetuals.candles
assert PROVIDER.perpetuals.open_interest
PERPETUALS, CANDLES = PROVIDER.perpetuals, PROVIDER.perpetuals.candles
OPEN_INTEREST = PROVIDER.perpetuals.open_interest
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("symbol", "native"),
    [
        (Symbol("BTC", "USD"), "BTC-PERPETUAL"),
        (Symbol("SOL", "USD"), None),
        (Symbol("SOL", "USDC"), "SOL_USDC-PERPETUAL"),
        (Symbol("BTC", "USDT"), None),
    ],
)
def test_two_coins_are_quoted_in_dollars_and_others_in_usdc(
    symbol: Symbol, native: str | None
) -> None:
    assert PERPETUALS.native(symbol) == native


def test_a_window_begins_a_little_earlier() -> None:
    call = CANDLES.call(CandleQuery("BTC-PERPETUAL", Interval.H1, HOUR, 3 * HOUR))
    assert call.params["start_timestamp"] == str(HOUR - 1)
    assert call.params["end_timestamp"] == str(3 * HOUR - 1)


def test_columns_of_several_lengths_are_malformed() -> None:
    body = (
        b'{"result":{"ticks":[0,3600000],"open":[1,2],"high":[1,2],"low":[1,2],"close":[1,2],'
        b'"volume":[1],"cost":[1,2],"status":"ok"}}'
    )
    query = CandleQuery("BTC-PERPETUAL", Interval.H1, 0, 2 * HOUR)
    with pytest.raises(MalformedResponse, match="lengths"):
        CANDLES.parse(body, query)


@pytest.mark.parametrize(
    ("native", "amount", "value"),
    [("BTC-PERPETUAL", 0.02, 1_000.0), ("BTC_USDC-PERPETUAL", 1_000.0, 50_000_000.0)],
)
def test_an_inverse_contract_counts_dollars_and_a_linear_one_coins(
    native: str, amount: float, value: float
) -> None:
    body = (
        f'{{"result":{{"instrument_name":"{native}","timestamp":0,"mark_price":50000,'
        '"open_interest":1000}}'
    )
    assert OPEN_INTEREST.parse(body.encode(), [native]).rows()[0][1:3] == (amount, value)
