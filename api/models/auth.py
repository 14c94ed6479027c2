"""Keys and tokens."""

from typing import Literal

from pydantic import Field

from api.models.base import Model, Page, Stamped, Time, example

_Scope = Literal["read", "write", "admin"]
_Tier = Literal["free", "pro", "admin"]
_KEY = {
    "key_id": "5f0c1d7e9a3b2c48",
    "name": "reports",
    "tier": "pro",
    "scopes": ["read"],
    "expires_at": "2027-01-01T00:00:00Z",
}
_AT = "2026-11-22T00:14:46.324Z"


class Key(Model):
    """A key, without its secret."""

    key_id: str = Field(description="What names the key; no secret.")
    name: str = Field(description="What it was called when it was made.")
    tier: _Tier = Field(description="Whose limits hold for it.")
    scopes: list[_Scope] = Field(description="What it may; a wider one holds the narrower ones.")
    expires_at: Time | None = Field(description="Until when it holds, UTC; null: until revoked.")


class ListedKey(Key):
    """A key, and what became of it."""

    status: Literal["valid", "expired", "revoked"] = Field(description="Whether it holds.")
    created_at: Time = Field(description="When it was made, UTC.")
    revoked_at: Time | None = Field(description="When it was revoked, UTC.")
    rotated_from: str | None = Field(description="The key that it took the place of.")


class Keys(Page, Stamped):
    """Every key that was ever made, the newest first."""

    model_config = example(
        {
            "keys": [
                {**_KEY, "status": "valid", "created_at": _AT, "revoked_at": None, "rotated_from": None}
            ],
            "total": 1,
            "next_cursor": None,
            "timestamp": _AT,
        }
    )  # fmt: skip
    keys: list[ListedKey]
    total: int = Field(description="How many there are on all pages.")


class NewKey(Key, Stamped):
    """A key that was made, with its secret."""

    model_config = example({**_KEY, "api_key": "hw_…", "timestamp": _AT})
    api_key: str = Field(description="The secret, shown this once.")


class RotatedKey(NewKey):
    """A key that was made in the place of another."""

    model_config = example(
        {
            **_KEY,
            "api_key": "hw_…",
            "rotated_from": "91c3b0a6d2e8f745",
            "old_holds_until": _AT,
            "timestamp": _AT,
        }
    )
    rotated_from: str = Field(description="The key that it takes the place of.")
    old_holds_until: Time = Field(description="Until when that one's secret holds, UTC.")


class RevokedKey(Stamped):
    """A key that was ended."""

    model_config = example({"key_id": _KEY["key_id"], "revoked_at": _AT, "timestamp": _AT})
    key_id: str
    revoked_at: Time = Field(description="Since when it is revoked, UTC.")


class Token(Stamped):
    """A token (JWT) made of a key."""

    model_config = example(
        {
            "access_token": "eyJ…",
            "token_type": "bearer",
            "expires_in": 3600,
            "scopes": ["read"],
            "timestamp": _AT,
        }
    )
    access_token: str = Field(description="Sent as Authorization: Bearer.")
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds that it holds.")
    scopes: list[_Scope] = Field(description="What it may, as long as its key may.")


class Allowance(Model):
    """Requests in any minute, and in a day (UTC)."""

    minute: int | None = Field(description="null: without a limit.")
    day: int | None = Field(description="null: without a limit.")


class Used(Model):
    """Requests of the last minute, and of the day (UTC)."""

    minute: int
    day: int


class Me(Key, Stamped):
    """The key that this was asked with."""

    model_config = example(
        {
            **_KEY,
            "limits": {"minute": 300, "day": 50_000},
            "usage": {"minute": 12, "day": 481},
            "timestamp": _AT,
        }
    )
    limits: Allowance
    usage: Used = Field(description="Not counted where there is no limit.")
