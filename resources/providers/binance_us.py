"""Binance.US, spot: the wire of Binance with dollars, and weights of its own."""

from resources.providers.base import Call, Endpoint, Limit, Provider
from resources.providers.families import binance_spot
from resources.providers.families.spelling import spelling

_ID = "binance_us"
_QUOTES = {"USDT", "USD", "USDC", "BTC", "ETH", "BNB", "DAI"}


def _ticker_weight(count: int) -> int:
    return 1 if count <= 20 else 20 if count <= 100 else 40


PROVIDER = Provider(
    id=_ID,
    name="Binance.US",
    category="exchange",
    base_url="https://api.binance.us",
    docs_url="https://docs.binance.us",
    limits=(Limit(1200, 60),),
    native=spelling("{base}{quote}", _QUOTES),
    candles=binance_spot.candles(_ID, weight=1),
    tickers=binance_spot.tickers(_ID, _ticker_weight),
    markets=binance_spot.markets(_ID, Call("/api/v3/exchangeInfo", weight=10)),
    used=binance_spot.used,
    endpoints=(
        Endpoint("prices", Call("/api/v3/ticker/24hr", {"symbol": "BTCUSD"})),
        Endpoint("ohlcv", Call("/api/v3/klines", {"symbol": "BTCUSD", "interval": "1h"})),
    ),
    health=Call("/api/v3/ping"),
    update="realtime",
    ws_url="wss://stream.binance.us:9443/ws",
)
