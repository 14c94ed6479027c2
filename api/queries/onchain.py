"""What was told last of each chain: figures, its newest block, large transfers."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from api.queries.feeds import between, newest
from api.queries.rows import iso, source_of
from resources.lake import Lake, collect
from resources.ledger import Ledger, feed_times
from resources.market.chains import Chain
from resources.plan import Window
from resources.schemas import BLOCKS, LARGE_TRANSFERS, ONCHAIN

_DAY_MS = 86_400_000

Row = dict[str, Any]


def chains(lake: Lake, ledger: Ledger, wanted: Sequence[Chain], transfers: int) -> list[Row]:
    """Those of the chains of which anything is stored, with up to so many transfers each.

    Where several have told a figure it is their median, and the block is that of the median
    height, of two the lower: one who is wrong does not move it far.
    """
    figures, blocks = newest(lake, ledger, ONCHAIN), newest(lake, ledger, BLOCKS)
    moved = _last_day(lake, ledger)
    rows = [
        {
            "chain": chain.id,
            "symbol": chain.asset,
            "metrics": _metrics(figures.filter(chain=chain.id)),
            "block": _block(blocks.filter(chain=chain.id)),
            "transfers": _transfers(moved.filter(chain=chain.id), transfers),
        }
        for chain in wanted
    ]
    return [row for row in rows if row["metrics"] or row["block"] or row["transfers"]]


def sources(rows: Sequence[Row]) -> set[str]:
    """Everybody who has told any of it."""
    told = {one["source"] for row in rows for one in row["transfers"]}
    for row in rows:
        told |= {name for one in row["metrics"].values() for name in one["values"]}
        told |= set(row["block"]["sources"]) if row["block"] else set()
    return told


def _metrics(rows: pl.DataFrame) -> dict[str, Row]:
    """By name, with what each provider has told."""
    found = {}
    for (name,), same in rows.sort("metric", "provider").group_by("metric", maintain_order=True):
        told = zip(same["provider"], same["mode"], same["value"], strict=True)
        found[str(name)] = {
            "value": same["value"].median(),
            "unit": same["unit"][0],
            "values": {source_of(provider, mode): value for provider, mode, value in told},
            "at": same.select(iso("at")).item(0, 0),
        }
    return found


def _block(rows: pl.DataFrame) -> Row | None:
    if rows.is_empty():
        return None
    # Who tells more of the same block comes first.
    ranked = rows.sort("height", "transactions", "provider", nulls_last=True)
    height = ranked["height"][(ranked.height - 1) // 2]
    row = ranked.filter(height=height).with_columns(iso("mined_at")).row(0, named=True)
    plain = ("height", "hash", "mined_at", "transactions", "size")
    told = zip(ranked["provider"], ranked["mode"], ranked["height"], strict=True)
    return {
        **{name: row[name] for name in plain},
        "source": source_of(row["provider"], row["mode"]),
        "sources": {source_of(provider, mode): height for provider, mode, height in told},
    }


def _last_day(lake: Lake, ledger: Ledger) -> pl.DataFrame:
    """The transfers of the day up to the newest one, the newest first."""
    at = feed_times.read(ledger).get(LARGE_TRANSFERS.name)
    if at is None:
        return pl.DataFrame(schema=LARGE_TRANSFERS.schema)
    stored = collect(between(lake, LARGE_TRANSFERS, Window(at - _DAY_MS, at + 1)))
    return stored.sort("moved_at", "hash", descending=[True, False])


def _transfers(rows: pl.DataFrame, most: int) -> list[Row]:
    shown = rows.head(most).with_columns(iso("moved_at"))
    plain = ("hash", "amount", "usd", "height", "moved_at")
    return [
        {
            **{name: row[name] for name in plain},
            "symbol": row["asset"],
            "source": source_of(row["provider"], row["mode"]),
        }
        for row in shown.to_dicts()
    ]
