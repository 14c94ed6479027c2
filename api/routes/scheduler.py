"""The jobs, when they run, and runs of them by hand."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path

from api.answers import Answer
from api.auth import OPEN, WRITE
from api.models.base import documented
from api.models.jobs import SchedulerStatus, Triggered
from api.queries.jobs import JOBS, find_job, to_row
from api.services import Services, ServicesDep
from resources import collecting
from resources.errors import Conflict
from resources.ledger import collections
from resources.plan import OHLCV_JOB

router = APIRouter(tags=["scheduler"])


@router.get("/api/scheduler/status", dependencies=[OPEN], responses=documented(SchedulerStatus))
async def scheduler_status(services: ServicesDep) -> Answer:
    """Whether schedules run, and every job with its last and next run."""
    running, states, schedules = await asyncio.gather(
        services.scheduler.status(),
        services.scheduler.job_states(),
        asyncio.to_thread(services.schedules.all),
    )
    return Answer(
        {
            "total_jobs": len(JOBS),
            # null: Dagster does not answer now, and may run all the same.
            "is_running": None if running == "unknown" else running == "running",
            "jobs": [to_row(job, states, schedules) for job in JOBS],
        }
    )


@router.post(
    "/api/scheduler/trigger/{job_id}",
    dependencies=[WRITE],
    status_code=202,
    responses=documented(Triggered, 409, status=202),
)
async def trigger(
    services: ServicesDep, job_id: Annotated[str, Path(max_length=100, description="Id of a job.")]
) -> Answer:
    """Start a run of a job now, or find the one that was started so and has not ended."""
    job = find_job(job_id)
    if job.name == OHLCV_JOB:
        run_id, new = await _collect(services)
    else:
        tags = job.tags(await asyncio.to_thread(services.ledger.now))
        run_id, new = await services.scheduler.trigger(job.id, job.name, tags, job.config)
    done = "was started" if new else "was started before and has not ended"
    told = {"message": f"run {run_id} {done}", "run_id": run_id}
    return Answer({"success": True, "job_id": job.id, **told}, status=202)


async def _collect(services: Services) -> tuple[str, bool]:
    """The run of a forward collection, or of the collection that is going already."""
    ledger = services.ledger
    request = await asyncio.to_thread(collecting.asked, ledger, services.settings, "forward")
    try:
        return await services.scheduler.collect(ledger, request), True
    except Conflict:
        for going in await asyncio.to_thread(collections.going, ledger):
            if going.run_id:
                return going.run_id, False
        raise
