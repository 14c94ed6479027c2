"""Webhooks as those who look after them see them: never with a secret."""

from typing import Any

from api.answers import iso
from resources.ledger import Ledger, webhook_deliveries, webhooks
from resources.ledger.webhooks import Webhook


def rows(ledger: Ledger) -> list[dict[str, Any]]:
    """All of them, the oldest first."""
    waiting = webhook_deliveries.waiting(ledger)
    return [_row(one, waiting.get(one.id, 0)) for one in webhooks.read(ledger)]


def _row(webhook: Webhook, waiting: int) -> dict[str, Any]:
    state = webhook.state
    return {
        "webhook_id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "filter": webhook.filter,
        "created_at": iso(webhook.created_at),
        "created_by": webhook.created_by,
        "state": state.ended or ("failing" if state.failures else "active"),
        "failures": state.failures,
        "last_try_at": _time(state.tried_at),
        "last_delivered_at": _time(state.delivered_at),
        "last_error": state.error,
        "waiting": waiting,
        "dropped": state.dropped,
    }


def _time(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)
