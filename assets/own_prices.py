"""Our own prices, beside what providers tell in coins."""

import polars as pl

from resources.ledger import Ledger, latest
from resources.price_rules import CONSENSUS

# An older consensus price says nothing about what is told now.
_FRESH = 600_000


def own_prices(ledger: Ledger, column: str, price: str, age_ms: int = _FRESH) -> pl.DataFrame:
    """The consensus prices in US dollars, no older than `age_ms`: assets in `column`, what they
    cost in `price`. What one or two providers say is none: one who lies would move it."""
    oldest = ledger.now() - age_ms
    stored = latest.read_prices(ledger).values()
    known = {
        row["symbol"]: row["price"]
        for row in stored
        if row["quality"] == CONSENSUS and row["at"] >= oldest
    }
    rows = list({**known, "USD": 1.0}.items())
    return pl.DataFrame(rows, schema={column: pl.String, price: pl.Float64}, orient="row")
