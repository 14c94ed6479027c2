"""`python -m pipelines.run_here FILE`: one run of candles, without daemon and webserver.

Dagster records it as any other run. Whoever starts it may interrupt it.
"""

import json
import sys
from pathlib import Path

import dagster as dg

from pipelines.definitions import defs
from resources.plan import OHLCV_JOB


def main() -> None:
    """FILE has `run_id`, `tags` and `config`; the exit code tells whether the run succeeded."""
    given = json.loads(Path(sys.argv[1]).read_text())
    with dg.DagsterInstance.get() as instance:
        job = defs().resolve_job_def(OHLCV_JOB)
        result = job.execute_in_process(
            instance=instance,
            run_id=given["run_id"],
            tags=given["tags"],
            run_config=given["config"],
            raise_on_error=False,
        )
    sys.exit(0 if result.success else 1)


if __name__ == "__main__":
    main()
