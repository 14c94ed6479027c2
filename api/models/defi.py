"""What is locked in decentralised finance."""

from pydantic import Field

from api.models.base import Model, Stamped, Time, example

_STAMP = {"timestamp": "2026-11-22T09:15:30.512Z"}


class Protocol(Model):
    """A protocol and what is locked in it."""

    slug: str
    name: str | None
    category: str | None
    chains: list[str] | None
    tvl: float = Field(description="Locked, in USD: in the chain where one is asked for.")
    change_1d: float | None = Field(description="Of the whole protocol, in percent.")
    change_7d: float | None = Field(description="Of the whole protocol, in percent.")
    market_cap: float | None = Field(description="Of its token, in USD.")
    chain_tvl: dict[str, float | None] = Field(description="Locked by chain, in USD.")
    at: Time = Field(description="The hour, UTC.")
    fetched_at: Time = Field(description="UTC.")
    source: str = Field(description="Who told it.")


class Defi(Stamped):
    """What is locked altogether, or in one chain, and the protocols with most of it."""

    model_config = example(
        {
            "chain": "Base",
            "total_tvl": 7045118511.99,
            "quote": "USD",
            "protocols": [
                {
                    "slug": "aave-v3",
                    "name": "Aave V3",
                    "category": "Lending",
                    "chains": ["Ethereum", "Base"],
                    "tvl": 2461034120.11,
                    "change_1d": -0.82,
                    "change_7d": 4.61,
                    "market_cap": 4100512077.41,
                    "chain_tvl": {"Ethereum": 21004211512.1, "Base": 2461034120.11},
                    "at": "2026-11-22T09:00:00Z",
                    "fetched_at": "2026-11-22T09:11:03.512Z",
                    "source": "defillama",
                }
            ],
            "count": 1,
            "source": "defillama",
            **_STAMP,
        }
    )
    chain: str = Field(description="The chain, or all.")
    total_tvl: float | None = Field(description="In USD; null before anything is stored.")
    quote: str = Field(description="Currency of all figures.")
    protocols: list[Protocol]
    count: int
    source: str | None = Field(description="Who told it.")


class LockedDay(Model):
    """What was locked on one day."""

    date: str = Field(description="The day, UTC.", json_schema_extra={"format": "date"})
    tvl: float = Field(description="In USD.")
    source: str = Field(description="Who told it.")


class _Days(Stamped):
    quote: str = Field(description="Currency of all figures.")
    days: int = Field(description="How far it looks back.")
    data: list[LockedDay]
    count: int
    change_pct: float | None = Field(description="From the first to the last of these days.")
    source: str | None = Field(description="Who told the last of them.")


_DAYS = {
    "quote": "USD",
    "days": 30,
    "data": [{"date": "2026-11-22", "tvl": 102204696336.54, "source": "defillama"}],
    "count": 1,
    "change_pct": None,
    "source": "defillama",
    **_STAMP,
}


class TvlChart(_Days):
    """What was locked on each of the last days, oldest first."""

    model_config = example({"chain": "all", **_DAYS})
    chain: str = Field(description="The chain, or all.")


class ProtocolHistory(_Days):
    """What was locked in a protocol on each of the last days, oldest first."""

    model_config = example(
        {"protocol": "aave-v3", "name": "Aave V3", "requested": "Aave V3", **_DAYS}
    )
    protocol: str = Field(description="Its slug.")
    name: str | None = Field(description="Null where it is no longer among the largest.")
    requested: str = Field(description="The spelling that was sent.")
