"""Providers that can answer the same question."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from resources.errors import HeadwaterError, NoneAvailable, NotCalled, ProviderError, RateLimited
from resources.http.client import Client
from resources.http.rotation import Member, Strategy
from resources.ledger.database import Ledger
from resources.ledger.rotations import last_provider, save_last_provider
from resources.providers.base import Provider

T = TypeVar("T")

Ask = Callable[[Provider], Awaitable[T]]
Able = Callable[[Provider], bool]
Failures = dict[str, HeadwaterError]

# Another process that starts a second behind does no harm; a write a call would.
_SAVE_SECONDS = 1.0


class Pool:
    """Asks its members in the order of its strategy, passing over those that may not be called.

    `ask` sends the question to one provider, through the client, and returns its answer;
    `able` says whether a provider has an answer at all. Where the strategy rotates, its
    position is kept in the ledger and goes on in the next process.
    """

    def __init__(
        self,
        name: str,
        members: Sequence[Member],
        strategy: Strategy,
        client: Client,
        ledger: Ledger,
    ) -> None:
        self.name = name
        self.members = tuple(members)
        self._strategy = strategy
        self._client = client
        self._ledger = ledger
        self._last: str | None = None
        self._saved = -_SAVE_SECONDS

    async def first(self, ask: Ask[T], able: Able) -> tuple[Provider, T]:
        """The first answer there is; raises NoneAvailable with the reasons."""
        answers, _ = await self.several(1, ask, able)
        return answers[0]

    async def several(
        self, n: int, ask: Ask[T], able: Able
    ) -> tuple[list[tuple[Provider, T]], Failures]:
        """The answers of up to `n` members asked at once, and why others gave none, by id.

        A member that fails is replaced while any are left. Raises NoneAvailable, with the
        earliest time at which one may be called, where not a single one answered.
        """
        failures: Failures = {}
        members = self._callable(able, failures)
        self._advance(members[:n])
        queue = iter(members)
        tasks = [asyncio.ensure_future(_answer(queue, ask, failures)) for _ in members[:n]]
        try:
            found = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        answers = [answer for answer in found if answer is not None]
        if not answers:
            raise self._none_available(failures)
        return answers, failures

    def _callable(self, able: Able, failures: Failures) -> list[Member]:
        """The able members in their order; those that may not be called become failures."""
        members = []
        for member in self._strategy.order(self.members, self._position()):
            if not able(member.provider):
                continue
            if until := self._client.blocked_until(member.provider):
                failures[member.provider.id] = NotCalled("may not be called now", until)
            else:
                members.append(member)
        return members

    def _position(self) -> str | None:
        if self._last is None and self._strategy.rotates:
            self._last = last_provider(self._ledger, self.name)
        return self._last

    def _advance(self, picked: Sequence[Member]) -> None:
        """Note the last pick before anyone is asked, so that questions at once go to different members."""
        if not picked or not self._strategy.rotates:
            return
        self._last = picked[-1].provider.id
        if time.monotonic() - self._saved >= _SAVE_SECONDS:
            save_last_provider(self._ledger, self.name, self._last)
            self._saved = time.monotonic()

    def _none_available(self, failures: Failures) -> NoneAvailable:
        reasons = "; ".join(f"{name}: {error}" for name, error in failures.items())
        times = [
            error.not_before
            for error in failures.values()
            if isinstance(error, NotCalled | RateLimited) and error.not_before is not None
        ]
        return NoneAvailable(
            f"no member of the pool {self.name} can answer: {reasons or 'none is able to'}",
            min(times, default=None),
        )


async def _answer(
    queue: Iterator[Member], ask: Ask[T], failures: Failures
) -> tuple[Provider, T] | None:
    """The answer of the next member in the queue that has one, None once nobody is left."""
    for member in queue:
        try:
            return member.provider, await ask(member.provider)
        except (ProviderError, NotCalled) as error:
            failures[member.provider.id] = error
    return None
