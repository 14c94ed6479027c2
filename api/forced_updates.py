"""Snapshots that are asked for by hand: real runs, one at a time per provider."""

import asyncio
import time

from api.scheduler import SchedulerProbe
from resources.errors import HeadwaterError, Unavailable
from resources.ledger import Ledger, forced_updates
from resources.ledger.forced_updates import Claim
from resources.plan import SNAPSHOTS_ASSET, SNAPSHOTS_JOB

# A run says itself that it has ended; only one that was killed is asked after.
_TRUSTED_MS = 15_000
# Whoever launches a run has its id by then, or is gone.
_LAUNCHED_MS = 40_000
_PATIENCE = 45.0
_PAUSE = 0.1


class ForcedUpdates:
    """Launches runs of `provider_snapshots` for single providers.

    Whoever asks while one goes gets its id: within this process by waiting for the same
    launch, across processes by a claim in the ledger.
    """

    def __init__(self, ledger: Ledger, scheduler: SchedulerProbe) -> None:
        self._ledger = ledger
        self._scheduler = scheduler
        self._asking: dict[str, asyncio.Task[str]] = {}

    async def run_of(self, provider_id: str) -> str:
        """The id of the run that looks at a provider now. Raises Unavailable without Dagster."""
        asking = self._asking.get(provider_id)
        if asking is None or asking.done():
            asking = asyncio.create_task(self._claimed(provider_id))
            self._asking[provider_id] = asking
        # Shielded: the others still want it when one caller goes away.
        return await asyncio.shield(asking)

    async def _claimed(self, provider_id: str) -> str:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            claim = await asyncio.to_thread(forced_updates.claim, self._ledger, provider_id)
            if claim.mine:
                return await self._launch(claim)
            if claim.run_id and await self._holds(claim, claim.run_id):
                return claim.run_id
            if claim.run_id or claim.age > _LAUNCHED_MS:
                await asyncio.to_thread(forced_updates.drop, self._ledger, claim)
            else:
                await asyncio.sleep(_PAUSE)
        raise Unavailable(f"an update of {provider_id} is being launched and does not start")

    async def _holds(self, claim: Claim, run_id: str) -> bool:
        return claim.age < _TRUSTED_MS or await self._scheduler.is_going(run_id)

    async def _launch(self, claim: Claim) -> str:
        config = {"ops": {SNAPSHOTS_ASSET: {"config": {"providers": [claim.provider]}}}}
        try:
            run_id = await self._scheduler.launch(SNAPSHOTS_JOB, {}, config)
        except HeadwaterError:
            await asyncio.to_thread(forced_updates.drop, self._ledger, claim)
            raise
        await asyncio.to_thread(forced_updates.launched, self._ledger, claim, run_id)
        return run_id
