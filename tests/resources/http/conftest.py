from collections.abc import Iterator

import pytest

from resources.http import Permits
from resources.ledger import Ledger


@pytest.fixture
def permits(ledger: Ledger) -> Permits:
    return Permits(ledger)


@pytest.fixture
def other(ledger: Ledger) -> Iterator[Permits]:
    """The same ledger as another process has it open."""
    opened = Ledger(ledger.url)
    yield Permits(opened)
    opened.close()
