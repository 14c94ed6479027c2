"""The newest value per asset and market, for answers that must not read the lake."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.tables import forming_candles, latest_prices

Row = Mapping[str, Any]


def put_prices(connection: sa.Connection, ledger: Ledger, rows: Sequence[Row]) -> None:
    """Replace what is stored by rows that are not older, within the caller's transaction; what is
    stored of a time minutes ahead of the clock is replaced by any."""
    for row in rows:
        mine = latest_prices.c.symbol == row["symbol"]
        possible = mine & (latest_prices.c.at <= ledger.horizon)
        stored = connection.execute(sa.select(latest_prices.c.at).where(possible)).scalar()
        if stored is not None and stored > row["at"]:
            continue
        connection.execute(latest_prices.delete().where(mine))
        values = {**row, "providers": json.dumps(row["providers"])}
        connection.execute(latest_prices.insert().values(**values))


def read_prices(ledger: Ledger, symbols: Sequence[str] | None = None) -> dict[str, Row]:
    """The newest stored price per asset ticker, times in ms; all assets without `symbols`."""
    query = sa.select(latest_prices).order_by(latest_prices.c.symbol)
    if symbols is not None:
        query = query.where(latest_prices.c.symbol.in_(symbols))
    with ledger.read() as connection:
        rows = connection.execute(query).mappings().all()
    return {row["symbol"]: {**row, "providers": json.loads(row["providers"])} for row in rows}


def put_forming(connection: sa.Connection, rows: Sequence[Row]) -> None:
    """Replace the forming candle per market and interval, within the caller's transaction."""
    for row in rows:
        mine = (forming_candles.c.symbol == row["symbol"]) & (
            forming_candles.c.interval == row["interval"]
        )
        connection.execute(forming_candles.delete().where(mine))
        connection.execute(forming_candles.insert().values(**row))


def read_forming(ledger: Ledger, symbol: str, interval: str) -> Row | None:
    query = sa.select(forming_candles).where(
        forming_candles.c.symbol == symbol, forming_candles.c.interval == interval
    )
    with ledger.read() as connection:
        row = connection.execute(query).mappings().first()
    return dict(row) if row else None
