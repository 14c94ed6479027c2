"""The tables that SQL of users may read, and where their rows are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from resources.directory import Directory
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import CANDLES, CANDLES_RESAMPLED, TABLES, Table
from resources.sql.ledger_tables import LEDGER_TABLES
from resources.sql.wire import Source

OHLCV = "ohlcv"
_OHLCV_COLUMNS = (
    "symbol", "interval", "open_time", "open", "high", "low", "close", "volume", "quote_volume",
    "trades", "provider", "mode", "fetched_at", "known_at",
)  # fmt: skip
_SCALARS = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Int64: "BIGINT",
    pl.Int32: "INTEGER",
    pl.Boolean: "BOOLEAN",
}
_ABOUT = {
    "candles": "One row per closed candle of a market and interval.",
    "candle_revisions": "One row per value that a candle had before a provider told another.",
    "candles_resampled": "One row per candle that was made of candles of a lower interval.",
    "candle_quality": "One row per day, market and interval: how good the candles are.",
    "prices": "One row per asset and minute: the consensus of providers, in USD.",
    "price_observations": "One row per asset, minute and provider that was asked for a price.",
    "sentiment": "One row per asset, or the market, and hour: the mood of the news.",
    "funding": "One row per perpetual, venue and hour: the funding rate.",
    "open_interest": "One row per perpetual, venue and hour: the positions that are open.",
    "onchain": "One row per chain, figure, provider and hour.",
    "blocks": "One row per chain, provider and hour: the newest block.",
    "large_transfers": "One row per transaction that moves many coins.",
    "defi_protocols": "One row per protocol and hour: the 300 with most value locked.",
    "defi_chains": "One row per chain and hour: value locked.",
    "defi_stablecoins": "One row per stablecoin and hour.",
    "defi_dex_volumes": "One row per exchange or chain, provider and hour: what is traded.",
    "defi_fees": "One row per protocol and hour: what it takes.",
    "defi_yields": "One row per pool, provider and hour: what it yields.",
    "defi_tvl": "One row per chain and day: value locked.",
    "defi_protocol_tvl": "One row per protocol and day: value locked.",
    "fear_greed": "One row per day and provider: an index of the market's mood.",
    "market": "One row per coin and five minutes: the largest coins.",
    "market_totals": "One row per five minutes: sums over all coins.",
    "news": "One row per article.",
    "nft": "One row per collection of NFTs, provider and hour.",
    "social": "One row per asset, provider and hour: how many posts mention it.",
    "trending": "One row per coin and hour: those that people look for most.",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """A table as users see it; `columns` are SQL types by name."""

    name: str
    about: str
    columns: Mapping[str, str]


def offered() -> list[Offered]:
    """Every table, by name."""
    found = [Offered(one.name, _ABOUT[one.name], _columns(one)) for one in TABLES.values()]
    found += [Offered(name, one.about, one.columns) for name, one in LEDGER_TABLES.items()]
    kinds = _columns(CANDLES)
    about = "The candles of `candles`; where one is missing, that of `candles_resampled`."
    found.append(Offered(OHLCV, about, {name: kinds[name] for name in _OHLCV_COLUMNS}))
    return sorted(found, key=lambda one: one.name)


class Sources:
    """Where the rows of these tables are now."""

    def __init__(self, lake: Lake, ledger: Ledger, directory: Directory) -> None:
        self._lake = lake
        self._ledger = ledger
        self._directory = directory
        self.names = [one.name for one in offered()]

    def of(self, names: Sequence[str]) -> list[Source]:
        """The sources of these tables, those of a view before it. Raises StoreUnavailable."""
        wanted = dict.fromkeys(names)
        if OHLCV in wanted:
            wanted = dict.fromkeys([CANDLES.name, CANDLES_RESAMPLED.name, *names])
            wanted[OHLCV] = wanted.pop(OHLCV)
        return [self._source(name) for name in wanted]

    def _source(self, name: str) -> Source:
        if name in LEDGER_TABLES:
            told = LEDGER_TABLES[name]
            rows = list(told.read(self._ledger, self._directory))
            return Source(name, dict(told.columns), rows=msgspec.json.encode(rows))
        if name == OHLCV:
            return Source(name, {}, view=_ohlcv())
        table = TABLES[name]
        below = len(self._lake.url) + 1
        files = [file[below:] for file in self._lake.files(table)]
        return Source(name, dict(_columns(table)), list(table.partitions), files)


def _ohlcv() -> str:
    columns = ", ".join(_OHLCV_COLUMNS)
    return (
        f"SELECT {columns} FROM candles UNION ALL SELECT {columns} FROM candles_resampled r "  # noqa: S608 (names are ours)
        "WHERE NOT EXISTS (FROM candles c WHERE c.interval = r.interval AND c.bucket = r.bucket "
        "AND c.period = r.period AND c.symbol = r.symbol AND c.open_time = r.open_time)"
    )


def _columns(table: Table) -> Mapping[str, str]:
    return {name: _sql(kind) for name, kind in table.schema.items()}


def _sql(kind: pl.DataType) -> str:
    """The type that DuckDB gives to a column of this one."""
    if isinstance(kind, pl.Datetime):
        return "TIMESTAMP WITH TIME ZONE"
    if isinstance(kind, pl.List):
        return f"{_sql(_made(kind.inner))}[]"
    if isinstance(kind, pl.Struct):
        fields = ", ".join(f"{one.name} {_sql(_made(one.dtype))}" for one in kind.fields)
        return f"STRUCT({fields})"
    return _SCALARS[type(kind)]


def _made(kind: object) -> pl.DataType:
    return kind() if isinstance(kind, type) and issubclass(kind, pl.DataType) else kind  # type: ignore[return-value]
