"""Rotations: a pool goes on where it stood, in whichever process."""

from pathlib import Path

from resources.ledger import Ledger
from resources.ledger.rotations import last_provider, save_last_provider


def test_the_last_pick_of_each_pool_is_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger(url)
    ledger.migrate()
    assert last_provider(ledger, "prices") is None
    for provider in ("acme", "bolt", "coda"):
        save_last_provider(ledger, "prices", provider)
    save_last_provider(ledger, "ohlcv", "acme")
    ledger.close()
    again = Ledger(url)
    assert (last_provider(again, "prices"), last_provider(again, "ohlcv")) == ("coda", "acme")
    again.close()
