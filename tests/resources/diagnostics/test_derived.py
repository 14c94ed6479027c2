"""What follows from the lake and does not, as after a ledger of yesterday was put back."""

import polars as pl
import sqlalchemy as sa

from resources.flush_feed import flush_rows
from resources.graphql import Dagster
from resources.ledger import coverage, feed_times, latest, news
from resources.ledger.tables import (
    commit_readers,
    commits,
    latest_prices,
    news_articles,
)
from resources.ledger.tables import (
    coverage as coverage_table,
)
from resources.ledger.tables import (
    feed_times as feed_times_table,
)
from resources.market import Interval
from resources.plan import RESAMPLED_ASSET, SENTIMENT_ASSET, Window, day_key, month_key
from resources.schemas import NEWS, utc
from resources.schemas.defi import DEFI_PROTOCOLS
from tests.api.played_dagster import playing
from tests.api.world import HOUR
from tests.articles import article, articles
from tests.resources.diagnostics.patient import LATER_MS, Patient

DAY = 86_400_000


def rebuilt(patient: Patient, target: str) -> str:
    """What the one fix that is offered has done."""
    report = patient.diagnose(auto_fix=True)
    [done] = report["fixed_issues"]
    assert done["fix"] == f"rebuild:{target}"
    assert patient.diagnose()["fixed_issues"] == []
    return str(done["outcome"])


def test_newest_prices_are_taken_from_the_lake(patient: Patient) -> None:
    patient.later = LATER_MS
    before = latest.read_prices(patient.ledger)
    patient.execute(sa.delete(latest_prices).where(latest_prices.c.symbol == "BTC"))
    [issue] = patient.found("latest_prices_follow")
    assert issue["details"] == {"symbols": ["BTC"]}
    assert (
        rebuilt(patient, "latest_prices")
        == "the newest prices of 2 assets were taken from the lake"
    )
    assert latest.read_prices(patient.ledger) == before
    assert patient.found("latest_prices_follow") == []


def test_coverage_is_extended_by_the_stored_candles(patient: Patient) -> None:
    patient.later = LATER_MS
    before = coverage.covered(patient.ledger, "BTC/USDT", Interval.H1)
    patient.execute(sa.delete(coverage_table))
    [issue] = patient.found("coverage_follows")
    assert issue["details"] == {"markets": {"1h": ["BTC/USDT"]}}
    assert rebuilt(patient, "coverage").startswith("the coverage of 1 markets")
    assert coverage.covered(patient.ledger, "BTC/USDT", Interval.H1) == before
    assert patient.found("coverage_follows") == []


def test_coverage_that_is_wider_than_the_candles_is_as_it_should_be(patient: Patient) -> None:
    patient.later = LATER_MS
    with patient.ledger.write() as connection:
        wide = Window(patient.now - 10 * DAY, patient.now - 9 * DAY)
        coverage.extend(connection, Interval.H1, [("BTC/USDT", wide)])
    assert patient.found("coverage_follows") == []


def put_protocol(patient: Patient) -> None:
    """One protocol, as it stood in the present hour."""
    at = utc(patient.now // HOUR * HOUR)
    told = {"slug": "lido", "name": "Lido", "tvl": 33e9, "chains": ["Ethereum"], "chain_tvl": []}
    origin = {"provider": "defillama", "mode": "sandbox", "fetched_at": at, "known_at": at}
    row = dict.fromkeys(DEFI_PROTOCOLS.schema) | {"day": f"{at:%Y-%m-%d}", "at": at} | told | origin
    frame = pl.DataFrame([row], schema=DEFI_PROTOCOLS.schema)
    flush_rows(patient.lake, patient.ledger, DEFI_PROTOCOLS, frame)


def test_times_of_feeds_are_taken_from_the_lake(patient: Patient) -> None:
    patient.later = LATER_MS
    put_protocol(patient)
    before = feed_times.read(patient.ledger)
    assert patient.found("feed_times_follow") == []
    patient.execute(sa.update(feed_times_table).values(newest=patient.now - DAY))
    [issue] = patient.found("feed_times_follow")
    assert issue["details"] == {"tables": ["defi_protocols"]}
    rebuilt(patient, "feed_times")
    assert feed_times.read(patient.ledger) == before


def test_articles_that_no_search_finds_are_indexed(patient: Patient) -> None:
    patient.later = LATER_MS
    patient.lake.merge(NEWS, articles([article(n, patient.now - HOUR) for n in range(3)]))
    [issue] = patient.found("news_index_follows")
    assert issue["details"] == {"stored": 3, "indexed": 0}
    assert rebuilt(patient, "news_index") == "3 articles were indexed"
    assert news.count(patient.ledger) == 3
    patient.execute(sa.delete(news_articles))
    assert len(patient.found("news_index_follows")) == 1


def test_what_was_stored_this_minute_may_not_be_told_of_yet(patient: Patient) -> None:
    patient.lake.merge(NEWS, articles([article(1, patient.now)]))
    assert patient.found("news_index_follows") == []


def test_sentiment_that_is_behind_is_made_by_a_run(patient: Patient) -> None:
    patient.lake.merge(NEWS, articles([article(1, patient.now - 5 * HOUR, "bullish")]))
    [issue] = patient.found("sentiment_follows")
    assert issue["fix"] is None
    with playing() as played:
        patient.dagster = Dagster(f"http://127.0.0.1:{played.port}")
        report = patient.diagnose(auto_fix=False)
        assert played.backfilled == []
        report = patient.diagnose(chosen=(f"rebuild:{SENTIMENT_ASSET}",))
        patient.dagster.close()
    assert report["fixed_issues"] == [
        {
            "fix": "rebuild:sentiment",
            "outcome": "a run of sentiment was launched (backfill backfill-1)",
        }
    ]
    [params] = played.backfilled
    assert params["assetSelection"] == [{"path": [SENTIMENT_ASSET]}]
    assert params["partitionNames"] == [day_key(patient.now)]


def test_resampled_candles_that_are_behind_are_made_by_a_run(patient: Patient) -> None:
    assert patient.found("resampled_follows") == []
    patient.execute(sa.insert(commit_readers).values(name="resampled", seq=0))
    patient.execute(sa.update(commits).values(at=patient.now - 5 * HOUR))
    with playing() as played:
        patient.dagster = Dagster(f"http://127.0.0.1:{played.port}")
        [issue] = patient.found("resampled_follows")
        assert issue["message"] == "resampled candles are behind by 1 commits of candles"
        patient.diagnose(chosen=(f"rebuild:{RESAMPLED_ASSET}",))
        patient.dagster.close()
    assert [one["partitionNames"] for one in played.backfilled] == [[month_key(patient.now)]]
