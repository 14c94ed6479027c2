"""Dagster, as the service sees it: asked seldom, never waited for long, told to start runs."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Literal

from api.recent import Recent
from resources import collecting
from resources.errors import HeadwaterError
from resources.graphql import BEHIND_SCHEDULES, Dagster, JobState
from resources.ledger import Ledger
from resources.ledger.collections import Collection

Status = Literal["running", "stopped", "unknown"]
_PATIENCE = 0.9
_JOBS_PATIENCE = 5.0
_LAUNCH_PATIENCE = 30.0
_TRIGGER = "headwater/trigger"


class SchedulerProbe:
    """Asks Dagster's webserver at most every five seconds, and waits for it under a second."""

    def __init__(self, port: int) -> None:
        url = f"http://127.0.0.1:{port}"
        self._dagster = Dagster(url, timeout=_PATIENCE)
        self._patient = Dagster(url, timeout=_JOBS_PATIENCE)
        self._launching = Dagster(url, timeout=_LAUNCH_PATIENCE)
        self._status = Recent[Status](self._ask_status, "unknown")
        self._jobs = Recent[Mapping[str, JobState]](self._ask_jobs, {})
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def status(self) -> Status:
        """`unknown` where the webserver does not answer: the scheduler may run all the same."""
        return await self._status.get()

    async def job_states(self) -> Mapping[str, JobState]:
        """What is known of each job, by its name in Dagster; empty where nothing is."""
        return await self._jobs.get()

    async def launch(self, job: str, tags: Mapping[str, str], config: Mapping[str, Any]) -> str:
        """Start a run and return its id. Raises Unavailable where Dagster does not answer."""
        behind = {**tags, **BEHIND_SCHEDULES}
        return await asyncio.to_thread(self._launching.launch, job, behind, config)

    async def trigger(
        self, trigger: str, job: str, tags: Mapping[str, str], config: Mapping[str, Any]
    ) -> tuple[str, bool]:
        """The id of the run that `trigger` started last and that has not ended, else of a new
        one; and whether it is new. Raises Unavailable where Dagster does not answer."""
        mark = {_TRIGGER: trigger}
        async with self._turns[trigger]:
            if going := await asyncio.to_thread(self._launching.runs_going, mark):
                return going[0].id, False
            return await self.launch(job, {**tags, **mark}, config), True

    async def collect(self, ledger: Ledger, request: collecting.Request) -> str:
        """The id of the run of a collection; raises as `collecting.launch`."""
        launched = await asyncio.to_thread(
            collecting.launch, self._launching, ledger, request, "api"
        )
        return launched.run_id

    async def end_collection(self, ledger: Ledger, going: Collection) -> None:
        """Raises as `collecting.cancel`."""
        await asyncio.to_thread(collecting.cancel, self._launching, ledger, going)

    async def is_going(self, run_id: str) -> bool:
        """Whether a run has not ended. Raises Unavailable where Dagster does not answer."""
        run = await asyncio.to_thread(self._launching.run, run_id)
        return run is not None and run.going

    def close(self) -> None:
        for dagster in (self._dagster, self._patient, self._launching):
            dagster.close()

    def _ask_status(self) -> Status:
        try:
            return "running" if self._dagster.scheduler_runs() else "stopped"
        except (HeadwaterError, LookupError, TypeError, AttributeError):
            # The last three: what listens there is no Dagster, and answered something else.
            return "unknown"

    def _ask_jobs(self) -> Mapping[str, JobState]:
        try:
            return self._patient.job_states()
        except (HeadwaterError, LookupError, TypeError, AttributeError):
            return {}
