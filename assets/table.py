"""What Dagster is told about an asset's tables."""

import dagster as dg

from resources.schemas import Table


def tables_metadata(*tables: Table) -> dict[str, dg.TableSchema | list[str]]:
    """The columns of the first table, and the names of all, each once."""
    columns = [dg.TableColumn(name, str(kind)) for name, kind in tables[0].schema.items()]
    return {
        "dagster/column_schema": dg.TableSchema(columns),
        "tables": list(dict.fromkeys(table.name for table in tables)),
    }
