"""BitMEX: the oldest perpetuals, most of them settled in bitcoin."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import polars as pl

from resources.market import Interval
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Endpoint,
    Funding,
    FundingHistory,
    Limit,
    OpenInterest,
    Perpetuals,
    Provider,
)
from resources.providers.families.pages import ms_of, up_to_the_last
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.families.spelling import TICKERS, spelling
from resources.providers.parsing import (
    Count,
    Number,
    candle_frame,
    funding_frame,
    open_interest_frame,
    read,
)

_ID = "bitmex"
_PAGE = 1000
_INTERVALS = {Interval.M1: "1m", Interval.M5: "5m", Interval.H1: "1h", Interval.D1: "1d"}
_PERPETUAL = "FFWCSX"
_MOST_CALLS = 30  # a minute, without a key


class _Bucket(msgspec.Struct, rename="camel", gc=False):
    timestamp: datetime
    open: Number
    high: Number
    low: Number
    close: Number
    home_notional: Number
    foreign_notional: Number
    trades: Count


class _Instrument(msgspec.Struct, rename="camel"):
    symbol: str
    typ: str
    timestamp: datetime
    funding_rate: Number = None
    funding_timestamp: datetime | None = None
    funding_interval: datetime | None = None
    open_interest: Number = None
    open_value: Number = None
    quote_to_settle_multiplier: Number = None
    mark_price: Number = None


class _Paid(msgspec.Struct, rename="camel"):
    symbol: str
    timestamp: datetime
    funding_rate: Number
    funding_interval: datetime | None = None


_BUCKETS = msgspec.json.Decoder(list[_Bucket], strict=False)
_INSTRUMENTS = msgspec.json.Decoder(list[_Instrument], strict=False)
_PAID = msgspec.json.Decoder(list[_Paid], strict=False)


def _iso(ms: int) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _candles_call(query: CandleQuery) -> Call:
    params = {
        "symbol": query.native,
        "binSize": _INTERVALS[query.interval],
        # A bucket is named by the moment at which it ends; both ends are inclusive.
        "startTime": _iso(query.start + query.interval.ms),
        "endTime": _iso(query.end - 1 + query.interval.ms),
        "count": str(_PAGE),
        "partial": "false",
    }
    return Call("/api/v1/trade/bucketed", params)


def _parse_candles(body: bytes, query: CandleQuery) -> pl.DataFrame:
    """
    The time is the end of a candle. Volume is in contracts, notionals are in base and quote.
    The open is the last candle's close, whether or not it was traded again: where high or low do
    not hold it, they are widened to it.

        [{"timestamp":"2024-11-25T10:30:00.000Z","symbol":"XBTUSD","open":98900,"high":98980.5,
          "low":98890,"close":98950,"trades":45,"volume":150000,"vwap":98932.5,"lastSize":100,
          "turnover":152047500,"homeNotional":1.520475,"foreignNotional":150000}]
    """
    rows = read(_BUCKETS, body, _ID)
    return candle_frame(
        [ms_of(row.timestamp) - query.interval.ms for row in rows],
        open=[row.open for row in rows],
        high=[_wide(row.high, row.open, 1) for row in rows],
        low=[_wide(row.low, row.open, -1) for row in rows],
        close=[row.close for row in rows],
        volume=[row.home_notional for row in rows],
        quote_volume=[row.foreign_notional for row in rows],
        trades=[row.trades for row in rows],
    )


def _wide(bound: Number, opened: Number, side: int) -> Number:
    """A high (side 1) or low (-1) that holds the open; what is no price stays what it is."""
    if bound is None or opened is None or not (bound > 0 and opened > 0):
        return bound
    return max(bound * side, opened * side) * side


def _active_call(_: Sequence[str]) -> Call:
    return Call("/api/v1/instrument/active")


def _perpetuals(body: bytes) -> list[_Instrument]:
    return [one for one in read(_INSTRUMENTS, body, _ID) if one.typ == _PERPETUAL]


def _parse_funding(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    The interval is a time of day that counts from midnight:

        [{"symbol":"XBTUSD","typ":"FFWCSX","fundingRate":0.0001,
          "fundingTimestamp":"2021-07-23T04:00:00.000Z",
          "fundingInterval":"2000-01-01T08:00:00.000Z", ...}]
    """
    return funding_frame(
        [
            (
                one.symbol,
                one.funding_rate,
                _hours(one.funding_interval),
                None if one.funding_timestamp is None else ms_of(one.funding_timestamp),
            )
            for one in _perpetuals(body)
        ]
    )


def _hours(interval: datetime | None) -> float | None:
    return None if interval is None else interval.hour + interval.minute / 60


def _paid_call(_: Sequence[str], start: int, end: int) -> Call:
    """Of all perpetuals, three times a day each: 500 are enough for more than there ever were."""
    window = {"startTime": _iso(start), "endTime": _iso(end - 1)}
    return Call("/api/v1/funding", {**window, "count": "500"})


def _parse_paid(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    [{"timestamp":"2016-05-14T12:00:00.000Z","symbol":"XBTUSD",
      "fundingInterval":"2000-01-01T08:00:00.000Z","fundingRate":0.001089,
      "fundingRateDaily":0.003267}]
    """
    return funding_frame(
        [
            (one.symbol, one.funding_rate, _hours(one.funding_interval), ms_of(one.timestamp))
            for one in read(_PAID, body, _ID)
        ]
    )


def _parse_open_interest(body: bytes, _: Sequence[str]) -> pl.DataFrame:
    """
    Inverse contracts are worth one of the quote asset; others have a value in the currency that
    they settle in, of which quoteToSettleMultiplier make one of the quote asset:

        [{"symbol":"XBTUSD","typ":"FFWCSX","openInterest":574264600,"openValue":1784268825430,
          "quoteToSettleMultiplier":null,"markPrice":32184.89,
          "timestamp":"2021-07-22T22:36:05.000Z", ...},
         {"symbol":"ETHUSD","typ":"FFWCSX","openInterest":1403475,"openValue":281246565675,
          "quoteToSettleMultiplier":3108,"markPrice":2003.93, ...}]
    """
    rows = []
    for one in _perpetuals(body):
        value, settled = one.open_interest, one.quote_to_settle_multiplier
        if settled:
            value = None if one.open_value is None else one.open_value / settled
        amount = value / one.mark_price if value is not None and one.mark_price else None
        rows.append((one.symbol, amount, value, ms_of(one.timestamp)))
    return open_interest_frame(rows)


def _used(headers: Mapping[str, str]) -> Mapping[int, int]:
    left = headers.get("x-ratelimit-remaining", "")
    return {60: max(_MOST_CALLS - int(left), 0)} if left.isdecimal() else {}


_PERPETUALS = Perpetuals(
    spelling("{base}{quote}", ("USD", "USDT", "EUR"), {**TICKERS, "BTC": "XBT"}),
    Candles(_INTERVALS, _PAGE, _candles_call, _parse_candles, up_to_the_last(_PAGE)),
    Funding(1000, _active_call, _parse_funding),
    OpenInterest(1000, _active_call, _parse_open_interest),
    FundingHistory(1000, _paid_call, _parse_paid),
)

PROVIDER = Provider(
    id=_ID,
    name="BitMEX",
    category="derivatives",
    base_url="https://www.bitmex.com",
    docs_url="https://www.bitmex.com/app/restAPI",
    limits=(Limit(_MOST_CALLS, 60),),
    perpetuals=_PERPETUALS,
    sources=perpetual_sources(_PERPETUALS),
    used=_used,
    endpoints=(
        Endpoint("derivatives", Call("/api/v1/instrument", {"symbol": "XBTUSD"})),
        Endpoint(
            "derivatives",
            Call("/api/v1/funding", {"symbol": "XBTUSD", "count": "10", "reverse": "true"}),
        ),
    ),
    health=Call("/api/v1/announcement/urgent"),
    update="realtime",
    ws_url="wss://ws.bitmex.com/realtime",
)
