"""What the diagnostics found, the newest 100 times."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import diagnoses

KEPT = 100


def keep(ledger: Ledger, report: Mapping[str, Any]) -> None:
    """Store a report; what is beyond the newest 100 goes."""
    with ledger.write() as connection:
        row = sa.insert(diagnoses).values(at=ledger.clock, report=json.dumps(dict(report)))
        newest = connection.execute(row.returning(diagnoses.c.id)).scalar_one()
        connection.execute(sa.delete(diagnoses).where(diagnoses.c.id <= newest - KEPT))


def last(ledger: Ledger) -> dict[str, Any] | None:
    """The newest report, None before the first."""
    query = sa.select(diagnoses.c.report).order_by(diagnoses.c.id.desc()).limit(1)
    with ledger.read() as connection:
        text = connection.execute(query).scalar()
    return None if text is None else dict(json.loads(text))
