"""Bitfinex, spot: ten thousand candles in a call, and few calls a minute."""

from collections.abc import Sequence

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
from resources.providers.families.pages import all_asked, asked, hundredfold, page_of
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

_ID = "bitfinex"
_PAGE = 10_000
# It has weeks too, and does not tell where they open.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1h",
    Interval.H4: "4h",
    Interval.D1: "1D",
}
_QUOTES = {"USD", "USDT", "USDC", "EUR", "GBP", "JPY", "BTC", "ETH", "TRY"}
_TICKERS = {
    "ALGO": "ALG", "ATOM": "ATO", "DASH": "DSH", "IOTA": "IOT", "LUNC": "LUNA", "MANA": "MNA",
    "STEPN": "GMT", "TUSD": "TSD", "USDC": "UDC", "USDT": "UST", "USTC": "TERRAUST",
}  # fmt: skip


# The rows of its lending markets are longer, and decode as well: only their symbol matters.
class _Ticker(msgspec.Struct, array_like=True):
    symbol: str
    bid: Number
    bid_size: Number
    ask: Number
    ask_size: Number
    change: Number
    change_relative: Number
    last: Number


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    close: Number
    high: Number
    low: Number
    volume: Number


_CANDLES = msgspec.json.Decoder(list[_Candle], strict=False)
_TICKER_LIST = msgspec.json.Decoder(list[_Ticker], strict=False)
_PAIRS = msgspec.json.Decoder(tuple[list[str]])


def _native(symbol: Symbol) -> str | None:
    """tBTCUSD, and with a colon where a ticker is longer than three letters: tAVAX:USD."""
    if symbol.quote not in _QUOTES:
        return None
    base, quote = (_TICKERS.get(ticker, ticker) for ticker in (symbol.base, symbol.quote))
    between = ":" if max(len(base), len(quote)) > 3 else ""
    return f"t{base}{between}{quote}"


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "start": str(start),
        "end": str(end - 1),  # both ends are inclusive, on the open time
        "limit": str(_PAGE),
        "sort": "1",  # oldest first
    }
    interval = _INTERVALS[query.interval]
    return Call(f"/v2/candles/trade:{interval}:{query.native}/hist", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, close, high, low, volume. Intervals without a trade are left out:

        [[1364796060000,93.2,93.2,93.2,93.2,2.4]]
    """
    rows = read(_CANDLES, body, _ID)
    return page_of(rows, [row.time for row in rows])


def _tickers_call(natives: Sequence[str]) -> Call:
    return Call("/v2/tickers", {"symbols": ",".join(natives)})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Symbol, bid, its size, ask, its size, the day's change, the same as a fraction, last price,
    volume, high, low. It tells no time:

        [["tBTCUSD",9131,29.3136601,9132.6,37.93030731,-25.7410117,-0.0028,9137,5723.038617,
          9467.1,8982.1]]
    """
    tickers = read(_TICKER_LIST, body, _ID)
    return quote_frame(
        [
            (t.symbol, t.last, None, hundredfold(t.change_relative))
            for t in tickers
            if t.symbol.startswith("t")
        ]
    )


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    [["AAVE:USD","ADABTC","ADAUSD", ...]]
    """
    (pairs,) = read(_PAIRS, body, _ID)
    return market_frame([(f"t{pair}", *_split(pair)) for pair in pairs])


def _split(pair: str) -> tuple[str, str]:
    base, colon, quote = pair.partition(":")
    return (base, quote) if colon else (pair[:3], pair[3:])


PROVIDER = Provider(
    id=_ID,
    name="Bitfinex",
    category="exchange",
    base_url="https://api-pub.bitfinex.com",
    docs_url="https://docs.bitfinex.com/docs/requirements-and-limitations",
    # The least of what it allows on one of its endpoints (30 to 90); above it an address is
    # shut out for a minute.
    limits=(Limit(30, 60),),
    native=_native,
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(100, _tickers_call, _parse_tickers),
    markets=Markets(lambda: Call("/v2/conf/pub:list:pair:exchange"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/v2/tickers", {"symbols": "tBTCUSD"})),
        Endpoint("ohlcv", Call("/v2/candles/trade:1h:tBTCUSD/hist", {"limit": "24"})),
    ),
    health=Call("/v2/platform/status"),
    update="realtime",
    ws_url="wss://api-pub.bitfinex.com/ws/2",
)
