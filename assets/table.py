"""What Dagster is told about a table."""

import dagster as dg
import polars as pl


def column_schema(schema: pl.Schema) -> dg.TableSchema:
    """A table's columns as Dagster shows them."""
    return dg.TableSchema([dg.TableColumn(name, str(kind)) for name, kind in schema.items()])
