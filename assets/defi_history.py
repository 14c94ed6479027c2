"""Whose days before ours are still to be asked for."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from resources.lake import Lake, collect
from resources.plan import day_key
from resources.schemas import Table, utc
from resources.schemas.defi import DEFI_CHAINS, DEFI_PROTOCOL_TVL, DEFI_PROTOCOLS, DEFI_TVL
from resources.scope import Scope

# So many, the largest ones, get the history that providers have.
CHAINS, PROTOCOLS = 20, 50
# A history of a protocol is megabytes: each run asks for some, until all have theirs.
_A_RUN = 4
# Whatever has older rows has had its history, or nobody told it for so long.
_OWN = timedelta(days=3)
_SHOWN = 30
_HOUR = 3_600_000


def chains_without_history(lake: Lake, scope: Scope) -> Sequence[str]:
    """Of the largest chains those that have none yet, or a gap in the last 30 days."""
    known = largest(lake, DEFI_CHAINS, "chain", CHAINS, scope)
    if scope.past:
        return _without_day(lake, DEFI_TVL, "chain", known, scope.past)
    today = scope.now - scope.now % (24 * _HOUR)
    since = utc(today) - timedelta(days=_SHOWN)
    days = collect(
        lake.scan(DEFI_TVL, {}, since, utc(today))
        .group_by("chain")
        .agg(pl.col("of").n_unique().alias("days"))
    )
    whole = set(days.filter(pl.col("days") >= _SHOWN)["chain"])
    return [chain for chain in known if chain not in whole]


def protocols_without_history(lake: Lake, scope: Scope) -> Sequence[str]:
    """Some of the largest protocols that have none yet, the largest ones first; as time goes on
    others, so that one whose history cannot be had is in nobody's way."""
    known = largest(lake, DEFI_PROTOCOLS, "slug", PROTOCOLS, scope)
    if scope.past:
        return _without_day(lake, DEFI_PROTOCOL_TVL, "slug", known, scope.past)
    old = collect(
        lake.scan(DEFI_PROTOCOL_TVL, {}, None, utc(scope.now) - _OWN).select("slug").unique()
    )
    told = set(old["slug"])
    missing = [slug for slug in known if slug not in told]
    start = scope.now // _HOUR * _A_RUN % len(missing) if told and missing else 0
    return [*missing[start:], *missing[:start]][:_A_RUN]


def largest(lake: Lake, table: Table, name: str, most: int, scope: Scope) -> list[str]:
    """The names of the largest rows of the newest snapshot of the last two days."""
    days = [day_key(scope.now), day_key(scope.now - 24 * _HOUR)]
    rows = lake.scan(table, {"day": days}).filter(pl.col("at") == pl.col("at").max())
    return collect(rows.top_k(most, by="tvl").select(name))[name].to_list()


def _without_day(
    lake: Lake, table: Table, name: str, names: Sequence[str], day: tuple[int, int]
) -> list[str]:
    rows = lake.scan(table, {}, utc(day[0]), utc(day[1])).select(name).unique()
    told = set(collect(rows)[name])
    return [one for one in names if one not in told]
