"""Where a list goes on, as an opaque text."""

import base64
import binascii

import msgspec

from api.params import LATEST
from resources.errors import InvalidInput


def to_cursor(start: int) -> str:
    """The time (ms) that the next page begins with."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(start)).decode().rstrip("=")


def from_cursor(cursor: str) -> int:
    """Raises InvalidInput for a text that no answer has carried."""
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        start = msgspec.msgpack.decode(packed, type=int)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise InvalidInput("cursor is not one that an answer has carried") from error
    if not 0 <= start <= LATEST:
        raise InvalidInput("cursor is not one that an answer has carried")
    return start
