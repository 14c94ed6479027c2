"""How large the ledger is."""

from typing import Any

import sqlalchemy as sa

from resources.ledger import Ledger
from resources.ledger.tables import METADATA

_MB = 1_000_000


def size(ledger: Ledger) -> dict[str, Any]:
    """Megabytes on disk, and the rows of each table."""
    with ledger.read() as connection:
        tables = {
            name: int(
                connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            )
            for name, table in sorted(METADATA.tables.items())
        }
        return {"database_size_mb": round(_bytes(connection) / _MB, 3), "tables": tables}


def _bytes(connection: sa.Connection) -> int:
    if connection.dialect.name == "postgresql":
        query = "SELECT pg_database_size(current_database())"
        return int(connection.exec_driver_sql(query).scalar_one())
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())
