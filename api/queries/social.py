"""Posts about assets as they were counted last."""

from typing import Any

from api.queries.feeds import newest
from api.queries.rows import iso, source_of
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import SOCIAL


def posts(lake: Lake, ledger: Ledger, asset: str | None) -> list[dict[str, Any]]:
    """A row per asset and source of the newest hour, those of the most posts first."""
    rows = newest(lake, ledger, SOCIAL)
    mine = rows if asset is None else rows.filter(asset=asset)
    shown = mine.sort("posts", "asset", "provider", descending=[True, False, False]).select(
        "asset", "posts", "engagement", "window_hours", iso("at").alias("at"), "provider", "mode"
    )
    return [_row(row) for row in shown.to_dicts()]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    source = source_of(row.pop("provider"), row.pop("mode"))
    return {"symbol": row.pop("asset"), **row, "source": source}
