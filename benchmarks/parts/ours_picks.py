"""Picks of a pool over a ledger of its own: ours.

python -m benchmarks.parts.ours_picks SECONDS
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.parts.picking import RESPONSE_MS, Work, measure, members
from resources.http.permits import Permits
from resources.http.pool import Pool
from resources.http.rotation import StrategyName
from resources.http.seating import Membership
from resources.ledger import Ledger


@contextmanager
def picks(name: StrategyName, count: int) -> Iterator[Mapping[str, Work]]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        ledger.migrate()
        permits, membership = Permits(ledger), Membership(name, members(count))
        pool = Pool("bench", lambda: membership, permits)
        budgets, breakers, tally = permits.budgets, permits.breakers, permits.tally

        def pick(n: int) -> None:
            for _ in range(n):
                pool.pick(1)

        def accounted(n: int) -> None:
            # As the layers of the stack do it, one after another.
            for _ in range(n):
                picked = pool.pick(1)
                provider = picked.provider.id
                budgets.arrived(picked.held)
                tally.record(provider, "ok", RESPONSE_MS)
                breakers.succeeded(provider, picked.probe)

        yield {"pick": pick, "accounted": accounted}
        ledger.close()


if __name__ == "__main__":
    measure(picks)
