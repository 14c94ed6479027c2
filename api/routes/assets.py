"""The assets that the registry knows."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.cursors import id_from_cursor, to_cursor
from api.models.base import documented
from api.models.market import Assets
from api.params import CursorQuery
from api.queries import assets as queries
from api.services import ServicesDep
from resources.errors import InvalidInput

router = APIRouter(tags=["market"])


@router.get("/api/assets", dependencies=[OPEN], responses=documented(Assets))
def assets(
    services: ServicesDep,
    search: Annotated[
        str, Query(max_length=64, description="Part of an id, ticker, name or alias.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="Assets of a page.")] = 100,
    cursor: CursorQuery = None,
) -> Answer:
    """Our assets, coins before currencies and the largest first: ids, names, aliases, where listed.

    `total` counts all that are found. `status` is `listed`, `delisted` or, where no listing has
    told of it yet, `unknown`.
    """
    found = queries.found(services.registry, search)
    start = 0
    if cursor:
        ids = [asset.id for asset in found]
        first = id_from_cursor(cursor, "assets", search)
        if first not in ids:
            raise InvalidInput("cursor is not one that an answer of this list has carried")
        start = ids.index(first)
    following = found[start + limit].id if start + limit < len(found) else None
    rows = queries.rows(services.ledger, found[start : start + limit])
    return Answer(
        {
            "assets": rows,
            "total": len(found),
            "count": len(rows),
            "next_cursor": following and to_cursor(following, "assets", search),
        }
    )
