"""Each story once, whoever tells it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.news.address import article_id
from resources.news.gathering import Gathering, Row, row_of
from tests.resources.news.work import calls_in

NOW = datetime(2026, 2, 18, 20, 0, tzinfo=UTC)
TITLE = "Exchange halts withdrawals after a wallet breach in Lindhaven"


def told(
    title: str = TITLE, url: str = "https://a.test/1", provider: str = "a", **more: Any
) -> Row:
    story = {"title": title, "summary": None, "url": url, "publisher": None, "author": None,
             "language": "en", "published_at": NOW - timedelta(hours=2), "flags": [], **more}  # fmt: skip
    return row_of(story, provider, "live", NOW)


def gathered(*rows: Row, stored: list[Row] | None = None) -> Gathering:
    made = Gathering(stored or [])
    made.add(rows)
    return made


def test_a_new_story_is_an_article() -> None:
    made = gathered(told())
    assert made.fresh == made.changed == [told()]
    (row,) = made.changed
    assert (row["period"], row["id"]) == ("2026-02", article_id("https://a.test/1"))
    assert (row["fetched_at"], row["known_at"], row["mode"]) == (NOW, NOW, "live")


@pytest.mark.parametrize(
    ("at", "flags", "published_at", "flagged"),
    [
        (NOW + timedelta(minutes=59), [], NOW + timedelta(minutes=59), []),
        (NOW + timedelta(minutes=61), [], NOW, ["future_date"]),
        (NOW + timedelta(days=900), ["no_zone"], NOW, ["no_zone", "future_date"]),
        (None, ["no_date"], NOW, ["no_date"]),
        (None, ["bad_date"], NOW, ["bad_date"]),
    ],
)
def test_a_time_that_cannot_be_is_when_it_was_first_seen(
    at: datetime | None, flags: list[str], published_at: datetime, flagged: list[str]
) -> None:
    row = told(published_at=at, flags=flags)
    assert (row["published_at"], row["flags"]) == (published_at, flagged)


def test_the_same_address_is_one_article() -> None:
    other = told(
        "Quite another title than that of the publisher", "http://www.a.test/1/?utm_source=b", "b"
    )
    made = gathered(told(), other)
    (row,) = made.changed
    assert (row["title"], row["provider"], row["also_in"], row["also_at"]) == (
        TITLE,
        "a",
        ["b"],
        [],
    )


def test_nearly_the_same_title_of_another_publisher_is_one_article() -> None:
    other = told(f"{TITLE.title()} | B", "https://b.test/x", "b")
    made = gathered(other, told())
    (row,) = made.changed
    assert (row["provider"], row["also_in"], row["also_at"]) == ("a", ["b"], ["https://b.test/x"])


@pytest.mark.parametrize(
    "other",
    [
        told(url="https://a.test/2"),  # a column that has this title every week
        told(url="https://www.a.test/2", provider="b"),  # likewise, of someone who lists it
        told(url="https://b.test/2", provider="b", published_at=NOW - timedelta(hours=51)),
        told(TITLE.replace("Exchange", "Bitcoin exchange"), "https://b.test/2", "b"),
        told(
            "A bridge loses deposits in Arvenia and the police looks for it",
            "https://b.test/2",
            "b",
        ),
    ],
)
def test_other_stories_are_others(other: Row) -> None:
    made = gathered(told(), other)
    assert len(made.changed) == 2
    assert not any(row["also_in"] for row in made.changed)


SERIES = "Daily wrap of Bitcoin and Ethereum prices for clients, part {}"


@pytest.mark.parametrize("title", [TITLE, SERIES])
@pytest.mark.parametrize("url", ["https://a.test/{}", "https://a{}.test/"])
def test_many_titles_that_are_alike_are_gathered_in_linear_time(title: str, url: str) -> None:
    def work(count: int) -> int:
        rows = [told(title.format(f"{n}x"), url.format(n)) for n in range(count)]
        return calls_in(lambda: gathered(*rows))

    assert work(300) < 2.6 * work(150)


def test_what_is_stored_stays_and_is_told_by_more() -> None:
    stored = {**told(), "sentiment": "bearish", "flags": ["no_zone"]}
    again = told(published_at=None, flags=["no_date"])
    assert gathered(again, stored=[dict(stored)]).changed == []
    made = gathered(told(provider="b", url="https://b.test/1"), stored=[dict(stored)])
    assert made.fresh == []
    assert made.changed == [{**stored, "also_in": ["b"], "also_at": ["https://b.test/1"]}]
    known = made.changed
    assert gathered(told(provider="b", url="https://b.test/1"), stored=known).changed == []


def test_a_publisher_may_correct_a_title_and_others_may_not() -> None:
    stored = told()
    corrected = "Exchange resumes withdrawals that it never halted"
    made = gathered(told(corrected, known_at=NOW), stored=[dict(stored)])
    (row,) = made.fresh
    assert (row["title"], row["flags"]) == (corrected, ["retitled"])
    assert row["published_at"] == stored["published_at"]
    other = gathered(told(corrected, provider="b"), stored=[dict(stored)])
    assert [row["title"] for row in other.changed] == [TITLE]


def test_whoever_tells_its_own_comes_before_who_collects() -> None:
    made = gathered(told(provider="aggregator", publisher="A"), told(provider="z"))
    (row,) = made.changed
    assert (row["provider"], row["also_in"]) == ("z", ["aggregator"])


ROWS = [
    told(),
    told(url="https://a.test/1?utm_source=c", provider="c"),
    told(TITLE.title(), "https://b.test/1", "b"),
    told("A bridge loses deposits in Arvenia and the police looks for it", "https://b.test/2", "b"),
    told("\U0001f680", "https://d.test/1", "d"),
    told("", "https://d.test/2", "d"),
]


@given(st.permutations(ROWS), st.integers(1, 3))
def test_the_order_of_arrival_makes_no_difference(rows: list[Row], times: int) -> None:
    made = gathered(*[dict(row) for row in rows * times])
    whole = gathered(*[dict(row) for row in ROWS])
    assert made.changed == whole.changed
    assert len(made.changed) == 4
