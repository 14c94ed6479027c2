"""What a collection of a feed is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resources.market import Asset


@dataclass(frozen=True, slots=True)
class Scope:
    """What a collection of a feed is about: the active assets, largest first, and the present, or
    where `past` is set a day that is over, [start, end) in ms since 1970, UTC.

    `now` is the time of asking, `since` by provider that of the newest row that is stored of it:
    who has history tells what came after it, all where there is none. `names` are what answers are wanted of one by one, where
    a provider has one for each.
    """

    assets: tuple[Asset, ...]
    now: int
    past: tuple[int, int] | None = None
    since: Mapping[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
