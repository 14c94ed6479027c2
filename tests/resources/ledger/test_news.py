"""The index of stored articles."""

import contextlib
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import InvalidInput
from resources.ledger import Ledger, news
from resources.ledger.news import Wanted
from resources.news.address import article_id
from resources.news.search import phrases
from resources.schemas import utc

DAY = 86_400_000
START = 1_771_445_878_000


def article(number: int, title: str = "Bitcoin rises", **more: Any) -> dict[str, Any]:
    url = f"https://acme.test/{number}"
    return {
        "id": article_id(url), "period": "2026-02", "published_at": utc(START + number),
        "title": title, "summary": None, "publisher": None, "assets": ["BTC"], "sentiment": "neutral",
        "provider": "acme_rss", "also_in": [], "also_at": [], **more,
    }  # fmt: skip


def put(ledger: Ledger, *rows: dict[str, Any]) -> None:
    with ledger.write() as connection:
        news.put(connection, rows)


def found(ledger: Ledger, limit: int = 50, q: str = "", **wanted: Any) -> list[str]:
    asked = Wanted(phrases=phrases(q) if q else (), **wanted)
    return [place.id for place in news.find(ledger, asked, limit)]


def ids(*numbers: int) -> list[str]:
    return [article_id(f"https://acme.test/{number}") for number in numbers]


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    put(
        ledger,
        article(1),
        article(2, "Ether hacked", assets=["ETH"], sentiment="bearish", publisher="The Weekly"),
        article(3, "Solana and Bitcoin hack", assets=["BTC", "SOL"], also_in=["other_rss"]),
        article(4, "\u6bd4\u7279\u5e01\u7a81\u7834\u4e03\u4e07\u7f8e\u5143", summary="Caf\u00e9 in Z\u00fcrich", sentiment="bullish"),
        article(5, "Layer-2 fees fall, hacks rise", assets=[]),
    )  # fmt: skip
    return ledger


def test_articles_are_found_newest_first(filled: Ledger) -> None:
    assert found(filled) == ids(5, 4, 3, 2, 1)
    assert news.count(filled) == 5
    assert news.ids(filled) == set(ids(1, 2, 3, 4, 5))


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"asset": "BTC"}, (4, 3, 1)),
        ({"asset": "SOL"}, (3,)),
        ({"asset": "DOGE"}, ()),
        ({"source": "ACME_rss"}, (5, 4, 3, 2, 1)),
        ({"source": "other_rss"}, (3,)),
        ({"source": "the weekly"}, (2,)),
        ({"sentiment": "bearish"}, (2,)),
        ({"asset": "BTC", "sentiment": "bullish"}, (4,)),
        ({"q": "hack"}, (5, 3, 2)),
        ({"q": "HACKS bitcoin"}, (3,)),
        ({"q": '"hacks rise"'}, (5,)),
        ({"q": '"rise hacks"'}, ()),
        ({"q": "layer-2"}, (5,)),
        ({"q": "cafe zurich"}, (4,)),
        ({"q": "\u6bd4\u7279\u5e01"}, (4,)),
        ({"q": "\u7279\u5e01\u7a81"}, (4,)),
        ({"q": "\u7279\u6bd4"}, ()),
        ({"q": "bit"}, ()),
        ({"q": "hack", "asset": "ETH"}, (2,)),
    ],
)  # fmt: skip
def test_articles_are_found_by(
    filled: Ledger, wanted: dict[str, Any], numbers: tuple[int, ...]
) -> None:
    assert found(filled, **wanted) == ids(*numbers)


def test_pages_go_on_where_the_one_before_ended(ledger: Ledger) -> None:
    """Also among articles of one time."""
    put(ledger, *(article(number, published_at=utc(START + number // 4)) for number in range(10)))
    whole, seen, after = found(ledger), list[str](), None
    while page := news.find(ledger, Wanted(after=after), 3):
        seen += [place.id for place in page]
        after = (page[-1].published_at, page[-1].id)
    assert seen == whole
    assert len(set(seen)) == 10


def test_an_article_that_is_put_again_is_found_as_it_is_now(filled: Ledger) -> None:
    put(filled, article(1, "Dogecoin sleeps", assets=["DOGE"], sentiment="bearish"))
    assert found(filled, q="dogecoin") == found(filled, asset="DOGE") == ids(1)
    assert found(filled, q="bitcoin") == ids(3)
    assert news.count(filled) == 5


def test_an_article_is_known_by_all_of_its_addresses(ledger: Ledger) -> None:
    row = article(1, also_at=["https://b.test/x"])
    put(ledger, row)
    other = article_id("https://b.test/x")
    place = (row["id"], "2026-02")
    assert news.known(ledger, [row["id"], other, "none"]) == {row["id"]: place, other: place}
    assert news.known(ledger, []) == {}
    assert len(news.known(ledger, [*map(str, range(12_000)), other])) == 1


def test_sources_are_known(filled: Ledger) -> None:
    assert news.knows_source(filled, "The WEEKLY")
    assert not news.knows_source(filled, "BTC")


HOSTILE = [
    '"', '""', "'", "';--", "*", "hack*", "NEAR(a b, 3)", "NEAR", "AND", "OR NOT", "a AND", "title:hack",
    "{title summary}:x", "^hack", "-hack", "+", "(((", "hack)", "a\0b", "\\", "%", "_", "a" * 200,
    " ".join("a" * 32), "\u0301", "\u200d\u0301a", "\ud83d\ude80", "1e999", "news_text", "rank",
]  # fmt: skip


@pytest.mark.parametrize("q", HOSTILE)
def test_a_hostile_search_finds_or_is_refused(filled: Ledger, q: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert len(found(filled, q=q)) <= 5


@given(st.text(max_size=60) | st.lists(st.sampled_from(['"', "NEAR", "(", ")", "*", ":", "OR", "-", "a"]), max_size=12).map(" ".join))  # fmt: skip
def test_any_search_finds_or_is_refused(emptied: Ledger, q: str) -> None:
    with emptied.write() as connection:
        news.put(connection, [article(1, title=q or "x", summary=q)])
    try:
        asked: Iterable[Any] = phrases(q)
    except InvalidInput:
        return
    wanted = Wanted(phrases=list(asked))
    # Marks that no word has on its own are left out of the index too.
    assert len(news.find(emptied, wanted, 5)) <= 1
