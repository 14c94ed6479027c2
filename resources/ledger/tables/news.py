"""The index of stored articles: derived from the lake, which has the rows."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from resources.ledger.tables.metadata import METADATA

# Besides these there is `news_text`, full text of title and summary by number; see ledger/news.py.
news_articles = Table(
    "news_articles", METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("period", String, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("sentiment", String, nullable=False),
    Index("news_articles_by_time", "published_at", "id"),
)  # fmt: skip

# What an article can be asked for by; `kind` is "address" (ids of all of its addresses), "asset"
# (tickers) or "source" (ids of providers and names of publishers, in lower case).
news_tags = Table(
    "news_tags", METADATA,
    Column("kind", String, primary_key=True),
    Column("tag", String, primary_key=True),
    Column("number", Integer, primary_key=True, index=True),
)  # fmt: skip
