"""Binance's public data: a zip a month of the candles of each spot market, beside it its checksum."""

from datetime import UTC, datetime

import polars as pl

from resources.errors import MalformedResponse
from resources.market import Interval
from resources.providers.archives import unzipped
from resources.providers.base import Call, CandleQuery, Candles, Endpoint, Limit, Provider
from resources.providers.families.binance_spot import QUOTES
from resources.providers.families.spelling import spelling
from resources.providers.parsing import candle_frame, open_times

_ID = "binance_vision"
# Of longer intervals a month is fewer candles than the exchange's own API tells for the same weight.
_INTERVALS = {interval: str(interval) for interval in (Interval.M1, Interval.M5, Interval.M15)}
_PAGE = 31 * 1440
# As many as fill more than two pages of the exchange's own API.
_LEAST = 2_500
# Months are published on the first Monday after they end, which is the 7th at the latest.
_PUBLISHED_WITHIN = 8 * 86_400_000
# No row has half as many bytes; a file that unpacks to more is none of candles.
_ROW_BYTES = 300
_MICROSECONDS = 10**14
_ROW = {
    "open_time": pl.Int64(),
    **{name: pl.Float64() for name in ("open", "high", "low", "close", "volume")},
    "close_time": pl.Int64(),
    "quote_volume": pl.Float64(),
    "trades": pl.Int64(),
    **{name: pl.String() for name in ("bought", "quote_bought", "unused")},
}


def _month(at: int) -> tuple[int, int]:
    """[start, end) of the month of a moment, ms."""
    start = datetime.fromtimestamp(at / 1000, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return int(start.timestamp()) * 1000, int(end.timestamp()) * 1000


def _file(query: CandleQuery) -> str:
    """The name of a month's file, without its ending."""
    month = datetime.fromtimestamp(query.start / 1000, UTC).strftime("%Y-%m")
    return f"{query.native}-{_INTERVALS[query.interval]}-{month}"


def _call(query: CandleQuery) -> Call:
    interval = _INTERVALS[query.interval]
    return Call(f"/data/spot/monthly/klines/{query.native}/{interval}/{_file(query)}.zip")


def _checksum(query: CandleQuery) -> Call:
    return Call(f"{_call(query).path}.CHECKSUM")


def _parse(body: bytes, query: CandleQuery) -> pl.DataFrame:
    """
    A zip of one CSV file without a header: open time, open, high, low, close, volume, close time,
    quote volume, trades, and three that we do not keep. Times are µs from 2025 on, before ms:

        1601510340000,4.15070000,4.15870000,4.15060000,4.15540000,539.23000000,1601510399999,
          2240.39860900,13,401.82000000,1669.98121300,0
    """
    start, end = _month(query.start)
    most = (end - start) // query.interval.ms * _ROW_BYTES
    content = unzipped(body, f"{_file(query)}.csv", most, _ID)
    try:
        rows = pl.read_csv(content, has_header=False, schema=_ROW, quote_char=None)
    except pl.exceptions.PolarsError as error:
        raise MalformedResponse(
            f"{_ID} answered rows that cannot be read: {error}"[:300], _ID
        ) from error
    opened = pl.col("open_time")
    rows = rows.with_columns(
        pl.when(opened >= _MICROSECONDS).then(opened // 1000).otherwise(opened)
    )
    # A month without a single candle has no file.
    if not rows.height or not rows["open_time"].is_between(start, end, closed="left").all():
        raise MalformedResponse(f"{_ID} answered times that are not of {_file(query)}", _ID)
    columns = ("open", "high", "low", "close", "volume", "quote_volume", "trades")
    return candle_frame(rows["open_time"], **{name: rows[name] for name in columns})


def _covered(query: CandleQuery, frame: pl.DataFrame) -> tuple[int, int]:
    """All of the query that lies in the month, whatever the file holds of it."""
    if open_times(frame) is None:
        return query.start, query.start
    return query.start, min(query.end, _month(query.start)[1])


def _newest(now: int) -> int:
    return _month(now - _PUBLISHED_WITHIN)[0]


PROVIDER = Provider(
    id=_ID,
    name="Binance public data",
    category="exchange",
    mirrors="binance",
    base_url="https://data.binance.vision",
    docs_url="https://github.com/binance/binance-public-data",
    limits=(Limit(600, 60),),
    # Its LUNA is two coins, one after the other.
    native=spelling("{base}{quote}", QUOTES, {"STEPN": "GMT"}),
    candles=Candles(
        _INTERVALS,
        _PAGE,
        _call,
        _parse,
        _covered,
        reach=lambda query: _month(query.start)[1],
        newest=_newest,
        least=_LEAST,
        checksum=_checksum,
    ),
    endpoints=(
        Endpoint("ohlcv", _checksum(CandleQuery("BTCUSDT", Interval.M1, 1_704_067_200_000, 0))),
    ),
    update="daily",
)
