"""How much room everything takes."""

from pathlib import Path

import pytest

from resources.errors import StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger
from resources.monitoring import sizes
from resources.schemas import PRICES
from tests.api.world import START, prices


def test_a_file_with_two_names_takes_its_room_once(tmp_path: Path) -> None:
    for area in ("lake", "backups"):
        (tmp_path / area / "deep").mkdir(parents=True)
    (tmp_path / "lake" / "deep" / "rows").write_bytes(b"x" * 500_000)
    (tmp_path / "backups" / "deep" / "rows").hardlink_to(tmp_path / "lake" / "deep" / "rows")
    (tmp_path / "backups" / "whole").write_bytes(b"x" * 100_000)
    (tmp_path / "backups" / "round").symlink_to(tmp_path)
    used = sizes.used(tmp_path)
    assert 500_000 <= used["lake"] < 540_000
    assert 100_000 <= used["backups"] < 140_000
    assert used["ledger"] == used["logs"] == 0


def test_a_home_that_is_gone_has_no_room(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        sizes.room(tmp_path / "gone")


def test_tables_are_measured(tmp_path: Path, ledger: Ledger) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.version(PRICES)
    assert sizes.of_lake(lake, PRICES) == sizes.Size(0, 0)
    lake.merge(PRICES, prices(START, {"BTC": 1.0, "ETH": 2.0}))
    [file] = map(Path, lake.files(PRICES))
    assert sizes.of_lake(lake, PRICES) == sizes.Size(2, file.stat().st_size, 1)
    before = sizes.of_ledger(ledger)
    with ledger.write() as connection:
        connection.exec_driver_sql("INSERT INTO feed_times VALUES ('prices', 1)")
    after = sizes.of_ledger(ledger)
    assert (before["feed_times"].rows, after["feed_times"].rows) == (0, 1)
    assert after["feed_times"].size >= 4_096
