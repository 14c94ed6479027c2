"""Tables of our own columns as parquet and csv, and how any table file is read piece by piece."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from resources.candle_sets.shape import CHUNK, Frames, Layout, Made, by_name, shaped
from resources.errors import InvalidInput

_TIME_FORM = "%Y-%m-%dT%H:%M:%S%.fZ"
# Bytes of a csv that are read at once, and the longest line of one.
_BLOCK = 8 * 2**20
_LONGEST = 2**16


@contextmanager
def readable(kind: str) -> Iterator[None]:
    """What polars cannot read is told as an error of the file."""
    try:
        yield
    except FileNotFoundError as error:
        raise InvalidInput("there is no such file") from error
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).strip().split("\n")[0][:200] or type(error).__name__
        raise InvalidInput(f"it is no whole {kind} file: {reason}") from error


def pieces(
    scan: Callable[[], pl.LazyFrame], kind: str, size: int = CHUNK
) -> Iterator[tuple[int, pl.DataFrame]]:
    """(its first row, rows) of a file, piece by piece."""
    with readable(kind):
        batches = iter(scan().collect_batches(chunk_size=size, maintain_order=True))
    first = 0
    while True:
        with readable(kind):
            batch = next(batches, None)
        if batch is None:
            return
        for part in batch.iter_slices(size):
            yield first, part
            first += part.height


def lazily(frames: Iterable[pl.DataFrame]) -> pl.LazyFrame | None:
    """Frames as one that a file can be written of while they are made; None of none."""
    rest = iter(frames)
    head = next(rest, None)
    if head is None:
        return None

    def source(*_pushed_down: object) -> Frames:
        return itertools.chain([head], rest)

    return register_io_source(source, schema=head.schema)


def _read_parquet(path: Path) -> Frames:
    for first, rows in pieces(lambda: pl.scan_parquet(path, glob=False), "parquet"):
        yield shaped(rows, first)


def _read_csv(path: Path) -> Frames:
    # polars would give the second of two columns of one name another.
    by_name(_csv_columns(path))
    first = 0
    for text in _csv_parts(path):
        with readable("csv"):
            rows = pl.read_csv(text, infer_schema=False)
        yield shaped(rows, first)
        first += rows.height


def _csv_columns(path: Path) -> Sequence[str]:
    with readable("csv"), path.open("rb") as file:
        names = pl.read_csv(file.readline(_LONGEST), has_header=False, infer_schema=False)
    return [name for name in names.row(0) if name]


def _csv_parts(path: Path) -> Iterator[bytes]:
    """Whole lines, each time below the header. polars itself would read far ahead of us."""
    with readable("csv"), path.open("rb") as file:
        header = file.readline(_LONGEST)
        rest, columns = b"", header.count(b",")
        while block := file.read(_BLOCK):
            rest += block
            end = rest.rfind(b"\n") + 1
            if end:
                yield header + rest[:end]
                rest = rest[end:]
            if len(rest) > _LONGEST:
                raise InvalidInput("it is no csv file: a line of it has no end")
    # A last line that lacks both its end and columns was cut short.
    if rest.strip() and rest.count(b",") < columns:
        told = rest[:60].decode(errors="replace")
        raise InvalidInput(f"it ends in the middle of a row: {told!r}")
    yield header + rest


def _write_parquet(frames: Made, path: Path) -> None:
    rows = lazily(frames())
    if rows is not None:
        rows.sink_parquet(path, row_group_size=CHUNK)


def _write_csv(frames: Made, path: Path) -> None:
    with path.open("wb") as file:
        for number, frame in enumerate(frames()):
            frame.write_csv(file, datetime_format=_TIME_FORM, include_header=number == 0)


PARQUET = Layout("parquet", ".parquet", "parquet", _read_parquet, _write_parquet)
CSV = Layout("csv", ".csv", "csv", _read_csv, _write_csv)
