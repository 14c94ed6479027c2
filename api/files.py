"""Tables as files."""

import io
from collections.abc import Callable, Mapping

import polars as pl
from starlette.datastructures import URL

from api.answers import Download


def file_of(table: pl.DataFrame, form: str, name: str, rest: URL | None) -> Download:
    """A table as a file to download; `rest`, where it goes on, is a Link header."""
    write, media_type = FILE_FORMATS[form]
    buffer = io.BytesIO()
    write(table, buffer)
    link = {"Link": f'<{rest.path}?{rest.query}>; rel="next"'} if rest else {}
    safe = name.replace("/", "-")
    return Download(buffer.getvalue(), media_type, f"{safe}.{form}", link)


def _csv(table: pl.DataFrame, buffer: io.BytesIO) -> None:
    table.write_csv(buffer, datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")


def _parquet(table: pl.DataFrame, buffer: io.BytesIO) -> None:
    table.write_parquet(buffer)


def _arrow(table: pl.DataFrame, buffer: io.BytesIO) -> None:
    # Readers other than polars may not know string views.
    table.write_ipc(buffer, compat_level=pl.CompatLevel.oldest())


FILE_FORMATS: Mapping[str, tuple[Callable[[pl.DataFrame, io.BytesIO], None], str]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "parquet": (_parquet, "application/vnd.apache.parquet"),
    "arrow": (_arrow, "application/vnd.apache.arrow.file"),
}
