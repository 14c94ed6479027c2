"""CryptoCompare: averages over many exchanges, as prices and as candles; wants a key."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
import polars as pl

from resources.errors import TemporaryError
from resources.market import Interval, Symbol
from resources.providers.base import (
    Auth,
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Limit,
    Provider,
    Tickers,
)
from resources.providers.families.pages import all_asked, asked
from resources.providers.families.refusals import refuse
from resources.providers.families.spelling import spelling
from resources.providers.parsing import Moment, Number, candle_frame, quote_frame, read

T = TypeVar("T")

_ID = "cryptocompare"
_PAGE = 2000
# Minutes it keeps for a week only, and of those that it merges it does not say when they open.
_PATHS = {Interval.H1: "histohour", Interval.D1: "histoday"}
_QUOTES = ("USD", "EUR", "GBP", "JPY", "KRW", "USDT", "USDC", "BTC", "ETH")
# Tickers that mean several coins, or had other owners.
_UNCLEAR = (
    "LUNA2", "STEPN", "GOMINING", "BEAMX", "S", "LEO", "GT", "FLR", "AERO", "ASTER", "HNT", "KAIA",
    "MORPHO", "WLFI",
)  # fmt: skip
_SPELT = spelling("{base}-{quote}", _QUOTES, {})
_LIMITED = 99


class _Candle(msgspec.Struct, gc=False):
    time: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volumefrom: Number
    volumeto: Number


class _Refusal(msgspec.Struct):
    """What stands in an answer that is an error, and in one of history also where it is none."""

    response: str = msgspec.field(name="Response", default="Success")
    message: str = msgspec.field(name="Message", default="")
    type: int = msgspec.field(name="Type", default=100)


class _History(msgspec.Struct):
    candles: list[_Candle] = msgspec.field(name="Data")


class _Quote(msgspec.Struct, rename="upper"):
    price: Number
    lastupdate: Moment | None = None
    changepct24hour: Number = None


class _HistoryAnswer(msgspec.Struct):
    data: _History = msgspec.field(name="Data")


class _Prices(msgspec.Struct):
    raw: dict[str, dict[str, _Quote]] = msgspec.field(name="RAW")


_REFUSAL = msgspec.json.Decoder(_Refusal)
_HISTORY = msgspec.json.Decoder(_HistoryAnswer, strict=False)
_PRICES = msgspec.json.Decoder(_Prices, strict=False)


def _native(symbol: Symbol) -> str | None:
    return None if symbol.base in _UNCLEAR else _SPELT(symbol)


def _found(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """What it found. It answers errors with status 200 too."""
    refusal = read(_REFUSAL, body, _ID)
    if refusal.response == "Error":
        if refusal.type == _LIMITED:
            raise TemporaryError(f"{_ID} refused: {refusal.message[:200]}", _ID, 200)
        refuse(_ID, refusal.type, refusal.message, at_fault=True)
    return read(decoder, body, _ID)


def _limited(body: bytes) -> bool:
    """Its rate limits come as a 200."""
    return b'"Response":"Error"' in body[:100] and f'"Type":{_LIMITED}'.encode() in body[:1000]


def _candles_call(query: CandleQuery) -> Call:
    start, end = asked(query, _PAGE)
    base, _, quote = query.native.partition("-")
    steps = (end - start) // query.interval.ms - 1
    params = {
        "fsym": base,
        "tsym": quote,
        "toTs": str((end - query.interval.ms) // 1000),  # inclusive, on the open time
        "limit": str(max(steps, 1)),  # it answers one candle more
        "tryConversion": "false",  # no candles made of other markets
    }
    return Call(f"/data/v2/{_PATHS[query.interval]}", params)


def _parse_candles(body: bytes, _: CandleQuery) -> pl.DataFrame:
    """
    Volume in base and quote. Before a market began, candles are zero throughout: there are none.

        {"Response":"Success","Message":"","HasWarning":false,"Type":100,"RateLimit":{},
          "Data":{"Aggregated":false,"TimeFrom":1700000000,"TimeTo":1700003600,"Data":[
          {"time":1700000000,"high":37100.1,"low":36900.5,"open":37000.2,"volumefrom":1500.5,
           "volumeto":55500000.7,"close":37050.3,"conversionType":"direct","conversionSymbol":""}]}}
    """
    found = _found(_HISTORY, body).data.candles
    rows = [row for row in found if any((row.open, row.high, row.low, row.close))]
    return candle_frame(
        [row.time * 1000 for row in rows],
        open=[row.open for row in rows],
        high=[row.high for row in rows],
        low=[row.low for row in rows],
        close=[row.close for row in rows],
        volume=[row.volumefrom for row in rows],
        quote_volume=[row.volumeto for row in rows],
    )


def _tickers_call(natives: Sequence[str]) -> Call:
    pairs = [native.split("-") for native in natives]
    bases, quotes = (",".join(dict.fromkeys(names)) for names in zip(*pairs, strict=True))
    return Call("/data/pricemultifull", {"fsyms": bases, "tsyms": quotes})


def _parse_tickers(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    By base and quote, each with each:

        {"RAW":{"BTC":{"USD":{"TYPE":"5","MARKET":"CCCAGG","FROMSYMBOL":"BTC","TOSYMBOL":"USD",
          "PRICE":118434.5,"LASTUPDATE":1753079333,"CHANGEPCT24HOUR":-1.25, ...}}},
          "DISPLAY":{"BTC":{"USD":{"PRICE":"$ 118,434.5", ...}}}}
    """
    raw = _found(_PRICES, body).raw
    return quote_frame(
        [
            (
                f"{base}-{quote}",
                one.price,
                None if one.lastupdate is None else one.lastupdate * 1000,
                one.changepct24hour,
            )
            for base, quotes in raw.items()
            for quote, one in quotes.items()
        ]
    )


PROVIDER = Provider(
    id=_ID,
    name="CryptoCompare",
    category="market_data",
    base_url="https://min-api.cryptocompare.com",
    docs_url="https://min-api.cryptocompare.com/documentation",
    # The month is that of a free key; the minute is what it allowed without one.
    limits=(Limit(300, 60), Limit(100_000, 2_592_000)),
    native=_native,
    candles=Candles(_PATHS, _PAGE, _candles_call, _parse_candles, all_asked(_PAGE)),
    tickers=Tickers(50, _tickers_call, _parse_tickers),
    auth=Auth("query", "api_key"),
    limited=_limited,
    endpoints=(
        Endpoint("prices", Call("/data/price", {"fsym": "BTC", "tsyms": "USD,EUR"})),
        Endpoint(
            "ohlcv", Call("/data/v2/histohour", {"fsym": "BTC", "tsym": "USD", "limit": "24"})
        ),
    ),
    update="periodic",
)
