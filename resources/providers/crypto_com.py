"""Crypto.com Exchange, spot: dollars, in pages of three hundred candles."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec
import polars as pl

from resources.errors import MalformedResponse
from resources.market import Interval
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
from resources.providers.families.pages import asked, hundredfold, page_of, up_to_the_end
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, market_frame, quote_frame, read

T = TypeVar("T")

_ID = "crypto_com"
# It answers 300 at most, with or without the one that opens at end_ts.
_PAGE = 299
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1h",
    Interval.H4: "4h",
    Interval.D1: "1D",
    Interval.W1: "7D",  # from Monday 00:00 UTC
}
_QUOTES = {"USD", "USDT", "USDC", "BTC", "EUR"}
# What its LUNA and GMT are is not documented: they are not taken for our LUNA2 and STEPN.
_SPELLINGS: dict[str, str] = {}


class _Found(msgspec.Struct, Generic[T]):
    data: list[T]


class _Answer(msgspec.Struct, Generic[T]):
    code: int
    result: _Found[T] | None = None
    message: str = ""


class _Candle(msgspec.Struct, gc=False):
    time: Moment = msgspec.field(name="t")
    open: Number = msgspec.field(name="o")
    high: Number = msgspec.field(name="h")
    low: Number = msgspec.field(name="l")
    close: Number = msgspec.field(name="c")
    volume: Number = msgspec.field(name="v")


class _Ticker(msgspec.Struct):
    instrument: str = msgspec.field(name="i")
    last: Number = msgspec.field(name="a")
    change: Number = msgspec.field(name="c")
    time: Moment = msgspec.field(name="t")


class _Instrument(msgspec.Struct):
    symbol: str
    inst_type: str
    base_ccy: str
    quote_ccy: str
    tradable: bool


_CANDLES = msgspec.json.Decoder(_Answer[_Candle], strict=False)
_TICKERS = msgspec.json.Decoder(_Answer[_Ticker], strict=False)
_INSTRUMENTS = msgspec.json.Decoder(_Answer[_Instrument], strict=False)


def _data(answer: _Answer[T]) -> list[T]:
    """What it found; 400 and two digits are errors of requests."""
    if answer.code:
        refuse(_ID, answer.code, answer.message, at_fault=40_000 <= answer.code < 40_100)
    if answer.result is None:
        raise MalformedResponse(f"{_ID} answered neither a result nor an error", _ID, 200)
    return answer.result.data


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    params = {
        "instrument_name": query.native,
        "timeframe": _INTERVALS[query.interval],
        "start_ts": str(start),
        "end_ts": str(end),
        "count": str(_PAGE + 1),
    }
    return Call("/exchange/v1/public/get-candlestick", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    ms, open, high, low, close, volume, oldest first:

        {"id":-1,"method":"public/get-candlestick","code":0,"result":{"interval":"1h",
          "instrument_name":"BTC_USD","data":[{"o":"18669.00","h":"18721.00","l":"18400.00",
          "c":"18650.50","v":"0.0912","t":1613544000000}]}}
    """
    rows = _data(read(_CANDLES, body, _ID))
    return page_of(rows, [row.time for row in rows])


def _tickers_call(natives: Sequence[str]) -> Call:
    only = {"instrument_name": natives[0]} if len(natives) == 1 else {}
    return Call("/exchange/v1/public/get-tickers", only)


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    One market, or all of them where several are asked for: `a` is the last price, `c` the change
    as a fraction:

        {"id":-1,"method":"public/get-tickers","code":0,"result":{"data":[{"i":"BTC_USD",
          "h":"51790.00","l":"47895.50","a":"51174.500000","v":"879.5024","vv":"26370000.12",
          "c":"0.03955106","b":"51170.000000","k":"51180.000000","t":1613580710768}]}}
    """
    tickers = _data(read(_TICKERS, body, _ID))
    return quote_frame([(t.instrument, t.last, t.time, hundredfold(t.change)) for t in tickers])


def _parse_markets(body: bytes) -> pl.DataFrame:
    """
    {"id":-1,"method":"public/get-instruments","code":0,"result":{"data":[{"symbol":"BTC_USD",
      "inst_type":"CCY_PAIR","base_ccy":"BTC","quote_ccy":"USD","tradable":true, ...}]}}
    """
    found = _data(read(_INSTRUMENTS, body, _ID))
    return market_frame(
        [
            (one.symbol, one.base_ccy, one.quote_ccy)
            for one in found
            if one.inst_type == "CCY_PAIR" and one.tradable
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="Crypto.com Exchange",
    category="exchange",
    base_url="https://api.crypto.com",
    docs_url="https://exchange-docs.crypto.com",
    limits=(Limit(100, 1),),
    native=spelling("{base}_{quote}", _QUOTES, _SPELLINGS),
    candles=Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, up_to_the_end(_PAGE)),
    tickers=Tickers(1000, _tickers_call, _parse_tickers),
    markets=Markets(lambda: Call("/exchange/v1/public/get-instruments"), _parse_markets),
    endpoints=(
        Endpoint("prices", Call("/exchange/v1/public/get-tickers", {"instrument_name": "BTC_USD"})),
        Endpoint(
            "ohlcv",
            Call(
                "/exchange/v1/public/get-candlestick",
                {"instrument_name": "BTC_USD", "timeframe": "1h"},
            ),
        ),
    ),
    update="realtime",
    ws_url="wss://stream.crypto.com/exchange/v1/market",
)
