"""Of which happenings a webhook wants to hear."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from resources.webhooks.thresholds import Lines

Event = Literal["alert", "feed_update", "api_update", "provider_update", "price_threshold"]
EVENTS: tuple[Event, ...] = get_args(Event)
PING = "ping"

# By which members of a filter each event is narrowed.
NARROWED: Mapping[Event, frozenset[str]] = {
    "alert": frozenset({"providers", "feeds", "severities"}),
    "feed_update": frozenset({"feeds", "symbols"}),
    "api_update": frozenset({"providers"}),
    "provider_update": frozenset({"providers"}),
    "price_threshold": frozenset({"symbol", "above", "below"}),
}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened at `at` (ms since 1970, UTC); `data` is told of it."""

    event: Event
    at: int
    data: Mapping[str, Any]
    provider: str | None = None
    feed: str | None = None
    severity: str | None = None
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """An empty member lets all through, one that an event does not know is none of its concern.

    `symbols` are assets, which let all their markets through, or markets. `symbol`, `above` and
    `below` are of price_threshold alone: an asset, and USD.
    """

    symbols: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    symbol: str | None = None
    above: float | None = None
    below: float | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Filter":
        members: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
        }
        return cls(**members)

    @property
    def lines(self) -> Lines:
        return Lines(self.above, self.below)

    def told(self) -> dict[str, Any]:
        """The members that are given, as JSON has them."""
        given = {name: value for name, value in asdict(self).items() if value not in ((), None)}
        return {k: sorted(v) if isinstance(v, tuple) else v for k, v in given.items()}

    def lets(self, one: Occurrence) -> bool:
        """Whether a webhook hears of this, if it hears of such events."""
        return all(
            not wanted or _matches(name, wanted, one)
            for name, wanted in (
                ("symbols", self.symbols), ("providers", self.providers),
                ("feeds", self.feeds), ("severities", self.severities),
            )
            if name in NARROWED[one.event]
        )  # fmt: skip


def _matches(name: str, wanted: tuple[str, ...], one: Occurrence) -> bool:
    if name == "symbols":
        return any(s in wanted or s.partition("/")[0] in wanted for s in one.symbols)
    return {"providers": one.provider, "feeds": one.feed, "severities": one.severity}[
        name
    ] in wanted
