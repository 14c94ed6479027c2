"""news, backups and what the other feeds keep beside the lake"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_times",
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("table_name"),
    )
    _news()


def _news() -> None:
    op.create_table(
        "news_articles",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("sentiment", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("news_articles_by_time", "news_articles", ["published_at", "id"])
    op.create_table(
        "news_tags",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "tag", "number"),
    )
    op.create_index("ix_news_tags_number", "news_tags", ["number"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE news_text USING fts5"
            "(title, summary, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
    else:
        op.execute("CREATE TABLE news_text (rowid BIGINT PRIMARY KEY, title TEXT, summary TEXT)")
        op.execute(
            "CREATE INDEX ix_news_text ON news_text USING gin"
            " (to_tsvector('simple', title || ' ' || summary))"
        )
