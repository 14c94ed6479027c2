"""The cost of a collection on the command line."""

import re
from pathlib import Path

import pytest

from pipelines.cli import main
from resources.plan import Cost

TWO_DAYS = ["--start", "2026-03-01", "--end", "2026-03-02"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    return tmp_path


def test_what_is_missing_is_told_in_requests_weight_and_minutes(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del home
    main(["plan", "BTC", "eth-usdt", "--interval", "1h", *TWO_DAYS])
    _, line, room = capsys.readouterr().out.splitlines()
    assert room == "at most 96 candles, about 0.0 MB on the disk"
    assert re.fullmatch(r"\w+: 2 requests of weight \d+ within 1 second", line)


@pytest.mark.parametrize("given", [[], ["--interval", "1d"]])
def test_a_plan_without_a_symbol_is_that_of_collecting_backward(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: list[str],
) -> None:
    del home
    main(["plan", *TWO_DAYS, *given])
    bare = capsys.readouterr().out
    watched = '{"symbols": ["DOGE/USDT"], "intervals": ["15m"]}'
    monkeypatch.setenv("HEADWATER_WATCHLIST", watched)
    main(["plan", *TWO_DAYS, *given])
    planned = capsys.readouterr().out
    main(["collect", "--mode", "backward", "--dry-run", *TWO_DAYS, *given])
    assert capsys.readouterr().out == planned
    # 15m are of the watchlist, and of no plan of another interval.
    assert (planned == bare) == bool(given)


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        (Cost(1, 2, 0.0), "1 request of weight 2 within 1 second"),
        (Cost(2, 4, 0.5), "2 requests of weight 4 within 30 seconds"),
        (Cost(90, 180, 1.25), "90 requests of weight 180 within 1.2 minutes"),
    ],
)
def test_a_cost_reads_as_a_person_says_it(cost: Cost, told: str) -> None:
    assert str(cost) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["NOCOIN"], "no asset or market is spelt"),
        (["BTC", "--interval", "2h"], "interval '2h' is none of"),
        (["BTC", "--start", "yesterday"], "'yesterday' is no date"),
    ],
)
def test_bad_input_is_one_sentence(home: Path, given: list[str], told: str) -> None:
    del home
    with pytest.raises(SystemExit, match=told):
        main(["plan", *given])
