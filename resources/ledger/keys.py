"""API keys: 256 random bits, stored as SHA-256."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from resources.errors import InvalidInput
from resources.ledger.database import CLOCK, Ledger
from resources.ledger.tables import api_keys
from resources.rights import SCOPES, TIERS

NAME_LENGTH = 64
_AT_ONCE = 500  # values of a statement
_SECRET = re.compile(r"hw_[A-Za-z0-9_-]{43}")
# Asked twice a second for each key that is used: made once, they cost a third.
_WITH_NOW = sa.select(api_keys, CLOCK.label("now"))
_BY_HASH = _WITH_NOW.where(api_keys.c.hash == sa.bindparam("told"))
_BY_ID = _WITH_NOW.where(api_keys.c.id == sa.bindparam("told"))


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One valid key. A wider scope holds the narrower ones: admin, write, read."""

    id: str
    name: str
    scopes: tuple[str, ...]
    tier: str
    expires_at: int | None = None

    def allows(self, scope: str) -> bool:
        widest = max(map(SCOPES.index, self.scopes), default=-1)
        return SCOPES.index(scope) <= widest


class Issued(NamedTuple):
    """A key that was made, and its secret, which cannot be read again."""

    key: ApiKey
    secret: str


def create(
    ledger: Ledger,
    name: str,
    scopes: tuple[str, ...],
    tier: str = "free",
    expires_at: int | None = None,
) -> str:
    """Store a new key and return its secret, which cannot be read again."""
    return issue(ledger, name, scopes, tier, expires_at).secret


def issue(
    ledger: Ledger, name: str, scopes: tuple[str, ...], tier: str, expires_at: int | None
) -> Issued:
    """Store a new key. Raises InvalidInput."""
    if not scopes or not set(scopes) <= set(SCOPES) or tier not in TIERS:
        raise InvalidInput(f"scopes are of {', '.join(SCOPES)}; tiers of {', '.join(TIERS)}")
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise InvalidInput(f"a name has 1 to {NAME_LENGTH} printable characters")
    held = tuple(scope for scope in SCOPES if scope in scopes)
    made = Issued(ApiKey(_new_id(), name, held, tier, expires_at), _new_secret())
    with ledger.write() as connection:
        put(connection, ledger, made)
    return made


def put(
    connection: sa.Connection, ledger: Ledger, made: Issued, rotated_from: str | None = None
) -> None:
    key = made.key
    connection.execute(
        api_keys.insert().values(
            id=key.id,
            name=key.name,
            hash=_hash(made.secret),
            scopes=",".join(key.scopes),
            tier=key.tier,
            created_at=ledger.clock,
            expires_at=key.expires_at,
            rotated_from=rotated_from,
        )
    )


def renewed(key: ApiKey) -> Issued:
    """The same rights under a new id and secret."""
    return Issued(ApiKey(_new_id(), key.name, key.scopes, key.tier, key.expires_at), _new_secret())


def find(ledger: Ledger, secret: str) -> ApiKey | None:
    """The key of a secret, None when it is unknown, expired or revoked."""
    # What no key looks like is nobody's: it costs no look into the ledger.
    if not _SECRET.fullmatch(secret):
        return None
    return _valid_one(ledger, _BY_HASH, _hash(secret))


def find_by_id(ledger: Ledger, key_id: str) -> ApiKey | None:
    """The same, by its id."""
    return _valid_one(ledger, _BY_ID, key_id)


def valid_among(ledger: Ledger, ids: Sequence[str]) -> set[str]:
    """Those of these ids whose keys are neither expired nor revoked."""
    found: set[str] = set()
    with ledger.read() as connection:
        for start in range(0, len(ids), _AT_ONCE):
            mine = api_keys.c.id.in_(ids[start : start + _AT_ONCE])
            found.update(
                connection.execute(sa.select(api_keys.c.id).where(mine, valid(ledger))).scalars()
            )
    return found


def any_admin(ledger: Ledger) -> bool:
    """Whether there is a key for everything that is neither expired nor revoked."""
    with ledger.read() as connection:
        return connection.execute(admins(ledger)).first() is not None


def admins(ledger: Ledger) -> sa.Select[tuple[str]]:
    """The ids of the keys for everything that are neither expired nor revoked."""
    return sa.select(api_keys.c.id).where(valid(ledger), api_keys.c.scopes.contains("admin"))


def revoke_named(ledger: Ledger, name: str) -> None:
    """End every key of a name: a new demo key replaces the one of the start before."""
    with ledger.write() as connection:
        connection.execute(
            api_keys.update()
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=ledger.clock)
        )


def valid(ledger: Ledger) -> sa.ColumnElement[bool]:
    """SQL condition: neither expired nor revoked."""
    unexpired = sa.or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > ledger.clock)
    return sa.and_(api_keys.c.revoked_at.is_(None), unexpired)


def key_of(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    """The key of a row of `api_keys`."""
    return ApiKey(row.id, row.name, tuple(row.scopes.split(",")), row.tier, row.expires_at)


def _valid_one(ledger: Ledger, query: sa.Select[Any], told: str) -> ApiKey | None:
    with ledger.read() as connection:
        row = connection.execute(query, {"told": told}).first()
    if row is None or row.revoked_at is not None:
        return None
    expired = row.expires_at is not None and row.expires_at <= row.now + ledger.skew_ms
    return None if expired else key_of(row)


def _new_id() -> str:
    return secrets.token_hex(8)


def _new_secret() -> str:
    return f"hw_{secrets.token_urlsafe(32)}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
