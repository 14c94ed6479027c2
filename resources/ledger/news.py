"""The index of stored articles: by time, asset, source, sentiment and words.

It is derived from the lake: what it lacks is put in again (`flush_news.catch_up`). Full text is
SQLite's FTS5, with English stems; on PostgreSQL words as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from resources.ledger.database import Ledger
from resources.ledger.rows import insert_missing
from resources.ledger.tables import news_articles, news_tags
from resources.news.address import article_id
from resources.news.search import Phrase, words

# A virtual table of SQLite: no part of the metadata, which cannot describe it.
_TEXT = sa.table("news_text", sa.column("rowid"), sa.column("title"), sa.column("summary"))
# SQLite takes 32,766 variables in a statement.
_AT_ONCE = 5_000


class Place(NamedTuple):
    """Where an article stands in the list and in the lake; `published_at` is ms since 1970, UTC."""

    published_at: int
    id: str
    period: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles: all that hold; `asset` is a ticker, `source` the id of a provider or the name
    of a publisher, `after` the last article (published_at, id) of the page before."""

    asset: str | None = None
    source: str | None = None
    sentiment: str | None = None
    phrases: Sequence[Phrase] = ()
    after: tuple[int, str] | None = None


def put(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Index rows of NEWS within the caller's transaction; those that are indexed are so anew."""
    for row in rows:
        own = {
            "id": row["id"],
            "period": row["period"],
            "published_at": round(row["published_at"].timestamp() * 1000),
            "sentiment": row["sentiment"],
        }
        insert_missing(connection, news_articles, **own)
        same = news_articles.c.id == row["id"]
        connection.execute(news_articles.update().where(same).values(**own))
        number = connection.execute(sa.select(news_articles.c.number).where(same)).scalar_one()
        connection.execute(news_tags.delete().where(news_tags.c.number == number))
        tags = [{"kind": kind, "tag": tag, "number": number} for kind, tag in sorted(_tags(row))]
        connection.execute(news_tags.insert(), tags)
        text = {name: " ".join(words(row[name] or "")) for name in ("title", "summary")}
        connection.execute(sa.delete(_TEXT).where(_TEXT.c.rowid == number))
        connection.execute(sa.insert(_TEXT).values(rowid=number, **text))


def count(ledger: Ledger) -> int:
    """How many articles are indexed."""
    with ledger.read() as connection:
        query = sa.select(sa.func.count()).select_from(news_articles)
        return int(connection.execute(query).scalar_one())


def ids(ledger: Ledger) -> set[str]:
    """The ids of all articles that are indexed."""
    with ledger.read() as connection:
        return set(connection.execute(sa.select(news_articles.c.id)).scalars())


def known(ledger: Ledger, addresses: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Id and period of the articles that have any of these ids of addresses, by the latter."""
    found: dict[str, tuple[str, str]] = {}
    tags, articles = news_tags.c, news_articles.c
    for start in range(0, len(addresses), _AT_ONCE):
        query = (
            sa.select(tags.tag, articles.id, articles.period)
            .join(news_articles, tags.number == articles.number)
            .where(tags.kind == "address", tags.tag.in_(addresses[start : start + _AT_ONCE]))
        )
        with ledger.read() as connection:
            found |= {tag: (article, period) for tag, article, period in connection.execute(query)}
    return found


def knows_source(ledger: Ledger, source: str) -> bool:
    """Whether any article is of a provider or publisher."""
    query = sa.select(news_tags.c.number).where(
        news_tags.c.kind == "source", news_tags.c.tag == source.casefold()
    )
    with ledger.read() as connection:
        return connection.execute(query.limit(1)).first() is not None


def find(ledger: Ledger, wanted: Wanted, limit: int) -> list[Place]:
    """The newest `limit` articles of those that are wanted, newest first."""
    table = news_articles.c
    query = sa.select(table.published_at, table.id, table.period)
    if wanted.asset is not None:
        query = query.where(table.number.in_(_tagged("asset", wanted.asset)))
    if wanted.source is not None:
        query = query.where(table.number.in_(_tagged("source", wanted.source.casefold())))
    if wanted.sentiment is not None:
        query = query.where(table.sentiment == wanted.sentiment)
    if wanted.phrases:
        matching = sa.select(_TEXT.c.rowid).where(_matches(ledger, wanted.phrases))
        query = query.where(table.number.in_(matching))
    if wanted.after is not None:
        query = query.where(sa.tuple_(table.published_at, table.id) < sa.tuple_(*wanted.after))
    query = query.order_by(table.published_at.desc(), table.id.desc()).limit(limit)
    with ledger.read() as connection:
        return [Place(*row) for row in connection.execute(query)]


def _tagged(kind: str, tag: str) -> sa.Select[tuple[int]]:
    return sa.select(news_tags.c.number).where(news_tags.c.kind == kind, news_tags.c.tag == tag)


def _matches(ledger: Ledger, phrases: Sequence[Phrase]) -> sa.ColumnElement[bool]:
    """Whether a text has all phrases. Words have no quotes in them, so that none ends early."""
    if ledger.engine.dialect.name == "sqlite":
        joined = " AND ".join(f'"{" ".join(phrase)}"' for phrase in phrases)
        return sa.literal_column("news_text").op("MATCH", is_comparison=True)(joined)
    text = sa.func.to_tsvector("simple", _TEXT.c.title + " " + _TEXT.c.summary)
    asked = (sa.func.phraseto_tsquery("simple", " ".join(phrase)) for phrase in phrases)
    return sa.and_(*(text.op("@@", is_comparison=True)(one) for one in asked))


def _tags(row: Mapping[str, Any]) -> set[tuple[str, str]]:
    sources = [row["provider"], *row["also_in"], *([row["publisher"]] if row["publisher"] else [])]
    addresses = [row["id"], *(article_id(address) for address in row["also_at"])]
    return {
        *(("asset", ticker) for ticker in row["assets"]),
        *(("source", source.casefold()) for source in sources),
        *(("address", address) for address in addresses),
    }
