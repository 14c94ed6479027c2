"""Posts about assets, collected by real runs."""

from datetime import UTC, datetime

import polars as pl
import pytest

from assets.social import social
from resources.ledger import commits
from resources.schemas import SOCIAL
from tests.runs import Platform

ALL = {"fourchan_biz", "hacker_news", "lemmy", "reddit"}


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def test_a_run_counts_the_posts_of_each_asset_in_all_sources(everyone: Platform) -> None:
    everyone.top_n = 20
    result = everyone.run(social, [today()], checks=True)
    assert result.success
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == {"duplicates": True, "fresh": True, "rows": True}
    rows = everyone.rows(SOCIAL)
    counts = dict(rows.group_by("provider").len().iter_rows())
    # A search is asked by asset, and of ten alone.
    assert counts == {"fourchan_biz": 20, "hacker_news": 10, "lemmy": 20, "reddit": 20}
    assert rows["window_hours"].is_between(0, 24).all()
    assert set(rows["mode"]) == {"sandbox"}
    posts = dict(rows.group_by("asset").agg(pl.col("posts").sum()).iter_rows())
    # Most is written about the largest.
    assert max(posts, key=lambda asset: posts[asset]) == "BTC"
    assert set(rows.filter(posts=0)["engagement"]) <= {0}


def test_a_second_run_of_the_hour_stores_nothing_new(everyone: Platform) -> None:
    if datetime.now(UTC).minute == 59:
        pytest.skip("the hour may end between the two runs")
    everyone.keep("hacker_news", "lemmy", "reddit")
    everyone.run(social, [today()])
    rows, seq = everyone.rows(SOCIAL), commits.newest_seq(everyone.ledger)
    assert everyone.run(social, [today()]).success
    assert everyone.rows(SOCIAL).equals(rows)
    assert commits.newest_seq(everyone.ledger) == seq


@pytest.mark.parametrize("kind", ["status_5xx", "html_200", "wrong_schema", "status_429"])
def test_a_source_that_refuses_keeps_no_other_from_being_stored(
    everyone: Platform, kind: str
) -> None:
    everyone.fault(provider="reddit", kind=kind)
    assert everyone.run(social, [today()]).success
    told = set(everyone.rows(SOCIAL)["provider"])
    # 4chan allows a call a second, and the run of another test may have made one.
    assert told | {"fourchan_biz"} == ALL - {"reddit"}
