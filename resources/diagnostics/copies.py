"""Whether there is a backup that is new enough."""

from collections.abc import Iterator

import sqlalchemy as sa

from resources import backups
from resources.diagnostics.issue import Check, Issue
from resources.diagnostics.platform import Platform
from resources.ledger.tables import commits

# One is made each night.
_OLD_MS = 36 * 3_600_000


def _newest(platform: Platform) -> Iterator[Issue]:
    found = backups.read_all(platform.settings.backup_dir)
    for one in found:
        if one.manifest is None:
            message = f"the backup {one.id} cannot be used"
            yield Issue("warning", message, {"backup": one.id})
    usable = next((one.manifest for one in found if one.manifest), None)
    now = platform.ledger.now()
    since = _first_commit(platform) if usable is None else usable.made_at
    if since is None or now - since <= _OLD_MS:
        return
    if usable is None:
        message = f"there is no backup, of data of {(now - since) / 3_600_000:,.0f} h"
    else:
        message = (
            f"the newest backup is {(now - since) / 3_600_000:,.0f} h old, one is made each night"
        )
    yield Issue("warning", message, {"newest": usable and usable.id})


def _first_commit(platform: Platform) -> int | None:
    """Of those that the ledger still knows."""
    with platform.ledger.read() as connection:
        return connection.execute(sa.select(sa.func.min(commits.c.at))).scalar()


CHECKS: dict[str, Check] = {"backups_recent": _newest}
