"""News, each article with its sentiment."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.cursors import id_from_cursor, to_cursor
from api.models.base import documented
from api.models.news import News
from api.queries import news as queries
from api.queries.markets import find_asset
from api.services import ServicesDep
from resources.ledger.news import Wanted
from resources.news.search import LONGEST, phrases
from resources.sentiment.base import Label

router = APIRouter(tags=["market"])


_SourceQuery = Annotated[
    str | None, Query(max_length=200, description="A provider by id or name, or a publisher.")
]
_SymbolQuery = Annotated[
    str | None, Query(max_length=64, description="An asset that is mentioned: BTC, bitcoin.")
]
_TextQuery = Annotated[
    str | None,
    Query(
        max_length=LONGEST,
        description='Words of title or summary, all of them; "in quotes" next to each other.',
    ),
]
_CursorQuery = Annotated[
    str | None, Query(max_length=512, description="next_cursor of the page before.")
]


@router.get("/api/news", dependencies=[OPEN], responses=documented(News, 404, 409))
def news(
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=100, description="Articles of a page.")] = 20,
    source: _SourceQuery = None,
    symbol: _SymbolQuery = None,
    sentiment: Annotated[Label | None, Query(description="Articles of this mood alone.")] = None,
    q: _TextQuery = None,
    cursor: _CursorQuery = None,
) -> Answer:
    """Stored articles, the newest first."""
    asset = None if symbol is None else find_asset(services.registry, symbol).ticker
    found = (
        None if source is None else queries.find_source(services.ledger, services.directory, source)
    )
    of = ("news", asset or "", found or "", sentiment or "", q or "")
    wanted = Wanted(
        asset=asset,
        source=found,
        sentiment=sentiment,
        phrases=() if q is None else phrases(q),
        after=queries.after(id_from_cursor(cursor, *of)) if cursor else None,
    )
    rows, following = queries.page(services.lake, services.ledger, wanted, limit)
    return Answer(
        {
            "success": True,
            "news": rows,
            "count": len(rows),
            "symbol": asset,
            "requested": symbol,
            "next_cursor": following and to_cursor(following, *of),
        }
    )
