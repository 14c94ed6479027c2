"""One line in the logs for each run of a feed, with what it stored and what failed."""

import polars as pl
import pytest

from assets.collection import Collection, logged
from resources.errors import NoneAvailable
from resources.ledger import Ledger, logs
from resources.ledger.logs import Line, Wanted
from resources.plan import day_key
from tests.runs import Platform


def lines(ledger: Ledger) -> list[Line]:
    found, _ = logs.read(ledger, Wanted(log_type="collection"), 10)
    return [entry.line for entry in found]


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger("sqlite://")
    ledger.migrate()
    return ledger


@pytest.mark.parametrize(
    ("records", "failures", "level"),
    [
        (5, {}, "info"),
        (0, {}, "info"),
        (5, {"BTC/USD": "no answer"}, "warning"),
        (0, {"BTC/USD": "no answer"}, "error"),
    ],
)
def test_a_line_says_how_a_run_ended(
    ledger: Ledger, records: int, failures: dict[str, str], level: str
) -> None:
    with logged(ledger, "ohlcv", "run-1") as collection:
        collection.records = records
        collection.failures.update(failures)
    (line,) = lines(ledger)
    assert line.level == level
    assert line.details == {
        "feed": "ohlcv", "run_id": "run-1", "records": records, "failed": len(failures),
        "failures": failures,
    }  # fmt: skip


def test_a_run_that_fails_is_a_line_too(ledger: Ledger) -> None:
    with pytest.raises(NoneAvailable), logged(ledger, "prices", "run-1"):
        raise NoneAvailable("nobody answers")
    (line,) = lines(ledger)
    assert (line.level, line.details["failures"]) == ("error", {"prices": "nobody answers"})


def test_a_run_that_crashes_is_an_error_whatever_it_has_stored(ledger: Ledger) -> None:
    def crash(collection: Collection) -> None:
        collection.records = 1
        pl.DataFrame({"a": [1]}).with_columns(pl.Series("b", [1, 2, 3]))

    with pytest.raises(pl.exceptions.ShapeError), logged(ledger, "onchain", "run-1") as collection:
        crash(collection)
    (line,) = lines(ledger)
    assert line.level == "error"
    assert line.details["failures"]["onchain"].startswith("ShapeError: ")


def test_a_run_that_is_interrupted_has_not_failed(ledger: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt), logged(ledger, "onchain", "run-1"):
        raise KeyboardInterrupt
    (line,) = lines(ledger)
    assert (line.level, line.details["failures"]) == ("info", {})


def test_each_run_of_an_asset_is_one_line(platform: Platform) -> None:
    ledger = platform.ledger
    assert platform.prices(day_key(ledger.now())).success
    (line,) = lines(ledger)
    assert line.details["feed"] == "prices"
    assert line.details["records"] > 0
    ledger.close()
