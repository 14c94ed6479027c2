"""Binance's futures that settle in dollar coins: the perpetuals with the largest turnover."""

from collections.abc import Sequence

import msgspec
import polars as pl

from resources.market import Symbol
from resources.providers.base import (
    Call,
    CandleQuery,
    Endpoint,
    Limit,
    OpenInterest,
    Perpetuals,
    Provider,
)
from resources.providers.families.binance_futures import candles, funding, klines, used
from resources.providers.families.pages import page_of
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, open_interest_frame, read

_ID = "binance_usdm"
_SPELT = spelling("{base}{quote}", ("USDT", "USDC", "BTC"), {"STEPN": "GMT"})
# Their contracts are of a thousand coins: 1000SHIBUSDT has no price of SHIB.
_ABSENT = ("SHIB", "PEPE", "FLOKI", "BONK", "LUNC")


def _native(symbol: Symbol) -> str | None:
    return None if symbol.base in _ABSENT else _SPELT(symbol)


class _OpenInterest(msgspec.Struct, rename="camel"):
    symbol: str
    open_interest: Number
    time: Moment | None = None


_OPEN_INTEREST = msgspec.json.Decoder(_OpenInterest, strict=False)


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


def _open_interest_call(natives: Sequence[str]) -> Call:
    return Call("/fapi/v1/openInterest", {"symbol": natives[0]})


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    In the base asset:

        {"symbol":"BTCUSDT","openInterest":"106499.782","time":1788909265562}
    """
    found = read(_OPEN_INTEREST, body, _ID)
    return open_interest_frame([(found.symbol, found.open_interest, None, found.time)])


PROVIDER = Provider(
    id=_ID,
    name="Binance USD-M Futures",
    category="derivatives",
    base_url="https://fapi.binance.com",
    docs_url="https://developers.binance.com/docs/derivatives",
    limits=(Limit(2400, 60),),
    perpetuals=Perpetuals(
        _native,
        candles("/fapi/v1/klines", _parse_candles),
        funding("/fapi/v1", _ID),
        OpenInterest(1, _open_interest_call, _parse_open_interest),
    ),
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
