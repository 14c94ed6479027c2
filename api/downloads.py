"""Files on their way to clients, sent while they are made."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.answers import file_headers, is_body_wanted
from api.files import FILE_FORMATS, TableFile, chunks_of
from resources.errors import Busy, HeadwaterError

_log = logging.getLogger(__name__)
# Each holds one piece of its table, and of the disk what parquet or arrow take.
_AT_ONCE = 8
# Seconds that a client may take for one chunk; how long one more than may be is told to wait.
_PATIENCE = 60.0
_LATER = 10.0


class Downloads:
    """The files that are sent now, at most so many. `folder` is for what is written first."""

    def __init__(self, folder: Path, at_once: int = _AT_ONCE, patience: float = _PATIENCE) -> None:
        self._folder = folder
        self._patience = patience
        self._at_once = at_once
        self._places = threading.BoundedSemaphore(at_once)

    def answer(self, table: TableFile, form: str, tag: str, headers: Mapping[str, str]) -> Response:
        """A file of `table`; `tag` must change with its rows alone."""

        def chunks(left: threading.Event) -> Iterator[bytes]:
            return chunks_of(table, form, self._folder, left)

        named = file_headers(f"{table.name}.{form}", f"{tag}-{form}")
        media_type = FILE_FORMATS[form].media_type
        return _Sent(chunks, self._taken, self._patience, media_type, {**named, **headers})

    @contextlib.contextmanager
    def _taken(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            not_before = round((time.time() + _LATER) * 1000)
            raise Busy(f"{self._at_once} files are sent already, as many as may be", not_before)
        try:
            yield
        finally:
            self._places.release()


class _Sent(Response):
    """What fails before the first chunk is told as an error. Later the connection breaks off: what
    is not whole never looks so. Nothing is read for a client that wants no body, or has left."""

    def __init__(
        self,
        chunks: Callable[[threading.Event], Iterator[bytes]],
        place: Callable[[], contextlib.AbstractContextManager[None]],
        patience: float,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        self._patience = patience
        self._left = threading.Event()
        self._chunks = chunks
        self._place = place
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        # Not Response's own __init__, which would say that the length is 0.
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_body_wanted(scope, self.headers["etag"]):
            await self._begin(send)
            await send({"type": "http.response.body", "body": b""})
            return
        watching = asyncio.create_task(self._watch(receive))
        try:
            with self._place():
                await self._send(send)
        finally:
            self._left.set()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._left.set()

    async def _send(self, send: Send) -> None:
        chunks = self._chunks(self._left)
        chunk = await run_in_threadpool(next, chunks, b"")
        await self._begin(send)
        try:
            while chunk and not self._left.is_set():
                body = {"type": "http.response.body", "body": chunk, "more_body": True}
                await asyncio.wait_for(send(body), self._patience)
                chunk = await run_in_threadpool(next, chunks, b"")
        except (HeadwaterError, TimeoutError) as error:
            # An end without the last message is what makes the server break the connection off.
            _log.warning("a file was not sent to its end: %s", str(error) or "its reader stalled")
            return
        await send({"type": "http.response.body", "body": b""})

    async def _begin(self, send: Send) -> None:
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **head})
