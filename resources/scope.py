"""What a collection of a feed is about."""

from dataclasses import dataclass

from resources.market import Asset


@dataclass(frozen=True, slots=True)
class Scope:
    """What a collection of a feed is about: the active assets, largest first, and the present, or
    where `past` is set a day that is over, [start, end) in ms since 1970, UTC.

    `now` is the time of asking, `since` that of the newest row that is stored, None where there is none yet: who
    has history tells what came after it. `names` are what answers are wanted of one by one, where
    a provider has one for each.
    """

    assets: tuple[Asset, ...]
    now: int
    past: tuple[int, int] | None = None
    since: int | None = None
    names: tuple[str, ...] = ()
