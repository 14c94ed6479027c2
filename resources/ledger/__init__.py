"""The SQL database of state: one file per concern."""

from resources.ledger.database import Ledger

__all__ = ["Ledger"]
