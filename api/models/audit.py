"""The audit log."""

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example


class AuditEntry(Model):
    """One write that somebody asked for."""

    id: int = Field(description="Newer ones have a larger one.")
    at: Time = Field(description="When it was answered, UTC.")
    request_id: str | None = Field(
        description="X-Request-ID of its answer, of a message the socket's client_id; null for a command."
    )
    key_id: str | None = Field(description="Of the caller's key; null without a valid one.")
    key_name: str | None = Field(description="The name that the key had then.")
    address: str = Field(description='The caller\'s, or "command line".')
    method: str = Field(description="POST, PUT, PATCH, DELETE, MESSAGE over a socket, or COMMAND.")
    path: str = Field(description="Without query; of a command its words.")
    status: int | None = Field(description="What it was answered with; null for a command.")


class AuditPage(Stamped, Page):
    """Writes that somebody asked for, newest first."""

    model_config = example(
        {
            "entries": [
                {
                    "id": 17,
                    "at": "2026-10-05T12:00:00.412Z",
                    "request_id": "9f2c64a0b1d35e78",
                    "key_id": "5b1e0c2f9a7d4e63",
                    "key_name": "operations",
                    "address": "203.0.113.9",
                    "method": "PUT",
                    "path": "/api/v2/schedule/tasks/binance",
                    "status": 200,
                }
            ],
            "count": 1,
            "next_cursor": None,
            "timestamp": "2026-10-05T12:00:03.000Z",
        }
    )

    entries: list[AuditEntry]
    count: int = Field(description="How many are on this page.")
