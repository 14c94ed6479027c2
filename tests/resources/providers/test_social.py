"""What is peculiar about the sources of posts."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from resources.providers import load_providers
from resources.providers.base import Source
from resources.scope import Scope
from tests.resources.providers.endpoints import ENDPOINTS, SCOPE, parser
from tests.resources.providers.recorded.base import SECONDS, START

SOURCES = [key for key in ENDPOINTS if key[1] == "page social"]


def told(provider: str, payload: Any) -> dict[str, tuple[Any, ...]]:
    frame = parser((provider, "page social"))(json.dumps(payload).encode())
    return {row[0]: row[1:] for row in frame.rows()}


@pytest.mark.parametrize("key", SOURCES, ids="-".join)
def test_a_sound_answer_means_what_its_payload_says(key: tuple[str, str]) -> None:
    endpoint = ENDPOINTS[key]
    frame = parser(key)(json.dumps(endpoint.sound).encode())
    assert frame.rows() == endpoint.rows(endpoint.sound, "")


def test_what_a_search_finds_beside_the_asset_does_not_count() -> None:
    hits = [
        {"created_at_i": SECONDS - 60, "comment_text": "<p>I run a bitcoin node", "points": None},
        {"created_at_i": SECONDS - 60, "comment_text": "<p>I collect bits and coins"},
    ]
    assert told("hacker_news", {"hits": hits, "nbHits": 2}) == {"BTC": (1, None, 24.0)}


def test_a_search_with_more_hits_than_it_tells_reaches_back_to_the_last_of_them() -> None:
    hit = {"created_at_i": SECONDS - 7_200, "title": "Bitcoin", "points": 1, "num_comments": 0}
    assert told("hacker_news", {"hits": [hit], "nbHits": 900}) == {"BTC": (1, 1, 2.0)}


def test_a_search_asks_for_the_largest_coins_and_the_last_day() -> None:
    calls = [
        question.call for source in _sources("hacker_news") for question in source.questions(SCOPE)
    ]
    assert [call.params["query"] for call in calls] == [a.name for a in SCOPE.assets[:10]]
    since = f"created_at_i>={(START - 86_400_000) // 1000}"
    assert {call.params["numericFilters"] for call in calls} == {since}


def test_what_a_board_or_a_community_pins_is_not_its_oldest_post() -> None:
    old = {"name": "Rules", "published": "2023-06-07T12:00:00", "featured_community": True}
    new = {"name": "Monero", "published": "2023-11-14T21:00:00.123Z"}
    views = [{"post": post, "counts": {"score": 1, "comments": 0}} for post in (old, *[new] * 49)]
    found = told("lemmy", {"posts": views})
    assert found["XMR"][0] == 49
    assert 0 < found["XMR"][2] < 24


def test_no_source_tells_of_days_that_are_over() -> None:
    past = Scope(SCOPE.assets, SCOPE.now, (START - 86_400_000, START))
    for provider, _ in SOURCES:
        assert [list(source.questions(past)) for source in _sources(provider)] == [[]]


def _sources(provider: str) -> Sequence[Source]:
    return load_providers()[provider].sources
