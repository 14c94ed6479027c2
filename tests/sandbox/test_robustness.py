"""Whatever is asked, a venue answers or refuses; it never breaks."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.venue import RequestError, Venue
from tests.sandbox.conftest import HOSTS, NOW, venue

VENUES = {name: venue(name) for name in HOSTS}
PATHS = {
    "binance": [
        "/api/v3/klines",
        "/api/v3/ticker/24hr",
        "/api/v3/ticker/price",
        "/api/v3/exchangeInfo",
    ],
    "kraken": ["/0/public/OHLC", "/0/public/Ticker", "/0/public/AssetPairs"],
    "coinbase_exchange": [
        "/products/BTC-USD/candles",
        "/products/ETH-USD/ticker",
        "/products/x/candles",
    ],
    "coingecko": ["/api/v3/simple/price"],
}
PARAMETERS = {
    "symbol": ["BTCUSDT"],
    "symbols": ['["BTCUSDT","ETHUSDT"]'],
    "interval": ["1h", "1w", "60", "1440"],
    "limit": ["1", "1000"],
    "startTime": ["0", "1502942400000"],
    "endTime": ["0", "1772600767800"],
    "pair": ["XBTUSD", "ETH/USD"],
    "since": ["0", "1772600767"],
    "assetVersion": ["1"],
    "granularity": ["60", "86400"],
    "start": ["0", "2026-01-01", "0001-01-01T00:00:00+23:00"],
    "end": ["0", "2026-01-02", "9999-12-31T23:59:59-23:00"],
    "ids": ["bitcoin", "bitcoin,nosuch"],
    "vs_currencies": ["usd", "USD,eth,xyz"],
}
values = st.text(max_size=20) | st.integers(-(10**25), 10**25).map(str)
queries = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(usual) | values for name, usual in PARAMETERS.items()}
)


def answered(play: Venue, path: str, query: dict[str, str]) -> int:
    try:
        answer = play.answer(path, query, NOW)
    except RequestError as error:
        answer = error.answer
    assert msgspec.json.encode(answer.payload)
    assert play.weight(path, query) >= 1
    return answer.status


@pytest.mark.parametrize("name", HOSTS)
@given(data=st.data(), query=queries)
@settings(max_examples=60, deadline=None)
def test_any_query_is_answered_or_refused(
    name: str, data: st.DataObject, query: dict[str, str]
) -> None:
    path = data.draw(st.sampled_from(PATHS[name]))
    assert answered(VENUES[name], path, query) in {200, 400, 404, 422}


@pytest.mark.parametrize("name", HOSTS)
@given(path=st.text(max_size=30).map(lambda text: f"/{text}"))
@settings(max_examples=60, deadline=None)
def test_any_path_is_answered_or_refused(name: str, path: str) -> None:
    assert answered(VENUES[name], path, {}) in {200, 404}
