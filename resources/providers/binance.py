"""Binance, spot: the deepest candle history there is without a key."""

from resources.providers.base import Call, Endpoint, Limit, Provider
from resources.providers.families import binance_spot
from resources.providers.families.spelling import spelling

_ID = "binance"


def _ticker_weight(count: int) -> int:
    """As documented, by the number of markets; 5 calls of 20 cost a quarter of 1 of 100."""
    return 2 if count <= 20 else 40 if count <= 100 else 80


PROVIDER = Provider(
    id=_ID,
    name="Binance",
    category="exchange",
    base_url="https://api.binance.com",
    docs_url="https://developers.binance.com/docs/binance-spot-api-docs",
    limits=(Limit(6000, 60),),
    native=spelling("{base}{quote}", binance_spot.QUOTES),
    candles=binance_spot.candles(_ID, weight=2),
    tickers=binance_spot.tickers(_ID, _ticker_weight),
    markets=binance_spot.markets(
        _ID,
        # Leaves out what the parser would drop.
        Call(
            "/api/v3/exchangeInfo",
            {"symbolStatus": "TRADING", "showPermissionSets": "false"},
            weight=20,
        ),
    ),
    used=binance_spot.used,
    endpoints=(
        Endpoint("prices", Call("/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}, weight=2)),
        Endpoint(
            "ohlcv", Call("/api/v3/klines", {"symbol": "BTCUSDT", "interval": "1h"}, weight=2)
        ),
    ),
    health=Call("/api/v3/ping"),
    update="realtime",
    ws_url="wss://stream.binance.com:9443/ws",
)
