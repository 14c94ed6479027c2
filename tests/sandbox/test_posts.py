"""What people write in the sandbox, and what its collections of NFTs cost."""

from collections import Counter
from itertools import pairwise

import pytest

from resources.news.mentions import mentioned
from sandbox.families.collections import KNOWN, Collection, made_up
from sandbox.families.posts import HOUR, posts
from sandbox.mood import mood
from tests.sandbox.conftest import DAY, NOW

LATER = NOW + 17 * 60_000
COLLECTIONS = [*KNOWN, *made_up("KT1", 30, 40.0)]


def test_what_was_written_stays_written_while_time_goes_on() -> None:
    before, after = (posts("r/Bitcoin", 24.0, 24, now) for now in (NOW, LATER))
    still = [post for post in before if post.at >= LATER - 24 * HOUR]
    assert still == [post for post in after if post.at <= NOW]
    assert [post.at for post in before] == sorted((p.at for p in before), reverse=True)
    assert all(NOW - 24 * HOUR <= post.at <= NOW for post in before)


def test_points_and_replies_only_grow() -> None:
    for post in posts("biz", 30.0, 24, NOW):
        counts = [(post.points(now), post.replies(now)) for now in (NOW, LATER, NOW + DAY)]
        assert counts == sorted(counts)
        assert counts[-1] == (post.final_points, post.final_replies)


def test_most_is_written_about_the_largest_coins() -> None:
    found: Counter[str] = Counter()
    for post in posts("r/CryptoCurrency", 30.0, 240, NOW):
        found.update(mentioned(post.title))
    assert found.most_common(1)[0][0] == "BTC"
    assert found["BTC"] > found["ETH"] > found["LTC"] > 0


def test_more_is_written_when_the_mood_is_extreme() -> None:
    days = [NOW // DAY * DAY + DAY - 1 - back * DAY for back in range(40)]
    counts = {abs(mood(at) - 0.5): len(posts("r/Bitcoin", 30.0, 23, at)) for at in days}
    extreme, calm = max(counts), min(counts)
    assert counts[extreme] > counts[calm]


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_floors_and_volumes_move_a_little_from_hour_to_hour(collection: Collection) -> None:
    hours = [NOW + hour * HOUR for hour in range(48)]
    floors = [collection.floor(now) for now in hours]
    assert all(0.9 < later / before < 1.1 for before, later in pairwise(floors))
    assert all(collection.price / 4 < floor < collection.price * 4 for floor in floors)
    totals = [collection.total(now) for now in hours]
    assert totals == sorted(totals)
    assert all(0 <= collection.listed(now) < collection.supply for now in hours)
    assert collection.volume(NOW) > 0


def test_no_two_collections_are_the_same() -> None:
    assert (
        len({one.id for one in COLLECTIONS})
        == len({one.name for one in COLLECTIONS})
        == len(COLLECTIONS)
    )
