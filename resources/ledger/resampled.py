"""Which candles of higher intervals were made, and what has changed below them since.

Windows are [start, end) of open times, ms since 1970, UTC.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa

from resources.ledger.commits import Key, newest_seq
from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import commit_readers, commits, resampled_spans
from resources.plan import Window, union

# In place of an interval of parts: where candles were compared with those of providers.
OWN = "own"
# (symbol, interval, interval of its parts or OWN)
What = tuple[str, str, str]
_NAMES = ("symbol", "interval", "source")
_READER = "resampled"


def spans(ledger: Ledger) -> Mapping[What, list[Window]]:
    """What was done, disjoint and in order."""
    with ledger.read() as connection:
        return _read(connection, ())


def add(connection: sa.Connection, done: Iterable[tuple[What, Sequence[Window]]]) -> None:
    """Note what was done within the caller's transaction, joined with what it touches."""
    added = dict(done)
    if not added:
        return
    stored = _read(connection, {symbol for symbol, _, _ in added})
    keys = [dict(zip(_NAMES, what, strict=True)) for what in added]
    mine = sa.and_(*(resampled_spans.c[name] == sa.bindparam(f"of_{name}") for name in _NAMES))
    connection.execute(
        resampled_spans.delete().where(mine),
        [{f"of_{name}": value for name, value in key.items()} for key in keys],
    )
    rows = [
        {**key, "start": window.start, "end": window.end}
        for key, (what, windows) in zip(keys, added.items(), strict=True)
        for window in union([*stored.get(what, ()), *windows])
    ]
    connection.execute(resampled_spans.insert(), rows)


def candle_keys(ledger: Ledger) -> tuple[int, Iterator[Key]]:
    """The newest commit, and the keys of all commits of candles up to it that are news.

    The first time there are none.
    """
    seq = newest_seq(ledger)
    with ledger.read() as connection:
        query = sa.select(commit_readers.c.seq).where(commit_readers.c.name == _READER)
        seen = connection.execute(query).scalar()
        news = commits.c.seq.between((seq if seen is None else seen) + 1, seq)
        query_keys = sa.select(commits.c["keys"]).where(news, commits.c.table_name == "candles")
        found = list(connection.execute(query_keys).scalars())
    return seq, (key for keys in found for key in json.loads(keys))


def have_seen(ledger: Ledger, seq: int) -> None:
    """All commits up to this one are no news any more."""
    with ledger.write() as connection:
        insert_missing(connection, commit_readers, name=_READER, seq=seq)
        mine = commit_readers.c.name == _READER
        connection.execute(commit_readers.update().where(mine).values(seq=seq))


def _read(connection: sa.Connection, symbols: Iterable[str]) -> dict[What, list[Window]]:
    """Of all symbols where none is named."""
    table, wanted = resampled_spans.c, list(symbols)
    query = sa.select(*table).order_by(table.start)
    if wanted:
        query = query.where(table.symbol.in_(wanted))
    found: dict[What, list[Window]] = {}
    for symbol, interval, source, start, end in connection.execute(query):
        found.setdefault((symbol, interval, source), []).append(Window(start, end))
    return found
