"""What the records of all providers share: how one endpoint's answers are described."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from resources.market import load_registry

Rows = list[tuple[Any, ...]]

HOUR = 3_600_000
START = 1_700_000_000_000 // HOUR * HOUR
SECONDS = START // 1000
# Of the coins that pages are asked of.
TICKERS = [asset.ticker for asset in load_registry().active(20)]


def at(ms: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def whole(payload: Any) -> Any:
    return payload


def as_json(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def unnamed(_: Mapping[str, str]) -> str:
    return ""


@dataclass(frozen=True)
class Recorded:
    """One endpoint of a provider.

    `url` matches host and path of its recorded answers; `examples` are files that state neither.
    `rows` says what a payload means, read with json alone: the rows of the parser's frame. Its
    second argument is the market that was asked for, which `market_of` reads out of the
    recording's line of the index (path, query, request_body) where the payload does not name it.
    `sound` is a sound answer with figures of our own: of candles, two that open at START and
    one interval later, the first with open 10.5, high 12, low 9.25, close 11 and volume 3.5.
    `candles` finds the list of candles in a payload, `high` and `time` say where each has its own.
    `scale` is how many times as much as a value a candle tells.
    `native` is the market that is asked for. `unrecorded` says why no recording is at hand.
    `left_out` are files that match and cannot be read, each with the reason.
    `own_errors` is set where a parser raises other provider errors than MalformedResponse.
    `encode` makes the answer's bytes of a payload, where they are a file instead of JSON.
    """

    url: str
    rows: Callable[[Any, str], Rows]
    sound: Any
    examples: tuple[str, ...] = ()
    unrecorded: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    market_of: Callable[[Mapping[str, str]], str] = unnamed
    candles: Callable[[Any], list[Any]] = whole
    high: int | str = 2
    time: int | str = 0
    scale: float = 1.0
    native: str = "BTC-USDT"
    own_errors: bool = False
    encode: Callable[[Any], bytes] = as_json
