from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.http import Permits
from resources.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def permits(ledger: Ledger) -> Permits:
    return Permits(ledger)


@pytest.fixture
def other(ledger: Ledger) -> Iterator[Permits]:
    """The same ledger as another process has it open."""
    opened = Ledger(ledger.url)
    yield Permits(opened)
    opened.close()
