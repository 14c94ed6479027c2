"""What the service and the process of a statement tell each other: frames of msgpack over a socket.

The service sends a Question, the child asks for what it Wants, the service sends the sources, the
child answers with Told. A Refused may come in place of each frame of the child.
"""

import socket
import struct
from typing import Any, Literal, TypeVar

import msgspec

HEAD = struct.Struct("!Q")

Form = Literal["json", "csv", "parquet", "arrow"]
# Why a statement has no answer: it asks for what is not given, takes more memory or makes a longer
# answer than it may, or the lake's files cannot be read.
Why = Literal["invalid", "memory", "length", "store"]


class Question(msgspec.Struct, frozen=True):
    """One statement, with its bounds. `root` is the folder of the lake, `tables` what is offered."""

    sql: str
    parameters: list[Any] | dict[str, Any] | None
    form: Form
    rows: int
    seconds: float
    memory_mb: int
    most_bytes: int
    root: str
    tables: list[str]


class Source(msgspec.Struct, frozen=True):
    """Where the rows of a table are: in files of the lake (paths below its root), in `rows`
    (a JSON list of objects), or in a view over sources that come before it.

    `columns` are SQL types by name; `folders` those of them that stand in the names of folders.
    """

    name: str
    columns: dict[str, str]
    folders: list[str] = []
    files: list[str] = []
    rows: bytes = b""
    view: str = ""


class Wants(msgspec.Struct, frozen=True, tag=True):
    tables: list[str]


class Told(msgspec.Struct, frozen=True, tag=True):
    """`columns` are (name, SQL type); `body` the rows as JSON, without the brackets around them,
    or a whole file. There were more rows than were asked for where it is `truncated`."""

    columns: list[tuple[str, str]]
    row_count: int
    truncated: bool
    body: bytes


class Refused(msgspec.Struct, frozen=True, tag=True):
    why: Why
    reason: str


Said = Wants | Told | Refused
T = TypeVar("T")


def framed(message: msgspec.Struct | list[Source]) -> bytes:
    content = msgspec.msgpack.encode(message)
    return HEAD.pack(len(content)) + content


def receive(peer: socket.socket, kind: type[T]) -> T:
    """The next frame. Raises EOFError where the peer has left."""
    (length,) = HEAD.unpack(_exactly(peer, HEAD.size))
    return msgspec.msgpack.decode(_exactly(peer, length), type=kind)


def _exactly(peer: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        part = peer.recv(min(length - len(content), 2**20))
        if not part:
            raise EOFError
        content += part
    return bytes(content)
