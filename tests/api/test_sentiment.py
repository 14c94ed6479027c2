"""The mood of market, news and texts."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import polars as pl
import pytest

from assets.sentiment import by_hour
from resources.flush_feed import flush_rows
from resources.schemas import FEAR_GREED, SENTIMENT, utc
from tests.api.server import Store, client_of, served
from tests.articles import article, articles

HOUR, DAY = 3_600_000, 86_400_000
NOW = time.time_ns() // 1_000_000
TODAY = NOW // DAY * DAY


def put_news(store: Store, *rows: dict[str, Any]) -> None:
    frame = articles(rows).with_columns(hour=pl.col("published_at").dt.truncate("1h"))
    flush_rows(store.lake, store.ledger, SENTIMENT, by_hour(frame))


def put_index(store: Store, value: float, days_ago: int, name: str | None = None) -> None:
    at = utc(TODAY - days_ago * DAY)
    row = {
        "year": f"{at:%Y}", "of": at, "value": value, "classification": name,
        "provider": "alternative_me", "mode": "sandbox", "fetched_at": at, "known_at": at,
    }  # fmt: skip
    flush_rows(store.lake, store.ledger, FEAR_GREED, pl.DataFrame([row], schema=FEAR_GREED.schema))


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    with (
        served(store.settings) as anonymous,
        client_of(anonymous.base_url, store.key("read"), timeout=60) as made,
    ):
        yield made


def test_the_mood_is_that_of_the_index_and_of_the_news(store: Store, client: httpx.Client) -> None:
    put_index(store, 75, 0, "Greed")
    put_index(store, 10, 1)
    put_news(store, article(1, NOW - HOUR, "bullish"), article(2, NOW - 2 * HOUR, "bearish"))
    body = client.get("/api/sentiment").json()
    assert body["fear_greed_index"] == {"value": 75, "classification": "Greed"}
    assert body["fear_greed_label"] == "Greed"
    assert body["news"] == {
        "articles": 2, "bullish": 1, "neutral": 0, "bearish": 1, "score": 0.1,
        "models": ["embedded ours"], "label": "neutral", "hours": 24,
    }  # fmt: skip
    assert body["overall"] == {"score": 0.3, "label": "bullish"}
    assert body["source"] == "sandbox:alternative_me,sandbox:news"
    assert body["sources"] == ["sandbox:alternative_me", "sandbox:news"]


def test_without_any_data_the_mood_is_unknown(client: httpx.Client) -> None:
    body = client.get("/api/sentiment").json()
    assert body["fear_greed_index"] is None
    assert body["overall"] == {"score": None, "label": None}
    assert body["news"]["articles"] == 0
    assert body["news"]["label"] is None
    assert (body["source"], body["sources"]) == (None, [])


def test_history_is_by_hour_and_of_an_asset_or_a_source(store: Store, client: httpx.Client) -> None:
    put_news(
        store,
        article(1, NOW - HOUR, "bullish", assets=["ETH"]),
        article(2, NOW - 5 * HOUR, "bearish", provider="decrypt_rss"),
        article(3, NOW - 400 * HOUR, "bearish"),
    )
    counts = {
        "": 2, "?hours=500": 3, "?hours=3": 1, "?symbol=ethereum": 1, "?symbol=BTC/USDT": 1,
        "?source=decrypt_rss": 1, "?source=Decrypt": 1, "?symbol=SOL": 0,
    }  # fmt: skip
    for query, count in counts.items():
        body = client.get(f"/api/sentiment/history{query}").json()
        assert (query, body["count"], len(body["data"])) == (query, count, count)
    row = client.get("/api/sentiment/history?symbol=ETH").json()["data"][0]
    assert (row["articles"], row["bullish"], row["score"], row["label"]) == (1, 1, 0.8, "bullish")
    assert row["hour"].endswith(":00:00Z")


@pytest.mark.parametrize(
    ("query", "status"),
    [("hours=0", 422), ("hours=9000", 422), ("symbol=NOTACOIN", 404), ("source=nobody", 404),
     ("symbol=BTC&source=decrypt_rss", 422)],
)  # fmt: skip
def test_what_history_cannot_be_of_is_refused(
    client: httpx.Client, query: str, status: int
) -> None:
    assert client.get(f"/api/sentiment/history?{query}").status_code == status


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Exchange hacked, 200 million dollars stolen, withdrawals halted", "bearish"),
        ("Bitcoin soars to a record high as inflows surge", "bullish"),
    ],
)
def test_a_text_is_read_by_a_model_that_is_named(
    client: httpx.Client, text: str, label: str
) -> None:
    body = client.post("/api/sentiment/analyze", json={"text": text, "symbol": "btcusdt"}).json()
    assert (body["sentiment"], body["label"]) == (label, label)
    assert (body["engine"], body["degraded"], body["truncated"]) == ("embedded", False, False)
    assert (body["symbol"], body["requested"]) == ("BTC", "btcusdt")
    assert body["read"] is True
    assert 0 < body["confidence"] <= 1
    assert (body["score"] > 0) == (label == "bullish")


ODD = {
    "emoji": "🚀🚀🚀 🔥",
    "Arabic": "ارتفع سعر البيتكوين إلى مستوى قياسي جديد",
    "Chinese": "比特币价格创下历史新高",
    "a null character": "Bitcoin\x00rises",
    "half a pair": "Bitcoin \\ud800 rises",
    "as long as may be": "Bitcoin rises. " * 1_333,
    "one word": "x" * 20_000,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("path", ["analyze", "crypto-analysis"])
def test_any_text_is_scored(client: httpx.Client, path: str, text: str) -> None:
    answer = client.post(f"/api/sentiment/{path}", json={"text": text})
    assert answer.status_code == 200
    body = answer.json()
    assert body["label"] in {"bullish", "neutral", "bearish"}
    assert body["truncated"] == (text.count(" ") > 1_000)
    assert body["read"] == (body["confidence"] > 0) == any("a" <= letter <= "z" for letter in text)


@pytest.mark.parametrize(
    "body",
    [{"text": ""}, {"text": " \n\t"}, {"text": "x" * 20_001}, {"text": "a" * 100_000}, {}, {"text": 1},
     {"text": "fine", "symbol": "x" * 65}, {"text": "fine", "more": 1}, {"text": None}],
    ids=lambda body: str(body)[:30],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    answer = client.post("/api/sentiment/analyze", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_analysis_tells_topics_and_assets(client: httpx.Client) -> None:
    text = "SEC sues exchange over unregistered Solana and XRP trading"
    body = client.post("/api/sentiment/crypto-analysis", json={"text": text}).json()
    assert {topic["name"] for topic in body["topics"]} >= {"regulation", "legal"}
    assert body["assets"] == ["SOL", "XRP"]
    labels = ["court cases", "cooking"]
    chosen = client.post(
        "/api/sentiment/crypto-analysis", json={"text": text, "labels": labels}
    ).json()
    assert {topic["name"] for topic in chosen["topics"]} <= set(labels)


def test_reading_texts_wants_a_key(store: Store) -> None:
    with served(store.settings) as anonymous:
        for path in ("analyze", "crypto-analysis"):
            answer = anonymous.post(f"/api/sentiment/{path}", json={"text": "Bitcoin rises"})
            assert answer.status_code == 401
