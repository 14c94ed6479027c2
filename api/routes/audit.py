"""Who has changed what."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.answers import Answer, iso
from api.auth import ADMIN
from api.cursors import from_cursor, to_cursor
from api.models.audit import AuditPage
from api.models.base import documented
from api.params import CursorQuery, FromQuery, ToQuery
from api.services import ServicesDep
from resources.ledger import audit
from resources.ledger.audit import Entry

router = APIRouter(tags=["audit"])


@router.get("/api/audit", dependencies=[ADMIN], responses=documented(AuditPage))
def audit_log(
    services: ServicesDep,
    start: FromQuery = None,
    end: ToQuery = None,
    key: Annotated[str | None, Query(max_length=200, description="Id or name of a key.")] = None,
    path: Annotated[str | None, Query(max_length=500, description="What it begins with.")] = None,
    cursor: CursorQuery = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Most rows.")] = 100,
) -> Answer:
    """Every write that somebody asked for, refused ones too, newest first."""
    before = from_cursor(cursor, "audit") if cursor else None
    wanted = audit.Wanted(start, end, key, path)
    found, following = audit.read(services.ledger, wanted, limit, before)
    return Answer(
        {
            "entries": [_row(number, entry) for number, entry in found],
            "count": len(found),
            "next_cursor": None if following is None else to_cursor(following, "audit"),
        }
    )


def _row(number: int, entry: Entry) -> dict[str, Any]:
    return {
        "id": number,
        "at": iso(entry.at),
        "request_id": entry.request_id or None,
        "key_id": entry.key_id,
        "key_name": entry.key_name,
        "address": entry.address,
        "method": entry.method,
        "path": entry.path,
        "status": entry.status or None,
    }
