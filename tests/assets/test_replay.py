"""Real recorded candles, replayed by the sandbox as Binance, collected whole."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import polars as pl

from pipelines.supervisor import sandbox_config
from resources.schemas import CANDLES
from resources.settings import Settings
from sandbox.server import running
from tests.api.server import served
from tests.ports import free_port
from tests.runs import Platform

NATIVES = ["BTCUSDT", "FLOWUSDT", "LTCUSDT"]


def recorded(shared: Path, native: str) -> pl.DataFrame:
    return pl.read_parquet(shared / "data" / "ohlcv" / f"binance_{native}_1h.parquet")


def recorded_gaps(shared: Path, native: str) -> list[tuple[int, int]]:
    """Gaps as [from, to): the list's last column is the last candle that is missing."""
    gaps = pl.read_csv(shared / "data" / "ohlcv" / "GAPS.csv").filter(
        exchange="binance", symbol=native, interval="1h"
    )
    return [
        (millis(first), millis(last) + 3_600_000)
        for first, last in gaps.select("gap_from_utc", "gap_to_utc").rows()
    ]


def millis(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


def test_a_backfill_holds_exactly_the_recorded_candles_and_names_their_gaps(
    tmp_path: Path, shared: Path
) -> None:
    replay = shared / "data" / "ohlcv"
    with (
        running(sandbox_config(), replay=replay) as sandbox,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        platform = Platform(tmp_path, sandbox, instance)
        # Others would fill the gaps of the recordings.
        platform.keep("binance")
        assert platform.ohlcv("2017-07-01", "2022-10-01", symbols=NATIVES).success
    rows = platform.rows(CANDLES).with_columns(native=pl.col("symbol").str.replace("/", ""))
    settings = Settings(
        home=tmp_path, port=free_port(), dagster_port=free_port(), api_key_required=False
    )
    with served(settings) as client:
        for native in NATIVES:
            stored, expected = rows.filter(native=native), recorded(shared, native)
            assert stored["open_time"].dt.epoch("ms").to_list() == expected["ts_ms"].to_list()
            for column in ("open", "high", "low", "close", "volume"):
                assert stored[column].to_list() == expected[column].to_list()
            answer = client.get(f"/api/ohlcv/gaps/{native}", params={"interval": "1h"}).json()
            found = [(millis(gap["from"]), millis(gap["to"])) for gap in answer["missing"]]
            assert found == recorded_gaps(shared, native)
            assert {gap["reason"] for gap in answer["missing"]} <= {"no trade", "outage"}
            assert answer["present"] == expected.height
