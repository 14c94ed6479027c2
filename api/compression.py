"""Answers shorter on the wire: zstd or gzip, where the client asks for it.

Only what is read is compressed, text and JSON alone: an answer to a write may show a secret beside
what its sender chose, and its length would tell of the secret. The ETag of a compressed answer is
weak: it stands for the data, not for these bytes.
"""

import asyncio
import sys
import zlib
from functools import lru_cache
from typing import Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import HEAD

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Bytes below which an answer fits into a packet or two as it is.
LEAST = 1_000
# Bytes up to which the loop waits for them to be compressed: a fraction of a millisecond.
_AT_ONCE = 16_000
_KINDS = (b"application/json", b"text/")
# These read, though the method is that of a write.
_READS = {"/api/query"}
_ZSTD_LEVEL, _GZIP_LEVEL = 3, 4
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class Compression:
    """Costs those who do not ask for it one look at their headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        coding = _coding(scope) if scope["type"] == "http" else None
        await self.app(scope, receive, _Shortened(coding, scope, send) if coding else send)


class _Coder(Protocol):
    """One compressed body, in parts."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Shortened:
    """`send` for one answer. Its start waits for the first part of the body."""

    def __init__(self, coding: str, scope: Scope, send: Send) -> None:
        self._coding = coding
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._coder: _Coder | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_fit(message):
            self._start = message
        elif message["type"] == "http.response.body" and (self._start or self._coder):
            await self._part(message)
        else:
            if message.get("status") == 304:
                _as_held(self._scope, MutableHeaders(raw=message["headers"]))
            await self._send(message)

    async def _part(self, message: Message) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            start, self._start = self._start, None
            if not more and len(body) < LEAST:
                await self._send(start)
                await self._send(message)
                return
            self._coder = _coder(self._coding)
            await self._begin(start, None if more else await self._coded(body, more=False))
            if not more:
                return
        await self._send({**message, "body": await self._coded(body, more=more)})

    async def _begin(self, start: Message, whole: bytes | None) -> None:
        headers = MutableHeaders(raw=start["headers"])
        headers["Content-Encoding"] = self._coding
        headers.add_vary_header("Accept-Encoding")
        if (tag := headers.get("etag")) and not tag.startswith("W/"):
            headers["ETag"] = f"W/{tag}"
        del headers["Content-Length"]
        if whole is not None:
            headers["Content-Length"] = str(len(whole))
        await self._send(start)
        if whole is not None:
            await self._send({"type": "http.response.body", "body": whole})

    async def _coded(self, body: bytes, *, more: bool) -> bytes:
        if len(body) <= _AT_ONCE:
            return self._encode(body, more)
        return await asyncio.to_thread(self._encode, body, more)

    def _encode(self, body: bytes, more: bool) -> bytes:
        assert self._coder is not None  # noqa: S101 (made with the first part)
        coded = self._coder.compress(body)
        return coded if more else coded + self._coder.flush()


def _coder(coding: str) -> _Coder:
    if coding == "zstd":
        return zstd.ZstdCompressor(level=_ZSTD_LEVEL)
    return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)


def _coding(scope: Scope) -> str | None:
    """What the answer may be compressed with."""
    if scope["method"] == "GET":
        if HEAD in scope:
            return None
    elif scope["path"] not in _READS:
        return None
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            return preferred(value)
    return None


@lru_cache(maxsize=128)
def preferred(accepted: bytes) -> str | None:
    """zstd or gzip: which of them an Accept-Encoding rates higher, zstd where they are equal."""
    rated: dict[str, float] = {}
    for item in accepted.decode("latin-1").lower().split(","):
        coding, _, rest = item.partition(";")
        rated[coding.strip()] = _rating(rest)
    others = rated.get("*", 0.0)
    best = max(("zstd", "gzip"), key=lambda coding: rated.get(coding, others))
    return best if rated.get(best, others) > 0 else None


def _rating(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def _as_held(scope: Scope, headers: MutableHeaders) -> None:
    """The ETag of what the client holds is weak where that came compressed."""
    weak = f"W/{headers.get('etag')}"
    if weak in Headers(scope=scope).get("if-none-match", ""):
        headers["ETag"] = weak


def _is_fit(start: Message) -> bool:
    """Whether an answer is text that stands for itself and carries no secret of a browser."""
    if start["status"] < 200 or start["status"] in (204, 206, 304):
        return False
    fit = False
    for name, value in start["headers"]:
        if name in (b"content-encoding", b"set-cookie"):
            return False
        if name == b"content-type":
            fit = value.startswith(_KINDS)
    return fit
