"""Pools: who is asked for what, in which order."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from api.answers import Answer
from api.auth import ADMIN, OPEN, WRITE
from api.bodies import body_of, described
from api.models.base import documented
from api.models.pools import (
    ChangedPool,
    MemberDone,
    NewPoolMade,
    PoolDetail,
    PoolDone,
    PoolList,
    RotationHistory,
    Turned,
)
from api.queries import pools as queries
from api.services import ServicesDep
from resources.errors import InvalidInput
from resources.http.rotation import StrategyName
from resources.ledger import pools
from resources.ledger.pools import StoredMember
from resources.ledger.rotations import KEPT, kept

router = APIRouter(tags=["pools"])

PoolPath = Annotated[str, Path(max_length=100, description="Id of a pool.")]
ProviderPath = Annotated[str, Path(max_length=100, description="Id or name of a provider.")]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Words = Annotated[str, StringConstraints(max_length=1000)]
_Most = 10_000
# A path of its own has the place of a pool with this id.
_RESERVED = "history"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewPool(_Body):
    name: _Name
    category: _Name
    rotation_strategy: StrategyName
    description: _Words = ""


class PoolChange(_Body):
    rotation_strategy: StrategyName | None = None
    enabled: StrictBool | None = None
    description: _Words | None = None


class NewMember(_Body):
    provider_id: _Name
    priority: StrictInt = Field(5, ge=0, le=_Most)
    weight: StrictInt = Field(50, ge=0, le=_Most)


class Turn(_Body):
    reason: _Name = "manual"


NewPoolBody = Annotated[NewPool, Depends(body_of(NewPool))]
ChangeBody = Annotated[PoolChange, Depends(body_of(PoolChange))]
MemberBody = Annotated[NewMember, Depends(body_of(NewMember))]
TurnBody = Annotated[Turn, Depends(body_of(Turn))]


@router.get("/api/pools", dependencies=[OPEN], responses=documented(PoolList))
def all_pools(services: ServicesDep) -> Answer:
    """Every pool with its members."""
    found = queries.rows(services)
    return Answer({"pools": found, "total": len(found)})


@router.get("/api/pools/history", dependencies=[OPEN], responses=documented(RotationHistory))
def rotation_history(
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=KEPT, description="Turns of the answer.")] = 20,
) -> Answer:
    """The newest turns of all pools, newest first; `total` is how many are kept."""
    found = queries.history(services.ledger, limit)
    return Answer({"history": found, "total": kept(services.ledger)})


@router.get("/api/pools/{pool_id}", dependencies=[OPEN], responses=documented(PoolDetail))
def one_pool(services: ServicesDep, pool_id: PoolPath) -> Answer:
    """One pool with its members, in the order of their priority."""
    return Answer(queries.row(services, pools.read(services.ledger, pool_id)))


@router.post(
    "/api/pools",
    dependencies=[ADMIN],
    status_code=201,
    openapi_extra=described(NewPool),
    responses=documented(NewPoolMade, 409, status=201),
)
def create_pool(services: ServicesDep, body: NewPoolBody) -> Answer:
    """Make a pool without members; its id is a slug of its name."""
    if pools.slug(body.name) == _RESERVED:
        raise InvalidInput(f"no pool can have the id {_RESERVED!r}: choose another name")
    pool = pools.create(
        services.ledger, body.name, body.category, body.rotation_strategy, body.description
    )
    told = {"message": f"pool {pool.id} was made", "pool_id": pool.id}
    return Answer({**told, "pool": queries.row(services, pool)}, status=201)


@router.put(
    "/api/pools/{pool_id}",
    dependencies=[ADMIN],
    openapi_extra=described(PoolChange),
    responses=documented(ChangedPool),
)
def change_pool(services: ServicesDep, pool_id: PoolPath, body: ChangeBody) -> Answer:
    """Change what is given of a pool; it holds for the picks of a second later."""
    if not body.model_dump(exclude_none=True):
        raise InvalidInput("give a rotation_strategy, enabled or a description")
    pool = pools.change(
        services.ledger,
        pool_id,
        strategy=body.rotation_strategy,
        enabled=body.enabled,
        description=body.description,
    )
    return Answer({"pool_id": pool.id, "pool": queries.row(services, pool)})


@router.delete("/api/pools/{pool_id}", dependencies=[ADMIN], responses=documented(PoolDone, 409))
def delete_pool(services: ServicesDep, pool_id: PoolPath) -> Answer:
    """Delete a pool and its history; one that a feed is collected through stays."""
    pool = pools.read(services.ledger, pool_id)
    services.pools.delete(pool.id)
    return Answer({"message": f"pool {pool.id} was deleted", "pool_id": pool.id})


@router.post(
    "/api/pools/{pool_id}/members",
    dependencies=[ADMIN],
    status_code=201,
    openapi_extra=described(NewMember),
    responses=documented(MemberDone, 409, status=201),
)
def add_member(services: ServicesDep, pool_id: PoolPath, body: MemberBody) -> Answer:
    """Add a provider to a pool; priority and weight belong to the membership, not to the provider."""
    pool = pools.read(services.ledger, pool_id)
    provider = services.directory.provider(body.provider_id)
    pools.add_member(
        services.ledger, pool.id, StoredMember(provider.id, body.priority, body.weight)
    )
    told = {"message": f"{provider.id} is a member of {pool.id}", "pool_id": pool.id}
    return Answer({**told, "provider_id": provider.id}, status=201)


@router.delete(
    "/api/pools/{pool_id}/members/{provider_id}",
    dependencies=[ADMIN],
    responses=documented(MemberDone),
)
def remove_member(services: ServicesDep, pool_id: PoolPath, provider_id: ProviderPath) -> Answer:
    """Take a provider out of a pool; a call of it that is under way is finished."""
    pool = pools.read(services.ledger, pool_id)
    if all(member.provider != provider_id for member in pool.members):
        provider_id = services.directory.provider(provider_id).id
    pools.remove_member(services.ledger, pool.id, provider_id)
    told = {"message": f"{provider_id} is no member of {pool.id} any more", "pool_id": pool.id}
    return Answer({**told, "provider_id": provider_id})


@router.post(
    "/api/pools/{pool_id}/rotate",
    dependencies=[WRITE],
    openapi_extra=described(Turn),
    responses=documented(Turned),
)
def rotate_pool(services: ServicesDep, pool_id: PoolPath, body: TurnBody) -> Answer:
    """Turn to another member than the last, as the pool's strategy says."""
    pool, reason = pools.read(services.ledger, pool_id), body.reason
    provider = services.pools.rotate(pool.id, reason)
    return Answer(
        {
            "message": f"{pool.id} turned to {provider.id}",
            "pool_id": pool.id,
            "provider_id": provider.id,
            "provider_name": provider.name,
            "reason": reason,
        }
    )
