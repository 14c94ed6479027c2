"""The sandbox's decentralised finance: all figures are pure functions of name and time, in dollars.

What is locked in a protocol lies on its chains in fixed parts; chains and the whole are the sums
of it, and a history ends in the present. Times are ms since 1970, UTC.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import polars as pl

from sandbox.defi_names import Protocol, Stablecoin, chains, protocols
from sandbox.model import MINUTE, SEED
from sandbox.noise import fraction, key_of, levels

DAY = 86_400_000
# Since when there are days: the first protocols from then on, others within two years.
FIRST = 1_672_531_200_000  # 2023-01-01
_OLD, _YEARS_OF_LISTING = 40, 730
# In chains and the whole: neither what stands for staked coins nor what is no protocol.
_COUNTED_ONCE = ("Liquid Staking", "Restaking", "Liquid Restaking", "CEX", "Bridge")
_TOGETHER, _ALONE = 0.35, 0.3
_MOST_TURNOVER = 0.5


def parts(codes: str, name: str) -> dict[str, float]:
    """The part of a whole that lies on each of some chains: the first has most."""
    weights = [
        (0.5 + fraction("part", name, code)) / (place + 1) ** 1.3
        for place, code in enumerate(codes)
    ]
    total = sum(weights)
    return {chains()[c].name: weight / total for c, weight in zip(codes, weights, strict=True)}


def is_counted(protocol: Protocol) -> bool:
    """Whether it is part of what is locked in its chains."""
    return protocol.category not in _COUNTED_ONCE


def since(protocol: Protocol) -> int:
    """The day from which on it has a history."""
    place = protocols().index(protocol)
    if place < _OLD:
        return FIRST
    return FIRST + int(fraction("since", protocol.slug) * _YEARS_OF_LISTING) * DAY


def locked(some: Sequence[Protocol], times: Sequence[int]) -> pl.DataFrame:
    """Columns slug, at, tvl: what is locked in each protocol at each time from its listing on."""
    frame = pl.DataFrame(
        {
            "slug": [one.slug for one in some],
            "key": pl.Series([key_of(SEED, "tvl", one.slug) for one in some], dtype=pl.UInt64),
            "typical": [one.locked for one in some],
            "since": [since(one) for one in some],
        }
    ).join(pl.DataFrame({"at": pl.Series(times, dtype=pl.Int64)}), how="cross")
    minutes = frame["at"] // MINUTE
    together = pl.Series([key_of(SEED, "defi")], dtype=pl.UInt64).new_from_index(0, frame.height)
    moved = levels(together, minutes) * _TOGETHER + levels(frame["key"], minutes) * _ALONE
    return (
        frame.with_columns(tvl=(pl.col("typical") * moved.exp()).round(4))
        .filter(pl.col("at") >= pl.col("since"))
        .select("slug", "at", "tvl")
    )


@lru_cache(maxsize=4)
def present(at: int) -> Mapping[str, float]:
    """What is locked in each protocol at the minute of a moment, by slug."""
    frame = locked(protocols(), [at // MINUTE * MINUTE])
    return dict(zip(frame["slug"], frame["tvl"], strict=True))


def of_chains(at: int) -> dict[str, float]:
    """What is locked in each chain at the minute of a moment, by name."""
    found = dict.fromkeys((chain.name for chain in chains().values()), 0.0)
    now = present(at)
    for one in filter(is_counted, protocols()):
        for chain, part in parts(one.chains, one.slug).items():
            found[chain] += now.get(one.slug, 0.0) * part
    return found


def days(at: int, slug: str) -> list[tuple[int, float]]:
    """A protocol by day: at 00:00 of each day before that of a moment, and at the moment."""
    frame = _history(at // MINUTE * MINUTE).filter(pl.col("slug") == slug)
    return list(zip(frame["at"], frame["tvl"], strict=True))


def days_of(at: int, chain: str | None) -> list[tuple[int, float]]:
    """As `days`, of a chain or of the whole."""
    rows = [
        (one.slug, part)
        for one in filter(is_counted, protocols())
        for name, part in parts(one.chains, one.slug).items()
        if chain in (None, name)
    ]
    shares = pl.DataFrame(rows, schema={"slug": pl.String, "part": pl.Float64}, orient="row")
    shares = shares.group_by("slug").agg(pl.col("part").sum())
    frame = (
        _history(at // MINUTE * MINUTE)
        .join(shares, on="slug")
        .group_by("at")
        .agg((pl.col("tvl") * pl.col("part")).sum().alias("tvl"))
        .sort("at")
    )
    return list(zip(frame["at"], frame["tvl"], strict=True))


@lru_cache(maxsize=2)
def _history(at: int) -> pl.DataFrame:
    return pl.concat([_until(at // DAY * DAY), locked(protocols(), [at])])


@lru_cache(maxsize=2)
def _until(today: int) -> pl.DataFrame:
    return locked(protocols(), list(range(FIRST, today, DAY)))


def traded(at: int) -> dict[str, list[float]]:
    """The volume of each exchange in the 24 hours up to a moment, and in those before, 30 times."""
    exchanges = [one for one in protocols() if one.category == "Dexs"]
    return _flows("volume", exchanges, at, 30, _MOST_TURNOVER, 1.2)


def earned(at: int) -> dict[str, list[float]]:
    """The fees of each protocol that takes some in the 24 hours up to a moment, and before, 8 times."""
    paid = [one for one in protocols() if one.category not in ("CEX", "Bridge", "RWA")]
    return _flows("fees", paid, at, 8, 4e-4, 0.8)


def kept(slug: str) -> float:
    """The part of its fees that a protocol keeps."""
    return 0.05 + 0.5 * fraction("revenue", slug)


def _flows(
    kind: str, some: Sequence[Protocol], at: int, count: int, most: float, swing: float
) -> dict[str, list[float]]:
    times = [at // MINUTE * MINUTE - back * DAY for back in range(count)]
    pairs = [(one, time) for one in some for time in times]
    keys = pl.Series([key_of(SEED, kind, one.slug) for one, _ in pairs], dtype=pl.UInt64)
    moved = (levels(keys, pl.Series([time // MINUTE for _, time in pairs])) * swing).exp()
    found: dict[str, list[float]] = {one.slug: [] for one in some}
    for (one, _), factor in zip(pairs, moved, strict=True):
        share = most * (0.1 + 0.9 * fraction(kind, one.slug))
        found[one.slug].append(one.locked * share * factor)
    return found


def circulating(coin: Stablecoin, at: int) -> float:
    """How much of a stablecoin there is, in units of its peg."""
    return coin.issued * (1 + 0.12 * _level("supply", coin.symbol, at))


def peg_price(coin: Stablecoin, at: int) -> float:
    """What a stablecoin costs, in dollars."""
    par = 1.08 + 0.03 * _level("peg", "EUR", at) if coin.peg == "EUR" else 1.0
    return par * (1 + 0.0008 * _level("peg", coin.symbol, at))


def _level(kind: str, name: str, at: int) -> float:
    key = pl.Series([key_of(SEED, kind, name)], dtype=pl.UInt64)
    return float(levels(key, pl.Series([at // MINUTE]))[0])
