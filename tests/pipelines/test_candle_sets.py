"""`headwater import` and `headwater export` as a user calls them."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import polars as pl
import pytest

from pipelines.candle_sets import _LAYOUTS as TOLD
from pipelines.cli import main
from resources.candle_sets import LAYOUTS
from resources.lake import Lake
from resources.ledger import Ledger
from resources.settings import Settings
from tests.api.fives import put_made, put_own
from tests.resources.candle_sets.sets import frame

CSV = "open_time,open,high,low,close,volume\n2026-05-01T00:00:00Z,1,2,1,1.5,3\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three days of two markets."""
    folder = tmp_path / "given"
    folder.mkdir()
    for symbol in ("BTC/USDT", "ETH/USDT"):
        path = folder / f"{symbol.replace('/', '_')}-1h.csv"
        rows = frame(range(72), symbol)
        LAYOUTS["csv"].write(lambda rows=rows: iter([rows]), path)  # type: ignore[misc]
    return folder


def test_a_folder_is_taken_whole_and_each_file_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(folder), "--layout", "csv", "--source", "archive"])
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == [
        "file", "rows", "new", "equal", "changed", "kept", "quarantined", "forming",
    ]  # fmt: skip
    assert [line.split()[-7:-5] for line in told[1:]] == [
        ["72", "72"],
        ["72", "72"],
        ["144", "144"],
    ]


def test_a_bad_file_is_refused_and_the_others_are_stored(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "LTC_USDT-1h.csv").write_text(CSV.replace("1.5", "x"))
    with pytest.raises(SystemExit, match="1 of 3 files are refused: nothing of them is stored"):
        main(["import", str(folder), "--layout", "csv"])
    told = capsys.readouterr()
    assert "LTC_USDT-1h.csv: row 1: column close holds 'x', no number" in told.err
    assert "144" in told.out


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pl.lit(b"\xff").alias("symbol"), "column symbol holds bytes that are no UTF-8"),
        (pl.concat_list("open").alias("interval"), "column interval holds List"),
        (pl.lit(2**62).cast(pl.Datetime("ms")).alias("open_time"), "row 1: column open_time"),
    ],
    ids=["bytes", "list", "time"],
)
def test_a_hostile_table_does_not_keep_the_others_out(
    column: pl.Expr, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame(range(24)).write_parquet(tmp_path / "1.parquet")
    frame(range(24)).with_columns(column).write_parquet(tmp_path / "0.parquet")
    with pytest.raises(SystemExit, match="1 of 2 files are refused"):
        main(["import", str(tmp_path), "--layout", "parquet"])
    said = capsys.readouterr()
    assert f"0.parquet: {told}" in said.err
    assert said.out.splitlines()[-1].split()[2:4] == ["24", "24"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_exported_is_equal_when_it_comes_back(
    name: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(folder), "--layout", "csv"])
    main(["export", "--layout", name, "--to", str(tmp_path / "out"), "--start", "2026-05-02",
          "--end", "2026-05-02"])  # fmt: skip
    capsys.readouterr()
    main(["import", str(tmp_path / "out"), "--layout", name])
    last = capsys.readouterr().out.splitlines()[-1].split()
    assert last[2:] == ["48", "0", "48", "0", "0", "0", "0"]


def test_an_export_is_of_the_markets_asked_for(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(folder), "--layout", "csv"])
    out = tmp_path / "out"
    main(["export", "--layout", "parquet", "--symbols", "btcusdt,LTC/USDT", "--to", str(out)])
    assert "LTC/USDT 1h: nothing is stored" in capsys.readouterr().out
    assert [path.name for path in out.iterdir()] == ["BTC_USDT-1h.parquet"]
    assert pl.read_parquet(out / "BTC_USDT-1h.parquet").height == 72


@pytest.mark.parametrize("named", [[], ["--symbols", "SOL/USD"]])
def test_an_export_holds_what_was_made_of_lower_intervals(
    folder: Path, tmp_path: Path, named: list[str]
) -> None:
    main(["import", str(folder), "--layout", "csv"])
    settings = Settings()
    lake, ledger = Lake(settings.lake_url), Ledger(settings.ledger_url)
    put_made(lake, ledger, range(1, 8))
    put_own(lake, range(3))
    ledger.close()
    out = tmp_path / "out"
    main(["export", "--layout", "parquet", "--interval", "5m", *named, "--to", str(out)])
    (path,) = out.iterdir()
    table = pl.read_parquet(path)
    own = "sandbox:binance"
    assert table["source"].to_list() == [own] * 3 + ["sandbox:resampled:1m"] * 5
    assert table["close"].to_list() == [1.25, 6.25, 11.25, 16, 21, 26, 31, 36]


def test_a_file_that_is_there_is_replaced_only_if_asked(folder: Path, tmp_path: Path) -> None:
    main(["import", str(folder), "--layout", "csv"])
    asked = ["export", "--layout", "ccxt", "--to", str(tmp_path / "out")]
    main(asked)
    with pytest.raises(SystemExit, match=r"BTC_USDT-1h\.json is there already"):
        main(asked)
    main([*asked, "--overwrite"])


@pytest.mark.parametrize("field", ["Open", "High", "Low", "Close", "Volume"])
def test_no_file_of_a_wide_set_is_replaced_unasked(
    field: str, folder: Path, tmp_path: Path
) -> None:
    main(["import", str(folder), "--layout", "csv"])
    mine = tmp_path / "out" / f"{field}-1h.parquet"
    mine.parent.mkdir()
    mine.write_text("mine")
    asked = ["export", "--layout", "vectorbt-wide", "--to", str(mine.parent)]
    with pytest.raises(SystemExit, match=rf"{field}-1h\.parquet is there already"):
        main(asked)
    assert [path.read_text() for path in mine.parent.iterdir()] == ["mine"]
    main([*asked, "--overwrite"])
    assert pl.read_parquet(mine).height == 72


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["import", "nowhere", "--layout", "xlsx"], "there is no layout 'xlsx'"),
        (["import", "nowhere", "--layout", "csv"], "1 of 1 files are refused"),
        (["import", ".", "--layout", "ccxt", "--symbol", "BTC"], "BTC is an asset"),
        (["export", "--layout", "csv", "--to", "out"], "nothing is stored"),
        (["export", "--layout", "csv", "--to", "out", "--interval", "2h"], "'2h' is none of"),
    ],
)
def test_a_mistake_ends_with_one_sentence(arguments: list[str], told: str) -> None:
    with pytest.raises(SystemExit, match=told):
        main(arguments)


def test_a_home_of_the_other_mode_is_refused(home: Path, folder: Path) -> None:
    home.mkdir()
    (home / "mode").write_text("live")
    with pytest.raises(SystemExit, match="holds live data"):
        main(["import", str(folder), "--layout", "csv"])


def test_a_home_that_cannot_be_made_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(SystemExit, match="cannot be written"):
        main(["import", str(folder), "--layout", "csv"])


def test_the_help_tells_each_layout() -> None:
    assert sorted(TOLD.replace(" or ", ", ").split(", ")) == sorted(LAYOUTS)


def test_an_import_that_is_stopped_tells_what_it_has_stored(tmp_path: Path) -> None:
    hours = 20_000
    rows = [frame(range(hours), f"{base}/USDT") for base in ("BTC", "ETH", "SOL", "XRP", "ADA")]
    shifted = [one.with_columns(pl.col("open_time").dt.offset_by("-4y")) for one in rows]
    for number in range(8):
        path = tmp_path / f"{number}.parquet"
        LAYOUTS["parquet"].write(lambda: iter(shifted), path)
    command = [
        sys.executable,
        "-m",
        "pipelines.cli",
        "import",
        *map(str, tmp_path.glob("*.parquet")),
    ]
    process = subprocess.Popen(
        [*command, "--layout", "parquet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    ledger = tmp_path / "home" / "ledger.db"
    while process.poll() is None and not _commits(ledger):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    last = out.splitlines()[-1].split()
    assert last[:2] == ["in", "all"]


def _commits(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.OperationalError):
        return int(connection.execute("SELECT count(*) FROM commits").fetchone()[0])
    return 0
