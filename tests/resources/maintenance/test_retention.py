"""What is old is thinned or deleted as its table says, once, and nothing else is."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.lake import Lake
from resources.maintenance import retention
from resources.maintenance.retention import retain, thinned
from resources.market import Interval
from resources.schemas import CANDLES, PRICES, TABLES, Table, Thin
from tests import markdown
from tests.resources.lake.frames import candles
from tests.resources.maintenance.frames import DAY, prices

KEPT = Thin(90, Interval.H1)


def minutes(*offsets: int, day: datetime = DAY) -> list[datetime]:
    return [day + timedelta(minutes=offset) for offset in offsets]


def times(lake: Lake, symbol: str = "BTC") -> list[datetime]:
    rows = lake.scan(PRICES, {}).filter(pl.col("symbol") == symbol).collect()
    return sorted(rows["minute"])


def after(days: float) -> datetime:
    return DAY + timedelta(days=days)


def test_prices_older_than_90_days_are_thinned_to_the_first_of_each_hour(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    stored = minutes(0, 1, 59, 63, 64, 119, 121)
    lake.merge(PRICES, prices(stored, "BTC", "ETH"))
    assert retain(lake, after(90)) == {}
    assert times(lake) == stored
    assert retain(lake, after(91)) == {"prices": 8}
    assert times(lake) == times(lake, "ETH") == minutes(0, 63, 121)


def test_thinning_again_changes_nothing_and_commits_nothing(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.merge(PRICES, prices(minutes(*range(180)), "BTC"))
    assert retain(lake, after(100)) == {"prices": 177}
    version, stored = lake.version(PRICES), lake.scan(PRICES, {}).collect()
    assert retain(lake, after(200)) == {}
    assert lake.version(PRICES) == version
    assert lake.scan(PRICES, {}).collect().equals(stored)


def test_what_is_backfilled_into_a_thinned_day_is_thinned_with_it(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.merge(PRICES, prices(minutes(5, 6)))
    retain(lake, after(100))
    lake.merge(PRICES, prices(minutes(3, 30, 70)))
    assert retain(lake, after(100)) == {"prices": 2}
    assert times(lake) == minutes(3, 70)


def test_each_day_is_thinned_for_itself_and_younger_ones_stay(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    for day in (DAY, after(1), after(2)):
        lake.merge(PRICES, prices(minutes(0, 1, day=day)))
    assert retain(lake, after(92)) == {"prices": 2}
    assert times(lake) == [*minutes(0), *minutes(0, day=after(1)), *minutes(0, 1, day=after(2))]


def test_candles_are_kept_for_ever(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.merge(CANDLES, candles("BTC/USDT", range(100)))
    assert retain(lake, after(10_000)) == {}
    assert lake.scan(CANDLES, {}).collect().height == 100


@pytest.mark.parametrize("table", [t for t in TABLES.values() if "candle" in t.name], ids=str)
def test_no_table_of_candles_has_a_rule(table: Table) -> None:
    assert table.thin is None
    assert table.keep_days is None


@pytest.mark.parametrize(
    "table", [t for t in TABLES.values() if t.thin or t.keep_days], ids=lambda t: str(t.name)
)
def test_a_rule_is_possible(table: Table) -> None:
    """One partition must not hold what lies on both sides of the limit for long."""
    assert table.time in table.key or not table.thin
    assert table.partitions == ("day",)
    assert not (table.thin and table.keep_days and table.thin.after_days >= table.keep_days)


def rows(offsets: Iterable[tuple[str, int]]) -> pl.LazyFrame:
    named = list(offsets)
    frames = [prices(minutes(at), symbol) for symbol, at in named]
    return pl.concat(frames).lazy()


KEYS = st.lists(
    st.tuples(st.sampled_from(["BTC", "ETH"]), st.integers(0, 3000)), min_size=1, unique=True
)


@settings(max_examples=50, deadline=None)
@given(KEYS)
def test_of_each_hour_that_has_rows_one_stays_and_it_is_the_first(
    keys: Sequence[tuple[str, int]],
) -> None:
    left = thinned(PRICES, KEPT, rows(keys)).collect()
    assert left.schema == PRICES.schema
    first: dict[tuple[str, int], int] = {}
    for symbol, at in sorted(keys):
        first.setdefault((symbol, at // 60), at)
    found = {(row["symbol"], row["minute"]) for row in left.to_dicts()}
    assert found == {(symbol, minutes(at)[0]) for (symbol, _), at in first.items()}
    assert left.height == len(first)
    assert thinned(PRICES, KEPT, left.lazy()).collect().height == left.height


def test_a_table_that_keeps_days_loses_older_partitions_whole(tmp_path: Path) -> None:
    """By a rule of its own, since no table here need have one."""
    lake = Lake(str(tmp_path))
    for day in (DAY, after(1), after(2)):
        lake.merge(PRICES, prices(minutes(0, 1, day=day)))
    assert retention.drop(lake, PRICES, after(2)) == 4
    assert times(lake) == minutes(0, 1, day=after(2))
    assert retention.drop(lake, PRICES, after(2)) == 0


def test_each_rule_is_told() -> None:
    """In the order of the tables."""
    rules = []
    for table in TABLES.values():
        if table.thin:
            after, to = table.thin.after_days, table.thin.to
            rules.append([table.name, f"thinned to {to} after {after} days"])
        if table.keep_days:
            rules.append([table.name, f"kept {table.keep_days} days"])
    told = markdown.rows(markdown.section(markdown.read("docs/operations.md"), "Maintenance"))
    assert [row for row in told if re.match(r"thinned to|kept \d+ days", row[1])] == rules


def test_nothing_is_made_of_tables_that_are_not_there() -> None:
    with TemporaryDirectory() as folder:
        assert retain(Lake(folder), after(1)) == {}
        assert list(Path(folder).iterdir()) == []
