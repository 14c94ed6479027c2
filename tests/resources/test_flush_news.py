"""News on their way into the lake and the index."""

import time
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import pytest

from resources.asking import Told
from resources.flush import Flushed
from resources.flush_news import catch_up, flush_news
from resources.lake import Lake
from resources.ledger import Ledger, commits, feed_times, news
from resources.ledger.news import Wanted
from resources.news.feed import parse_feed
from resources.news.search import phrases
from resources.schemas import NEWS
from resources.schemas.news import FLAGS, NEWS_PAGE
from resources.sentiment import Score, open_engine
from tests.ledgers import ledger_at
from tests.resources.news.feeds import item, rss, titled

FETCHED = 1_771_450_000_000
HOUR = 3_600_000


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


class Scorer:
    """The lexicon, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._engine = open_engine("lexicon")

    def __call__(self, texts: Sequence[str]) -> Sequence[Score]:
        self.asked += texts
        return self._engine.score(texts)


def told(body: bytes, provider: str = "a", at: int = FETCHED) -> Told:
    return Told(provider, NEWS_PAGE.checked(parse_feed(body, f"https://{provider}.test"), at), at)


def flush(lake: Lake, ledger: Ledger, *answers: Told, score: Scorer | None = None) -> Flushed:
    return flush_news(lake, ledger, answers, "live", score or Scorer())


def stored(lake: Lake) -> pl.DataFrame:
    return lake.scan(NEWS, {}).collect().sort("published_at", "id")


def test_articles_are_stored_scored_and_found(lake: Lake, ledger: Ledger) -> None:
    body = titled(
        ["Bitcoin rallies in a great and happy week", "Terrible hack ruins Solana lenders"]
    )
    assert flush(lake, ledger, told(body)) == Flushed(rows=2, commits=1)
    good, bad = sorted(stored(lake).to_dicts(), key=lambda row: row["title"])
    assert (good["sentiment"], bad["sentiment"]) == ("bullish", "bearish")
    assert (good["assets"], bad["assets"], good["language"]) == (["BTC"], ["SOL"], "en")
    assert (good["engine"], good["provider"], good["mode"]) == ("lexicon", "a", "live")
    assert -1 <= bad["score"] < 0 < good["score"] <= 1
    (commit,) = commits.read_commits(ledger, 0, 10)
    assert {key["id"] for key in commit.keys} == {good["id"], bad["id"]}
    assert (commit.table, commit.rows, commit.version) == ("news", 2, lake.version(NEWS))
    (place,) = news.find(ledger, Wanted(phrases=phrases("hacked lender")), 5)
    assert (place.id, place.period) == (bad["id"], "2026-02")


def test_what_is_told_again_changes_nothing(lake: Lake, ledger: Ledger) -> None:
    """Neither the table nor what was scored; but the feed is known to be up to date."""
    body, score = titled(["one", "two"]), Scorer()
    flush(lake, ledger, told(body), score=score)
    before = stored(lake)
    assert flush(lake, ledger, told(body, at=FETCHED + HOUR), score=score) == Flushed()
    assert stored(lake).equals(before)
    assert sorted(score.asked) == ["one", "two"]
    assert feed_times.read(ledger)["news"] == FETCHED + HOUR


def test_an_article_without_a_time_keeps_the_one_it_was_first_seen_at(
    lake: Lake, ledger: Ledger
) -> None:
    body = rss(
        "<item><title>Dateless</title><link>/a</link></item>",
        item("Future", "/b", "2031-01-01T00:00Z"),
    )
    months = (FETCHED, FETCHED + HOUR, FETCHED + 40 * 24 * HOUR)
    for at in months:
        flush(lake, ledger, told(body, at=at))
    rows = stored(lake)
    assert rows.height == 2
    assert rows["published_at"].dt.epoch("ms").to_list() == [FETCHED] * 2
    assert sorted(rows["flags"].explode()) == ["degraded", "degraded", "future_date", "no_date"]


def test_a_story_of_several_is_one_row_whoever_comes_first(lake: Lake, ledger: Ledger) -> None:
    title = "Exchange halts withdrawals after a wallet breach in Lindhaven"
    one = told(rss(item(title, "https://a.test/1")), "a")
    other = told(rss(item(title.title(), "https://b.test/x")), "b")
    listed = told(rss(item("In other words", "http://www.a.test/1/?utm_source=c")), "c")
    assert flush(lake, ledger, one) == Flushed(rows=1, commits=1)
    assert flush(lake, ledger, other, listed) == Flushed(revised=1, commits=1)
    assert flush(lake, ledger, other, listed, one) == Flushed()
    (row,) = stored(lake).to_dicts()
    assert (row["title"], row["also_in"], row["also_at"]) == (
        title,
        ["b", "c"],
        ["https://b.test/x"],
    )
    assert [place.id for place in news.find(ledger, Wanted(source="b"), 5)] == [row["id"]]


def test_a_corrected_title_is_scored_anew(lake: Lake, ledger: Ledger) -> None:
    score = Scorer()
    flush(lake, ledger, told(rss(item("Great and wonderful gains", "/a"))), score=score)
    later = told(rss(item("Horrible and awful losses", "/a")), at=FETCHED + HOUR)
    assert flush(lake, ledger, later, score=score) == Flushed(revised=1, commits=1)
    (row,) = stored(lake).to_dicts()
    assert (row["title"], row["sentiment"]) == ("Horrible and awful losses", "bearish")
    assert "retitled" in row["flags"]
    assert row["known_at"] > row["fetched_at"]
    assert news.find(ledger, Wanted(phrases=phrases("wonderful")), 5) == []


def test_a_title_that_is_not_read_says_so_until_another_takes_its_place(
    lake: Lake, ledger: Ledger
) -> None:
    for title, unread in (
        ("\u6bd4\u7279\u5e01\u66b4\u8dcc 20%", True),
        ("Bitcoin sinks 20%", False),
    ):
        flush(lake, ledger, told(rss(item(title, "/a"))))
        (row,) = stored(lake).to_dicts()
        assert (row["title"], "unread" in row["flags"]) == (title, unread)
        assert (row["confidence"] == 0) == unread


STORY = "Exchange halts withdrawals after a wallet breach in Lindhaven"


def wait_for(file: Path) -> None:
    end = time.monotonic() + 120
    while not file.exists():
        assert time.monotonic() < end, f"{file.name} never came"
        time.sleep(0.01)


def run_slowly(folder: Path, url: str, body: bytes) -> None:
    """A run that scores until somebody lets it go on."""

    def score(texts: Sequence[str]) -> Sequence[Score]:
        (folder / "scoring").touch()
        wait_for(folder / "go")
        return Scorer()(texts)

    flush_news(Lake(str(folder / "lake")), Ledger(url), [told(body)], "live", score)


@pytest.mark.parametrize(
    ("slow", "fast"),
    [
        (item(STORY, "https://x.test/1"), item(STORY, "https://x.test/1")),
        (item(STORY, "https://x.test/1"), item(f"{STORY} | Y", "https://y.test/1")),
        (item(STORY, "https://x.test/1", ""), item(STORY, "https://x.test/1", "")),
    ],
    ids=["one address", "one title", "no time"],
)
def test_what_another_process_stores_meanwhile_is_neither_lost_nor_doubled(
    lake: Lake, ledger: Ledger, tmp_path: Path, slow: str, fast: str
) -> None:
    process = get_context("spawn").Process(
        target=run_slowly, args=(tmp_path, ledger.url, rss(slow))
    )
    process.start()
    try:
        wait_for(tmp_path / "scoring")
        assert flush(lake, ledger, told(rss(fast), "b", FETCHED + 2_000)).rows == 1
        (tmp_path / "go").touch()
        process.join(120)
        assert process.exitcode == 0
    finally:
        process.kill()
    (row,) = stored(lake).to_dicts()
    assert {row["provider"], *row["also_in"]} == {"a", "b"}
    assert news.count(ledger) == 1


def test_rows_that_break_a_rule_are_not_stored(lake: Lake, ledger: Ledger) -> None:
    body = rss("<item><title>t</title></item>", item("sound", "/a"), item("another", "/a#top"))
    assert told(body).frame["reason"].to_list() == [
        "no address", None, "its address is that of another story of the answer",
    ]  # fmt: skip
    assert flush(lake, ledger, told(body)).rows == 1
    assert flush(lake, ledger).rows == 0
    assert stored(lake)["title"].to_list() == ["sound"]


def test_what_the_index_lacks_is_put_in_again(lake: Lake, ledger: Ledger, tmp_path: Path) -> None:
    """As after a kill between lake and ledger, or where an older ledger was put back."""
    lost = ledger_at(tmp_path / "lost.db")
    flush(lake, lost, told(titled(["one", "two", "three"])))
    lost.close()
    flush(lake, ledger, told(rss(item("four", "/four"))))
    assert news.count(ledger) == stored(lake).height == 4
    assert len(news.find(ledger, Wanted(phrases=phrases("two")), 5)) == 1
    assert catch_up(lake, ledger) == 0


def test_recorded_feeds_are_stored_whole(shared: Path, lake: Lake, ledger: Ledger) -> None:
    files = sorted((shared / "data" / "rss").glob("*.xml"))
    at = 1_790_900_000_000
    answers = [told(file.read_bytes(), file.stem.lower().replace("-", "_"), at) for file in files]
    assert flush(lake, ledger, *answers) == Flushed(rows=62, commits=1)
    assert flush(lake, ledger, *answers) == Flushed()
    rows = stored(lake)
    assert rows["id"].n_unique() == 62
    assert set(rows["flags"].explode()) <= FLAGS.keys()
    assert rows.filter(pl.col("assets").list.contains("BTC")).height > 10
