"""For sources that tell posts one by one: how many of them mention an asset."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from resources.market import Asset
from resources.news.mentions import mentioned
from resources.news.text import plain
from resources.providers.parsing import page_frame
from resources.schemas.social import SOCIAL_PAGE, WINDOW_HOURS

_HOUR = 3_600_000
WINDOW = WINDOW_HOURS * _HOUR


@dataclass(frozen=True, slots=True)
class Post:
    """What was written at a time (ms since 1970, UTC), and the points and replies that it has."""

    at: int
    texts: Sequence[str | None]
    engagement: int | None


def engagement(*counts: int | None) -> int | None:
    """What points and replies come to, None where none is told; below zero is none."""
    told = [max(count, 0) for count in counts if count is not None]
    return sum(told) if told else None


def count_posts(
    posts: Sequence[Post], assets: Sequence[Asset], now: int, *, cut: bool
) -> pl.DataFrame:
    """A SOCIAL_PAGE: of each asset the posts of the last 24 hours that mention it, by the rules that
    news are read by (resources/news/mentions.py). A post that mentions several counts for each.

    `cut` says that there may be more posts before the oldest of these: the window then begins
    with that one. Posts from outside of the window are not counted.
    """
    start = now - WINDOW
    if cut and posts:
        start = min(max(start, min(post.at for post in posts)), now)
    found: dict[str, list[Post]] = {asset.ticker: [] for asset in assets}
    for post in posts:
        if start <= post.at <= now:
            for ticker in mentioned(*(plain(text) for text in post.texts if text)):
                if ticker in found:
                    found[ticker].append(post)
    hours = (now - start) / _HOUR
    return page_frame(
        SOCIAL_PAGE,
        [(ticker, len(those), _sum(those), round(hours, 4)) for ticker, those in found.items()],
    )


def _sum(posts: Sequence[Post]) -> int | None:
    """None where not one of several tells any."""
    told = [post.engagement for post in posts if post.engagement is not None]
    return min(sum(told), 2**62) if told or not posts else None
