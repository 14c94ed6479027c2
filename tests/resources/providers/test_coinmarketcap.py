"""What is peculiar about the index of CoinMarketCap."""

import json

from resources.providers import load_providers
from resources.scope import Scope
from tests.resources.providers.endpoints import SCOPE, parser
from tests.resources.providers.recorded.base import at

DAY = 86_400_000
NOON = 1_783_771_200_000  # 2026-07-11 12:00 UTC
PARSE = parser(("coinmarketcap", "page fear_greed"))


def asked(scope: Scope) -> list[tuple[str, str]]:
    (source,) = load_providers()["coinmarketcap"].sources
    params = [question.call.params for question in source.questions(scope)]
    return [(one["start"], one["limit"]) for one in params]


def test_the_whole_history_is_asked_for_in_pages_of_500_days() -> None:
    everything = [("1", "500"), ("501", "500"), ("1001", "109")]
    assert asked(Scope(SCOPE.assets, NOON)) == everything
    past = (NOON - 9 * DAY, NOON - 8 * DAY)
    assert asked(Scope(SCOPE.assets, NOON, past, since={"coinmarketcap": NOON})) == everything
    # What others have told says nothing of its own.
    assert asked(Scope(SCOPE.assets, NOON, since={"alternative_me": NOON})) == everything


def test_once_it_is_stored_the_newest_days_are_asked_for() -> None:
    today = NOON // DAY * DAY
    assert asked(Scope(SCOPE.assets, NOON, since={"coinmarketcap": today})) == [("1", "2")]
    earlier = {"coinmarketcap": today - 40 * DAY}
    assert asked(Scope(SCOPE.assets, NOON, since=earlier)) == [("1", "42")]


def test_of_a_day_that_comes_twice_the_newest_value_counts() -> None:
    values = [(NOON, 40), (NOON - 8 * 3_600_000, 38), (NOON - DAY, 30)]
    data = [{"timestamp": str(ms // 1000), "value": value} for ms, value in values]
    rows = PARSE(json.dumps({"data": data}).encode()).rows()
    today = NOON // DAY * DAY
    assert rows == [(at(today), 40.0, None), (at(today - DAY), 30.0, None)]
