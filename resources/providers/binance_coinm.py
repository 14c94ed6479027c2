"""Binance's futures that settle in the coin itself: each contract is worth dollars."""

import polars as pl

from resources.market import Symbol
from resources.providers.base import (
    Call,
    CandleQuery,
    Endpoint,
    Limit,
    Perpetuals,
    Provider,
)
from resources.providers.families.binance_futures import (
    candles,
    funding,
    funding_history,
    klines,
    open_interest,
)
from resources.providers.families.binance_spot import used
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.parsing import Number, candle_frame

_ID = "binance_coinm"
_PERPETUAL = "_PERP"
_LONGEST = 200 * 86_400_000  # ms between startTime and endTime


def _native(symbol: Symbol) -> str | None:
    return f"{symbol.base}USD{_PERPETUAL}" if symbol.quote == "USD" else None


def _dollars(native: str) -> float:
    """What one contract is worth."""
    return 100.0 if native.startswith("BTCUSD_") else 10.0


def _parse_candles(body: bytes, query: CandleQuery) -> pl.DataFrame:
    """
    As of its spot markets, but volume is in contracts and behind the close time in the base asset:

        [[1591258320000,"9640.7","9642.4","9640.6","9642.0","206",1591258379999,"2.13660389",48,
          "119","1.23424865","0"]]
    """
    rows, dollars = klines(body, _ID), _dollars(query.native)
    return candle_frame(
        [row.open_time for row in rows],
        open=[row.open for row in rows],
        high=[row.high for row in rows],
        low=[row.low for row in rows],
        close=[row.close for row in rows],
        volume=[row.other_volume for row in rows],
        quote_volume=[None if row.volume is None else row.volume * dollars for row in rows],
        trades=[row.trades for row in rows],
    )


def _sizes(native: str, contracts: float) -> tuple[Number, Number]:
    """Contracts are dollars; it says no price that would make coins of them."""
    return None, contracts * _dollars(native)


_PERPETUALS = Perpetuals(
    _native,
    candles("/dapi/v1/klines", _parse_candles, _LONGEST),
    funding("/dapi/v1", _ID, _PERPETUAL),
    open_interest("/dapi/v1", _ID, _sizes),
    funding_history("/dapi/v1", _ID),
)

PROVIDER = Provider(
    id=_ID,
    name="Binance COIN-M Futures",
    category="derivatives",
    base_url="https://dapi.binance.com",
    docs_url="https://developers.binance.com/docs/derivatives/coin-margined-futures",
    limits=(Limit(2400, 60),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    used=used,
    endpoints=(
        Endpoint("derivatives", Call("/dapi/v1/premiumIndex", {"symbol": "BTCUSD_PERP"})),
        Endpoint("derivatives", Call("/dapi/v1/openInterest", {"symbol": "BTCUSD_PERP"})),
        Endpoint("derivatives", Call("/dapi/v1/ticker/24hr", {"symbol": "BTCUSD_PERP"})),
    ),
    health=Call("/dapi/v1/ping"),
    update="realtime",
    ws_url="wss://dstream.binance.com/ws",
)
