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
        (HEAD + ROW + ROW, "row 2: the candle 2026-05-01T00:00:00Z of BTC/USDT does not come after"),
        (HEAD + HOURS + ROW, "row 21: the candle 2026-05-01T00:00:00Z"),
        (HEAD.replace("\n", ",symbol\n") + ROW.replace("\n", ",BTC/USDT\n")
         + ROW.replace("\n", ",ETH/USDT\n") * 2, "row 3: the candle 2026-05-01T00:00:00Z of ETH/USDT"),
        (HEAD + ROW.replace("T00", "T05") + ROW, "must stand once, in ascending order"),
        (HEAD.replace("volume", "Open") + ROW, "there are two columns open"),
        (HEAD.replace("high", "open,high") + ROW.replace("2,", "1,2,"), "there are two columns open"),
        (HEAD.replace("volume", "volume,note,note"), "there are two columns note"),
        (HEAD + f"{START}.5,1,2,1,1,1\n", f"row 1: column open_time holds '{START}.5', no time"),
        (HEAD + ROW + ROW.replace("2026", "9999"), "row 2: column open_time holds a time before 1970"),
        (HEAD + ROW.replace("2026", "-200000"), "row 1: column open_time holds"),
        (HEAD + "-200000-01-01,1,2,1,1,1\n", "row 1: column open_time holds a time before 1970"),
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
        (
            f"[{NEXT},{ARRAY}]",
            "row 2: the candle 2026-05-01T00:00:00Z of BTC/USDT does not come after",
        ),
        *(
            (f"[{ARRAY},[{time},1,2,1,1,1]]", "row 2: time: Expected `int`")
            for time in (2**63, 2**64 - 1, 2**64, 10**400, -(2**63) - 1, f"{START}.5")
        ),
    ],
)
def test_bad_arrays(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "BTC_USDT-1h.json"
    path.write_text(text)
    assert told in refusal("ccxt", path)


FAR = "row 2: column open_time holds a time before 1970 or after 2286"
# Of Datetime and Date: the integers that stand behind them.
TIMES = [
    (pl.Datetime("ms"), [START, 9_300_000_000_000_000]),
    (pl.Datetime("ms", "UTC"), [START, 2**63 - 1]),
    (pl.Datetime("ms", "Asia/Tokyo"), [START, -(2**63)]),
    (pl.Datetime("us"), [START * 1000, 9_200_000_000_000_000_000]),
    (pl.Datetime("us"), [START * 1000, -9_200_000_000_000_000_000]),
    (pl.Datetime("ns"), [START * 10**6, -1]),
    (pl.Date(), [START // 86_400_000, 2**31 - 1]),
    (pl.Date(), [START // 86_400_000, -(2**31)]),
]


@pytest.mark.parametrize(("kind", "counts"), TIMES, ids=str)
def test_times_that_nobody_can_hold_are_refused(
    kind: pl.DataType, counts: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "set.parquet"
    behind = pl.Int32 if kind == pl.Date else pl.Int64
    far = pl.Series("open_time", counts, dtype=behind).cast(kind)
    frame(range(2)).with_columns(far).write_parquet(path)
    assert FAR in refusal("parquet", path)


@pytest.mark.parametrize("name", ["symbol", "interval", "source"])
@pytest.mark.parametrize(
    ("value", "told"),
    [
        (pl.lit(b"\xff\xfe"), "bytes that are no UTF-8"),
        (pl.concat_list(pl.lit("1h")), "List(String), not text"),
        (pl.concat_list(pl.lit(1, pl.Int64)).cast(pl.Array(pl.Int64, 1)), "not text"),
        (pl.struct(pl.lit("1h")), "not text"),
        (pl.lit(value=True), "Boolean, not text"),
        (pl.lit(1, pl.Int64), "Int64, not text"),
    ],
)
def test_words_of_another_kind_are_refused(
    name: str, value: pl.Expr, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "set.parquet"
    frame(range(3)).with_columns(value.alias(name)).write_parquet(path)
    message = refusal("parquet", path)
    assert message.startswith(f"column {name} holds ")
    assert told in message


@pytest.mark.parametrize("kind", [pl.Binary(), pl.Categorical(), pl.Enum(["BTC/USDT"])], ids=str)
def test_words_of_other_kinds_of_text_are_read(kind: pl.DataType, tmp_path: Path) -> None:
    path = tmp_path / "set.parquet"
    frame(range(3)).with_columns(pl.col("symbol").cast(kind)).write_parquet(path)
    assert survey(LAYOUTS["parquet"], path, Named(), NOW).rows == 3


@pytest.mark.parametrize("kind", [pl.Float64(), pl.Decimal(38, 2)], ids=str)
def test_only_whole_numbers_are_times(kind: pl.DataType, tmp_path: Path) -> None:
    path = tmp_path / "set.parquet"
    for more, rows in ((0.0, 2), (0.5, 0)):
        times = pl.Series("open_time", [float(START), START + HOUR + more]).cast(kind)
        frame(range(2)).with_columns(times).write_parquet(path)
        if rows:
            assert survey(LAYOUTS["parquet"], path, Named(), NOW).rows == rows
    assert "row 2: column open_time holds '1777597200000.5" in refusal("parquet", path)


def test_nan_is_no_count_of_trades(tmp_path: Path) -> None:
    path = tmp_path / "set.parquet"
    nan = pl.lit(float("nan"))
    frame(range(2)).with_columns(trades=nan, quote_volume=nan).write_parquet(path)
    assert survey(LAYOUTS["parquet"], path, Named(), NOW).broken.total() == 0


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


def _wide(folder: Path, columns: dict[str, object], index: str = "Date") -> Path:
    times = frame(range(3))["open_time"].alias(index)
    for field in ("Open", "High", "Low", "Close", "Volume"):
        made = pl.DataFrame({index: times, **columns})
        made.write_parquet(folder / f"{field}-1h.parquet")
    return folder / "Close-1h.parquet"


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"BTC/USDT": [[1.0]] * 3}, "Open-1h.parquet: column BTC/USDT holds List(Float64)"),
        ({"BTC/USDT": ["1", "abc", "1"]},
         "Open-1h.parquet: row 2: column BTC/USDT holds 'abc', no number"),
        ({"BTC/USDT": [True] * 3}, "Open-1h.parquet: column BTC/USDT holds Boolean"),
        ({"open_time": [1.0] * 3}, "no asset or market"),
        ({"symbol": [1.0] * 3}, "symbol"),
        ({"Date": pl.Series([], dtype=pl.Datetime("us"))}, "it holds no candles"),
        ({"__index_level_0__": [1.0] * 3}, "no asset or market"),
        ({}, "it holds no candles"),
        ({"Date": pl.Series([START, START + HOUR, START + HOUR]), "BTC/USDT": [1.0] * 3},
         "row 3: the time 2026-05-01T01:00:00Z does not come after the one before it"),
        ({"Date": pl.Series([START, 2**62, START]).cast(pl.Datetime("ms")), "BTC/USDT": [1.0] * 3},
         "row 2: column Date holds a time before 1970 or after 2286"),
    ],
)  # fmt: skip
def test_a_bad_wide_set(columns: dict[str, object], told: str, tmp_path: Path) -> None:
    assert told in refusal("vectorbt-wide", _wide(tmp_path, columns))


def test_an_index_that_stands_twice_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "BTC_USDT-1h.parquet"
    made = frame(range(3)).rename({"open_time": "Date"})
    made.with_columns(pl.lit(1).alias("__index_level_0__")).write_parquet(path)
    assert survey(LAYOUTS["vectorbt"], path, Named(), NOW).rows == 3


def test_a_wide_set_is_told_by_its_closes(tmp_path: Path) -> None:
    path = _wide(tmp_path, {"BTC/USDT": [1.0] * 3}).rename(tmp_path / "all-1h.parquet")
    assert "its name has no Close" in refusal("vectorbt-wide", path)


@pytest.mark.parametrize("layout", ["parquet", "vectorbt", "vectorbt-wide"])
def test_a_table_without_columns_is_refused(layout: str, tmp_path: Path) -> None:
    for field in ("Open", "High", "Low", "Close", "Volume"):
        pl.DataFrame().write_parquet(tmp_path / f"{field}-1h.parquet")
    assert refusal(layout, tmp_path / "Close-1h.parquet")


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
