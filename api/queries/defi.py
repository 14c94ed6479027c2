"""What is locked in decentralised finance, in US dollars: now, and by day."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from api.queries.feeds import newest
from api.queries.rows import iso, source_of
from resources.errors import UnknownName
from resources.lake import Lake, collect
from resources.ledger import Ledger
from resources.schemas import Table, utc
from resources.schemas.defi import (
    ALL,
    DEFI_CHAINS,
    DEFI_PROTOCOL_TVL,
    DEFI_PROTOCOLS,
    DEFI_TVL,
)

_DAY = 86_400_000
_NEAR = 5

Row = dict[str, Any]


def find_chain(lake: Lake, ledger: Ledger, spelling: str | None) -> str:
    """The chain of a spelling, in any case; all of them where there is none. Raises UnknownName."""
    if spelling is None or spelling.casefold() == ALL:
        return ALL
    stored = newest(lake, ledger, DEFI_CHAINS)["chain"]
    return _find("chain", {name: name for name in stored}, spelling)


def find_protocol(lake: Lake, ledger: Ledger, spelling: str) -> tuple[str, str | None]:
    """Slug and present name of the protocol of a spelling, in any case. Raises UnknownName."""
    now = newest(lake, ledger, DEFI_PROTOCOLS)
    names = dict(zip(now["slug"], now["name"], strict=True))
    # Also one that is no longer among the largest.
    past = collect(lake.scan(DEFI_PROTOCOL_TVL, {}).select("slug").unique())["slug"]
    known = {str(name): slug for slug, name in names.items() if name}
    slug = _find("protocol", {**known, **{one: one for one in (*past, *names)}}, spelling)
    return slug, names.get(slug)


def locked(lake: Lake, ledger: Ledger, chain: str) -> Row | None:
    """The newest hour of a chain, or the newest day of all of them."""
    # By day there are only the largest chains.
    if chain == ALL:
        rows = lake.scan(DEFI_TVL, {"year": lake.periods(DEFI_TVL)[-1:]})
    else:
        rows = newest(lake, ledger, DEFI_CHAINS).lazy().rename({"at": "of"})
    found = _days(rows.filter(pl.col("chain") == chain).sort("of").tail(1))
    return found[0] if found else None


def protocols(lake: Lake, ledger: Ledger, chain: str, limit: int) -> list[Row]:
    """The protocols with most in a chain, or altogether: the newest hour that is stored."""
    rows = [_protocol(row) for row in _iso(newest(lake, ledger, DEFI_PROTOCOLS)).to_dicts()]
    if chain != ALL:
        rows = [{**row, "tvl": row["chain_tvl"].get(chain)} for row in rows]
    present = (row for row in rows if row["tvl"] is not None)
    return sorted(present, key=lambda row: -row["tvl"])[:limit]


def chart(lake: Lake, chain: str, days: int, now: int) -> list[Row]:
    """The last days of a chain, or of all of them, oldest first; that of today as it stands."""
    return _days(_since(lake, DEFI_TVL, days, now).filter(pl.col("chain") == chain))


def history(lake: Lake, slug: str, days: int, now: int) -> list[Row]:
    """The last days of a protocol, oldest first."""
    return _days(_since(lake, DEFI_PROTOCOL_TVL, days, now).filter(pl.col("slug") == slug))


def change(rows: Sequence[Row]) -> float | None:
    """From the first to the last day, percent; None where it cannot be told."""
    if len(rows) < 2 or not rows[0]["tvl"]:
        return None
    return round(float(rows[-1]["tvl"] / rows[0]["tvl"] - 1) * 100, 4)


def source(rows: Sequence[Row]) -> str | None:
    """Who has told of the last row."""
    return rows[-1]["source"] if rows else None


def _since(lake: Lake, table: Table, days: int, now: int) -> pl.LazyFrame:
    today = now - now % _DAY
    first = utc(max(0, today - (days - 1) * _DAY))
    years = [str(year) for year in range(first.year, utc(now).year + 2)]
    return lake.scan(table, {"year": years}, first)


def _days(rows: pl.LazyFrame) -> list[Row]:
    told = collect(rows.select("of", "tvl", "provider", "mode").sort("of"))
    return [
        {
            "date": row["of"].strftime("%Y-%m-%d"),
            "tvl": row["tvl"],
            "source": source_of(row["provider"], row["mode"]),
        }
        for row in told.to_dicts()
    ]


def _iso(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(iso(name).alias(name) for name in ("at", "fetched_at"))


def _protocol(row: Mapping[str, Any]) -> Row:
    plain = ("slug", "name", "category", "chains", "tvl", "change_1d", "change_7d", "market_cap")
    return {
        **{name: row[name] for name in plain},
        "chain_tvl": {part["chain"]: part["tvl"] for part in row["chain_tvl"]},
        "at": row["at"],
        "fetched_at": row["fetched_at"],
        "source": source_of(row["provider"], row["mode"]),
    }


def _find(kind: str, known: Mapping[str, str], spelling: str) -> str:
    by_case = {name.casefold(): target for name, target in known.items()}
    found = by_case.get(spelling.strip().casefold())
    if found is None:
        near = difflib.get_close_matches(spelling.casefold(), by_case, _NEAR)
        raise UnknownName(kind, spelling, list(dict.fromkeys(by_case[name] for name in near)))
    return found
