"""One polars schema per table, with what a row must satisfy to be stored.

Times are UTC with microseconds, prices are in the quote currency. `mode` is
"sandbox" for rows that were played on loopback, "live" for real ones, "imported" for
those that a user has put in from files.
"""

from collections.abc import Mapping, Sequence

from resources.schemas.candles import (
    BUCKETS,
    CANDLE_PAGE,
    CANDLE_QUALITY,
    CANDLE_REVISIONS,
    CANDLES,
    CANDLES_RESAMPLED,
    bucket_of,
    check_candles,
)
from resources.schemas.defi import DEFI_TABLES
from resources.schemas.derivatives import (
    FUNDING,
    FUNDING_RATES,
    OPEN_INTEREST,
    OPEN_INTERESTS,
)
from resources.schemas.fear_greed import FEAR_GREED
from resources.schemas.market import MARKET, MARKET_TOTALS
from resources.schemas.news import NEWS
from resources.schemas.nft import NFT
from resources.schemas.onchain import BLOCKS, LARGE_TRANSFERS, ONCHAIN
from resources.schemas.prices import MARKETS, PRICE_OBSERVATIONS, PRICES, QUOTES, check_quotes
from resources.schemas.sentiment import SENTIMENT
from resources.schemas.social import SOCIAL
from resources.schemas.table import IMPORTED, PROVENANCE, UTC_TIME, Table, Thin, utc
from resources.schemas.trending import TRENDING

__all__ = [
    "BLOCKS",
    "BUCKETS",
    "CANDLES",
    "CANDLES_RESAMPLED",
    "CANDLE_PAGE",
    "CANDLE_QUALITY",
    "CANDLE_REVISIONS",
    "FEAR_GREED",
    "FEED_TABLES",
    "FUNDING",
    "FUNDING_RATES",
    "IMPORTED",
    "LARGE_TRANSFERS",
    "MARKET",
    "MARKETS",
    "MARKET_TOTALS",
    "NEWS",
    "NFT",
    "ONCHAIN",
    "OPEN_INTEREST",
    "OPEN_INTERESTS",
    "PRICES",
    "PRICE_OBSERVATIONS",
    "PROVENANCE",
    "QUOTES",
    "SENTIMENT",
    "SOCIAL",
    "TABLES",
    "TRENDING",
    "UTC_TIME",
    "Table",
    "Thin",
    "bucket_of",
    "check_candles",
    "check_quotes",
    "utc",
]

# The tables of each feed that is told in pages.
FEED_TABLES: Mapping[str, Sequence[Table]] = {
    "derivatives": (FUNDING_RATES, OPEN_INTERESTS),
    "onchain": (ONCHAIN, BLOCKS, LARGE_TRANSFERS),
    "defi": DEFI_TABLES,
    "fear_greed": (FEAR_GREED,),
    "market": (MARKET, MARKET_TOTALS),
    "news": (NEWS,),
    "nft": (NFT,),
    "social": (SOCIAL,),
    "trending": (TRENDING,),
}
TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        CANDLES,
        CANDLE_REVISIONS,
        CANDLES_RESAMPLED,
        CANDLE_QUALITY,
        PRICES,
        PRICE_OBSERVATIONS,
        SENTIMENT,
        *(table for tables in FEED_TABLES.values() for table in tables),
    )
}
