"""Webhooks."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Stamped, Time, example
from resources.webhooks.filter import Event

_AT = "2026-11-22T13:20:01.250Z"
_OWN = {
    "webhook_id": "5b1e0c2f9a7d4e63",
    "url": "https://hooks.example.com/headwater",
    "events": ["alert"],
    "filter": {"severities": ["critical"]},
}


class Webhook(Model):
    """Who is told of what; without its secret."""

    webhook_id: str
    url: str = Field(description="Where deliveries are sent to.")
    events: list[Event] = Field(description="What it hears of.")
    filter: dict[str, Any] = Field(description="What narrows that; empty: nothing.")


class ListedWebhook(Webhook):
    """A webhook, and how its deliveries go."""

    created_at: Time = Field(description="UTC.")
    created_by: str | None = Field(description="`key_id` of who has made it.")
    state: Literal["active", "failing", "given_up", "gone"] = Field(
        description="failing: the last try failed; given_up: a delivery was, until one succeeds; "
        "gone: the receiver answered 410, nothing is sent until a test succeeds."
    )
    failures: int = Field(description="Tries in a row that failed.")
    last_try_at: Time | None = Field(description="UTC.")
    last_delivered_at: Time | None = Field(description="UTC.")
    last_error: str | None = Field(description="Why the last try failed; null where it did not.")
    waiting: int = Field(description="Deliveries that wait.")
    dropped: int = Field(description="Deliveries that were dropped as too many waited.")


class Webhooks(Stamped):
    """All webhooks, the oldest first."""

    model_config = example(
        {
            "webhooks": [
                {
                    **_OWN,
                    "created_at": _AT,
                    "created_by": "5f0c1d7e9a3b2c48",
                    "state": "active",
                    "failures": 0,
                    "last_try_at": _AT,
                    "last_delivered_at": _AT,
                    "last_error": None,
                    "waiting": 0,
                    "dropped": 0,
                }
            ],
            "total": 1,
            "timestamp": _AT,
        }
    )
    webhooks: list[ListedWebhook]
    total: int = Field(description="How many there are.")


class NewWebhook(Webhook, Stamped):
    """A webhook that was made, with its secret."""

    model_config = example({**_OWN, "secret": "…", "timestamp": _AT})
    secret: str = Field(description="What deliveries are signed with, shown this once.")


class RemovedWebhook(Stamped):
    """A webhook that is no more."""

    model_config = example({"webhook_id": _OWN["webhook_id"], "timestamp": _AT})
    webhook_id: str


class TestedWebhook(Stamped):
    """A ping that was delivered."""

    model_config = example(
        {
            "webhook_id": _OWN["webhook_id"],
            "delivered": True,
            "http_status": 204,
            "response_ms": 41.7,
            "timestamp": _AT,
        }
    )
    webhook_id: str
    delivered: Literal[True]
    http_status: int = Field(description="What the receiver answered.")
    response_ms: float = Field(description="How long that took.")
