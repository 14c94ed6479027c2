"""Keys as those who look after them see them."""

from typing import Any

from api.answers import iso
from api.cursors import id_from_cursor, to_cursor
from resources.errors import InvalidInput
from resources.ledger import Ledger, key_changes
from resources.ledger.key_changes import KeyRow
from resources.ledger.keys import ApiKey, Issued

_LIST = "keys"


def page(ledger: Ledger, limit: int, cursor: str | None) -> dict[str, Any]:
    """Keys that were ever made, the newest first, without their secrets."""
    found = key_changes.read(ledger, limit + 1, _before(cursor))
    last = found[limit - 1] if len(found) > limit else None
    return {
        "keys": [row(one) for one in found[:limit]],
        "total": key_changes.count(ledger),
        "next_cursor": to_cursor(f"{last.created_at} {last.key.id}", _LIST) if last else None,
    }


def row(found: KeyRow) -> dict[str, Any]:
    ended = "revoked" if found.revoked_at is not None else "expired"
    return {
        **_key(found.key),
        "status": "valid" if found.valid else ended,
        "created_at": iso(found.created_at),
        "revoked_at": _time(found.revoked_at),
        "rotated_from": found.rotated_from,
    }


def issued(made: Issued) -> dict[str, Any]:
    """A new key with its secret, which nobody sees again."""
    return {**_key(made.key), "api_key": made.secret}


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "key_id": key.id,
        "name": key.name,
        "tier": key.tier,
        "scopes": list(key.scopes),
        "expires_at": _time(key.expires_at),
    }


def _time(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)


def _before(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    at, _, key_id = id_from_cursor(cursor, _LIST).partition(" ")
    # Sixteen digits are some 300,000 years, and more is no number of a database.
    if not at.isdecimal() or len(at) > 16:
        raise InvalidInput("cursor is not one that an answer of this list has carried")
    return int(at), key_id
