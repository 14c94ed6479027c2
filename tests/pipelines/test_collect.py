"""`headwater collect` where Headwater does not run: in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import psutil
import pytest

from pipelines.cli import main
from pipelines.home import own_home
from resources.ledger import Ledger, collections, coverage
from resources.plan import Window
from resources.processes import marked
from resources.settings import Settings
from tests.ledgers import ledger_at

NOVEMBER = ["--mode", "backward", "--start", "2026-11-01", "--end", "2026-11-10"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("collected"))


@pytest.fixture
def here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_HOME", str(home))
    yield home
    # The services of a run that was cancelled may take a moment to notice.
    psutil.wait_procs(marked(home), timeout=15)
    assert marked(home) == []


@contextmanager
def collecting(home: Path, arguments: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "pipelines.cli", "collect", *arguments]
    environment = {**os.environ, "HEADWATER_HOME": str(home)}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as process:
        yield process


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "say what to collect: --mode backward, forward or gap_fill"),
        (["--mode", "sideways"], "mode 'sideways' is none of backward, forward, gap_fill"),
        ([*NOVEMBER, "--symbols", ""], "symbols is an empty list: name some"),
        ([*NOVEMBER, "--symbols", " ,"], "symbols is an empty list: name some"),
        ([*NOVEMBER, "--symbols", "NOCOIN"], "no asset or market is spelt 'NOCOIN'"),
        ([*NOVEMBER, "--interval", "2h"], "interval '2h' is none of"),
        (["--mode", "forward", "--start", "soon"], "'soon' is no date"),
        (["--mode", "forward", "--start", "2999-01-01"], "lies in the future"),
    ],
)
def test_what_cannot_be_collected_is_one_sentence(here: Path, given: list[str], told: str) -> None:
    del here
    with pytest.raises(SystemExit, match=told):
        main(["collect", *given])


def test_before_anything_was_collected_the_status_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "new"))
    main(["collect", "status"])
    assert capsys.readouterr().out == "nothing was collected yet\n"


def test_a_dry_run_tells_the_cost_and_collects_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "new"))
    main(["collect", *NOVEMBER, "--symbols", "BTC,eth-usdt", "--dry-run"])
    nothing, *costs, room = capsys.readouterr().out.splitlines()
    assert nothing == f"nothing is stored yet: there is no {tmp_path / 'new'}"
    cost = re.compile(r"\w+: \d+ requests? of weight \d+ within \d+ seconds?")
    assert costs
    assert all(cost.fullmatch(line) for line in costs)
    assert room.startswith("at most 500 candles, about 0.0 MB")  # 10 days of 24 hours and a day
    main(["collect", "status"])
    assert capsys.readouterr().out == "nothing was collected yet\n"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_where_nothing_is_left_to_collect_a_sentence_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "new"))
    ledger = ledger_at(tmp_path / "new" / "ledger.db")
    covered = [("BTC/USDT", Window(0, ledger.now()))]
    with ledger.write() as connection:
        coverage.extend(connection, "1h", covered)
    ledger.close()
    given = ["--symbols", "BTC", "--interval", "1h", "--start", "2026-01-01", "--end", "2026-01-31"]
    main(["collect", "--mode", "forward", *given, *more])
    told = "nothing is left to collect forward from 2026-01-01 to 2026-01-31\n"
    assert capsys.readouterr().out == told


def test_a_collection_is_a_run_of_dagster_and_ends_with_a_table(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with collecting(here, [*NOVEMBER, "--symbols", "BTC,eth-usdt"]) as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    for line in ("BTC/USDT 1h: complete, 240 records", "ETH/USDT 1d: complete, 10 records"):
        assert line in said
    *_, last = said.splitlines()
    assert "success after" in last
    assert last.endswith("4 markets, 4 complete, 0 partial, 0 failed, 0 skipped; 500 records")
    run_id = re.search(r"run ([\w-]+) in a process of its own", said)
    assert run_id is not None
    with dg.DagsterInstance.from_config(str(here / "dagster")) as instance:
        run = instance.get_run_by_id(run_id[1])
    assert run is not None
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert run.tags["headwater/origin"] == "command line"
    main(["collect", "status"])
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_ctrl_c_cancels_the_run_and_what_it_has_stored_stays(here: Path) -> None:
    minutes = ["--mode", "backward", "--start", "2026-01-01", "--interval", "1m"]
    ledger = Ledger(f"sqlite:///{here / 'ledger.db'}")
    with collecting(here, [*minutes, "--symbols", "BTC,ETH,SOL,XRP"]) as process:
        until = time.monotonic() + 90
        while not any(state.interval == "1m" and state.records for state in _states(ledger)):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)
        with pytest.raises(SystemExit, match="another collection is going"):
            main(["collect", *NOVEMBER])
        # As a terminal sends it.
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "is being cancelled" in said
    assert "Traceback" not in said
    assert "backward: canceled after" in said
    states = _states(ledger)
    assert {state.status for state in states} <= set(collections.ENDED)
    left = [state for state in states if state.error == "canceled"]
    assert left
    assert all(state.status == ("partial" if state.records else "failed") for state in left)
    [newest] = collections.newest(ledger)
    assert newest.state == "canceled"
    assert newest.run_id is not None
    with dg.DagsterInstance.from_config(str(here / "dagster")) as instance:
        run = instance.get_run_by_id(newest.run_id)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.CANCELED
    ledger.close()


def test_ctrl_c_before_the_run_has_begun_cancels_it_too(here: Path) -> None:
    ledger = Ledger(f"sqlite:///{here / 'ledger.db'}")
    with collecting(here, [*NOVEMBER, "--symbols", "ADA"]) as process:
        assert process.stdout is not None
        assert "in a process of its own" in process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode in (1, 130)
    assert "Traceback" not in said
    assert [one.state for one in collections.newest(ledger)] == ["canceled"]
    ledger.close()


def _states(ledger: Ledger) -> Sequence[collections.SymbolState]:
    return [
        state for one in collections.newest(ledger) for state in collections.states(ledger, one.id)
    ]


def test_a_home_that_holds_other_data_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "live", providers="live")
    with own_home(settings):
        pass
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "live"))
    with pytest.raises(SystemExit, match="holds live data and this start is sandbox"):
        main(["collect", *NOVEMBER])
