"""The newest snapshots of the market: its largest coins, their sums, and what people look for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from api.answers import iso
from api.queries.feeds import newest
from api.queries.rows import iso as iso_column
from api.queries.rows import source_of
from resources.lake import Lake
from resources.ledger import Ledger, feed_times
from resources.schemas import MARKET, MARKET_TOTALS, TRENDING, Table

QUOTE = "USD"
# A price farther from our consensus, in percent, is told with a flag.
FAR = 50.0
_TOP = 10
_COIN = (
    "rank", "name", "symbol", "asset", "native", "price", "change_1h", "change_24h", "change_7d",
    "market_cap", "volume_24h", "circulating_supply", "deviation", "observed_at",
)  # fmt: skip
_TRENDING = (
    "rank", "name", "symbol", "asset", "native", "market_cap_rank", "price", "change_24h",
    "volume_24h",
)  # fmt: skip

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one provider told at one time: `at` is ISO 8601, both are null before the first."""

    rows: Sequence[Row]
    at: str | None = None
    source: str | None = None


class Overview:
    """The newest snapshots, read from the lake once per commit; safe to use from several threads."""

    def __init__(self, lake: Lake, ledger: Ledger) -> None:
        self._lake = lake
        self._ledger = ledger
        self._held: dict[str, tuple[int, Snapshot]] = {}

    def coins(self) -> Snapshot:
        """The largest coins by rank, those without one last."""
        return self._newest(MARKET)

    def totals(self) -> Snapshot:
        """One row, or none, of the whole market."""
        return self._newest(MARKET_TOTALS)

    def trending(self) -> Snapshot:
        return self._newest(TRENDING)

    def market(self, limit: int) -> dict[str, Any]:
        """The largest coins and the sums over all of them, in USD."""
        coins, totals = self.coins(), self.totals()
        rows = coins.rows[:limit]
        return {
            "cryptocurrencies": rows,
            "count": len(rows),
            "stored": len(coins.rows),
            **_sums(totals),
            "quote": QUOTE,
            "at": coins.at,
            "source": coins.source,
        }

    def _newest(self, table: Table) -> Snapshot:
        at = feed_times.read(self._ledger).get(table.name)
        if at is None:
            return Snapshot(())
        held = self._held.get(table.name)
        if held is None or held[0] != at:
            held = at, _snapshot(table, newest(self._lake, self._ledger, table))
            self._held[table.name] = held
        return held[1]


def market_update(overview: Overview) -> dict[str, Any]:
    """What a `market_update` tells of the newest snapshot: the sums, and the largest coins."""
    return overview.market(_TOP)


def _sums(totals: Snapshot) -> dict[str, Any]:
    row = totals.rows[0] if totals.rows else {}
    return {
        "total_market_cap": row.get("market_cap"),
        "total_volume_24h": row.get("volume_24h"),
        "btc_dominance": row.get("btc_dominance"),
        "eth_dominance": row.get("eth_dominance"),
        "market_cap_change_24h": row.get("change_24h"),
        "coins": row.get("coins"),
        "totals_at": totals.at,
        "totals_source": totals.source,
    }


def _snapshot(table: Table, frame: pl.DataFrame) -> Snapshot:
    if frame.is_empty():
        return Snapshot(())
    # A run that was retried may have heard another provider: the first one's figures stay.
    provider = frame.sort("fetched_at", "provider")["provider"][0]
    mine = frame.filter(pl.col("provider") == provider)
    at = int(str(mine["at"].dt.epoch("ms")[0]))
    source = source_of(provider, mine["mode"][0])
    return Snapshot([{**row, "source": source} for row in _rows(table, mine)], iso(at), source)


def _rows(table: Table, frame: pl.DataFrame) -> list[dict[str, Any]]:
    if table is MARKET_TOTALS:
        return frame.to_dicts()
    if table is TRENDING:
        return frame.sort("rank").select(_TRENDING).to_dicts()
    ordered = frame.sort(pl.col("rank"), -pl.col("market_cap"), nulls_last=True).select(_COIN)
    rows = ordered.with_columns(iso_column("observed_at")).to_dicts()
    for row in rows:
        far = row["deviation"] is not None and abs(row["deviation"]) > FAR
        row["flags"] = ["off_consensus"] if far else []
    return rows
