"""Which candles of a range are not among those that are there."""

import polars as pl

from resources.plan import Window


def holes_between(times: pl.Series, window: Window, step: int) -> list[Window]:
    """The runs of open times (ms) of an aligned window that `times`, in any order, lacks."""
    if len(times) * step == window.length and _runs(times, window.start, step):
        return []
    inside = times.filter((times >= window.start) & (times < window.end))
    known = inside.unique().sort()
    before = pl.concat([pl.Series([window.start - step], dtype=pl.Int64), known]) + step
    after = pl.concat([known, pl.Series([window.end], dtype=pl.Int64)])
    edges = pl.DataFrame({"from": before, "to": after}).filter(pl.col("to") > pl.col("from"))
    return [Window(start, end) for start, end in edges.iter_rows()]


def _runs(times: pl.Series, start: int, step: int) -> bool:
    """Whether times go on from `start` by `step`."""
    return bool((times == pl.int_range(start, start + len(times) * step, step, eager=True)).all())
