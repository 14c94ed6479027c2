"""Commands that change something stand in the audit log."""

from resources.ledger import Ledger, audit
from resources.settings import Settings


def note(settings: Settings, command: str) -> None:
    """Store the words of a command in the ledger of the home; none of them may be a secret."""
    ledger = Ledger(settings.ledger_url)
    try:
        ledger.migrate()
        audit.note(ledger, command)
    finally:
        ledger.close()
