"""What people write about coins: more when the mood is extreme, and most of the largest ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from resources.market import Asset, load_registry
from sandbox.mood import mood
from sandbox.noise import fraction

HOUR = 3_600_000
_COINS = 30
# In which a post has gathered its points.
_GROWTH = 8 * HOUR
_GLAD = (
    "{coin} does not want to come down again", "Some green on my {coin} bag at last",
    "Who else added {coin} this week?", "{coin} looks ready for another leg up",
)  # fmt: skip
_GLUM = (
    "{coin} keeps bleeding, are you still holding?", "Sold half of my {coin} today",
    "Is the bottom in for {coin}?", "Lost my nerve with {coin} once more",
)  # fmt: skip
_CALM = (
    "How do you store your {coin}?", "Can someone explain the fees of {coin} to me?",
    "Daily talk about {coin}", "What is new in the latest {coin} release?",
)  # fmt: skip
# No coin is meant, though some words are names of coins too.
_OTHER = (
    "Is there a link to a good guide for beginners?", "Tax season is near and I have no records",
    "My landlord asked what I do all day", "Post your desk, let us rate it",
)  # fmt: skip
_OTHER_A_DAY = 6.0
_BODIES = (
    "",
    "Title says it all.",
    "Genuine question, be kind.",
    "I have no idea what I am doing.",
)


@dataclass(frozen=True, slots=True)
class Post:
    """`id` counts up with time, `at` is ms since 1970, UTC; `points` and `replies` are final."""

    id: int
    at: int
    title: str
    body: str
    final_points: int
    final_replies: int

    def points(self, now: int) -> int:
        return int(self.final_points * self._grown(now))

    def replies(self, now: int) -> int:
        return int(self.final_replies * self._grown(now))

    def _grown(self, now: int) -> float:
        return min(1.0, (now - self.at) / _GROWTH)


def posts(place: str, a_day: float, hours: int, now: int) -> list[Post]:
    """What was written in a place in so many hours, the newest first; `a_day` is how often somebody
    writes of the largest coin when the mood is between fear and greed."""
    first = now // HOUR - hours
    found = [
        post
        for hour in range(first, now // HOUR + 1)
        for post in _in_hour(place, a_day, hour)
        if now - hours * HOUR <= post.at <= now
    ]
    return sorted(found, key=lambda post: post.at, reverse=True)


@lru_cache(maxsize=2_048)
def _in_hour(place: str, a_day: float, hour: int) -> tuple[Post, ...]:
    at = hour * HOUR
    busy = 0.7 + 1.2 * abs(mood(at) - 0.5)
    about: list[tuple[str, str]] = []
    for asset in load_registry().active(_COINS):
        often = a_day * busy / asset.rank**0.9 / 24
        titles = _titles(place, asset, often, at)
        about += [(f"{asset.ticker} {number}", title) for number, title in enumerate(titles)]
    for number in range(_count(_OTHER_A_DAY / 24, place, str(hour))):
        about.append((f"other {number}", _choice(_OTHER, place, str(hour), str(number))))
    return tuple(_post(place, hour, key, title) for key, title in about)


def _titles(place: str, asset: Asset, often: float, at: int) -> Iterator[str]:
    for number in range(_count(often, place, asset.ticker, str(at))):
        words = (place, asset.ticker, str(at), str(number))
        drawn = fraction("tone", *words)
        lines = _CALM if drawn < 0.4 else _GLAD if (drawn - 0.4) / 0.6 < mood(at) else _GLUM
        spelt = asset.name if fraction("spelt", *words) < 0.7 else f"${asset.ticker}"
        yield _choice(lines, *words).format(coin=spelt)


def _post(place: str, hour: int, key: str, title: str) -> Post:
    words = (place, str(hour), key)
    at = hour * HOUR + int(fraction("minute", *words) * HOUR)
    points = 1 + int(600 * fraction("points", *words) ** 8)
    replies = int((points + 20) * fraction("replies", *words))
    return Post(at // 100, at, title, _choice(_BODIES, "body", *words), points, replies)


def _count(expected: float, *words: str) -> int:
    """How often what is expected so many times happens."""
    return int(expected + fraction("count", *words))


def _choice(lines: tuple[str, ...], *words: str) -> str:
    return lines[int(fraction("line", *words) * len(lines))]
