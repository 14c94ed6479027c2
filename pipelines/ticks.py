"""What schedules ask when they are due."""

from collections.abc import Mapping

import dagster as dg


def busy(
    context: dg.ScheduleEvaluationContext, job: str, tags: Mapping[str, str] | None = None
) -> bool:
    """Whether a run of the job with these tags waits or is going."""
    going = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    wanted = dg.RunsFilter(job_name=job, statuses=going, tags=tags)
    return context.instance.get_runs_count(wanted) > 0
