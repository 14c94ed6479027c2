"""API keys and tokens made of them."""

import asyncio
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from api.answers import Answer, iso
from api.auth import ADMIN, OPEN, READ
from api.bodies import body_of, described
from api.caller import Caller
from api.gate.visit import visit_of
from api.models.auth import Keys, Me, NewKey, RevokedKey, RotatedKey, Token
from api.models.base import documented
from api.params import LATEST, CursorQuery, now_ms, parse_time
from api.queries import keys as read
from api.services import ServicesDep
from resources.errors import Forbidden, InvalidInput, Unauthorized
from resources.ledger import key_changes, keys
from resources.ledger.key_changes import OVERLAP_MOST
from resources.ledger.keys import NAME_LENGTH
from resources.rights import SCOPES, TIERS

router = APIRouter(tags=["auth"])
_MOST = 500
_Scope = Literal["read", "write", "admin"]
_Scopes = Annotated[list[_Scope], Field(min_length=1, max_length=len(SCOPES))]
_Expiry = Annotated[
    Annotated[int, Field(le=LATEST)] | None,
    BeforeValidator(parse_time),
    WithJsonSchema({"type": ["string", "null"], "format": "date-time"}),
]


class Exchanged(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    api_key: str = Field(min_length=1, max_length=256, description="The secret of a key.")
    scopes: _Scopes | None = Field(None, description="Fewer than the key's; none given: all of it.")


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=NAME_LENGTH, description="Printable characters.")
    tier: Literal["free", "pro", "admin"] = Field(
        "free", description="How much it may ask; admin is without limits."
    )
    scopes: _Scopes = Field(
        ["read"], description="What it may do; a wider one holds the narrower ones."
    )
    expires_at: _Expiry = Field(
        None, description="Until when it holds; none given: as long as the key that makes it."
    )


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    overlap_seconds: int = Field(
        0, ge=0, le=OVERLAP_MOST, description="How long the old secret holds beside the new one."
    )


KeyId = Annotated[str, Path(max_length=64, description="`key_id` of a key, not its secret.")]


@router.post(
    "/api/auth/token",
    dependencies=[OPEN],
    openapi_extra=described(Exchanged),
    responses=documented(Token, 403),
)
async def token(
    services: ServicesDep,
    request: Request,
    body: Annotated[Exchanged, Depends(body_of(Exchanged))],
) -> Answer:
    """Exchange a key for a token (JWT), which holds for a while and never longer than the key."""
    address = visit_of(request).caller.address
    key = await services.keyring.find(body.api_key, partial(services.limiter.admit_key, address))
    if key is None:
        raise Unauthorized("the key is unknown, expired or revoked")
    scopes = body.scopes or key.scopes
    if not all(map(key.allows, scopes)):
        raise Forbidden("a token cannot hold a scope that its key does not")
    made, seconds = services.tokens.make(key, scopes)
    told = {"token_type": "bearer", "expires_in": seconds, "scopes": scopes}
    return _secret({"access_token": made, **told})


@router.get("/api/auth/keys", dependencies=[ADMIN], responses=documented(Keys))
def list_keys(
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Keys of a page.")] = 100,
    cursor: CursorQuery = None,
) -> Answer:
    """Every key that was ever made, the newest first; never a secret."""
    return Answer(read.page(services.ledger, limit, cursor))


@router.post(
    "/api/auth/keys",
    dependencies=[ADMIN],
    status_code=201,
    openapi_extra=described(Wanted),
    responses=documented(NewKey, status=201),
)
async def create_key(
    services: ServicesDep,
    request: Request,
    body: Annotated[Wanted, Depends(body_of(Wanted))],
) -> Answer:
    """Make a key. Its secret is shown in this answer alone, and stored nowhere."""
    maker = _caller(request)
    expires_at = body.expires_at
    if expires_at is None:
        expires_at = maker.key.expires_at if maker.key else None
    elif expires_at <= now_ms():
        raise InvalidInput("expires_at lies in the past")
    _require_no_wider(maker, body.tier, expires_at)
    made = await asyncio.to_thread(
        keys.issue, services.ledger, body.name, tuple(body.scopes), body.tier, expires_at
    )
    return _secret(read.issued(made), 201)


@router.delete(
    "/api/auth/keys/{key_id}", dependencies=[ADMIN], responses=documented(RevokedKey, 409)
)
async def revoke_key(
    services: ServicesDep,
    key_id: KeyId,
    last: Annotated[
        bool, Query(description="true revokes the last valid key with the scope admin, too.")
    ] = False,
) -> Answer:
    """End a key and all tokens made of it, within a second."""
    at = await asyncio.to_thread(key_changes.revoke, services.ledger, key_id, last=last)
    services.keyring.forget()
    return Answer({"key_id": key_id, "revoked_at": iso(at)})


@router.post(
    "/api/auth/keys/{key_id}/rotate",
    dependencies=[ADMIN],
    status_code=201,
    openapi_extra=described(Rotation),
    responses=documented(RotatedKey, 409, status=201),
)
async def rotate_key(
    services: ServicesDep,
    request: Request,
    key_id: KeyId,
    body: Annotated[Rotation, Depends(body_of(Rotation))],
) -> Answer:
    """Put a new key in a key's place: the same name, scopes, tier and end, another secret."""
    found = await asyncio.to_thread(key_changes.get, services.ledger, key_id)
    _require_no_wider(_caller(request), found.key.tier, found.key.expires_at)
    done = await asyncio.to_thread(
        key_changes.rotate, services.ledger, key_id, body.overlap_seconds
    )
    services.keyring.forget()
    told = {"rotated_from": key_id, "old_holds_until": iso(done.old_holds_until)}
    return _secret({**read.issued(done.issued), **told}, 201)


@router.get("/api/auth/me", dependencies=[READ], responses=documented(Me))
async def me(services: ServicesDep, request: Request) -> Answer:
    """The key that this was asked with: what it may, its limits, and what it has used of them."""
    caller = _caller(request)
    key = caller.key
    usage = services.limiter.usage(caller)
    told = {
        "key_id": key and key.id,
        "name": key and key.name,
        "tier": caller.tier,
        "scopes": list(key.scopes) if key else [],
        "expires_at": iso(key.expires_at) if key and key.expires_at else None,
        "limits": {"minute": usage.minute_limit, "day": usage.day_limit},
        "usage": {"minute": usage.minute_used, "day": usage.day_used},
    }
    return Answer(told)


def _caller(request: Request) -> Caller:
    return visit_of(request).caller


def _require_no_wider(maker: Caller, tier: str, expires_at: int | None) -> None:
    """Raises Forbidden where a key would get more than the one that asks for it; its scopes are
    no more, since who may ask holds all."""
    key = maker.key
    if TIERS.index(tier) > TIERS.index(maker.tier):
        raise Forbidden(f"a key of the tier {maker.tier} cannot make one of the tier {tier}")
    own = key.expires_at if key else None
    if own is not None and (expires_at is None or expires_at > own):
        raise Forbidden(f"a key cannot make one that holds longer than itself: until {iso(own)}")


def _secret(body: dict[str, Any], status: int = 200) -> Answer:
    answer = Answer(body, status=status)
    answer.headers["Cache-Control"] = "no-store"
    del answer.headers["ETag"]
    return answer
