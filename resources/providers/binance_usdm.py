"""Binance's futures that settle in dollar coins: the perpetuals with the largest turnover."""

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
from resources.providers.families.pages import page_of
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.families.spelling import spelling

_ID = "binance_usdm"
_SPELT = spelling("{base}{quote}", ("USDT", "USDC", "BTC"), {"STEPN": "GMT"})
# Their contracts are of a thousand coins: 1000SHIBUSDT has no price of SHIB.
_ABSENT = ("SHIB", "PEPE", "FLOKI", "BONK", "LUNC")


def _native(symbol: Symbol) -> str | None:
    return None if symbol.base in _ABSENT else _SPELT(symbol)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    As of its spot markets, volume in the base asset:

        [[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",
          1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","17928899.62484339"]]
    """
    rows = klines(body, _ID)
    return page_of(
        rows,
        [row.open_time for row in rows],
        quote_volume=[row.other_volume for row in rows],
        trades=[row.trades for row in rows],
    )


_PERPETUALS = Perpetuals(
    _native,
    candles("/fapi/v1/klines", _parse_candles),
    funding("/fapi/v1", _ID),
    open_interest("/fapi/v1", _ID, lambda _, amount: (amount, None)),
    funding_history("/fapi/v1", _ID),
)

PROVIDER = Provider(
    id=_ID,
    name="Binance USD-M Futures",
    category="derivatives",
    base_url="https://fapi.binance.com",
    docs_url="https://developers.binance.com/docs/derivatives",
    limits=(Limit(2400, 60),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    used=used,
    endpoints=(
        Endpoint("derivatives", Call("/fapi/v1/premiumIndex", {"symbol": "BTCUSDT"})),
        Endpoint("derivatives", Call("/fapi/v1/openInterest", {"symbol": "BTCUSDT"})),
        Endpoint("derivatives", Call("/fapi/v1/ticker/24hr", {"symbol": "BTCUSDT"})),
    ),
    health=Call("/fapi/v1/ping"),
    update="realtime",
    ws_url="wss://fstream.binance.com/ws",
)
