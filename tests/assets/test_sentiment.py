"""The mood of news by hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.sentiment import by_hour, sentiment
from resources.asking import Told
from resources.flush_news import flush_news
from resources.news.feed import parse_feed
from resources.schemas import NEWS, SENTIMENT, utc
from resources.schemas.news import NEWS_PAGE
from resources.sentiment import open_engine
from tests.articles import SCORES, article, articles
from tests.resources.news.feeds import titled
from tests.runs import Platform

HOUR = 3_600_000
NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)


def hourly(rows: list[dict[str, object]]) -> pl.DataFrame:
    frame = articles(rows).with_columns(hour=pl.col("published_at").dt.truncate("1h"))
    return by_hour(frame).sort(SENTIMENT.sort)


def told(frame: pl.DataFrame, scope: str) -> dict[tuple[datetime, str], tuple[int, float]]:
    rows = frame.filter(scope=scope).select("hour", "name", "articles", "score").rows()
    return {(hour, name): (count, score) for hour, name, count, score in rows}


def test_an_article_counts_once_overall_and_in_each_asset_and_source_that_it_has() -> None:
    found = hourly(
        [
            article(1, NOON, "bullish", assets=["BTC", "ETH"], also_in=["decrypt_rss"]),
            article(2, NOON + HOUR - 1, "bearish", assets=[]),
            article(3, NOON + HOUR, "neutral", provider="decrypt_rss", assets=["ETH"]),
        ]
    )
    first, second = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (12, 13))
    assert told(found, "overall") == {(first, ""): (2, 0.1), (second, ""): (1, 0.0)}
    assert told(found, "asset") == {
        (first, "BTC"): (1, 0.8),
        (first, "ETH"): (1, 0.8),
        (second, "ETH"): (1, 0.0),
    }
    assert told(found, "source") == {
        (first, "coindesk_rss"): (2, 0.1),
        (first, "decrypt_rss"): (1, 0.8),
        (second, "decrypt_rss"): (1, 0.0),
    }
    assert set(found["models"].explode()) == {"embedded ours"}


def test_an_article_that_was_not_read_is_not_counted() -> None:
    unread: dict[str, Any] = {"confidence": 0.0, "flags": ["unread"]}
    found = hourly(
        [
            article(1, NOON, "bullish"),
            article(2, NOON, **unread, assets=["BTC", "ETH"]),
            article(3, NOON + HOUR, **unread),
        ]
    )
    assert found.select("scope", "name", "articles", "neutral", "score").rows() == [
        ("asset", "BTC", 1, 0, 0.8),
        ("overall", "", 1, 0, 0.8),
        ("source", "coindesk_rss", 1, 0, 0.8),
    ]


rows = st.lists(
    st.builds(
        lambda number, minute, mood, assets: article(
            number, NOON + minute * 60_000, mood, assets=sorted(assets)
        ),
        st.integers(0, 10**6),
        st.integers(0, 600),
        st.sampled_from(sorted(SCORES)),
        st.sets(st.sampled_from(["BTC", "ETH", "SOL"])),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row["id"],
)


@given(some=rows, data=st.data())
def test_the_order_in_which_articles_come_does_not_matter(
    some: list[dict[str, object]], data: st.DataObject
) -> None:
    assert hourly(some).equals(hourly(data.draw(st.permutations(some))))


@given(some=rows)
def test_moods_add_up_to_articles_and_hours_to_all(some: list[dict[str, object]]) -> None:
    found = hourly(some)
    moods = found.select(pl.sum_horizontal("bullish", "neutral", "bearish")).to_series()
    assert moods.equals(found["articles"], check_names=False)
    overall = found.filter(scope="overall")
    assert overall["articles"].sum() == len(some)
    assert found["score"].is_between(-1, 1).all()


def test_a_run_counts_the_hours_anew_that_articles_have_come_to(everyone: Platform) -> None:
    lake = everyone.lake
    lake.merge(NEWS, articles([article(1, NOON, "bullish")]))
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    assert everyone.run(sentiment, [day]).success
    assert told(everyone.rows(SENTIMENT), "overall") == {
        (datetime(2026, 3, 2, 12, tzinfo=UTC), ""): (1, 0.8)
    }
    # One that is found days later still comes to its hour.
    later = datetime(2026, 3, 9, tzinfo=UTC)
    late = article(2, NOON + 60_000, "bearish", known_at=later)
    lake.merge(NEWS, articles([late]))
    assert everyone.run(sentiment, [day]).success
    assert told(everyone.rows(SENTIMENT), "overall") == {
        (datetime(2026, 3, 2, 12, tzinfo=UTC), ""): (2, 0.1)
    }
    version = lake.version(SENTIMENT)
    assert everyone.run(sentiment, [day]).success
    assert everyone.lake.version(SENTIMENT) == version


def test_a_past_partition_counts_its_own_day(everyone: Platform) -> None:
    old = NOON - timedelta(days=30) // timedelta(milliseconds=1)
    everyone.lake.merge(NEWS, articles([article(1, NOON), article(2, old)]))
    assert everyone.run(sentiment, ["2026-03-02"]).success
    assert everyone.rows(SENTIMENT).filter(scope="overall").height == 2


def test_who_carries_an_article_later_is_counted_as_its_source(everyone: Platform) -> None:
    def tell(provider: str, hours: int, *titles: str) -> None:
        at = NOON + hours * HOUR
        page = NEWS_PAGE.checked(parse_feed(titled(titles)), at)
        told = [Told(provider, page, at)]
        flush_news(everyone.lake, everyone.ledger, told, "sandbox", open_engine("lexicon").score)
        assert everyone.run(sentiment, [f"{datetime.now(UTC):%Y-%m-%d}"]).success

    tell("coindesk_rss", 0, "Bitcoin rallies")
    tell("coindesk_rss", 1, "Bitcoin rallies", "Ether sleeps through the whole of the week")
    tell("decrypt_rss", 24, "Bitcoin rallies")
    found = told(everyone.rows(SENTIMENT), "source")
    assert {name: count for (_, name), (count, _) in found.items()} == {
        "coindesk_rss": 2,
        "decrypt_rss": 1,
    }


def test_of_months_without_news_only_what_tells_so_is_read(everyone: Platform) -> None:
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    everyone.lake.merge(NEWS, articles([article(1, NOON), article(2, NOON - 40 * 24 * HOUR)]))
    assert everyone.run(sentiment, [day]).success
    old = next(file for file in everyone.lake.files(NEWS) if "2026-01" in file)
    pl.read_parquet(old, columns=["published_at", "known_at", "sentiment"]).write_parquet(old)
    everyone.lake.merge(NEWS, articles([article(3, NOON, known_at=utc(NOON + HOUR))]))
    assert everyone.run(sentiment, [day]).success
    assert sorted(everyone.rows(SENTIMENT).filter(scope="overall")["articles"]) == [1, 2]
