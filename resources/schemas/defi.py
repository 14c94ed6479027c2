"""Decentralised finance: value locked, stablecoins, volumes, fees and yields, in US dollars.

TVL is the value locked in contracts. Of protocols, exchanges, stablecoins and pools the largest
are kept; how many, their parsers say.
"""

from collections.abc import Sequence

import polars as pl

from resources.market import Interval
from resources.schemas.page import Page, Rules, snapshot_table
from resources.schemas.table import PROVENANCE, UTC_TIME, Table, Thin

FEED = "defi"
# What stands for all chains, or all exchanges, in place of the name of one.
ALL = "all"
# Of a snapshot older than this only the first of a day stays.
_THIN = Thin(14, Interval.D1)
# More than all money there is: a unit was mistaken.
_MOST_USD = 1e13
_MOST_PERCENT = 1e6
_AHEAD = 3_600_000  # of our clock
_FIRST = pl.datetime(2015, 7, 30, time_zone="UTC")
_FLOAT, _TEXT = pl.Float64(), pl.String()
_BY_CHAIN = pl.List(pl.Struct({"chain": _TEXT, "tvl": _FLOAT}))


def _amount(column: str, what: str, *, needed: bool = True) -> Rules:
    """An amount of dollars: neither negative nor more than there can be."""
    value = pl.col(column)
    rules = [(value < 0, f"negative {what}"), (value > _MOST_USD, f"implausible {what}")]
    return ((value.is_null(), f"missing {what}"), *rules) if needed else rules


def _percent(*columns: str) -> Rules:
    return [(pl.col(name).abs() > _MOST_PERCENT, f"implausible {name}") for name in columns]


def _page(name: str, columns: dict[str, pl.DataType], named: str, rules: Rules) -> Page:
    return Page(name, FEED, pl.Schema(columns), named, lambda _: rules)


def _table(page: Page, key: Sequence[str]) -> Table:
    return snapshot_table(page, key, thin=_THIN)


DEFI_PROTOCOLS_PAGE = _page(
    "defi_protocols",
    {
        "slug": _TEXT,  # a protocol may be renamed, its slug stays
        "name": _TEXT,
        "category": _TEXT,
        "chains": pl.List(_TEXT),  # largest first
        "tvl": _FLOAT,
        "chain_tvl": _BY_CHAIN,
        "change_1d": _FLOAT,  # percent
        "change_7d": _FLOAT,
        "market_cap": _FLOAT,  # of its token
    },
    "slug",
    (*_amount("tvl", "TVL"), *_amount("market_cap", "market cap", needed=False)),
)
DEFI_CHAINS_PAGE = _page(
    "defi_chains",
    {"chain": _TEXT, "tvl": _FLOAT, "token": _TEXT, "gecko_id": _TEXT},
    "chain",
    _amount("tvl", "TVL"),
)
DEFI_STABLECOINS_PAGE = _page(
    "defi_stablecoins",
    {
        "coin": _TEXT,  # the provider's id: several go by one symbol
        "symbol": _TEXT,
        "name": _TEXT,
        "peg": _TEXT,  # peggedUSD, peggedEUR, ...
        "mechanism": _TEXT,
        "price": _FLOAT,
        "circulating": _FLOAT,  # in units of the peg
        "circulating_usd": _FLOAT,
        "change_7d": _FLOAT,  # of what circulates, percent
        "chains": pl.Int64(),
    },
    "coin",
    (
        *_amount("circulating", "circulation"),
        *_amount("circulating_usd", "circulation", needed=False),
        (pl.col("price") <= 0, "not a price"),
    ),
)
DEFI_DEX_VOLUMES_PAGE = _page(
    "defi_dex_volumes",
    {
        "dex": _TEXT,  # its slug, or all of them
        "chain": _TEXT,  # in the provider's spelling, or all of them
        "name": _TEXT,
        "volume_24h": _FLOAT,
        "volume_7d": _FLOAT,
        "volume_30d": _FLOAT,
        "change_1d": _FLOAT,  # percent
    },
    "dex",
    (
        *_amount("volume_24h", "volume"),
        *_amount("volume_7d", "volume", needed=False),
        *_amount("volume_30d", "volume", needed=False),
    ),
)
DEFI_FEES_PAGE = _page(
    "defi_fees",
    {
        "slug": _TEXT,
        "name": _TEXT,
        "category": _TEXT,
        "fees_24h": _FLOAT,
        "fees_7d": _FLOAT,
        "revenue_24h": _FLOAT,  # what of the fees the protocol or its holders keep
        "revenue_7d": _FLOAT,
    },
    "slug",
    # Where trades are refunded a protocol may have paid more than it took.
    [(pl.col(c).abs() > _MOST_USD, f"implausible {c}") for c in ("fees_24h", "revenue_24h")],
)
DEFI_YIELDS_PAGE = _page(
    "defi_yields",
    {
        "pool": _TEXT,
        "project": _TEXT,  # slug of the protocol
        "chain": _TEXT,
        "symbol": _TEXT,
        "tvl": _FLOAT,
        "apy": _FLOAT,  # percent a year, that of the rewards included
        "apy_base": _FLOAT,
        "apy_reward": _FLOAT,
        "stablecoin": pl.Boolean(),  # whether all that lies in it is pegged
    },
    "pool",
    (
        *_amount("tvl", "TVL"),
        (pl.col("apy").is_null(), "missing APY"),
        *_percent("apy", "apy_base", "apy_reward"),
    ),
)


def _daily(now_ms: int) -> Rules:
    of = pl.col("of")
    late = of.dt.epoch("ms") > now_ms + _AHEAD
    return (*_amount("tvl", "TVL"), ((of < _FIRST) | late, "impossible time"))


# What a day's history is told in: `of` is the day, 00:00 UTC.
DEFI_TVL_PAGE = Page(
    "defi_tvl",
    FEED,
    pl.Schema({"of": UTC_TIME, "chain": _TEXT, "tvl": _FLOAT}),
    "chain",
    _daily,
)
DEFI_PROTOCOL_TVL_PAGE = Page(
    "defi_protocol_tvl",
    FEED,
    pl.Schema({"of": UTC_TIME, "slug": _TEXT, "tvl": _FLOAT}),
    "slug",
    _daily,
    may_be_empty=True,
)


def _history(page: Page, values: tuple[str, ...]) -> Table:
    return Table(
        page.name,
        pl.Schema({"year": _TEXT, **page.schema, **PROVENANCE}),
        key=("year", "of", page.named),
        partitions=("year",),
        time="of",
        values=values,
        sort=(page.named, "of"),
    )


DEFI_PROTOCOLS = _table(DEFI_PROTOCOLS_PAGE, ("slug",))
DEFI_CHAINS = _table(DEFI_CHAINS_PAGE, ("chain",))
DEFI_STABLECOINS = _table(DEFI_STABLECOINS_PAGE, ("coin",))
DEFI_DEX_VOLUMES = _table(DEFI_DEX_VOLUMES_PAGE, ("provider", "dex", "chain"))
DEFI_FEES = _table(DEFI_FEES_PAGE, ("slug",))
DEFI_YIELDS = _table(DEFI_YIELDS_PAGE, ("provider", "pool"))
# One row per chain, or all of them, and day. The value of today is revised.
DEFI_TVL = _history(DEFI_TVL_PAGE, ("tvl",))
# One row per protocol and day: the first value that was stored of it, which stays.
DEFI_PROTOCOL_TVL = _history(DEFI_PROTOCOL_TVL_PAGE, ())
DEFI_TABLES = (
    DEFI_PROTOCOLS,
    DEFI_CHAINS,
    DEFI_STABLECOINS,
    DEFI_DEX_VOLUMES,
    DEFI_FEES,
    DEFI_YIELDS,
    DEFI_TVL,
    DEFI_PROTOCOL_TVL,
)
