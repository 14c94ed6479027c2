"""What providers told that breaks a rule is kept, each row with its reason."""

from collections.abc import Iterable
from typing import Any, Protocol

import polars as pl

from resources.ledger import Ledger, quarantine

# They differ each time that the same is told, which shall be kept once.
_TIMES_OF_ASKING = ("fetched_at", "observed_at")
_IMPOSSIBLE_TIME = "impossible time"
# Of an answer, and of a value: one that is broken altogether shall not fill the ledger.
_ROWS, _CHARACTERS = 50, 2_000


class Answer(Protocol):
    """What one provider told: `frame` has `reason`, null where a row is sound."""

    @property
    def provider(self) -> str: ...

    @property
    def frame(self) -> pl.DataFrame: ...


def keep_broken(ledger: Ledger, table: str, named: str, answers: Iterable[Answer]) -> int:
    """Keep the rows that broke a rule; returns how many there are.

    `table` is what they would have become, and `named` the column that they go by. When they were
    told is kept only of those that were told at an impossible time. Of one answer 50 rows are
    kept, and how many others there are by reason; of a long value how it begins.
    """
    count = 0
    with ledger.write() as connection:
        for answer in answers:
            broken = answer.frame.drop_nulls("reason")
            count += broken.height
            for row in broken.head(_ROWS).to_dicts():
                passing = () if row["reason"] == _IMPOSSIBLE_TIME else _TIMES_OF_ASKING
                kept = {name: _cut(value) for name, value in row.items() if name not in passing}
                name = str(_cut(row[named]) or "")
                quarantine.keep(ledger, connection, table, answer.provider, name, [kept])
            if others := broken[_ROWS:].height:
                reasons = dict(broken[_ROWS:]["reason"].value_counts(sort=True).iter_rows())
                row = {"reason": f"{others:,} more", **reasons}
                quarantine.keep(ledger, connection, table, answer.provider, "", [row])
    return count


def _cut(value: Any) -> Any:
    """A value of at most 2,000 characters: of a longer one how it begins, as text."""
    text = value if isinstance(value, str) else str(value)
    return value if len(text) <= _CHARACTERS else text[:_CHARACTERS]
