"""Looks at providers: each is asked for its watched call, and what it answers is stored raw."""

import asyncio
import random
import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from resources.errors import HeadwaterError, NotCalled, ProviderError, StoreUnavailable
from resources.http.client import Answer, Client
from resources.ledger import Ledger, commits, provider_schedules, snapshots
from resources.ledger.provider_schedules import Row, Status
from resources.ledger.snapshots import Answered, Bounds
from resources.providers.base import Provider
from resources.schedules import Schedule, Schedules, interval_of, next_wait, watched_call

# How long before its time a provider belongs to a run, which then waits for it.
AHEAD_MS = 30_000
_AT_ONCE = 16
_NEWS_MS = 600_000
# A provider whose budget is used up for longer is looked at another time.
_BUDGET_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a provider, begun at `began` (ms, the ledger's clock), `before` the last one.

    `answered` is None where it was not called; `not_before` (ms) is when it may be, 0 where
    nobody said.
    """

    provider: Provider
    before: int | None
    began: int
    status: Status
    answered: Answered | None
    not_before: int = 0
    reason: str | None = None


def is_news(provider_id: str, before: int | None, began: int) -> bool:
    """Whether a look is the first one in ten minutes; when those begin differs by provider.

    Dagster writes an event to two databases: of every look of every minute they would cost more
    than all the looks, and a gigabyte a day.
    """
    offset = zlib.crc32(provider_id.encode()) % _NEWS_MS
    return before is None or (before + offset) // _NEWS_MS != (began + offset) // _NEWS_MS


class Looks:
    """Looks at providers, some at once, and stores what came of each look as it comes.

    Raises StoreUnavailable alone: a provider that fails disturbs nobody.
    """

    def __init__(
        self, client: Client, ledger: Ledger, schedules: Schedules, bounds: Bounds, most_bytes: int
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._schedules = schedules
        self._bounds = bounds
        self._most_bytes = most_bytes
        self._done: list[Look] = []
        self._waiting: list[Look] = []
        self._storing = asyncio.Lock()

    async def when_due(self, chosen: Sequence[Schedule]) -> list[Look]:
        """Look at each when its time has come, unless that has moved or it was disabled meanwhile."""
        return await self._all([(one.provider.id, True) for one in chosen])

    async def now(self, provider_ids: Sequence[str]) -> list[Look]:
        """Look at each at once, unless it is disabled or cannot be called."""
        return await self._all([(one, False) for one in provider_ids])

    async def _all(self, chosen: list[tuple[str, bool]]) -> list[Look]:
        left = deque(chosen)
        workers = [asyncio.create_task(self._work(left)) for _ in range(_AT_ONCE)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
        return self._done

    async def _work(self, left: deque[tuple[str, bool]]) -> None:
        while left:
            provider_id, timed = left.popleft()
            if timed:
                await self._wait(provider_id)
            schedule = self._schedules.one(provider_id)
            now = self._ledger.now()
            if schedule is None or not schedule.active:
                continue
            if timed and schedule.row.next_due > now:
                continue
            await self._store(await self._look(schedule, now))

    async def _wait(self, provider_id: str) -> None:
        schedule = self._schedules.one(provider_id)
        wait = schedule.row.next_due - self._ledger.now() if schedule else 0
        if 0 < wait <= AHEAD_MS:
            # A millisecond more: the two clocks need not tick alike.
            await asyncio.sleep((wait + 1) / 1_000)

    async def _look(self, schedule: Schedule, began: int) -> Look:
        provider, before = schedule.provider, schedule.row.last_at
        call = watched_call(provider)
        if call is None:
            return Look(provider, before, began, "not_called", None, reason="it has no endpoint")
        try:
            answer = await self._client.get(provider, call, self._is_json, max_wait=_BUDGET_WAIT)
        except StoreUnavailable:
            raise
        except NotCalled as error:
            not_before = error.not_before or 0
            return Look(provider, before, began, "not_called", None, not_before, str(error))
        except HeadwaterError as error:
            status = error.http_status if isinstance(error, ProviderError) else None
            failed = Answered(provider.id, ok=False, http_status=status, error=str(error))
            not_before = getattr(error, "not_before", 0)
            return Look(provider, before, began, "failed", failed, not_before, str(error))
        return Look(provider, before, began, "success", self._answered(provider, answer))

    def _answered(self, provider: Provider, answer: Answer[bool]) -> Answered:
        size = len(answer.body)
        large = size > self._most_bytes
        return Answered(
            provider.id,
            ok=True,
            http_status=answer.status,
            content_type=answer.headers.get("content-type"),
            is_json=answer.value,
            size=size,
            body=None if large else answer.body,
            error=f"larger than the {self._most_bytes} bytes that are kept" if large else None,
        )

    def _is_json(self, body: bytes) -> bool:
        """Whether a body is kept, and JSON that can be handed on as such."""
        if len(body) > self._most_bytes:
            return False
        try:
            msgspec.json.decode(body)
        except (ValueError, RecursionError):
            return False
        return True

    async def _store(self, look: Look) -> None:
        """What other looks left meanwhile goes into the same transaction."""
        self._waiting.append(look)
        async with self._storing:
            batch, self._waiting = self._waiting, []
            if batch:
                await asyncio.to_thread(self._write, batch)
                self._done += batch

    def _write(self, batch: Sequence[Look]) -> None:
        answers = [look.answered for look in batch if look.answered]
        keys = [{"provider": answered.provider} for answered in answers]
        ledger = self._ledger
        with ledger.write() as connection:
            if answers:
                seq = commits.record(connection, ledger, snapshots.TABLE, None, keys, len(keys))
                for answered in answers:
                    snapshots.put(connection, ledger, answered, seq, self._bounds)
            for look in batch:
                provider_schedules.note(
                    connection, look.provider.id, look.status, look.began, _Wait(look).seconds
                )


class _Wait:
    """How long after a look the next one is due."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def seconds(self, row: Row) -> float:
        look = self._look
        not_before = (look.not_before - look.began) / 1_000 if look.not_before else 0.0
        failures = row.failures_in_a_row if look.status == "failed" else 0
        return next_wait(interval_of(look.provider, row), failures, random.random(), not_before)
