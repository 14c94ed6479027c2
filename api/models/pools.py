"""Pools: who is asked for what, in which order."""

from typing import Literal

from pydantic import Field

from api.models.base import Model, Stamped, Time, example

Strategy = Literal["round_robin", "priority", "weighted", "least_used", "fastest_response"]
_STAMP = {"timestamp": "2026-11-22T03:00:01Z"}
_POOL = {
    "pool_id": "exchange_data",
    "pool_name": "Exchange Data",
    "category": "exchange",
    "rotation_strategy": "weighted",
    "description": "Spot exchanges.",
    "enabled": True,
    "total_rotations": 0,
    "created_at": "2026-11-22T03:00:00Z",
    "total_providers": 1,
    "available_providers": 1,
    "providers": [
        {
            "provider_id": "binance",
            "provider_name": "Binance",
            "priority": 5,
            "weight": 100,
            "available": True,
            "not_before": None,
        }
    ],
}


class PoolMember(Model):
    """A provider in a pool; priority and weight are of the membership."""

    provider_id: str
    provider_name: str
    priority: int = Field(description="The lowest is asked first.")
    weight: int = Field(description="Its share of the turns, where the strategy is weighted.")
    available: bool = Field(description="Whether it may be called now.")
    not_before: Time | None = Field(description="Until when it may not be called, UTC.")


class Pool(Model):
    """A pool with its members, by priority."""

    pool_id: str
    pool_name: str
    category: str
    rotation_strategy: Strategy
    description: str
    enabled: bool = Field(description="Whether any of it is asked.")
    total_rotations: int
    created_at: Time = Field(description="UTC.")
    total_providers: int
    available_providers: int
    providers: list[PoolMember]


class PoolList(Stamped):
    """Every pool with its members."""

    model_config = example({"pools": [_POOL], "total": 1, **_STAMP})
    pools: list[Pool]
    total: int


class PoolDetail(Pool, Stamped):
    """One pool with its members, in the order of their priority."""

    model_config = example({**_POOL, **_STAMP})


class Rotation(Model):
    """A turn of a pool to another member."""

    pool_id: str
    pool_name: str | None = Field(description="Null where there is no such pool any more.")
    from_provider: str | None
    to_provider: str | None
    reason: str = Field(
        description="rotation, failure, rate_limited, breaker_open, budget, or a person's words."
    )
    timestamp: Time = Field(description="UTC.")


class RotationHistory(Stamped):
    """The newest turns of all pools, newest first."""

    model_config = example(
        {
            "history": [
                {
                    "pool_id": "prices",
                    "pool_name": "Prices",
                    "from_provider": "binance",
                    "to_provider": "kraken",
                    "reason": "rotation",
                    "timestamp": "2026-11-22T03:00:00Z",
                }
            ],
            "total": 1,
            **_STAMP,
        }
    )
    history: list[Rotation]
    total: int = Field(description="How many are kept.")


class ChangedPool(Stamped):
    """A pool as it holds now."""

    model_config = example({"pool_id": "exchange_data", "pool": _POOL, **_STAMP})
    pool_id: str
    pool: Pool


class NewPoolMade(ChangedPool):
    """A pool that was made."""

    model_config = example(
        {
            "message": "pool exchange_data was made",
            "pool_id": "exchange_data",
            "pool": _POOL,
            **_STAMP,
        }
    )
    message: str


class PoolDone(Stamped):
    """What was done with a pool."""

    model_config = example(
        {"message": "pool exchange_data was deleted", "pool_id": "exchange_data", **_STAMP}
    )
    message: str
    pool_id: str


class MemberDone(PoolDone):
    """What was done with a member of a pool."""

    model_config = example(
        {
            "message": "binance is a member of exchange_data",
            "pool_id": "exchange_data",
            "provider_id": "binance",
            **_STAMP,
        }
    )
    provider_id: str


class Turned(MemberDone):
    """The member that a pool turned to."""

    model_config = example(
        {
            "message": "prices turned to kraken",
            "pool_id": "prices",
            "provider_id": "kraken",
            "provider_name": "Kraken",
            "reason": "manual",
            **_STAMP,
        }
    )
    provider_name: str
    reason: str
