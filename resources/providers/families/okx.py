"""What OKX's spot markets and its swaps share: answers with a code, and their candles."""

from typing import Generic, TypeVar

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import Call, CandleQuery, Candles
from resources.providers.families.pages import all_asked, asked, page_of
from resources.providers.families.refusals import refuse
from resources.providers.parsing import Moment, Number, read

T = TypeVar("T")

# Without "utc" days and weeks open at midnight in Hong Kong.
_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "1H",
    Interval.H4: "4H",
    Interval.D1: "1Dutc",
    Interval.W1: "1Wutc",
}


class Answer(msgspec.Struct, Generic[T]):
    code: str
    data: list[T]
    msg: str = ""


class _Candle(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number
    currency_volume: Number
    quote_volume: Number


class _Contracts(msgspec.Struct, array_like=True, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    contracts: Number
    volume: Number
    quote_volume: Number


CANDLES = msgspec.json.Decoder(Answer[_Candle], strict=False)
CONTRACTS = msgspec.json.Decoder(Answer[_Contracts], strict=False)
_Decoder = msgspec.json.Decoder[Answer[_Candle]] | msgspec.json.Decoder[Answer[_Contracts]]


def data(answer: Answer[T], provider: str) -> list[T]:
    """What it found; errors come with status 200 too: 51... of requests, 50... of its own."""
    if answer.code != "0":
        at_fault, passing = (answer.code.startswith(digits) for digits in ("51", "50"))
        refuse(provider, answer.code, answer.msg, at_fault=at_fault, passing=passing)
    return answer.data


def candles(provider: str, decoder: _Decoder, page: int) -> Candles:
    """Pages of so many; `decoder` is CANDLES, or CONTRACTS where volumes are counted in these first."""

    def call(query: CandleQuery) -> Call:
        start, end = asked(query, page)
        params = {
            "instId": query.native,
            "bar": _INTERVALS[query.interval],
            "before": str(start - 1),  # newer than this
            "after": str(end),  # older than this
            "limit": str(page),
        }
        # An address has 20 of these in 2 s, for spot markets and swaps together.
        return Call("/api/v5/market/history-candles", params, weight=2)

    def parse(body: bytes, _: CandleQuery) -> pl.DataFrame:
        """
        Newest first: ms, open, high, low, close, volume, in money or in coins where the one before
        it counts contracts, in money, and whether it is closed:

            {"code":"0","msg":"","data":[["1747094040000","102806.1","102820.4","102806.1",
              "102820.4","1040.37","10.4037","1069603.34883","1"]]}
        """
        rows = data(read(decoder, body, provider), provider)
        return page_of(
            rows, [row.time for row in rows], quote_volume=[row.quote_volume for row in rows]
        )

    return Candles(_INTERVALS, page, call, parse, all_asked(page))
