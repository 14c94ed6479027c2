"""What is told of stored news."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.queries.news import with_ids
from resources.asking import Told
from resources.flush_news import flush_news
from resources.ledger.commits import read_commits
from resources.news.feed import parse_feed
from resources.schemas.news import NEWS_PAGE
from resources.sentiment import open_engine
from tests.api.server import Store, served
from tests.resources.news.feeds import item, rss

FETCHED = 1_771_450_000_000
STORIES = [
    ("Bitcoin rallies in a great and happy week", "1", "Wed, 18 Feb 2026 20:17:58 +0000"),
    ("Terrible hack ruins Solana lenders", "2", "Wed, 18 Feb 2026 20:17:59 +0000"),
    (
        "\u6bd4\u7279\u5e01\u7a81\u7834\u4e03\u4e07\u7f8e\u5143",
        "3",
        "Sun, 15 Feb 2026 08:00:00 +0000",
    ),
    ("Agenda of the developers of Ethereum", "4", "Sat, 31 Jan 2026 23:59:59 +0000"),
    ("Without a date", "5", ""),
]
COPY = "Terrible Hack Ruins Solana Lenders | Weekly Wire"


def put(store: Store, provider: str, body: bytes) -> None:
    body = body.replace(b"<channel>", b"<channel><language>en</language>")
    told = Told(provider, NEWS_PAGE.checked(parse_feed(body), FETCHED), FETCHED)
    flush_news(store.lake, store.ledger, [told], "sandbox", open_engine("lexicon").score)


def fill(store: Store) -> None:
    put(store, "decrypt_rss", rss(*(item(t, f"https://a.test/{n}", at) for t, n, at in STORIES)))
    source = "<source>Weekly Wire</source>"
    listed = item(COPY, "https://b.test/2?utm_source=x", STORIES[1][2]).replace(
        "</item>", f"{source}</item>"
    )
    only = item("An auction of stamps", "https://b.test/9", STORIES[2][2]).replace(
        "</item>", f"{source}</item>"
    )
    put(store, "gdelt", rss(listed, only))


@pytest.fixture(scope="module")
def news(place: Store) -> Iterator[httpx.Client]:
    fill(place)
    with served(place.settings) as client:
        yield client


def titles(client: httpx.Client, **asked: Any) -> list[str]:
    answer = client.get("/api/news", params=asked)
    assert answer.status_code == 200, answer.text
    return [row["title"] for row in answer.json()["news"]]


def test_an_article_is_told_with_its_sentiment(news: httpx.Client) -> None:
    body = news.get("/api/news", params={"symbol": "sol"}).json()
    assert body.pop("timestamp")
    (row,) = body["news"]
    sentiment = row.pop("sentiment")
    assert body == {
        "success": True, "news": [row], "count": 1, "symbol": "SOL", "requested": "sol", "next_cursor": None,
    }  # fmt: skip
    assert row.pop("id")
    assert row == {
        "title": STORIES[1][0],
        "summary": None,
        "url": "https://a.test/2",
        "publisher": None,
        "author": None,
        "language": "en",
        "assets": ["SOL"],
        "source": "sandbox:decrypt_rss",
        "also_in": ["sandbox:gdelt"],
        "also_at": ["https://b.test/2"],
        "published_at": "2026-02-18T20:17:59Z",
        "fetched_at": "2026-02-18T21:26:40Z",
        "flags": ["degraded"],
    }
    assert (sentiment["label"], sentiment["engine"], sentiment["degraded"]) == (
        "bearish",
        "lexicon",
        True,
    )
    assert -1 <= sentiment["score"] < 0
    assert sentiment.keys() == {"label", "score", "confidence", "engine", "model", "degraded"}


def test_all_are_told_newest_first(news: httpx.Client) -> None:
    one, two, three, four, dateless = (story[0] for story in STORIES)
    told = titles(news)
    assert [told[0], *told[1:3], told[-1]] == [dateless, two, one, four]
    assert set(told) == {one, two, three, four, dateless, "An auction of stamps"}
    assert titles(news, limit=2) == [dateless, two]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"symbol": "BTC/USDT"}, [0, 2]),
        ({"symbol": "bitcoin", "sentiment": "bullish"}, [0]),
        ({"sentiment": "bearish"}, [1]),
        ({"source": "Decrypt", "q": "hacks"}, [1]),
        ({"source": "GDELT DOC 2.0", "q": "hack"}, [1]),
        ({"source": "gdelt", "symbol": "ETH"}, []),
        ({"q": '"great and happy"'}, [0]),
        ({"q": "\u7279\u5e01"}, [2]),
        ({"q": "developers ethereum agenda"}, [3]),
        ({"symbol": "DOGE"}, []),
        ({"q": "nothing like it"}, []),
    ],
)  # fmt: skip
def test_articles_are_found(news: httpx.Client, asked: dict[str, str], found: list[int]) -> None:
    assert titles(news, **asked) == [STORIES[number][0] for number in found]


def test_a_publisher_is_a_source(news: httpx.Client) -> None:
    assert titles(news, source="weekly  WIRE") == ["An auction of stamps"]


@pytest.mark.parametrize(
    ("asked", "status", "kind"),
    [
        ({"symbol": "NOSUCHCOIN"}, 404, "unknown-symbol"),
        ({"symbol": "LUNA"}, 409, "ambiguous-symbol"),
        ({"source": "decrypt_rs"}, 404, "unknown-name"),
        ({"source": "SOL"}, 404, "unknown-name"),
        ({"sentiment": "great"}, 422, "invalid-input"),
        ({"limit": "0"}, 422, "invalid-input"),
        ({"limit": "101"}, 422, "invalid-input"),
        ({"q": ""}, 422, "invalid-input"),
        ({"q": '"*()'}, 422, "invalid-input"),
        ({"q": "a" * 201}, 422, "invalid-input"),
        ({"q": "x" * 20_000}, 422, "invalid-input"),
        ({"cursor": "nonsense"}, 422, "invalid-input"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    news: httpx.Client, asked: dict[str, str], status: int, kind: str
) -> None:
    answer = news.get("/api/news", params=asked)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:headwater:{kind}")


@pytest.mark.parametrize(
    "q",
    [
        "NEAR(a b, 3)",
        "hack* OR NOT",
        "title:hack",
        '"unclosed',
        "a AND",
        "'); DROP TABLE news--",
        "{x}:y",
        "^hack",
    ],
)
def test_no_search_is_a_fault_of_the_service(news: httpx.Client, q: str) -> None:
    assert news.get("/api/news", params={"q": q}).status_code == 200


def test_pages_join_to_the_whole_list(news: httpx.Client) -> None:
    seen, cursor = list[str](), None
    while True:
        asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        body = news.get("/api/news", params=asked).json()
        seen += [row["title"] for row in body["news"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert seen == titles(news)
    first = news.get("/api/news", params={"limit": "2"}).json()["next_cursor"]
    for other in ({"symbol": "BTC"}, {"q": "hack"}, {"sentiment": "neutral"}, {"source": "gdelt"}):
        assert news.get("/api/news", params={"cursor": first, **other}).status_code == 422


def test_an_answer_holds_until_there_are_others(place: Store, news: httpx.Client) -> None:
    held = news.get("/api/news").headers["etag"]
    assert news.get("/api/news", headers={"If-None-Match": held}).status_code == 304
    put(place, "decrypt_rss", rss(item("Later news of Monero", "https://a.test/7", STORIES[0][2])))
    assert news.get("/api/news", headers={"If-None-Match": held}).status_code == 200
    assert titles(news, symbol="XMR") == ["Later news of Monero"]


def test_a_commit_names_its_articles(place: Store, news: httpx.Client) -> None:
    """As the sockets tell them."""
    told = [one for one in read_commits(place.ledger, 0, 50) if one.table == "news"]
    listed = {row["id"]: row for row in news.get("/api/news").json()["news"]}
    keys = told[0].keys
    periods, ids = [str(key["period"]) for key in keys], [str(key["id"]) for key in keys]
    rows = with_ids(place.lake, sorted(set(periods)), ids)
    assert rows[0]["title"] == STORIES[3][0]
    assert len(rows) == len(STORIES)
    assert all(row == listed[row["id"]] for row in rows)
    assert with_ids(place.lake, [], []) == []


def test_where_nothing_is_stored_nothing_is_told(service: httpx.Client) -> None:
    body = service.get("/api/news").json()
    assert (body["success"], body["news"], body["count"], body["next_cursor"]) == (
        True,
        [],
        0,
        None,
    )
