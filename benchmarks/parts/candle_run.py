"""A real run of candles as a process of its own, which may be killed or interrupted.

Processes are forked from one that has imported everything, so that they begin at once.
"""

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

import dagster as dg

from assets.ohlcv import ohlcv
from benchmarks.parts.work import Work
from pipelines.processes import RUN_ENVIRONMENT
from resources.dagster_resources import resources_of
from resources.graphql import partition_range
from resources.plan import OHLCV_ASSET
from resources.settings import Settings


def start(home: Path, sandbox: str, work: Work) -> ForkServerProcess:
    """A run that has just begun; its exit code is 0 where it succeeds, else `home`'s log.txt
    says why not."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(home, sandbox, work, telling))
    process.start()
    telling.close()
    told.recv()
    told.close()
    return process


def _run(home: Path, sandbox: str, work: Work, telling: Connection) -> None:
    os.environ.update(RUN_ENVIRONMENT)
    settings = Settings(home=home, sandbox_port=urlsplit(sandbox).port or 0)
    config = {"symbols": list(work.symbols), "interval": str(work.interval)}
    with (home / "log.txt").open("a") as sys.stderr, dg.DagsterInstance.ephemeral() as instance:
        telling.send("begins")
        result = dg.materialize(
            [ohlcv],
            resources=resources_of(settings),
            instance=instance,
            tags=partition_range(work.first, work.last),
            run_config={"ops": {OHLCV_ASSET: {"config": config}}},
            raise_on_error=False,
        )
    sys.exit(not result.success)
