"""What a parser of a feed returns, and the table that such pages are kept in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from resources.schemas.table import PROVENANCE, UTC_TIME, Table, Thin

# What breaks a rule, and its name; the first broken one is a row's reason.
Rules = Sequence[tuple[pl.Expr, str]]


def _none(_: int) -> Rules:
    return ()


@dataclass(frozen=True, slots=True)
class Page:
    """A kind of answer of a feed: one frame with the columns of `schema`.

    Where that has `native`, a row is about a coin in the provider's spelling. `rules` takes the
    time of the answer (ms since 1970, UTC) to what a row must not be. `named` is the column that a
    row goes by where it is kept for having broken one. Of the present there is always a row to tell,
    but where a page `may_be_empty`.
    """

    name: str
    feed: str
    schema: pl.Schema
    named: str
    rules: Callable[[int], Rules] = _none
    may_be_empty: bool = False

    def checked(self, frame: pl.DataFrame, now_ms: int) -> pl.DataFrame:
        """The frame with a column `reason`: null for a sound row, else the first rule it breaks."""
        rules = [
            (pl.col(self.named).is_null(), f"no {self.named}"),
            *((~pl.col(name).is_finite(), f"{name} is not finite") for name in self._floats()),
            *self.rules(now_ms),
        ]
        reason = pl.coalesce(pl.when(broken).then(pl.lit(why)) for broken, why in rules)
        return frame.with_columns(reason.alias("reason"))

    def _floats(self) -> list[str]:
        return [name for name, kind in self.schema.items() if kind == pl.Float64()]


def snapshot_table(
    page: Page, key: Sequence[str], *, thin: Thin | None = None, keep_days: int | None = None
) -> Table:
    """A table of what was told at one time after another: `at` is that of the collection.

    A row is one of the page, found again by `key`; where rows are about coins, `asset` is our
    ticker of it, null where the registry has none.
    """
    ours = {"asset": pl.String()} if "native" in page.schema else {}
    columns = {"day": pl.String(), "at": UTC_TIME, **ours, **page.schema, **PROVENANCE}
    return Table(
        page.name,
        pl.Schema(columns),
        key=("day", "at", *key),
        partitions=("day",),
        time="at",
        sort=("at", *key),
        thin=thin,
        keep_days=keep_days,
    )
