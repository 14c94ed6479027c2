"""API keys: 256 random bits, stored as SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from resources.errors import InvalidInput
from resources.ledger.database import Ledger
from resources.ledger.tables import api_keys

SCOPES = ("read", "write", "admin")
TIERS = ("free", "pro", "admin")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One valid key. A wider scope holds the narrower ones: admin, write, read."""

    id: str
    name: str
    scopes: tuple[str, ...]
    tier: str

    def allows(self, scope: str) -> bool:
        widest = max(SCOPES.index(held) for held in self.scopes)
        return SCOPES.index(scope) <= widest


def create(
    ledger: Ledger,
    name: str,
    scopes: tuple[str, ...],
    tier: str = "free",
    expires_at: int | None = None,
) -> str:
    """Store a new key and return its secret, which cannot be read again."""
    if not scopes or not set(scopes) <= set(SCOPES) or tier not in TIERS:
        raise InvalidInput(f"scopes are of {', '.join(SCOPES)}; tiers of {', '.join(TIERS)}")
    secret = f"hw_{secrets.token_urlsafe(32)}"
    values = {"id": secrets.token_hex(8), "name": name, "hash": _hash(secret), "tier": tier}
    with ledger.write() as connection:
        connection.execute(
            api_keys.insert().values(
                **values, scopes=",".join(scopes), created_at=ledger.clock, expires_at=expires_at
            )
        )
    return secret


def find(ledger: Ledger, secret: str) -> ApiKey | None:
    """The key of a secret, None when it is unknown, expired or revoked."""
    query = sa.select(api_keys).where(api_keys.c.hash == _hash(secret), _valid(ledger))
    with ledger.read() as connection:
        row = connection.execute(query).first()
    return ApiKey(row.id, row.name, tuple(row.scopes.split(",")), row.tier) if row else None


def any_admin(ledger: Ledger) -> bool:
    """Whether there is a key for everything that is neither expired nor revoked."""
    query = sa.select(api_keys.c.id).where(_valid(ledger), api_keys.c.scopes.contains("admin"))
    with ledger.read() as connection:
        return connection.execute(query).first() is not None


def revoke_named(ledger: Ledger, name: str) -> None:
    """End every key of a name: a new demo key replaces the one of the start before."""
    with ledger.write() as connection:
        connection.execute(
            api_keys.update()
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=ledger.clock)
        )


def _valid(ledger: Ledger) -> sa.ColumnElement[bool]:
    unexpired = sa.or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > ledger.clock)
    return sa.and_(api_keys.c.revoked_at.is_(None), unexpired)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
