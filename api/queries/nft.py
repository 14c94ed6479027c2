"""Collections of NFTs as they were told last."""

from typing import Any

from api.queries.feeds import newest
from api.queries.rows import iso, source_of
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import NFT

_FIELDS = (
    "collection", "name", "chain", "currency", "floor_price", "floor_price_usd", "volume_24h",
    "volume_24h_usd", "volume_total", "listed", "owners", "supply",
)  # fmt: skip


def collections(lake: Lake, ledger: Ledger, limit: int) -> list[dict[str, Any]]:
    """A row per collection and provider of the newest hour: the largest volume in USD first, and
    after those without one the highest floor in USD."""
    rows = newest(lake, ledger, NFT).sort(
        "volume_24h_usd", "floor_price_usd", "floor_price", "provider", "collection",
        descending=[True, True, True, False, False], nulls_last=True,
    )  # fmt: skip
    shown = rows.head(limit).select(
        *_FIELDS, iso("at").alias("at"), iso("fetched_at").alias("fetched_at"), "provider", "mode"
    )
    return [_row(row) for row in shown.to_dicts()]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    source = source_of(row.pop("provider"), row.pop("mode"))
    return {**row, "source": source}
