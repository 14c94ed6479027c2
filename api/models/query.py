"""SQL over the tables."""

from typing import Any

from pydantic import Field

from api.models.base import Model, Stamped, example


class QueryColumn(Model):
    """A column, with its type in SQL."""

    name: str
    type: str


class QueryAnswer(Model):
    """The rows of a statement."""

    model_config = example(
        {
            "columns": [{"name": "symbol", "type": "VARCHAR"}, {"name": "close", "type": "DOUBLE"}],
            "row_count": 1,
            "truncated": False,
            "rows": [["BTC/USDT", 63356.64]],
        }
    )
    columns: list[QueryColumn]
    row_count: int = Field(description="How many rows there are here.")
    truncated: bool = Field(description="Whether there were more.")
    rows: list[list[Any]] = Field(description="A list each, in the order of `columns`.")


class QueryTable(Model):
    """A table that SQL may read."""

    name: str
    about: str = Field(description="What a row is.")
    columns: list[QueryColumn]


class QueryTables(Stamped):
    """The tables that SQL may read, with their columns."""

    model_config = example(
        {
            "tables": [
                {
                    "name": "coverage",
                    "about": "One row per span of open times that was asked for and answered.",
                    "columns": [{"name": "symbol", "type": "VARCHAR"}],
                }
            ],
            "count": 1,
            "timestamp": "2026-11-22T00:14:46.135Z",
        }
    )
    tables: list[QueryTable]
    count: int
