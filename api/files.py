"""Tables as files, made piece by piece: memory holds one piece, however long the table is."""

import io
import itertools
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl
from polars.io.plugins import register_io_source

from resources.errors import HeadwaterError, StoreUnavailable
from resources.room import require_room

_SENT_AT_ONCE = 2**20
_LINES = 10_000
# Rows of a row group or record batch: what a reader of the file holds at once.
_GROUP = 50_000

Frames = Iterator[pl.DataFrame]
Write = Callable[[pl.LazyFrame, IO[bytes]], None]


@dataclass(frozen=True, slots=True)
class FileFormat:
    """Pieces that stand for themselves are sent as they are made. A file whose end says where its
    parts lie is written first, by `write`; a row takes at most `row_bytes` of it."""

    media_type: str
    write: Write | None = None
    row_bytes: int = 0


@dataclass(frozen=True, slots=True)
class TableFile:
    """`rows` rows of a table, in frames of one schema. `name` has no suffix."""

    name: str
    schema: pl.Schema
    rows: int
    frames: Callable[[], Frames]


def chunks_of(table: TableFile, form: str, folder: Path, left: threading.Event) -> Iterator[bytes]:
    """The file of a table, in chunks; stops in the middle once `left` is set.

    Raises what its frames raise, NoRoom where the file does not fit into `folder`, and
    StoreUnavailable where it cannot be written.
    """
    file_format = FILE_FORMATS[form]
    frames = itertools.takewhile(lambda _: not left.is_set(), table.frames())
    if file_format.write is None:
        return _csv_chunks(table.schema, frames)
    fitting = _fitting(frames, table.rows, file_format.row_bytes, folder)
    return _written_chunks(table.schema, fitting, file_format.write, folder)


def _csv_chunks(schema: pl.Schema, frames: Frames) -> Iterator[bytes]:
    yield _csv(schema.to_frame(), header=True)
    for frame in frames:
        for part in frame.iter_slices(_LINES):
            yield _csv(part, header=False)


def _fitting(frames: Frames, rows: int, row_bytes: int, folder: Path) -> Frames:
    """The frames, while what is still to come fits: others write to that disk, too."""
    for frame in frames:
        require_room(folder, rows * row_bytes)
        rows -= frame.height
        yield frame


def _written_chunks(
    schema: pl.Schema, frames: Frames, write: Write, folder: Path
) -> Iterator[bytes]:
    failed: list[HeadwaterError] = []

    def source(*_pushed_down: object) -> Frames:
        try:
            yield from frames
        except HeadwaterError as error:
            failed.append(error)
            raise

    try:
        # It has no name, so that nothing stays of it when the process is killed.
        with tempfile.TemporaryFile(dir=folder) as file:
            write(register_io_source(source, schema=schema), file)
            file.seek(0)
            while chunk := file.read(_SENT_AT_ONCE):
                yield chunk
    except (OSError, pl.exceptions.PolarsError) as error:
        # polars tells the errors of a source as its own.
        if failed:
            raise failed[0] from error
        raise StoreUnavailable(f"a file cannot be written: {error}") from error


def _csv(frame: pl.DataFrame, *, header: bool) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(buffer, datetime_format="%Y-%m-%dT%H:%M:%S%.fZ", include_header=header)
    return buffer.getvalue()


def _parquet(rows: pl.LazyFrame, file: IO[bytes]) -> None:
    rows.sink_parquet(file, row_group_size=_GROUP)


def _arrow(rows: pl.LazyFrame, file: IO[bytes]) -> None:
    # Readers other than polars may not know string views.
    rows.sink_ipc(file, compat_level=pl.CompatLevel.oldest(), record_batch_size=_GROUP)


FILE_FORMATS = {
    "csv": FileFormat("text/csv; charset=utf-8"),
    "parquet": FileFormat("application/vnd.apache.parquet", _parquet, 100),
    "arrow": FileFormat("application/vnd.apache.arrow.file", _arrow, 200),
}
