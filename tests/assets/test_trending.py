"""What people look for, collected by real runs."""

from datetime import UTC, datetime

from assets.trending import trending
from resources.schemas import TRENDING
from tests.runs import Platform


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def test_a_run_stores_what_is_searched_for_most(everyone: Platform) -> None:
    result = everyone.run(trending, [today()], checks=True)
    assert result.success
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == {"duplicates": True, "fresh": True, "rows": True}
    rows = everyone.rows(TRENDING).sort("rank")
    assert rows["rank"].to_list() == list(range(1, 16))
    assert set(rows["provider"]) == {"coingecko"}
    assert rows["asset"].null_count() == 0
    assert (rows["volume_24h"] > 0).all()
    assert rows["at"].dt.epoch("ms").to_list()[0] % 3_600_000 == 0


def test_tokens_in_pools_stand_in_for_searches(everyone: Platform) -> None:
    everyone.fault(provider="coingecko", kind="status_5xx")
    assert everyone.run(trending, [today()]).success
    rows = everyone.rows(TRENDING).sort("rank")
    assert set(rows["provider"]) == {"geckoterminal"}
    # One of the pools is a second one of its token.
    assert rows["rank"].to_list() == list(range(1, 20))
    assert rows["native"].n_unique() == 19
    assert rows["asset"].null_count() == 0


def test_an_hour_is_stored_once(everyone: Platform) -> None:
    assert everyone.run(trending, [today()]).success
    rows = everyone.rows(TRENDING)
    assert everyone.run(trending, [today()]).success
    again = everyone.rows(TRENDING)
    assert again.filter(at=rows["at"][0]).equals(rows)
