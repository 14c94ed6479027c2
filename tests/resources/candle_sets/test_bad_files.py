"""What is wrong with a file is said, with its place."""

import tempfile
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.candle_sets import LAYOUTS, Named, survey
from resources.errors import HeadwaterError, InvalidInput
from resources.market import Interval, Symbol
from tests.resources.candle_sets.sets import HOUR, START, WRITTEN, frame

NOW = START + 1_000 * HOUR
HEAD = "open_time,open,high,low,close,volume\n"
ROW = "2026-05-01T00:00:00Z,1,2,1,1.5,3\n"
HOURS = "".join(f"2026-05-01T{hour:02}:00:00Z,1,2,1,1.5,3\n" for hour in range(20))
ARRAY = f"[{START},1,2,1,1.5,3]"
NEXT = f"[{START + HOUR},1,2,1,1.5,3]"
SPELT = NEXT.replace("1.5", '"1.5"')


def refusal(layout: str, path: Path, named: Named | None = None) -> str:
    with pytest.raises(HeadwaterError) as error:
        survey(LAYOUTS[layout], path, named or Named(), NOW)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no whole csv file"),
        (HEAD, "holds no candles"),
        (HEAD.replace("volume", "vol") + ROW, "there is no column volume; there are open_time"),
        (HEAD.replace("open_time", "when") + ROW, "no column open_time (or timestamp, ts,"),
        (HEAD + ROW + ROW.replace("2026", "20x6"), "row 2: column open_time holds '20x6-05-01T"),
        (HEAD + ROW + "2026-05-01T01:00:00Z,1,abc,1,1,1\n", "row 2: column high holds 'abc', no number"),
        (HEAD + ROW + "2026-05-01T01:00:00Z,1,2,1", "ends in the middle of a row"),
        (HEAD + ROW + "2026-05-01T01:00:00Z,1,2,1,1,1,1,1\n", "no whole csv file"),
        (HEAD + ROW.replace("Z", "+02:00"), "no time in UTC"),
        (HEAD + f"{START // 1000},1,2,1,1,1\n{START + HOUR},1,2,1,1,1\n",
         "row 2: column open_time holds 1777597200000, no time in s since 1970; it would be one in ms"),
        (HEAD + ",1,2,1,1,1\n", "row 1: column open_time holds no time"),
        (HEAD + ROW + ROW, "the candle 2026-05-01T00:00:00Z of BTC/USDT does not come after"),
        (HEAD + ROW.replace("T00", "T05") + ROW, "must stand once, in ascending order"),
        (HEAD.replace("volume", "Open") + ROW, "there are two columns open"),
        (HEAD.replace("\n", ",symbol\n") + ROW.replace("\n", ",BTX/USDT\n"), "no asset or market"),
        (HEAD.replace("\n", ",symbol\n") + ROW.replace("\n", ",BTC\n"), "BTC is an asset"),
        (HEAD.replace("\n", ",interval\n") + ROW.replace("\n", ",3m\n"), "interval '3m' is none"),
        (HEAD.replace("\n", ",source\n") + ROW.replace("\n", ",<b>\n"), "'<b>' is no source"),
    ],
)  # fmt: skip
def test_a_bad_csv(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "BTC_USDT-1h.csv"
    path.write_text(text)
    assert told in refusal("csv", path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no JSON array of arrays"),
        ('{"error": "no"}', "no JSON array of arrays"),
        ("[]", "holds no candles"),
        (f"[{ARRAY},{NEXT}", "the JSON after row 1 is cut short or broken"),
        (f"[{ARRAY},{NEXT[:20]}", "row 2: Expected `array` of length 6"),
        (f"[{ARRAY},,{NEXT}]", "the JSON after row 1"),
        (f"[{ARRAY},{NEXT}]]", "the JSON after row 1"),
        (f"[{ARRAY},{SPELT}]", "row 2: close: Expected `float | null`"),
        (f"[[{START // 1000},1,2,1,1,1]]", "row 1: column time holds 1777593600, no time in ms"),
        (f"[{NEXT},{ARRAY}]", "does not come after the one before it"),
    ],
)
def test_bad_arrays(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "BTC_USDT-1h.json"
    path.write_text(text)
    assert told in refusal("ccxt", path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("BTC_USDT.csv", "its name tells no market and interval"),
        ("BTC_USDT-30m.csv", "interval '30m' is none of"),
        ("BTC_USDT-1h-futures.csv", "its name tells no market and interval"),
        ("BTX_USDT-1h.csv", "no asset or market is spelt 'BTX_USDT'"),
        ("1000_PEPE_USDT-1h.csv", "no asset or market is spelt '1000_PEPE_USDT'"),
        ("BTC_USDT-1m.csv", "at least 60 minutes apart: they are not of 1m"),
        ("BTC_USDT-4h.csv", "15 of its 20 candles are not sound, 15 of them: not aligned"),
    ],
)
def test_a_name_that_does_not_fit(name: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(HEAD + HOURS)
    assert told in refusal("csv", tmp_path / name)


@pytest.mark.parametrize("name", ["BTC_USDT-1h", "BTC-USDT-1h", "BTCUSDT_1h", "binance_BTCUSDT_1h"])
def test_names_that_tell_market_and_interval(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_text(HEAD + HOURS)
    found = survey(LAYOUTS["csv"], path, Named(), NOW)
    assert found.markets == {("BTC/USDT", Interval.H1): 20}


def test_columns_must_hold_what_the_user_says(tmp_path: Path) -> None:
    path = tmp_path / "set.parquet"
    frame(range(3)).write_parquet(path)
    told = refusal("parquet", path, Named(symbol=Symbol("ETH", "USDT")))
    assert told == "it holds BTC/USDT, which --symbol ETH/USDT is not"
    assert "--interval 1d" in refusal("parquet", path, Named(interval=Interval.D1))


@pytest.mark.parametrize(
    ("layout", "name"),
    [("parquet", "BTC_USDT-1h.parquet"), ("freqtrade-feather", "BTC_USDT-1h.feather"),
     ("vectorbt", "BTC_USDT-1h.parquet"), ("csv", "BTC_USDT-1h.parquet")],
)  # fmt: skip
@given(cut=st.integers(0, 2_000))
def test_a_file_that_is_cut_short_is_refused(layout: str, name: str, cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes((WRITTEN / name).read_bytes()[:cut])
        assert refusal(layout, path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal("csv", tmp_path / "BTC_USDT-1h.csv") == "there is no such file"


def test_wide_files_must_fit_one_another(tmp_path: Path) -> None:
    wide = LAYOUTS["vectorbt-wide"]
    path = tmp_path / "Close-1h.parquet"
    wide.write(lambda: iter([frame(range(5))]), path)
    other = tmp_path / "other"
    other.mkdir()
    wide.write(lambda: iter([frame(range(1, 6))]), other / path.name)
    (other / "Low-1h.parquet").rename(tmp_path / "Low-1h.parquet")
    assert "Low-1h.parquet has other markets or times" in refusal("vectorbt-wide", path)
    (tmp_path / "Low-1h.parquet").unlink()
    assert refusal("vectorbt-wide", path) == "there is no such file"


@given(text=st.text(max_size=300))
def test_no_text_raises_anything_but_an_error_of_ours(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "BTC_USDT-1h.csv"
        for layout, body in (("csv", HEAD + text), ("ccxt", f"[{ARRAY},{text}]"), ("ccxt", text)):
            path.write_text(body, encoding="utf-8", errors="replace")
            with suppress(InvalidInput):
                survey(LAYOUTS[layout], path, Named(), NOW)


def test_a_count_that_is_no_number_of_its_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.parquet"
    frame(range(2)).with_columns(trades=pl.lit("many")).write_parquet(path)
    assert "column trades holds 'many', no whole number" in refusal("parquet", path)
