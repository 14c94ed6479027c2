"""The room that snapshots take: those of the largest answers go first."""

from collections.abc import Mapping

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.snapshots import delete
from resources.ledger.tables import snapshot_bodies, snapshots


def held(ledger: Ledger) -> dict[str, int]:
    """Bytes of the compressed bodies of each provider."""
    table = snapshot_bodies.c
    size = sa.func.sum(sa.func.length(table.body))
    with ledger.read() as connection:
        rows = connection.execute(sa.select(table.provider, size).group_by(table.provider))
        return {provider: int(total) for provider, total in rows}


def shrink(ledger: Ledger, most: int) -> int:
    """Delete the oldest snapshots of the providers whose bodies take the most, until all bodies
    take at most `most` bytes; returns how many snapshots went.

    The newest body of each provider stays. A transaction each: no one waits long.
    """
    sizes = held(ledger)
    share, gone = largest_share(sizes, most), 0
    for provider in (name for name, size in sizes.items() if size > share):
        with ledger.write() as connection:
            last = _last_beyond(connection, provider, share)
            if last is not None:
                gone += delete(connection, provider, snapshots.c.id <= last)
    return gone


def largest_share(sizes: Mapping[str, int], most: int) -> int:
    """What each may take at most, so that all together take `most`: who takes less leaves the rest
    to the others."""
    left, shares = most, len(sizes)
    for size in sorted(sizes.values()):
        if size * shares > left:
            return left // shares
        left -= size
        shares -= 1
    return most


def _last_beyond(connection: sa.Connection, provider: str, share: int) -> int | None:
    """The newest snapshot that no longer fits, None where all do."""
    body = sa.and_(
        snapshot_bodies.c.provider == snapshots.c.provider,
        snapshot_bodies.c.digest == snapshots.c.digest,
    )
    newest_first = (
        sa.select(snapshots.c.id, snapshots.c.digest, sa.func.length(snapshot_bodies.c.body))
        .join(snapshot_bodies, body)
        .where(snapshots.c.provider == provider)
        .order_by(snapshots.c.id.desc())
    )
    seen: set[str] = set()
    total = 0
    for id_, digest, size in connection.execute(newest_first):
        total += 0 if digest in seen else int(size)
        if total > share and seen:
            return int(id_)
        seen.add(digest)
    return None
