"""What every venue has in common: it answers by path, and refuses in its own words."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.exchange import Source
from sandbox.listings import Rules


@dataclass(slots=True)
class Answer:
    """`payload` is encoded as JSON, `rows` are the candles or quotes inside it."""

    payload: Any
    status: int = 200
    rows: list[Any] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None


class RequestError(Exception):
    """A request that the venue refuses with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Venue(ABC):
    """One provider's public API. A `path` begins behind the host; `now` is ms since 1970, UTC."""

    rules: ClassVar[Rules]
    content_type: ClassVar[str]
    # The provider whose markets and candles these are, where they are not its own.
    same_as: ClassVar[str | None] = None
    # Whether those who go on calling while they are limited get banned with a 418.
    bans: ClassVar[bool] = False

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        self.source = source
        self.limits = limits

    @abstractmethod
    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        """Raises RequestError for what it does not know."""

    def post(self, path: str, body: bytes, now: int) -> Answer:
        """The answer to a POST, which most take none of."""
        del path, body, now
        raise RequestError(Answer({"error": "Method Not Allowed"}, 405))

    @abstractmethod
    def refusal(self, status: int, wait: int, now: int) -> Answer:
        """The answer to a call beyond the limits; `wait` is in seconds."""

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        """What a call costs of the limits, which are (amount, seconds)."""
        del path, query
        return 1

    def used(self, used: Mapping[int, int]) -> dict[str, str]:
        """Headers that tell the weight used in each window of so many seconds."""
        del used
        return {}
