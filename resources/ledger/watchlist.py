"""What is collected beside the largest coins, as somebody has changed it while Headwater runs."""

import json

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import add_counts
from resources.ledger.tables import watchlist
from resources.market import Interval, Symbol
from resources.market.watchlist import Watchlist

_ROW = 1


def read(ledger: Ledger) -> Watchlist | None:
    """What was put; None where the setting holds."""
    with ledger.read() as connection:
        row = connection.execute(sa.select(watchlist)).first()
    if row is None:
        return None
    symbols = tuple(Symbol.canonical(symbol) for symbol in json.loads(row.symbols))
    return Watchlist(symbols, tuple(Interval(one) for one in json.loads(row.intervals)))


def put(ledger: Ledger, wanted: Watchlist) -> None:
    """Let this stand over the setting, also where it is empty."""
    with ledger.write() as connection:
        row = {
            "id": _ROW,
            "symbols": json.dumps([str(symbol) for symbol in wanted.symbols]),
            "intervals": json.dumps(list(wanted.intervals)),
            "updated_at": connection.execute(sa.select(ledger.clock)).scalar_one(),
        }
        add_counts(connection, watchlist, [row])


def drop(ledger: Ledger) -> None:
    """Go back to the setting."""
    with ledger.write() as connection:
        connection.execute(sa.delete(watchlist))
