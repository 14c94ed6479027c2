"""Whether the ledger is sound, and of this version."""

from collections.abc import Iterator

from resources.diagnostics.issue import Check, Issue
from resources.diagnostics.platform import Platform
from resources.errors import StoreUnavailable
from resources.ledger.database import revisions


def _integrity(platform: Platform) -> Iterator[Issue]:
    """SQLite reads every page; one that cannot be read at all says so by an error."""
    if platform.ledger.engine.dialect.name != "sqlite":
        return
    try:
        with platform.ledger.read() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars().all()
    except StoreUnavailable as error:
        said = [str(error)]
    if said != ["ok"]:
        message = "the ledger is damaged; restore the newest backup that is whole"
        yield Issue("critical", message, {"said": said})


def _schema(platform: Platform) -> Iterator[Issue]:
    stored, known = platform.ledger.revision(), revisions()
    if stored == max(known):
        return
    details = {"stored": stored, "newest": max(known)}
    if stored in known or stored is None:
        message = f"the ledger's schema is {stored or 'missing'}: a start brings it to {max(known)}"
    else:
        message = f"the ledger's schema {stored} is of a later version of Headwater than this"
    yield Issue("critical", message, details)


CHECKS: dict[str, Check] = {"ledger_integrity": _integrity, "ledger_schema": _schema}
