"""What every answer has in common: JSON, a time, and an ETag that moves only with the data."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Set in the scope of a HEAD that is answered as a GET.
HEAD = "headwater.head"
# A client may keep an answer, but asks each time whether it still holds.
_REVALIDATE = "no-cache"


def iso(ms: int) -> str:
    """Milliseconds since 1970 as ISO 8601 in UTC, with a fraction only where there is one."""
    text = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace(".000", "").replace("+00:00", "Z")


def now_iso() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Answer(Response):
    """A JSON object, or a list that is not `stamped`; `stamped` adds `timestamp`.

    The ETag moves with `held` where that is given, else with all but the timestamp.
    """

    media_type = "application/json"

    def __init__(
        self,
        body: Mapping[str, Any] | Sequence[Any],
        *,
        stamped: bool = True,
        status: int = 200,
        held: Mapping[str, Any] | Sequence[Any] | None = None,
    ) -> None:
        encoded = msgspec.json.encode(body)
        stamp = f',"timestamp":"{now_iso()}"}}'.encode()
        content = encoded[:-1] + stamp if stamped else encoded
        counted = encoded if held is None else msgspec.json.encode(held)
        super().__init__(content, status, headers=validators(digest(counted)))


class Download(Response):
    """A file, under the name that a browser saves it by."""

    def __init__(
        self, content: bytes, media_type: str, name: str, headers: Mapping[str, str]
    ) -> None:
        named = file_headers(name, digest(content))
        super().__init__(content, media_type=media_type, headers={**named, **headers})


def file_headers(name: str, tag: str) -> dict[str, str]:
    """Of a file whose content `tag` stands for."""
    return {**validators(tag), "Content-Disposition": f'attachment; filename="{name}"'}


def digest(*parts: bytes | memoryview) -> str:
    """Of what is sent in parts, as of the whole."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        found.update(part)
    return found.hexdigest()


def validators(tag: str) -> dict[str, str]:
    return {"ETag": f'"{tag}"', "Cache-Control": _REVALIDATE}


class NotModified:
    """Answers 304 where the client holds what would be sent already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _held(scope) is None or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        unchanged = False

        async def conditional(message: Message) -> None:
            nonlocal unchanged
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = MutableHeaders(raw=message["headers"])
                unchanged = _holds(scope, headers.get("etag"))
                if unchanged:
                    del headers["content-length"]
                    del headers["content-type"]
                    await send({**message, "status": 304})
                    await send({"type": "http.response.body", "body": b""})
            if not unchanged:
                await send(message)

        await self.app(scope, receive, conditional)


def is_body_wanted(scope: Scope, etag: str) -> bool:
    """Whether more than the head of an answer will be sent to the client."""
    return not scope.get(HEAD) and not _holds(scope, etag)


def _held(scope: Scope) -> str | None:
    return header(scope, b"if-none-match") if scope["type"] == "http" else None


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of a name; `Headers` takes ten times longer, in each of many layers."""
    for sent, value in scope["headers"]:
        if sent == name:
            return str(value, "latin-1")
    return None


def _holds(scope: Scope, etag: str | None) -> bool:
    held = _held(scope)
    if held is None or etag is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    return etag.removeprefix("W/") in tags or "*" in tags
