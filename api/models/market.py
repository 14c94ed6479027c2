"""The market at a glance, the assets, and what is known of one market."""

from typing import Annotated, Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, absent, example

_AT = "2026-11-22T00:10:00Z"


class Coin(Model):
    """One coin of a snapshot; figures are in USD."""

    rank: int | None = Field(description="By market cap, 1 is the largest.")
    name: str | None
    symbol: str | None = Field(description="As the provider spells its ticker.")
    asset: str | None = Field(description="Our ticker of it; null where the registry has none.")
    native: str = Field(description="The provider's id of it.")
    price: float | None = Field(description="In USD.")
    change_1h: float | None = Field(description="Of the price, in percent.")
    change_24h: float | None = Field(description="Of the price, in percent.")
    change_7d: float | None = Field(description="Of the price, in percent.")
    market_cap: float | None = Field(description="In USD.")
    volume_24h: float | None = Field(description="In USD.")
    circulating_supply: float | None = Field(description="In coins.")
    deviation: float | None = Field(
        description="How far, in percent, the price was from our consensus price."
    )
    observed_at: Time | None = Field(description="When the provider saw it, UTC.")
    flags: list[Literal["off_consensus"]] = Field(description="Of a deviation beyond 50.")
    source: str = Field(description="Who told it.")


class Market(Stamped):
    """The largest coins and the sums over all of them, in USD; nulls before the first snapshot."""

    model_config = example(
        {
            "cryptocurrencies": [
                {
                    "rank": 1,
                    "name": "Bitcoin",
                    "symbol": "BTC",
                    "asset": "BTC",
                    "native": "bitcoin",
                    "price": 64159.0,
                    "change_1h": 0.11,
                    "change_24h": -0.33,
                    "change_7d": 2.6,
                    "market_cap": 1286778466527.0,
                    "volume_24h": 20607363549.0,
                    "circulating_supply": 20054793.0,
                    "deviation": 0.0123,
                    "observed_at": "2026-11-22T00:09:41.651Z",
                    "flags": [],
                    "source": "coingecko",
                }
            ],
            "count": 1,
            "stored": 250,
            "total_market_cap": 2286009132044.83,
            "total_volume_24h": 53198954827.65,
            "btc_dominance": 56.32,
            "eth_dominance": 9.5,
            "market_cap_change_24h": -0.13,
            "coins": 17480,
            "totals_at": _AT,
            "totals_source": "coingecko",
            "quote": "USD",
            "at": _AT,
            "source": "coingecko",
            "timestamp": "2026-11-22T00:14:46.539Z",
        }
    )
    cryptocurrencies: list[Coin]
    count: int = Field(description="Coins of this answer.")
    stored: int = Field(description="Coins of the snapshot.")
    total_market_cap: float | None = Field(description="Of all coins, in USD.")
    total_volume_24h: float | None = Field(description="Of all coins, in USD.")
    btc_dominance: float | None = Field(description="Bitcoin's part of the market cap, percent.")
    eth_dominance: float | None = Field(description="Ether's part of the market cap, percent.")
    market_cap_change_24h: float | None = Field(description="In percent.")
    coins: int | None = Field(description="How many coins the sums are over.")
    totals_at: Time | None = Field(description="Time of the sums, UTC.")
    totals_source: str | None = Field(description="Who told the sums.")
    quote: str = Field(description="Currency of all figures.")
    at: Time | None = Field(description="Time of the snapshot, UTC.")
    source: str | None = Field(description="Who told the coins.")


class TrendingCoin(Model):
    """A coin that people look for."""

    rank: int = Field(description="1 is the most looked for.")
    name: str | None
    symbol: str | None = Field(description="As the provider spells its ticker.")
    asset: str | None = Field(description="Our ticker of it; null where the registry has none.")
    native: str = Field(description="The provider's id of it.")
    market_cap_rank: int | None = Field(description="1 is the largest.")
    price: float | None = Field(description="In USD.")
    change_24h: float | None = Field(description="Of the price, in percent.")
    volume_24h: float | None = Field(description="In USD.")
    source: str = Field(description="Who told it.")


class Trending(Stamped):
    """The coins that are looked for most, in USD."""

    model_config = example(
        {
            "trending": [
                {
                    "rank": 1,
                    "name": "Zano",
                    "symbol": "ZANO",
                    "asset": None,
                    "native": "zano",
                    "market_cap_rank": 204,
                    "price": 9.65,
                    "change_24h": 13.4,
                    "volume_24h": 1959129.0,
                    "source": "coingecko",
                }
            ],
            "count": 1,
            "quote": "USD",
            "at": "2026-11-22T00:00:00Z",
            "source": "coingecko",
            "timestamp": "2026-11-22T00:14:46.539Z",
        }
    )
    trending: list[TrendingCoin]
    count: int
    quote: str = Field(description="Currency of all figures.")
    at: Time | None = Field(description="Time of the list, UTC; null before the first.")
    source: str | None = Field(description="Who told it.")


class Asset(Model):
    """An asset of our registry."""

    id: str = Field(description="Ours, of which there is one.")
    symbol: str = Field(description="Its ticker.")
    name: str
    kind: Literal["coin", "stable", "fiat"]
    aliases: list[str] = Field(description="Other tickers of it.")
    rank: int | None = Field(description="1 is the largest; null where it has none.")
    listed_on: list[str] = Field(description="Ids of the providers that list a market of it now.")
    status: Literal["listed", "delisted", "unknown"] = Field(
        description="Unknown where no listing has told of it yet."
    )


class Assets(Page, Stamped):
    """The assets of our registry, coins before currencies, the largest first."""

    model_config = example(
        {
            "assets": [
                {
                    "id": "bitcoin",
                    "symbol": "BTC",
                    "name": "Bitcoin",
                    "kind": "coin",
                    "aliases": ["XBT"],
                    "rank": 1,
                    "listed_on": ["binance", "kraken"],
                    "status": "listed",
                }
            ],
            "total": 1,
            "count": 1,
            "next_cursor": None,
            "timestamp": "2026-11-22T00:14:46.539Z",
        }
    )
    assets: list[Asset]
    total: int = Field(description="All that are found.")
    count: int = Field(description="Those of this page.")


class MarketStatus(Model):
    """What a market was from when to when."""

    status: Literal["listed", "delisted", "redenominated"] = Field(
        description="Listed by any provider, delisted by all."
    )
    start: Annotated[Time, Field(alias="from", description="Since when, UTC.")]
    to: Time | None = Field(description="Until when, UTC; null while it lasts.")
    factor: float = absent("Redenominated: from then on so many units are one of those before.")
    note: str = absent("What happened.")
    docs_url: str = absent("Who says so.")


class Covered(Model):
    """[from, to) of open times, UTC."""

    start: Annotated[Time, Field(alias="from", description="First open time, UTC.")]
    to: Time = Field(description="First open time that no longer belongs to it, UTC.")


class StoredCandles(Model):
    """Which candles of an interval are stored."""

    interval: str
    first: Time | None = Field(description="Open time of the first stored candle, UTC.")
    last: Time | None = Field(description="Open time of the last stored candle, UTC.")
    ranges: int = Field(description="How many ranges providers were asked for and answered.")
    covered: list[Covered] = Field(description="These ranges, the newest 1,000.")


class KnownMarket(Stamped):
    """Who lists a market, what it was when, and which of its candles are stored."""

    model_config = example(
        {
            "symbol": "VET/USDT",
            "requested": "vetusdt",
            "base": "VET",
            "quote": "USDT",
            "aliases": [],
            "providers": ["binance", "okx"],
            "statuses": [{"status": "listed", "from": "2026-11-21T00:14:00.311Z", "to": None}],
            "candles": [
                {
                    "interval": "1h",
                    "first": "2024-01-30T00:00:00Z",
                    "last": "2024-02-01T23:00:00Z",
                    "ranges": 1,
                    "covered": [{"from": "2024-01-30T00:00:00Z", "to": "2024-02-02T00:00:00Z"}],
                }
            ],
            "timestamp": "2026-11-22T00:14:46.539Z",
        }
    )
    symbol: str = Field(description="The market.")
    requested: str = Field(description="The spelling that was sent.")
    base: str
    quote: str
    aliases: list[str] = Field(description="Other tickers of its base.")
    providers: list[str] = Field(description="Ids of those that list it now.")
    statuses: list[MarketStatus]
    candles: list[StoredCandles]
