"""Our own prices, beside what providers tell in coins."""

import polars as pl

from resources.ledger import Ledger, latest

# An older consensus price says nothing about what is told now.
_FRESH = 600_000


def own_prices(ledger: Ledger, column: str, price: str) -> pl.DataFrame:
    """The fresh consensus prices in US dollars: assets in `column`, what they cost in `price`."""
    oldest = ledger.now() - _FRESH
    stored = latest.read_prices(ledger).values()
    known = {row["symbol"]: row["price"] for row in stored if row["at"] >= oldest}
    rows = list({**known, "USD": 1.0}.items())
    return pl.DataFrame(rows, schema={column: pl.String, price: pl.Float64}, orient="row")
