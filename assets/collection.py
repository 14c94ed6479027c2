"""The run of a feed: where its errors leave, and its line in the logs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dagster as dg

from assets.boundary import asset_boundary
from resources.errors import HeadwaterError
from resources.ledger import Ledger, logs
from resources.ledger.logs import Line

_SHOWN = 50


@dataclass(slots=True)
class Collection:
    """What a run has stored of a feed, and by name (a symbol, a provider) why others failed; it
    `crashed` where it ended in an error that is none of ours."""

    records: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    crashed: bool = False

    def end(self, feed: str, error: BaseException | None) -> None:
        """Note what a run ended in; that of one that was interrupted is no failure."""
        if isinstance(error, HeadwaterError):
            self.failures = self.failures or {feed: str(error)}
        elif isinstance(error, Exception):
            self.crashed = True
            self.failures[feed] = f"{type(error).__name__}: {error}"


@contextmanager
def collecting(
    context: dg.AssetExecutionContext, ledger: Ledger, feed: str
) -> Iterator[Collection]:
    """All that an asset does for a feed: logged, and errors leave as `asset_boundary` says."""
    with (
        asset_boundary(context.retry_number, ledger.now()),
        logged(ledger, feed, context.run.run_id) as collection,
    ):
        yield collection


@contextmanager
def logged(ledger: Ledger, feed: str, run_id: str) -> Iterator[Collection]:
    """Write what the block has filled in, and what it ended in where that is an error."""
    collection, whole = Collection(), False
    try:
        yield collection
        whole = True
    finally:
        if not whole:
            collection.end(feed, sys.exception())
        logs.append(ledger, [_line(feed, run_id, collection)])


def _line(feed: str, run_id: str, collection: Collection) -> Line:
    failures, records = collection.failures, collection.records
    some = f", {len(failures)} failed" if failures else ""
    details = {
        "feed": feed,
        "run_id": run_id,
        "records": records,
        "failed": len(failures),
        "failures": dict(list(failures.items())[:_SHOWN]),
    }
    partly = records and not collection.crashed
    level: logs.Level = "info" if not failures else "warning" if partly else "error"
    return Line("collection", level, f"{feed}: {records} stored{some}", details=details)
