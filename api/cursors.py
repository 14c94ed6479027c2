"""Where a list goes on, as an opaque text that names its list."""

import base64
import binascii
import hashlib

import msgspec

from api.params import LATEST
from resources.errors import InvalidInput

_DIGEST = 6
_decoder = msgspec.msgpack.Decoder(tuple[bytes, int | str])


def to_cursor(start: int | str, *of: str) -> str:
    """What the next page of the list `of` begins with: a time (ms), a number or an id."""
    packed = msgspec.msgpack.encode((_digest(of), start))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_cursor(cursor: str, *of: str) -> int:
    """The time or number; raises InvalidInput for a text that no answer of this list carried."""
    start = _decoded(cursor, of)
    if not isinstance(start, int) or not 0 <= start <= LATEST:
        raise _foreign()
    return start


def id_from_cursor(cursor: str, *of: str) -> str:
    """The id; raises InvalidInput for a text that no answer of this list has carried."""
    start = _decoded(cursor, of)
    if not isinstance(start, str):
        raise _foreign()
    return start


def _decoded(cursor: str, of: tuple[str, ...]) -> int | str:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        digest, start = _decoder.decode(packed)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise _foreign() from error
    if digest != _digest(of):
        raise _foreign()
    return start


def _digest(of: tuple[str, ...]) -> bytes:
    return hashlib.blake2b("\0".join(of).encode(), digest_size=_DIGEST).digest()


def _foreign() -> InvalidInput:
    return InvalidInput("cursor is not one that an answer of this list has carried")
