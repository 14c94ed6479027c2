"""The cost of a collection on the command line."""

import re
from pathlib import Path

import pytest

from pipelines.cli import main

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
    line, room = capsys.readouterr().out.splitlines()
    assert room == "at most 96 candles, about 0.0 MB on the disk"
    assert re.fullmatch(r"\w+: 2 requests of weight \d+ within 0\.0 minutes", line)


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
