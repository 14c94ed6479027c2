"""The market's mood, collected by real runs."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from assets.fear_greed import fear_greed
from resources.flush_feed import flush_rows
from resources.ledger import commits, feed_times
from resources.schemas.fear_greed import FEAR_GREED
from tests.runs import Platform


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def test_the_first_run_stores_the_whole_history_and_the_next_asks_for_what_is_new(
    everyone: Platform,
) -> None:
    result = everyone.run(fear_greed, [today()], checks=True)
    assert result.success
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == {"duplicates": True, "fresh": True, "rows": True}
    rows = everyone.rows(FEAR_GREED).filter(provider="alternative_me")
    assert rows["of"][0] == datetime(2018, 2, 1, tzinfo=UTC)
    assert rows["of"].diff().drop_nulls().n_unique() == 1
    assert rows["value"].is_between(0, 100).all()
    assert set(rows["mode"]) == {"sandbox"}
    newest = feed_times.read(everyone.ledger)["fear_greed"]
    assert newest == int(datetime.fromisoformat(today()).replace(tzinfo=UTC).timestamp() * 1000)
    seq = commits.newest_seq(everyone.ledger)
    assert everyone.run(fear_greed, [today()]).success
    assert everyone.rows(FEAR_GREED).filter(provider="alternative_me").equals(rows)
    assert commits.newest_seq(everyone.ledger) == seq


def test_a_value_that_cannot_be_is_quarantined(everyone: Platform) -> None:
    everyone.fault(provider="alternative_me", kind="nan")
    everyone.run(fear_greed, [today()])
    assert everyone.quarantined() & {"value is not finite", "missing value"}


def test_each_index_has_its_own_days(everyone: Platform) -> None:
    assert everyone.run(fear_greed, [today()]).success
    rows = everyone.rows(FEAR_GREED)
    first = dict(rows.group_by("provider").agg(pl.col("of").min()).iter_rows())
    assert first == {
        "alternative_me": datetime(2018, 2, 1, tzinfo=UTC),
        "coinmarketcap": datetime(2023, 6, 29, tzinfo=UTC),
    }
    # Its history comes in pages of 500 days.
    days = rows.filter(provider="coinmarketcap")["of"]
    assert days.diff().drop_nulls().unique().to_list() == [timedelta(days=1)]
    assert days[-1].date().isoformat() == today()


def test_an_index_that_was_away_gets_the_days_that_it_missed(everyone: Platform) -> None:
    midnight = datetime.fromisoformat(today()).replace(tzinfo=UTC)
    for provider, ago in (("alternative_me", 40), ("coinmarketcap", 0)):
        of = midnight - timedelta(days=ago)
        row = {
            "year": f"{of:%Y}", "of": of, "value": 50.0, "provider": provider, "mode": "sandbox",
            "fetched_at": of, "known_at": of,
        }  # fmt: skip
        frame = pl.DataFrame([row], schema=FEAR_GREED.schema)
        flush_rows(everyone.lake, everyone.ledger, FEAR_GREED, frame)
    assert everyone.run(fear_greed, [today()]).success
    days = everyone.rows(FEAR_GREED).filter(provider="alternative_me")["of"]
    assert days.to_list() == [midnight - timedelta(days=ago) for ago in range(41, -1, -1)]


@pytest.mark.parametrize("broken", ["alternative_me", "coinmarketcap"])
def test_one_index_is_stored_while_the_other_fails(everyone: Platform, broken: str) -> None:
    everyone.fault(provider=broken, kind="status_5xx")
    assert everyone.run(fear_greed, [today()]).success
    told = set(everyone.rows(FEAR_GREED)["provider"])
    assert told == {"alternative_me", "coinmarketcap"} - {broken}
