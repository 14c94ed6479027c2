"""What the sockets tell of news, sentiment and the market."""

import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.sentiment import by_hour
from resources.flush_feed import flush_rows
from resources.ledger import commits
from resources.schemas import NEWS, SENTIMENT
from tests.api.server import Store, served, until
from tests.api.storing import put_prices
from tests.api.talk import talking
from tests.api.test_overview import put_market, put_totals
from tests.articles import article, articles

MINUTE = 60_000
NOW = time.time_ns() // 1_000_000


def put_news(store: Store, *rows: dict[str, Any]) -> int:
    """One commit of articles; returns its number."""
    merged = store.lake.merge(NEWS, articles(rows))
    keys = [{"id": row["id"], "period": row["period"]} for row in rows]
    assert merged.version is not None
    with store.ledger.write() as connection:
        return commits.record(connection, store.ledger, NEWS.name, merged.version, keys, len(rows))


def put_mood(store: Store, *rows: dict[str, Any]) -> int:
    frame = articles(rows).with_columns(hour=pl.col("published_at").dt.truncate("1h"))
    flush_rows(store.lake, store.ledger, SENTIMENT, by_hour(frame))
    return commits.newest_seq(store.ledger)


async def test_an_article_is_told_as_the_list_of_news_has_it(store: Store) -> None:
    with served(store.settings) as client:
        async with talking(store.settings) as talk:
            seq = put_news(store, article(1, NOW - MINUTE, "bullish", also_in=["decrypt_rss"]))
            [heard] = await talk.hear_all("news")
        assert heard["seq"] == seq
        assert heard["data"]["title"] == "Story 1"
        assert heard["data"]["source"] == "sandbox:coindesk_rss"
        assert heard["data"]["sentiment"]["label"] == "bullish"
        assert client.get("/ws/stats").status_code == 200


async def test_prices_that_come_while_the_lake_cannot_be_read_are_told_later(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with served(store.settings):
        async with talking(store.settings) as talk:
            row = article(1, NOW)
            put_news(store, row)
            await talk.hear_all("news")
            [file] = map(Path, store.lake.files(NEWS))
            away = file.rename(file.with_suffix(".away"))
            keys = [{"id": row["id"], "period": row["period"]}]
            with store.ledger.write() as connection:
                commits.record(connection, store.ledger, NEWS.name, 1, keys, 1)
            put_prices(store, 0, BTC=40_000.0)
            caplog.clear()
            until(lambda: caplog.text.count("new commits wait") == 2)
            away.rename(file)
            await talk.hear_all("news")
            [heard] = await talk.hear_all("price_update")
            assert heard["data"]["price"] == 40_000.0


async def test_with_symbols_only_news_that_mention_them_are_heard(store: Store) -> None:
    with served(store.settings):
        async with talking(store.settings) as talk:
            await talk.ask(type="unsubscribe", group="all")
            said = await talk.ask(type="subscribe", group="news", symbols=["ethereum", "SOL"])
            assert said["symbols"] == ["ETH", "SOL"]
            put_news(store, article(1, NOW, assets=["BTC"]), article(2, NOW, assets=[]))
            put_news(store, article(3, NOW, assets=["BTC", "ETH"]))
            [heard] = await talk.hear_all("news")
            assert heard["data"]["title"] == "Story 3"


async def test_the_mood_is_told_as_the_endpoint_has_it(store: Store) -> None:
    with served(store.settings) as client:
        async with talking(store.settings) as talk:
            await talk.ask(type="subscribe", group="sentiment", symbols=["BTC"])
            seq = put_mood(store, article(1, NOW, "bullish"))
            [heard] = await talk.hear_all("sentiment_update")
        body = client.get("/api/sentiment").json()
        body.pop("timestamp")
        assert heard == {"data": body, "seq": seq, "last": True}


async def test_missed_news_are_sent_again_also_after_a_restart(store: Store) -> None:
    first = put_news(store, article(1, NOW - MINUTE))
    second = put_news(store, article(2, NOW))
    with served(store.settings):
        async with talking(store.settings) as talk:
            await talk.say(type="resume", channel="news", after=first)
            [heard] = await talk.hear_all("news")
            assert (heard["seq"], heard["data"]["title"]) == (second, "Story 2")


async def test_an_older_mood_than_is_held_cannot_be_resumed(store: Store) -> None:
    first = put_mood(store, article(1, NOW, "bullish"))
    second = put_mood(store, article(1, NOW, "bullish"), article(2, NOW, "bearish"))
    with served(store.settings):
        async with talking(store.settings) as talk:
            said = await talk.ask(type="resume", channel="sentiment", after=first - 1)
            assert said == {"type": "resume_failed", "channel": "sentiment", "oldest": second}


async def test_the_market_is_told_with_its_largest_coins(store: Store) -> None:
    with served(store.settings) as client:
        async with talking(store.settings) as talk:
            put_market(store, NOW - NOW % MINUTE)
            put_totals(store, NOW - NOW % MINUTE)
            [heard] = await talk.hear_all("market_update")
        body = client.get("/api/market?limit=10").json()
        body.pop("timestamp")
        assert heard["data"] == body
        assert body["cryptocurrencies"]
        assert heard["seq"] == commits.newest_seq(store.ledger)
