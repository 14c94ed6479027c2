"""The wire format of Upbit, which Bithumb speaks too: quote before base, candles back from `to`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import Call, CandleQuery, Candles, Markets, Tickers
from resources.providers.families.pages import all_asked, asked, ms_of
from resources.providers.parsing import (
    Moment,
    Number,
    candle_frame,
    market_frame,
    quote_frame,
    read,
)

_PAGE = 200


class _Candle(msgspec.Struct, gc=False):
    candle_date_time_utc: Annotated[datetime, msgspec.Meta(tz=False)]
    opening_price: Number
    high_price: Number
    low_price: Number
    trade_price: Number
    candle_acc_trade_price: Number
    candle_acc_trade_volume: Number


class _Ticker(msgspec.Struct):
    market: str
    trade_price: Number
    trade_timestamp: Moment | None = None


class _Market(msgspec.Struct):
    market: str


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(list[_Ticker], strict=False)
_MARKETS = msgspec.json.Decoder(list[_Market], strict=False)


def candles(provider: str, intervals: Mapping[Interval, str], to: Callable[[int], str]) -> Candles:
    """`intervals` are ends of paths, `to` spells a moment (ms) as the provider reads it.

    Candles without a trade are left out: the newest before `to` come, from before the start too.
    """

    def call(query: CandleQuery) -> Call:
        start, end = asked(query, _PAGE)
        count = max((end - start) // query.interval.ms, 1)
        params = {"market": query.native, "to": to(end), "count": str(count)}
        return Call(f"/v1/candles/{intervals[query.interval]}", params)

    def parse(body: bytes, _: CandleQuery) -> pl.DataFrame:
        rows = read(_CANDLES, body, provider)
        return _page(rows)

    return Candles(intervals, _PAGE, call, parse, all_asked(_PAGE))


def _page(rows: Sequence[_Candle]) -> pl.DataFrame:
    """
    Newest first; trade_price is the close, candle_acc_trade_price the quote volume:

        [{"market":"KRW-BTC","candle_date_time_utc":"2020-02-25T06:41:00",
          "candle_date_time_kst":"2020-02-25T15:41:00","opening_price":11436000.0,
          "high_price":11443000.0,"low_price":11428000.0,"trade_price":11443000.0,
          "timestamp":1582612901489,"candle_acc_trade_price":17001839.06758,
          "candle_acc_trade_volume":1.48642105,"unit":1}]
    """
    return candle_frame(
        [ms_of(row.candle_date_time_utc) for row in rows],
        open=[row.opening_price for row in rows],
        high=[row.high_price for row in rows],
        low=[row.low_price for row in rows],
        close=[row.trade_price for row in rows],
        volume=[row.candle_acc_trade_volume for row in rows],
        quote_volume=[row.candle_acc_trade_price for row in rows],
    )


def tickers(provider: str) -> Tickers:
    """Of so many markets as are named."""

    def parse(body: bytes, _: Sequence[str]) -> pl.DataFrame:
        """
        Changes are since 00:00 UTC and not of 24 hours; trade_timestamp is the last trade's:

            [{"market":"KRW-BTC","trade_price":8621000.0,"trade_timestamp":1523600000000,
              "signed_change_rate":0.0189, ...}]
        """
        found = read(_TICKERS, body, provider)
        return quote_frame([(t.market, t.trade_price, t.trade_timestamp, None) for t in found])

    return Tickers(100, lambda names: Call("/v1/ticker", {"markets": ",".join(names)}), parse)


def markets(provider: str) -> Markets:
    def parse(body: bytes) -> pl.DataFrame:
        """
        [{"market":"KRW-BTC","korean_name":"비트코인","english_name":"Bitcoin"}]
        """
        names = [market.market for market in read(_MARKETS, body, provider)]
        pairs = ((name, *name.split("-")) for name in names if name.count("-") == 1)
        return market_frame([(name, base, quote) for name, quote, base in pairs])

    return Markets(lambda: Call("/v1/market/all"), parse)
