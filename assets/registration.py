"""A run of candles in the ledger: that it goes on, how each market fares, how it ended."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import dagster as dg

from assets.boundary import asset_boundary
from resources.errors import StoreUnavailable
from resources.ledger import Ledger, collections
from resources.ledger.collections import SymbolState
from resources.plan import COLLECTION_TAG, ORIGIN_TAG


class Registration:
    """The row of one collection."""

    def __init__(self, ledger: Ledger, collection_id: str) -> None:
        self._ledger = ledger
        self.id = collection_id

    def tell(self, states: Sequence[SymbolState]) -> None:
        """How markets are now; without any, that the collection goes on."""
        collections.tell(self._ledger, self.id, states)


@contextmanager
def registered(
    ledger: Ledger, run: dg.DagsterRun, mode: str, retry_number: int
) -> Iterator[Registration]:
    """The block is the collection, which whoever asks the ledger sees while it goes on.

    One that is to be tried again goes on while it waits. How it ended matters more than that
    the ledger hears of it: where that cannot be written either, it is lost.
    """
    with asset_boundary(retry_number, ledger.now()):
        claimed, origin = run.tags.get(COLLECTION_TAG), run.tags.get(ORIGIN_TAG, "dagster")
        collection_id = collections.begin(ledger, claimed, mode or "months", origin, run.run_id)
    try:
        yield Registration(ledger, collection_id)
    except dg.RetryRequested as retry:
        with suppress(StoreUnavailable):
            collections.tell(ledger, collection_id, (), ahead=retry.seconds_to_wait or 0)
        raise
    except dg.Failure as error:
        with suppress(StoreUnavailable):
            collections.end(ledger, collection_id, "failure", error.description)
        raise
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt):
        with suppress(StoreUnavailable):
            collections.end(ledger, collection_id, "canceled")
        raise
    with asset_boundary(retry_number, ledger.now()):
        collections.end(ledger, collection_id, "success")
