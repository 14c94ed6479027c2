"""The rows behind the providers' schedules: what was edited, and how the last looks went."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from resources.ledger import commits
from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import provider_schedules

# The table that commits name when a schedule was edited.
TABLE = provider_schedules.name
Status = Literal["success", "failed", "not_called"]


@dataclass(frozen=True, slots=True)
class Row:
    """See the table; times are ms since 1970, UTC."""

    interval_seconds: int | None
    enabled: bool | None
    next_due: int
    last_at: int | None
    last_status: Status | None
    successes: int
    errors: int
    failures_in_a_row: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a schedule; what is None stays."""

    interval_seconds: int | None = None
    enabled: bool | None = None


NEVER_LOOKED_AT = Row(None, None, 0, None, None, 0, 0, 0)


def read(ledger: Ledger, provider_id: str | None = None) -> dict[str, Row]:
    """The rows there are, by provider; of one provider alone where it is named."""
    query = sa.select(provider_schedules)
    if provider_id is not None:
        query = query.where(provider_schedules.c.provider == provider_id)
    with ledger.read() as connection:
        return {row.provider: Row(*row[1:]) for row in connection.execute(query)}


def change(
    ledger: Ledger,
    provider_id: str,
    interval_seconds: int | None = None,
    enabled: bool | None = None,
) -> None:
    """Edit a schedule, as `edit` does, in a transaction of its own."""
    with ledger.write() as connection:
        edit(connection, ledger, provider_id, Edit(interval_seconds, enabled))


def edit(connection: sa.Connection, ledger: Ledger, provider_id: str, wanted: Edit) -> None:
    """Edit a schedule within the caller's transaction. The caller has checked the interval.

    A provider that does not fail is due a new interval after its last look; one that fails
    keeps its time, or gets that one where it is earlier.
    """
    if wanted == Edit():
        return
    row = _locked(connection, provider_id)
    values: dict[str, Any] = {}
    if wanted.interval_seconds is not None:
        values["interval_seconds"] = wanted.interval_seconds
        due = row.last_at + wanted.interval_seconds * 1_000 if row.last_at else 0
        values["next_due"] = min(due, row.next_due) if row.failures_in_a_row else due
    if wanted.enabled is not None:
        values["enabled"] = wanted.enabled
    _update(connection, provider_id, values)
    commits.record(connection, ledger, TABLE, None, [{"provider": provider_id}], 1)


def switches(connection: sa.Connection) -> dict[str, bool]:
    """Who was switched on or off, by provider; of all others their own data says."""
    table = provider_schedules.c
    query = sa.select(table.provider, table.enabled).where(table.enabled.is_not(None))
    return {row.provider: row.enabled for row in connection.execute(query)}


def note(
    connection: sa.Connection,
    provider_id: str,
    status: Status,
    began: int,
    wait: Callable[[Row], float],
) -> None:
    """How a look that began at `began` (ms) went, within the caller's transaction.

    `wait` is told the row with its new counts and says in how many seconds from `began` the
    next look is due.
    """
    row = _locked(connection, provider_id)
    success, failed = status == "success", status == "failed"
    row = replace(
        row,
        last_at=began,
        last_status=status,
        successes=row.successes + success,
        errors=row.errors + failed,
        failures_in_a_row=0 if success else row.failures_in_a_row + failed,
    )
    values = asdict(replace(row, next_due=began + round(wait(row) * 1_000)))
    _update(connection, provider_id, values)


def _locked(connection: sa.Connection, provider_id: str) -> Row:
    insert_missing(
        connection, provider_schedules, provider=provider_id,
        next_due=0, successes=0, errors=0, failures_in_a_row=0,
    )  # fmt: skip
    mine = provider_schedules.c.provider == provider_id
    query = sa.select(provider_schedules).where(mine).with_for_update()
    return Row(*connection.execute(query).one()[1:])


def _update(connection: sa.Connection, provider_id: str, values: Mapping[str, Any]) -> None:
    mine = provider_schedules.c.provider == provider_id
    connection.execute(provider_schedules.update().where(mine).values(**values))
