"""What the ledger hears of a run of candles, and what becomes of it where the ledger is gone."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from assets.registration import registered
from resources.ledger import Ledger, collections
from tests.ledgers import ledger_at


def run_of(ledger: Ledger, ending: Exception, before: Callable[[], object]) -> None:
    graph = dg.GraphDefinition(name="candles", node_defs=[])
    job = dg.JobDefinition(name="candles", graph_def=graph)
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job)
    with registered(ledger, run, "forward", 0):
        before()
        raise ending


def test_a_run_that_waits_for_its_next_try_goes_on(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "ledger.db")
    with pytest.raises(dg.RetryRequested):
        run_of(ledger, dg.RetryRequested(seconds_to_wait=300), lambda: None)
    ledger.skew_ms = 290_000
    [going] = collections.going(ledger)
    assert (going.mode, going.origin, going.state) == ("forward", "dagster", "running")
    ledger.skew_ms = 400_000
    assert collections.going(ledger) == []


@pytest.mark.parametrize(
    "ending", [dg.RetryRequested(seconds_to_wait=1), dg.Failure("the disk is full")]
)
def test_how_a_run_ended_is_told_though_the_ledger_is_gone(
    tmp_path: Path, ending: Exception
) -> None:
    file = tmp_path / "ledger.db"
    ledger = ledger_at(file)

    def lose_it() -> None:
        ledger.close()
        file.unlink()
        file.mkdir()

    with pytest.raises(type(ending)):
        run_of(ledger, ending, lose_it)
