"""The spot API of Binance, which other exchanges run too: they differ in weights and markets."""

import json
from collections.abc import Callable, Mapping, Sequence

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import Call, CandleQuery, Candles, Markets, Tickers
from resources.providers.families.pages import page_of, up_to_the_last
from resources.providers.parsing import (
    Count,
    Moment,
    Number,
    market_frame,
    quote_frame,
    read,
)

PAGE = 1000
# Of Binance itself. No dollars: joined spellings of what it does not quote would pass for what it does.
QUOTES = {
    "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI", "BTC", "ETH", "BNB", "EUR", "TRY", "BRL", "JPY",
}  # fmt: skip
_INTERVALS = {interval: str(interval) for interval in Interval}
_BATCH = 20


# array_like leaves the fields after the last one alone, and rows without gc cost no collection:
# a page of 1,000 takes two thirds of the time that tuples take.
class _Kline(msgspec.Struct, array_like=True, gc=False):
    open_time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    close_time: Moment
    quote_volume: Number
    trades: Count


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    last_price: Number
    price_change_percent: Number
    close_time: Moment


class _Market(msgspec.Struct, rename="camel"):
    symbol: str
    status: str
    base_asset: str
    quote_asset: str


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Market]


_KLINES = msgspec.json.Decoder(list[_Kline], strict=False)
_TICKER_LIST = msgspec.json.Decoder(list[_Ticker] | _Ticker, strict=False)
_EXCHANGE_INFO = msgspec.json.Decoder(_ExchangeInfo, strict=False)


def candles(provider: str, weight: int) -> Candles:
    """Its klines, at so much weight a call."""

    def call(query: CandleQuery) -> Call:
        params = {
            "symbol": query.native,
            "interval": _INTERVALS[query.interval],
            "startTime": str(query.start),
            "endTime": str(query.end - 1),  # both ends are inclusive, on the open time
            "limit": str(PAGE),
        }
        return Call("/api/v3/klines", params, weight)

    def parse(body: bytes, _: CandleQuery) -> pl.DataFrame:
        """
        Open time, open, high, low, close, volume, close time (the last ms inside of the candle,
        also while it forms), quote volume, trades, and three that we do not keep:

            [[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",
              1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","0"]]
        """
        rows = read(_KLINES, body, provider)
        return page_of(
            rows,
            [row.open_time for row in rows],
            quote_volume=[row.quote_volume for row in rows],
            trades=[row.trades for row in rows],
        )

    return Candles(_INTERVALS, PAGE, call, parse, up_to_the_last(PAGE))


def tickers(provider: str, weight: Callable[[int], int]) -> Tickers:
    """Prices and changes of 24 hours; `weight` is that of a call for so many markets."""

    def call(natives: Sequence[str]) -> Call:
        symbols = json.dumps(list(natives), separators=(",", ":"))
        return Call("/api/v3/ticker/24hr", {"symbols": symbols}, weight(len(natives)))

    def parse(body: bytes, _: Sequence[str]) -> pl.DataFrame:
        """
        A list, as we ask for several, or one object; closeTime is when it was computed:

            [{"symbol":"BNBBTC","priceChangePercent":"-95.960","lastPrice":"4.00000200",
              "closeTime":1499869899040, ...}]
        """
        found = read(_TICKER_LIST, body, provider)
        return quote_frame(
            [
                (t.symbol, t.last_price, t.close_time, t.price_change_percent)
                for t in (found if isinstance(found, list) else [found])
            ]
        )

    return Tickers(_BATCH, call, parse)


def markets(provider: str, call: Call) -> Markets:
    """Those that trade, out of the answer to `call`."""

    def parse(body: bytes) -> pl.DataFrame:
        """
        {"symbols":[{"symbol":"ETHBTC","status":"TRADING","baseAsset":"ETH","quoteAsset":"BTC",
          ...},{"symbol":"BCCBTC","status":"BREAK", ...}], ...}
        """
        found = read(_EXCHANGE_INFO, body, provider).symbols
        return market_frame(
            [(m.symbol, m.base_asset, m.quote_asset) for m in found if m.status == "TRADING"]
        )

    return Markets(lambda: call, parse)


def used(headers: Mapping[str, str]) -> Mapping[int, int]:
    """The weight of the running minute, as an answer's headers tell it."""
    weight = headers.get("x-mbx-used-weight-1m", "")
    return {60: int(weight)} if weight.isdecimal() else {}
