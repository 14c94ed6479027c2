"""The run of a feed: where its errors leave, and its line in the logs."""

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
    """What a run has stored of a feed, and by name (a symbol, a provider) why others failed."""

    records: int = 0
    failures: dict[str, str] = field(default_factory=dict)


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
    """Write what the block has filled in, also where it ends in an error of ours."""
    collection = Collection()
    try:
        yield collection
    except HeadwaterError as error:
        if not collection.failures:
            collection.failures[feed] = str(error)
        raise
    finally:
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
    level: logs.Level = "info" if not failures else "warning" if records else "error"
    return Line("collection", level, f"{feed}: {records} stored{some}", details=details)
