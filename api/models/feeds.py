"""Derivatives, chains, and collections of NFTs."""

from typing import Literal

from pydantic import Field

from api.models.base import Model, Stamped, Time, example

_STAMP = {"timestamp": "2026-11-22T09:15:30.512Z"}


class _Told(Stamped):
    success: Literal[True]
    count: int = Field(description="Rows of this answer.")
    quote: str = Field(description="Currency of the figures that end in usd.")
    source: str | None = Field(description="Everyone who told any of it; null where there is none.")
    sources: list[str] = Field(description="The same as a list.")


class Perpetual(Model):
    """A perpetual future at one venue; what it has not told is null."""

    symbol: str = Field(description="The market that it is on.")
    contract: str = Field(description="The venue's name of it.")
    asset: str = Field(description="Ticker of the asset that it is on.")
    quote: str = Field(description="Currency of its price.")
    at: Time = Field(description="The hour, UTC.")
    funding_rate: float | None = Field(description="A fraction of the position.")
    funding_hours: float | None = Field(description="How many hours the rate is for.")
    funding_annualised: float | None = Field(description="The same for a year, a fraction.")
    funding_at: Time | None = Field(description="When it is paid, UTC.")
    open_interest: float | None = Field(description="In the asset.")
    open_interest_usd: float | None = Field(description="In USD.")
    source: str = Field(description="The venue.")


class Derivatives(_Told):
    """Funding rates and open interest of perpetual futures, by asset, the largest first."""

    model_config = example(
        {
            "success": True,
            "data": [
                {
                    "symbol": "BTC/USDT",
                    "contract": "BTC-USDT-SWAP",
                    "asset": "BTC",
                    "quote": "USDT",
                    "at": "2026-11-22T09:00:00Z",
                    "funding_rate": 0.0000792,
                    "funding_hours": 8.0,
                    "funding_annualised": 0.0867,
                    "funding_at": "2026-11-22T16:00:00Z",
                    "open_interest": 28150.2,
                    "open_interest_usd": 1829763000.0,
                    "source": "okx_swap",
                }
            ],
            "count": 1,
            "requested": "btcusdt",
            "source": "okx_swap",
            "sources": ["okx_swap"],
            "quote": "USD",
            **_STAMP,
        }
    )
    data: list[Perpetual]
    requested: str | None = Field(description="The spelling that was sent.")


class ChainMetric(Model):
    """A figure of a chain, as several told it."""

    value: float = Field(description="The median of `values`.")
    unit: str
    values: dict[str, float] = Field(description="By who told it.")
    at: Time = Field(description="The hour, UTC.")


class ChainBlock(Model):
    """The block of the median height, of two the lower."""

    height: int
    hash: str | None
    mined_at: Time | None = Field(description="UTC.")
    transactions: int | None
    size: int | None = Field(description="In bytes.")
    source: str = Field(description="Who told it.")
    sources: dict[str, int] = Field(description="Who is how far.")


class Transfer(Model):
    """A large transfer."""

    hash: str
    amount: float = Field(description="In `symbol`.")
    usd: float | None = Field(description="In USD, at our own price when it was told.")
    height: int | None = Field(description="Of its block.")
    moved_at: Time = Field(description="UTC.")
    symbol: str = Field(description="Ticker of the asset.")
    source: str = Field(description="Who told it.")


class Chain(Model):
    """What was told last of one chain."""

    chain: str
    symbol: str = Field(description="Ticker of its asset.")
    metrics: dict[str, ChainMetric] = Field(description="Fees, gas and the like, by name.")
    block: ChainBlock | None
    transfers: list[Transfer] = Field(description="Of the 24 hours up to the newest one.")


class Onchain(_Told):
    """Fees, gas, the newest block and large transfers of chains."""

    model_config = example(
        {
            "success": True,
            "data": [
                {
                    "chain": "bitcoin",
                    "symbol": "BTC",
                    "metrics": {
                        "fee_fast": {
                            "value": 3.0,
                            "unit": "sat/vB",
                            "values": {"mempool_space": 3.0},
                            "at": "2026-11-22T09:00:00Z",
                        }
                    },
                    "block": {
                        "height": 924812,
                        "hash": "00000000000000000001c1a5b2cf2f0a0a4fd2ce7b3c1b0a0d0c5a5f7a1d2e3f",
                        "mined_at": "2026-11-22T09:07:41Z",
                        "transactions": 2871,
                        "size": 1650123,
                        "source": "mempool_space",
                        "sources": {"mempool_space": 924812},
                    },
                    "transfers": [
                        {
                            "hash": "1db6251a9afce7025a2061a19e63c700dffc3bec368bd1883decfac353357a9d",
                            "amount": 300.0,
                            "usd": 19500000.0,
                            "height": 924812,
                            "moved_at": "2026-11-22T09:07:41Z",
                            "symbol": "BTC",
                            "source": "blockchair",
                        }
                    ],
                }
            ],
            "count": 1,
            "requested": "btc",
            "source": "blockchair,mempool_space",
            "sources": ["blockchair", "mempool_space"],
            "quote": "USD",
            **_STAMP,
        }
    )
    data: list[Chain]
    requested: str | None = Field(description="The spelling that was sent.")


class NftCollection(Model):
    """A collection as one marketplace told of it; what it did not tell is null."""

    collection: str = Field(description="The marketplace's id of it.")
    name: str | None
    chain: str | None
    currency: str | None = Field(description="Of the figures that do not end in usd.")
    floor_price: float | None = Field(description="In `currency`.")
    floor_price_usd: float | None = Field(description="In USD.")
    volume_24h: float | None = Field(description="In `currency`.")
    volume_24h_usd: float | None = Field(description="In USD.")
    volume_total: float | None = Field(description="Of all times, in `currency`.")
    listed: int | None = Field(description="How many are for sale.")
    owners: int | None
    supply: int | None = Field(description="How many there are.")
    at: Time = Field(description="The hour, UTC.")
    fetched_at: Time = Field(description="UTC.")
    source: str = Field(description="The marketplace.")


class Nft(_Told):
    """Floor price and volume of collections, those with the largest volume first."""

    model_config = example(
        {
            "success": True,
            "collections": [
                {
                    "collection": "cryptopunks",
                    "name": "CryptoPunks",
                    "chain": "ethereum",
                    "currency": "ETH",
                    "floor_price": 28.1,
                    "floor_price_usd": 53390.0,
                    "volume_24h": 210.5,
                    "volume_24h_usd": 399950.0,
                    "volume_total": 1567012.4,
                    "listed": None,
                    "owners": 3871,
                    "supply": None,
                    "at": "2026-11-22T09:00:00Z",
                    "fetched_at": "2026-11-22T09:11:03.512Z",
                    "source": "opensea",
                }
            ],
            "count": 1,
            "quote": "USD",
            "source": "opensea",
            "sources": ["opensea"],
            **_STAMP,
        }
    )
    collections: list[NftCollection]
