"""How stored rows look in an answer."""

from collections.abc import Iterable

import polars as pl

_ISO = "%Y-%m-%dT%H:%M:%S%.fZ"


def source_of(provider: str, mode: str) -> str:
    """A provider's name; with its mode where it is not the real one."""
    return provider if mode == "live" else f"{mode}:{provider}"


def told_by(names: Iterable[str]) -> dict[str, str | list[str] | None]:
    """The fields of an answer that name its sources; `source` is None where there is none."""
    sources = sorted(set(names))
    return {"source": ",".join(sources) or None, "sources": sources}


def iso(column: str | pl.Expr) -> pl.Expr:
    """A column of times as ISO 8601 in UTC."""
    times = pl.col(column) if isinstance(column, str) else column
    return times.dt.strftime(_ISO)
