"""What came in, read whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a host: a GET, or with a `body` a POST."""

    path: str
    query: Mapping[str, str]
    body: bytes | None
    gzipped: bool

    @property
    def text(self) -> str:
        """All that it says: path, query and body."""
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        body = (self.body or b"").decode(errors="replace")
        return f"{self.path}?{query}{body}"

    @classmethod
    async def read(cls, path: str, scope: Scope, receive: Receive) -> Self:
        return cls(
            path,
            dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            await _body(receive) if scope["method"] == "POST" else None,
            any(k == b"accept-encoding" and b"gzip" in v for k, v in scope["headers"]),
        )


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
