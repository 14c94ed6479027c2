"""How far one market of a collection is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from resources.errors import HeadwaterError, NotFound
from resources.flush import CandlePage
from resources.ledger.collections import Status, SymbolState
from resources.market import Interval, Symbol
from resources.plan import Window, missing


@dataclass(slots=True)
class MarketProgress:
    """What is still to be asked for of one market, who has answered, and what has failed.

    `ahead` is the part of a page that belongs to the next month; before `reached` everything
    was answered once; `served` are the ids of the providers that did,
    and `useless` those of which nothing could be used, with the error.
    """

    symbol: Symbol
    interval: Interval
    todo: list[Window]
    ahead: CandlePage | None = None
    reached: int = 0
    served: frozenset[str] = frozenset()
    error: HeadwaterError | None = None
    useless: dict[str, HeadwaterError] = field(default_factory=dict)
    _status: Status = "pending"
    _records: int = 0
    _retries: int = 0
    _missing: tuple[Window, ...] | None = None
    _told: SymbolState | None = None

    def next_before(self, end: int) -> Window | None:
        """The first missing window that begins before `end`, whole."""
        return self.todo[0] if self.todo and self.todo[0].start < end else None

    def advance(self, done: Window) -> None:
        """Go on behind what was answered."""
        rest = Window(done.end, self.todo[0].end)
        ended = done.end <= self.todo[0].start or not rest.length
        self.reached = self.todo[0].end if ended else done.end
        self.todo[:1] = [] if ended else [rest]

    def begin(self) -> None:
        self._status = "running"

    def retried(self) -> None:
        self._retries += 1

    def stored(self, records: int) -> None:
        self._records += records

    def fail(self, error: HeadwaterError) -> None:
        self.error = error

    def end(self, wanted: Sequence[Window], covered: Sequence[Window]) -> None:
        """Settle the status: of these ranges, what is covered now is done."""
        self._missing = tuple(hole for one in wanted for hole in missing(one, covered))
        if isinstance(self.error, NotFound):
            self._status = "partial" if self._records else "skipped"
        elif self._missing or self.error:
            self._status = "partial" if self._records else "failed"
        else:
            self._status = "complete"

    def state(self) -> SymbolState:
        return SymbolState(
            str(self.symbol),
            str(self.interval),
            self._status,
            self._records,
            self._retries,
            tuple(self.todo) if self._missing is None else self._missing,
            str(self.error) if self.error else None,
        )

    def news(self) -> SymbolState | None:
        """The state, where it is another than the last time."""
        state = self.state()
        if state == self._told:
            return None
        self._told = state
        return state
