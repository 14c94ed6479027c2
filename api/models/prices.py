"""Consensus prices."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, absent, example

_PRICE = {
    "at": "2026-11-22T00:14:00Z",
    "price": 63356.64,
    "quote": "USD",
    "n_sources": 2,
    "spread_bps": 4.0375,
    "quality": "consensus",
    "source": "consensus",
    "sources": ["binance", "kraken"],
}
_SEEN = {"observed_at": "2026-11-22T00:14:01.719Z", "fetched_at": "2026-11-22T00:14:01.719Z"}


class PastPrice(Model):
    """The price of an asset at one time, with its provenance."""

    at: Time = Field(description="The minute of the price, UTC.")
    price: float = Field(description="What one of the asset cost, in `quote`.")
    quote: str = Field(description="Currency of the price.")
    n_sources: int = Field(description="How many providers agreed.")
    spread_bps: float | None = Field(description="From their lowest to their highest, in 0.01 %.")
    quality: str = Field(description="What stands behind it: consensus, single, derived, ….")
    source: str = Field(description="The one provider behind it, or consensus.")
    sources: list[str] = Field(description="The providers behind it.")


class Price(PastPrice):
    """The newest price of an asset, with its provenance."""

    symbol: str = Field(description="Ticker of the asset.")
    requested: str = Field(description="The spelling that was sent.")
    change_24h: float | None = Field(description="In percent.")
    observed_at: Time | None = Field(description="When a provider saw it, UTC.")
    fetched_at: Time | None = Field(description="When it was fetched, UTC.")


class Prices(Stamped):
    """The newest price of each asset, with its provenance."""

    model_config = example(
        {
            "success": True,
            "data": [{"symbol": "BTC", "requested": "btcusdt", **_PRICE, **_SEEN, "change_24h": -3.2448}],
            "missing": [],
            "quote": "USD",
            "source": "consensus",
            "timestamp": "2026-11-22T00:14:46.135Z",
        }
    )  # fmt: skip
    success: Literal[True]
    data: list[Price]
    missing: list[str] = Field(description="Assets that were asked for and have no stored price.")
    quote: str = Field(description="Currency of all prices.")
    source: str = Field(description="How they were made; sandbox: before it marks what is played.")


class PriceHistory(Page, Stamped):
    """Prices of an asset, oldest first: of each step the last, under its own time."""

    model_config = example(
        {
            "symbol": "BTC",
            "requested": "BTC",
            "quote": "USD",
            "days": 1,
            "resolution": "1m",
            "data": [_PRICE],
            "count": 1,
            "next_cursor": None,
            "timestamp": "2026-11-22T00:14:46.324Z",
        }
    )
    symbol: str = Field(description="Ticker of the asset.")
    requested: str = Field(description="The spelling that was sent.")
    quote: str = Field(description="Currency of all prices.")
    days: int | None = Field(description="How far it looks back; null where a start was given.")
    resolution: Literal["1m", "1h", "1d"] = Field(description="Length of a step.")
    data: list[PastPrice]
    count: int = Field(description="Rows of this page.")


class Observation(Model):
    """What one provider said of an asset; of a price whose observations are not kept, nulls."""

    source: str = Field(description="Who said it.")
    price: float | None = Field(description="As it was said, in `quote`.")
    quote: str | None = Field(description="The currency that it was said in.")
    rate: float | None = Field(description="What one of `quote` cost in USD.")
    usd: float | None = Field(description="The same price in USD.")
    away_bps: float | None = Field(description="How far it was from the price, in 0.01 %.")
    observed_at: Time | None = Field(description="When the provider saw it, UTC.")
    fetched_at: Time | None = Field(description="When it was fetched, UTC.")
    reason: str = absent("Why it was rejected.")


class Unpriced(Model):
    """A minute in which what was said made no price."""

    price: None
    quote: str = Field(description="The currency that a price would have had.")
    at: Time = Field(description="The minute, UTC.")
    reason: str = Field(description="Why there is none.")
    used: list[Observation]
    rejected: list[Observation]
    observations_kept: bool


class PriceMethod(Model):
    """How a price is made."""

    name: str
    parameters: dict[str, Any] = Field(description="The figures that hold now.")
    documentation: str = Field(description="The document of it.")


class ExplainedPrice(Stamped):
    """What is behind a price: who was used, who was rejected and why."""

    model_config = example(
        {
            "symbol": "BTC",
            "requested": "btcusdt",
            "price": 63006.4,
            "quote": "USD",
            "quality": "single",
            "n_sources": 1,
            "spread_bps": 0.0,
            "at": "2026-11-22T09:06:00Z",
            "observed_at": "2026-11-22T09:06:01.856Z",
            "fetched_at": "2026-11-22T09:06:01.866Z",
            "source": "kraken",
            "used": [
                {
                    "source": "kraken",
                    "price": 63006.4,
                    "quote": "USD",
                    "rate": 1.0,
                    "usd": 63006.4,
                    "away_bps": 0.0,
                    "observed_at": "2026-11-22T09:06:01.856Z",
                    "fetched_at": "2026-11-22T09:06:01.866Z",
                }
            ],
            "rejected": [],
            "observations_kept": True,
            "unpriced": None,
            "method": {
                "name": "median of those who agree",
                "parameters": {"agreeing": 3, "deviations": 5.0},
                "documentation": "docs/consensus.md",
            },
            "timestamp": "2026-11-22T09:06:02.651Z",
        }
    )
    symbol: str = Field(description="Ticker of the asset.")
    requested: str = Field(description="The spelling that was sent.")
    price: float | None = Field(description="In `quote`; null where no price is stored.")
    quote: str = Field(description="Currency of the price.")
    quality: str = absent("What stands behind it; of a price.")
    n_sources: int = absent("How many providers agreed; of a price.")
    spread_bps: float | None = absent("From lowest to highest, in 0.01 %.")
    at: Time = Field(description="The minute of the price, UTC.")
    observed_at: Time = absent("When it was seen, UTC; of a price.")
    fetched_at: Time = absent("When it was fetched, UTC; of a price.")
    source: str = absent("The one provider behind it, or consensus.")
    reason: str = absent("Why there is no price.")
    used: list[Observation]
    rejected: list[Observation]
    observations_kept: bool = Field(description="Whether what was said then is still stored.")
    unpriced: Unpriced | None = Field(description="The newest minute after `at` without a price.")
    method: PriceMethod
