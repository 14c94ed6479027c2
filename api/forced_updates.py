"""Snapshots that are asked for by hand: real runs, one at a time per provider."""

import asyncio
import time

from api.params import now_ms
from api.scheduler import SchedulerProbe
from resources.errors import Busy, HeadwaterError, Unavailable
from resources.ledger import Ledger, forced_updates
from resources.ledger.forced_updates import Claim
from resources.plan import SNAPSHOTS_ASSET, SNAPSHOTS_JOB

# A run says itself that it has ended; only one that was killed is asked after.
_TRUSTED_MS = 15_000
# Whoever launches a run has its id by then, or is gone.
_LAUNCHED_MS = 40_000
_PATIENCE = 45.0
_PAUSE = 0.1
# Dagster has four places for runs: one is left to schedules.
_MOST = 3
_BUSY_MS = 10_000


class ForcedUpdates:
    """Launches runs of `provider_snapshots` for single providers.

    Whoever asks while one goes gets its id: within this process by waiting for the same
    launch, across processes by a claim in the ledger. Few go at once, over all providers.
    """

    def __init__(self, ledger: Ledger, scheduler: SchedulerProbe) -> None:
        self._ledger = ledger
        self._scheduler = scheduler
        self._asking: dict[str, asyncio.Task[str]] = {}

    async def run_of(self, provider_id: str) -> str:
        """The id of the run that looks at a provider now.

        Raises Busy where as many as may be look at others, Unavailable without Dagster.
        """
        asking = self._asking.get(provider_id)
        if asking is None or asking.done():
            asking = asyncio.create_task(self._claimed(provider_id))
            self._asking[provider_id] = asking
        # Shielded: the others still want it when one caller goes away.
        return await asyncio.shield(asking)

    async def _claimed(self, provider_id: str) -> str:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            claim = await self._claim(provider_id)
            if claim.mine:
                return await self._launch(claim)
            if not await self._holds(claim):
                await asyncio.to_thread(forced_updates.drop, self._ledger, claim)
            elif claim.run_id:
                return claim.run_id
            else:
                await asyncio.sleep(_PAUSE)
        raise Unavailable(f"an update of {provider_id} is being launched and does not start")

    async def _claim(self, provider_id: str) -> Claim:
        claim = await asyncio.to_thread(forced_updates.claim, self._ledger, provider_id, _MOST)
        if claim is not None:
            return claim
        for other in await asyncio.to_thread(forced_updates.claims, self._ledger):
            if not await self._holds(other):
                await asyncio.to_thread(forced_updates.drop, self._ledger, other)
        claim = await asyncio.to_thread(forced_updates.claim, self._ledger, provider_id, _MOST)
        if claim is None:
            until = now_ms() + _BUSY_MS
            raise Busy(f"{_MOST} updates that were asked for have not ended: try again soon", until)
        return claim

    async def _holds(self, claim: Claim) -> bool:
        """Whether the run of a claim is being launched, or goes."""
        if claim.run_id is None:
            return claim.age <= _LAUNCHED_MS
        return claim.age < _TRUSTED_MS or await self._scheduler.is_going(claim.run_id)

    async def _launch(self, claim: Claim) -> str:
        config = {"ops": {SNAPSHOTS_ASSET: {"config": {"providers": [claim.provider]}}}}
        try:
            run_id = await self._scheduler.launch(SNAPSHOTS_JOB, {}, config)
        except HeadwaterError:
            await asyncio.to_thread(forced_updates.drop, self._ledger, claim)
            raise
        await asyncio.to_thread(forced_updates.launched, self._ledger, claim, run_id)
        return run_id
