"""Binance, spot: the deepest candle history there is without a key."""

import json
from collections.abc import Mapping, Sequence

import msgspec
import polars as pl

from resources.market import Interval, Symbol
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Limit,
    Markets,
    Provider,
    Tickers,
)
from resources.providers.parsing import (
    Count,
    Moment,
    Number,
    candle_frame,
    market_frame,
    open_times,
    quote_frame,
    read,
)

_ID = "binance"
_PAGE = 1000
# No dollars: joined spellings of what it does not quote would pass for what it does.
_QUOTES = {
    "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI", "BTC", "ETH", "BNB", "EUR", "TRY", "BRL", "JPY",
}  # fmt: skip
_TICKERS = {"LUNA2": "LUNA", "STEPN": "GMT"}
_INTERVALS = {interval: str(interval) for interval in Interval}


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


def _native(symbol: Symbol) -> str | None:
    if symbol.quote not in _QUOTES:
        return None
    return "".join(_TICKERS.get(ticker, ticker) for ticker in (symbol.base, symbol.quote))


def _candles_call(query: CandleQuery) -> Call:
    params = {
        "symbol": query.native,
        "interval": _INTERVALS[query.interval],
        "startTime": str(query.start),
        "endTime": str(query.end - 1),  # both ends are inclusive, on the open time
        "limit": str(_PAGE),
    }
    return Call("/api/v3/klines", params, weight=2)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Open time, open, high, low, close, volume, close time (the last ms inside of the candle,
    also while it forms), quote volume, trades, and three that we do not keep:

        [[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",
          1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","0"]]
    """
    rows = read(_KLINES, body, _ID)
    return candle_frame(
        [row.open_time for row in rows],
        open=[row.open for row in rows],
        high=[row.high for row in rows],
        low=[row.low for row in rows],
        close=[row.close for row in rows],
        volume=[row.volume for row in rows],
        quote_volume=[row.quote_volume for row in rows],
        trades=[row.trades for row in rows],
    )


def _covered(query: CandleQuery, page: pl.DataFrame) -> tuple[int, int]:
    """All that was asked for, or up to the last candle of a page that is full."""
    times = open_times(page)
    if times is None:
        return query.start, query.end
    first, last = times
    if first < query.start or last >= query.end:
        return query.start, query.start
    full = page.height >= _PAGE
    return query.start, min(query.end, last + query.interval.ms) if full else query.end


def _tickers_call(natives: Sequence[str]) -> Call:
    # Documented weights by the number of symbols; 5 calls of 20 cost a quarter of 1 of 100.
    weight = 2 if len(natives) <= 20 else 40 if len(natives) <= 100 else 80
    symbols = json.dumps(list(natives), separators=(",", ":"))
    return Call("/api/v3/ticker/24hr", {"symbols": symbols}, weight)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    A list, as we ask for several, or one object; closeTime is when it was computed:

        [{"symbol":"BNBBTC","priceChangePercent":"-95.960","lastPrice":"4.00000200",
          "closeTime":1499869899040, ...}]
    """
    found = read(_TICKER_LIST, body, _ID)
    tickers = found if isinstance(found, list) else [found]
    return quote_frame(
        [(t.symbol, t.last_price, t.close_time, t.price_change_percent) for t in tickers]
    )


def _markets_call() -> Call:
    # Leaves out what the parser would drop.
    params = {"symbolStatus": "TRADING", "showPermissionSets": "false"}
    return Call("/api/v3/exchangeInfo", params, weight=20)


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"symbols":[{"symbol":"ETHBTC","status":"TRADING","baseAsset":"ETH","quoteAsset":"BTC", ...},
                {"symbol":"BCCBTC","status":"BREAK", ...}], ...}
    """
    markets = read(_EXCHANGE_INFO, body, _ID).symbols
    return market_frame(
        [(m.symbol, m.base_asset, m.quote_asset) for m in markets if m.status == "TRADING"]
    )


def _used(headers: Mapping[str, str]) -> Mapping[int, int]:
    weight = headers.get("x-mbx-used-weight-1m", "")
    return {60: int(weight)} if weight.isdecimal() else {}


PROVIDER = Provider(
    id=_ID,
    name="Binance",
    category="exchange",
    base_url="https://api.binance.com",
    docs_url="https://developers.binance.com/docs/binance-spot-api-docs",
    limits=(Limit(6000, 60),),
    native=_native,
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, _covered),
    tickers=Tickers(20, _tickers_call, _parse_tickers),
    markets=Markets(_markets_call, _parse_markets),
    used=_used,
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
