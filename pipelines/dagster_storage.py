"""What a home has of Dagster, and of those who collected: tidied before anything else opens it."""

import shutil
from pathlib import Path

from resources.ledger import Ledger, collections
from resources.settings import Settings

_CONFIGURATION = Path(__file__).parents[1] / "dagster_home" / "dagster.yaml"
_LAUNCHER = """
run_launcher:
  module: pipelines.run_launcher
  class: ForkedRunLauncher
"""


def prepare(settings: Settings) -> None:
    """Make Dagster's storage, and end the runs and collections that were killed with everything.

    Services that start together in an empty folder would each make the storage, and one
    of them would find it half made.
    """
    import dagster as dg  # noqa: PLC0415 (costs seconds that a refused start need not spend)

    shutil.copy(_CONFIGURATION, settings.dagster_home)
    with (settings.dagster_home / _CONFIGURATION.name).open("a") as file:
        file.write(_LAUNCHER)
    going = [
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
        dg.DagsterRunStatus.NOT_STARTED,
    ]
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        for run in instance.get_runs(dg.RunsFilter(statuses=going)):
            instance.report_run_failed(run, "left behind by an earlier start of Headwater")
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    collections.abandon(ledger)
    ledger.close()


def report_canceling(settings: Settings, run_id: str) -> None:
    """Let a run that is about to be interrupted end as cancelled, not as failed."""
    import dagster as dg  # noqa: PLC0415 (as above)

    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            instance.report_run_canceling(run)
