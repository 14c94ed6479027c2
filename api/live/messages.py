"""What the server says on the sockets, encoded once for all clients."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from api.answers import now_iso

# What a client of /ws may join; `all` stands for every one of them.
GROUPS = ("market", "prices", "candles", "news", "sentiment", "alerts")
# The channel of /ws.
MARKET_DATA = "ws"
# The channel of /api/v2/ws, and what its clients hear.
DATA_SOURCES = "data_sources"
SNAPSHOTS = "snapshots"
SCHEDULES = "schedules"
# The channel of /ws/live.
MONITORING = "monitoring"
TYPES = {
    "prices": "price_update",
    "candles": "candle_update",
    "market": "market_update",
    "news": "news",
    "sentiment": "sentiment_update",
    "alerts": "alert",
    SNAPSHOTS: "api_update",
    SCHEDULES: "schedule_update",
}


def encode(body: Mapping[str, Any]) -> str:
    return msgspec.json.encode(body).decode()


def said(kind: str, **more: Any) -> str:
    """A message without data behind it; it carries no seq."""
    return encode({"type": kind, **more})


def said_now(kind: str, **more: Any) -> str:
    return said(kind, **more, timestamp=now_iso())


@dataclass(frozen=True, slots=True)
class DataMessage:
    """One message of a commit: `closing` is how it reads as the last of its commit.

    Clients choose messages by `symbol`, or by any of the assets that it `mentions`.
    """

    group: str
    symbol: str
    seq: int
    text: str
    closing: str
    mentions: frozenset[str] = frozenset()

    @property
    def conflated_as(self) -> str | None:
        """Of two waiting messages under the same name the newer is enough; None: send each."""
        return f"price {self.symbol}" if self.group == "prices" else None


def data_message(
    group: str,
    symbol: str,
    seq: int,
    data: Mapping[str, Any],
    mentions: frozenset[str] = frozenset(),
) -> DataMessage:
    return replace(numbered(group, symbol, seq, {"data": data}), mentions=mentions)


def numbered(group: str, symbol: str, seq: int, body: Mapping[str, Any]) -> DataMessage:
    """The same with members of its own; `symbol` is what clients choose such messages by."""
    open_text = encode({"type": TYPES[group], **body, "seq": seq})[:-1]
    return DataMessage(group, symbol, seq, open_text + "}", open_text + ',"last":true}')
