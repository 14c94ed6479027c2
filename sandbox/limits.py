"""Rate limits as they are in life: sliding windows by weight, and bans for those who go on."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_PATIENCE = 5  # calls while limited before a ban
_FIRST_BAN = 120.0
_LONGEST_BAN = 3 * 86_400.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """`wait` is the seconds until a call would be admitted, rounded up."""

    status: int
    wait: int


class _Window:
    def __init__(self, amount: int, seconds: int) -> None:
        self.amount = amount
        self.seconds = seconds
        self.total = 0
        self._spent: deque[tuple[float, int]] = deque()

    def forget(self, now: float) -> None:
        while self._spent and self._spent[0][0] <= now - self.seconds:
            self.total -= self._spent.popleft()[1]

    def spend(self, weight: int, now: float) -> None:
        self._spent.append((now, weight))
        self.total += weight

    def wait(self, weight: int, now: float) -> float:
        """Seconds until the weight fits; one that never fits waits for an empty window."""
        excess = self.total + weight - self.amount
        if excess <= 0:
            return 0.0
        for at, spent in self._spent:
            excess -= spent
            if excess <= 0:
                return at + self.seconds - now
        return float(self.seconds)


class Limiter:
    """The limits of one provider for one caller. `now` is in seconds, of any clock that only rises."""

    def __init__(self, limits: Sequence[tuple[int, int]], bans: bool) -> None:
        self._windows = [_Window(amount, seconds) for amount, seconds in limits]
        self._bans = bans
        self.lift()

    def lift(self) -> None:
        """Ends whatever is in force, and forgets past offences."""
        self._status, self._until = 429, 0.0
        self._ignored = 0
        self._offences = 0

    def banned(self, now: float) -> bool:
        return now < self._until

    def ban(self, status: int, seconds: float, now: float) -> None:
        """Refuses every call with the status for so long."""
        self._status, self._until = status, now + seconds

    def admit(self, weight: int, now: float) -> Refusal | None:
        """None where the call may be answered; its weight is then spent."""
        if self.banned(now):
            self._ignored += 1
            if self._bans and self._ignored >= _PATIENCE:
                self._punish(now)
            return self._refusal(now)
        for window in self._windows:
            window.forget(now)
        wait = max((window.wait(weight, now) for window in self._windows), default=0.0)
        if wait > 0:
            self.ban(429, wait, now)
            return self._refusal(now)
        self._ignored = 0
        for window in self._windows:
            window.spend(weight, now)
        return None

    def used(self, now: float) -> dict[int, int]:
        """The weight spent in each window, by its seconds."""
        for window in self._windows:
            window.forget(now)
        return {window.seconds: window.total for window in self._windows}

    def _punish(self, now: float) -> None:
        self.ban(418, min(_FIRST_BAN * 2**self._offences, _LONGEST_BAN), now)
        self._offences += 1
        self._ignored = 0

    def _refusal(self, now: float) -> Refusal:
        return Refusal(self._status, max(math.ceil(self._until - now), 1))
