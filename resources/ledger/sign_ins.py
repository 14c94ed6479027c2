"""Browsers that act as admin: a link that works once becomes a session of some hours.

What link and session carry is 256 random bits; the ledger holds their SHA-256.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.keys import ApiKey
from resources.ledger.tables import sign_ins

LINK_MINUTES = 10
SESSION_HOURS = 12
_LINK_MS = LINK_MINUTES * 60_000
_SESSION_MS = SESSION_HOURS * 3_600_000
# How ids of sessions begin, and none of a key.
_ID = "session-"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def is_secret(text: str) -> bool:
    """Whether it looks like what a link or session carries."""
    return _SECRET.fullmatch(text) is not None


def new_link(ledger: Ledger) -> str:
    """What a link carries that signs a browser in, once, within LINK_MINUTES."""
    secret = secrets.token_urlsafe(32)
    with ledger.write() as connection:
        _put(connection, ledger, secret, "link", _LINK_MS)
    return secret


def redeem(ledger: Ledger, link: str) -> str | None:
    """Use a link up: what the session carries; None where it is unknown, used or expired."""
    if not is_secret(link):
        return None
    secret = secrets.token_urlsafe(32)
    used = (
        sign_ins.update()
        .where(_valid(ledger, link, "link"), sign_ins.c.used_at.is_(None))
        .values(used_at=ledger.clock)
    )
    with ledger.write() as connection:
        if not connection.execute(used).rowcount:
            return None
        _put(connection, ledger, secret, "session", _SESSION_MS)
    return secret


def find(ledger: Ledger, session: str) -> ApiKey | None:
    """Who a session acts as; None where it is unknown, ended or expired."""
    if not is_secret(session):
        return None
    query = sa.select(sign_ins.c.expires_at).where(_valid(ledger, session, "session"))
    with ledger.read() as connection:
        expires_at = connection.execute(query).scalar()
    if expires_at is None:
        return None
    # Sessions are told apart where writes are logged, by what signs nobody in.
    return ApiKey(_id(_hash(session)), "browser session", ("admin",), "admin")


def valid_among(ledger: Ledger, ids: Sequence[str]) -> set[str]:
    """Those of these ids, of keys as `find` tells them, whose sessions have not ended."""
    wanted = {one for one in ids if one.startswith(_ID)}
    if not wanted:
        return set()
    query = sa.select(sign_ins.c.hash).where(_lasting(ledger, "session"))
    with ledger.read() as connection:
        return wanted.intersection(map(_id, connection.execute(query).scalars()))


def end(ledger: Ledger, session: str) -> None:
    """Sign a browser out."""
    with ledger.write() as connection:
        connection.execute(sign_ins.delete().where(sign_ins.c.hash == _hash(session)))


def prune(connection: sa.Connection, ledger: Ledger) -> int:
    """Delete what has expired."""
    return connection.execute(
        sign_ins.delete().where(sign_ins.c.expires_at <= ledger.clock)
    ).rowcount


def _put(connection: sa.Connection, ledger: Ledger, secret: str, kind: str, ms: int) -> None:
    connection.execute(
        sign_ins.insert().values(
            hash=_hash(secret), kind=kind, created_at=ledger.clock, expires_at=ledger.clock + ms
        )
    )


def _valid(ledger: Ledger, secret: str, kind: str) -> sa.ColumnElement[bool]:
    return sa.and_(sign_ins.c.hash == _hash(secret), _lasting(ledger, kind))


def _lasting(ledger: Ledger, kind: str) -> sa.ColumnElement[bool]:
    return sa.and_(sign_ins.c.kind == kind, sign_ins.c.expires_at > ledger.clock)


def _id(hashed: str) -> str:
    return f"{_ID}{hashed[:12]}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
