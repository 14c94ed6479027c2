"""Binance's public data: a zip of each month that is over, beside it its checksum. Candles as Binance's."""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from sandbox.exchange import Source, Span
from sandbox.model import DAY, MINUTE, Grid
from sandbox.venue import Answer, RequestError, Venue
from sandbox.venues.binance import GRIDS, Binance, encoded, native_of

_PATH = re.compile(
    r"/data/spot/monthly/klines/([A-Z0-9]+)/(\w+)/"
    r"(\1-\2-(20\d\d)-(0[1-9]|1[0-2]))\.zip(\.CHECKSUM)?"
)
# Not on the day after: nobody may count on it.
_PUBLISHED_AFTER = 3 * DAY * MINUTE
_MICROSECONDS_FROM = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 1000
_MOST_ROWS = 31 * DAY
# A file is asked for soon after its checksum, and of several markets at once.
_KEPT = 16


class BinanceVision(Venue):
    rules = Binance.rules
    content_type = "application/zip"
    same_as = "binance"

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        self._names = {native_of(name): name for name in source.listed}
        self._files: dict[str, bytes] = {}

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        del query
        asked = _PATH.fullmatch(path)
        if asked is None:
            raise _missing(path)
        market, interval, name, year, month, checksum = asked.groups()
        start = datetime(int(year), int(month), 1, tzinfo=UTC)
        end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        grid = GRIDS.get(interval)
        span = Span(_ms(start), _ms(end) - 1, _MOST_ROWS)
        over = _ms(end) + _PUBLISHED_AFTER <= now
        # How longer candles are put into months is not told.
        if market not in self._names or grid is None or grid.width > DAY or not over:
            raise _missing(path)
        file = self._file(name, self._names[market], grid, span, now)
        if not file:
            raise _missing(path)
        if not checksum:
            return Answer(file)
        digest = hashlib.sha256(file).hexdigest()
        return Answer(f"{digest}  {name}.zip\n".encode(), content_type="binary/octet-stream")

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"retry-after": str(wait)} if wait else {}
        return _xml("SlowDown", "Please reduce your request rate.", status, headers)

    def _file(self, name: str, market: str, grid: Grid, span: Span, now: int) -> bytes:
        """The zip, empty where the market had no candle then."""
        if name not in self._files:
            if len(self._files) >= _KEPT:
                del self._files[next(iter(self._files))]
            rows = encoded(self.source.candles(market, grid, span, now), grid)
            self._files[name] = _zipped(name, _as_published(rows)) if rows.height else b""
        return self._files[name]


VENUE = BinanceVision


def _as_published(rows: pl.DataFrame) -> pl.DataFrame:
    """Times in µs from 2025 on; the last one inside of a candle is that of the µs then."""
    if rows["open_time"][0] < _MICROSECONDS_FROM:
        return rows
    return rows.with_columns(pl.col("open_time") * 1000, pl.col("close_time") * 1000 + 999)


def _zipped(name: str, rows: pl.DataFrame) -> bytes:
    packed = io.BytesIO()
    # Without the time of now, so that a file has the same checksum whenever it is made.
    member = zipfile.ZipInfo(f"{name}.csv")
    with zipfile.ZipFile(packed, "w") as archive:
        content = rows.write_csv(include_header=False).encode()
        archive.writestr(member, content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return packed.getvalue()


def _missing(path: str) -> RequestError:
    return RequestError(_xml("NoSuchKey", "The specified key does not exist.", 404, {}, path[1:]))


def _xml(
    code: str, message: str, status: int, headers: dict[str, str], key: str | None = None
) -> Answer:
    named = "" if key is None else f"<Key>{re.sub('[<>&]', '', key)}</Key>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{named}</Error>'
    return Answer(body.encode(), status, headers=headers, content_type="application/xml")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
