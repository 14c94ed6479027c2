"""The watchlist: what is collected beside the largest coins."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.answers import Answer
from api.auth import READ, WRITE
from api.bodies import body_of, described
from api.models.base import documented
from api.models.jobs import Watchlist
from api.services import Services, ServicesDep
from resources.ledger import watchlist
from resources.market.watchlist import read_watchlist

router = APIRouter(tags=["watchlist"])
_PATH = "/api/watchlist"
_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    symbols: list[_Word] = Field(max_length=500, description="In any spelling.")
    intervals: list[_Word] = Field(
        [], max_length=20, description="Of none: those that all are collected in."
    )


WantedBody = Annotated[Wanted, Depends(body_of(Wanted))]


@router.get(_PATH, dependencies=[READ], responses=documented(Watchlist))
def read(services: ServicesDep) -> Answer:
    """The watchlist, and whether it is the setting's or was put."""
    return Answer(_told(services))


@router.put(
    _PATH,
    dependencies=[WRITE],
    openapi_extra=described(Wanted),
    responses=documented(Watchlist, 404, 409),
)
def put(services: ServicesDep, body: WantedBody) -> Answer:
    """Put a watchlist in place of the setting's; it holds from the next collection on."""
    usual = services.settings.collection_intervals
    watchlist.put(services.ledger, read_watchlist(body.model_dump(), usual))
    return Answer(_told(services))


@router.delete(_PATH, dependencies=[WRITE], responses=documented(Watchlist))
def delete(services: ServicesDep) -> Answer:
    """Go back to the watchlist of the setting."""
    watchlist.drop(services.ledger)
    return Answer(_told(services))


def _told(services: Services) -> dict[str, Any]:
    found = watchlist.read(services.ledger)
    holds = found or services.settings.watched
    return {
        "symbols": [str(symbol) for symbol in holds.symbols],
        "intervals": list(holds.intervals),
        "origin": "setting" if found is None else "api",
    }
