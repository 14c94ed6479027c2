"""Providers that can answer the same question."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from resources.errors import HeadwaterError, NoneAvailable, NotCalled, ProviderError
from resources.http.line import Able, AtMost, Line
from resources.http.obstacles import Failures, earliest, not_before, reason_of
from resources.http.permits import Permits
from resources.http.pick import Pick
from resources.http.rotation import Member, Seat
from resources.http.seating import Membership, Seating
from resources.providers.base import Provider

T = TypeVar("T")

# Uses the pick for its first call, see `Client.get`.
Ask = Callable[[Pick], Awaitable[T]]
Weigh = Callable[[Provider], int]

_SHORTEST_WAIT = 0.01


class Pool:
    """Picks among its members by its strategy, passing over those that may not be called.

    `membership` is read again, at most once a second, when the ledger has changed. Where
    the strategy takes turns, they go on in the next process. `patience` is how many
    seconds a question waits at most while all members' budgets are used up.
    """

    def __init__(
        self,
        name: str,
        membership: Callable[[], Membership],
        permits: Permits,
        *,
        patience: float = 20.0,
    ) -> None:
        self.name = name
        self._permits = permits
        self._patience = patience
        self._seating = Seating(name, membership, permits)

    @property
    def members(self) -> tuple[Member, ...]:
        self._seating.look(time.monotonic())
        return tuple(seat.member for seat in self._seating.seats)

    def pick(self, weight: int = 1) -> Pick:
        """Reserve `weight` of the member whose turn it is.

        The pick is used by one call (`Client.get`), or released. Raises NoneAvailable with
        the earliest time at which one may be called.
        """
        now, seating = time.monotonic(), self._seating
        if now >= seating.look_at:
            seating.look(now)
        while seating.open:
            seat = seating.strategy.choose(seating.open)
            account = seat.account
            held = account.held
            # What Permits.pick does, without a call where all is in memory.
            if (
                seat.watch.closed
                and not account.not_before
                and held.spent + weight <= held.amount
                and now < held.spend_until
            ):
                held.spent += weight
                held.underway += 1
                pick: Pick | None = Pick(seat.provider, weight, held)
            else:
                pick = seating.reserve(seat, weight)
            if pick is not None:
                if seat.provider.id != seating.last:
                    seating.turned(seat.provider.id, now)
                return pick
        raise self._none_available(seating.why)

    def rotate(self, reason: str) -> Provider:
        """Turn by hand: pick among the others than the last one, where any may be called.

        Goes on where whichever process stood, and writes the turn at once. Raises
        NoneAvailable with the earliest time at which one may be called.
        """
        seating = self._seating
        seating.look(time.monotonic(), anew=True)
        others = [seat for seat in seating.open if seat.provider.id != seating.last]
        others = others or list(seating.open)
        while others:
            seat = seating.strategy.choose(seating.strategy.arrange(others))
            others.remove(seat)
            if pick := seating.reserve(seat, 1):
                self._permits.release(pick)
                self._permits.budgets.give_back(seat.provider.id)
                seating.turned(seat.provider.id, time.monotonic(), reason)
                self._permits.history.write()
                return seat.provider
        raise self._none_available(seating.why)

    async def first(self, ask: Ask[T], able: Able, weigh: Weigh) -> tuple[Provider, T]:
        """The first answer there is; raises NoneAvailable with the reasons."""
        answers, _ = await self.several(1, ask, able, weigh)
        return answers[0]

    async def several(
        self,
        n: int,
        ask: Ask[T],
        able: Able,
        weigh: Weigh,
        *,
        follows_up: bool = False,
        at_most: AtMost | None = None,
    ) -> tuple[list[tuple[Provider, T]], Failures]:
        """The answers of up to `n` members asked at once, and why others gave none, by id.

        `weigh` is the weight of the first call to a member, which is reserved for it.

        A member that fails is replaced while any are left. Where all that is missing is a
        budget, or the end of a pause, it is waited for. A question that `follows_up` another
        does not wait, and takes nobody's turn. Raises NoneAvailable, with the earliest time at
        which one may be called, where not a single one answered.
        """
        failures: Failures = {}
        patient_until = time.monotonic() + self._patience
        while True:
            seats = self._callable(able, failures)
            line = Line(self._seating.strategy, seats, not follows_up, at_most)
            tasks = [
                asyncio.ensure_future(self._answer(line, ask, weigh, failures)) for _ in seats[:n]
            ]
            try:
                found = await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
            answers = [answer for answer in found if answer is not None]
            if answers:
                return answers, failures
            wait = None if follows_up else self._wait(failures)
            if wait is None or time.monotonic() + wait >= patient_until:
                raise self._none_available(failures)
            await asyncio.sleep(wait)

    def _callable(self, able: Able, failures: Failures) -> list[Seat]:
        """The able members that may be asked; those that may not be called become failures.

        Who has failed already is asked again only where it did not say more than "not now".
        """
        self._seating.look(time.monotonic())
        again = {name for name, error in failures.items() if not_before(error) is not None}
        asked = failures.keys() - again
        seats = []
        for seat in self._seating.seats:
            provider = seat.provider
            if provider.id in asked or not able(provider):
                continue
            if until := self._permits.blocked_until(provider):
                failures[provider.id] = NotCalled("may not be called now", until)
            elif seat.shut_by and time.monotonic() < seat.shut_until:
                failures[provider.id] = seat.shut_by
            else:
                failures.pop(provider.id, None)
                seats.append(seat)
        return seats

    async def _answer(
        self, line: Line, ask: Ask[T], weigh: Weigh, failures: Failures
    ) -> tuple[Provider, T] | None:
        """The answer of the next member that has one, None once nobody is left."""
        reason = ""
        while line.seats:
            # Its turn is noted before it is asked, so that questions at once go to different ones.
            seat = line.next()
            provider = seat.provider
            if line.turns and provider.id != self._seating.last:
                self._seating.turned(provider.id, time.monotonic(), reason)
            pick = self._seating.reserve(seat, weigh(provider))
            if pick is None:
                failures[provider.id] = self._seating.why[provider.id]
                reason = reason_of(failures[provider.id])
                line.failed(seat)
                continue
            try:
                return provider, await ask(pick)
            except (ProviderError, NotCalled) as error:
                failures[provider.id] = error
                reason = reason_of(error)
                line.failed(seat)
            finally:
                self._permits.release(pick)
        return None

    def _wait(self, failures: Failures) -> float | None:
        """The seconds until the earliest member may be called, None where nobody knows."""
        at = earliest(failures)
        if at is None:
            return None
        return max(_SHORTEST_WAIT, (at - self._permits.ledger.now()) / 1000)

    def _none_available(self, failures: Mapping[str, HeadwaterError]) -> NoneAvailable:
        reasons = "; ".join(f"{name}: {error}" for name, error in failures.items())
        closed = self._seating.closed
        return NoneAvailable(
            f"no member of the pool {self.name} can answer: "
            f"{closed or reasons or 'none is able to'}",
            earliest(failures),
        )
