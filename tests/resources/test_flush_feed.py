"""What is stored of a feed is told of."""

from pathlib import Path

import polars as pl

from resources.flush_feed import flush_rows
from resources.lake import Lake
from resources.ledger import Ledger, commits
from resources.plan import day_key
from resources.schemas import SOCIAL, utc


def test_what_a_killed_run_has_stored_is_told_of_by_the_next(
    tmp_path: Path, ledger: Ledger
) -> None:
    """The kill falls between the lake and the ledger."""
    lake, at = Lake(str(tmp_path / "lake")), ledger.now()
    told = {
        "day": day_key(at), "at": utc(at), "asset": "BTC", "posts": 1, "engagement": None,
        "window_hours": 24.0, "provider": "reddit", "mode": "sandbox",
        "fetched_at": utc(at), "known_at": utc(at),
    }  # fmt: skip
    frame = pl.DataFrame([told], schema=SOCIAL.schema)
    version = lake.merge(SOCIAL, frame).version
    flushed = [flush_rows(lake, ledger, SOCIAL, frame) for _ in range(2)]
    assert [(one.rows, one.commits) for one in flushed] == [(0, 1), (0, 0)]
    (commit,) = commits.read_commits(ledger, 0, 10)
    assert (commit.table, commit.version, commit.rows) == ("social", version, 1)
    assert commit.keys == [{"newest": at}]
