"""What providers say that assets cost, before anything is made of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

# An asset's price is asked in the first of these quotes that a provider lists it in.
PRICE_QUOTES = ("USD", "USDT", "USDC")
DOLLAR, *STABLECOINS = PRICE_QUOTES


@dataclass(frozen=True, slots=True)
class Quotes:
    """One provider's quotes: `frame` has symbol (asset ticker), quote, price, observed_at,
    change_24h, fetched_at and reason (null where sound). `source` is the id of the provider whose
    data these are, where that is another one."""

    provider: str
    frame: pl.DataFrame
    source: str | None = None

    @property
    def origin(self) -> str:
        """The id of the provider whose opinion these are."""
        return self.source or self.provider


def heard(answers: Iterable[Quotes]) -> Mapping[str, int]:
    """How many sound quotes there are per asset; of a stablecoin those in dollars alone."""
    sound = pl.concat(answer.frame for answer in answers).filter(
        pl.col("reason").is_null()
        & ((pl.col("quote") == DOLLAR) | ~pl.col("symbol").is_in(STABLECOINS))
    )
    return dict(sound.group_by("symbol").len().iter_rows())
