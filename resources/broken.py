"""What providers told that breaks a rule is kept, each row with its reason."""

from collections.abc import Iterable
from typing import Protocol

import polars as pl

from resources.ledger import Ledger, quarantine

# They differ each time that the same is told, which shall be kept once.
_TIMES_OF_ASKING = ("fetched_at", "observed_at")
_IMPOSSIBLE_TIME = "impossible time"


class Answer(Protocol):
    """What one provider told: `frame` has `reason`, null where a row is sound."""

    @property
    def provider(self) -> str: ...

    @property
    def frame(self) -> pl.DataFrame: ...


def keep_broken(ledger: Ledger, table: str, named: str, answers: Iterable[Answer]) -> int:
    """Keep the rows that broke a rule; returns how many there are.

    `table` is what they would have become, and `named` the column that they go by. When they were
    told is kept only of those that were told at an impossible time.
    """
    count = 0
    with ledger.write() as connection:
        for answer in answers:
            broken = answer.frame.drop_nulls("reason")
            count += broken.height
            for row in broken.to_dicts():
                passing = () if row["reason"] == _IMPOSSIBLE_TIME else _TIMES_OF_ASKING
                kept = {name: value for name, value in row.items() if name not in passing}
                name = str(row[named] or "")
                quarantine.keep(ledger, connection, table, answer.provider, name, [kept])
    return count
