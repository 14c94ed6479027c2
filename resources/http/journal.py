"""Calls that failed, as lines in the ledger's logs."""

import asyncio
import logging
import time
from dataclasses import dataclass

import httpx

from resources.errors import ProviderError, RateLimited, StoreUnavailable
from resources.http.layer import Layer, provider_of, secret_of
from resources.http.masking import masked
from resources.http.outcome import outcome_of
from resources.ledger import Ledger, logs
from resources.ledger.logs import Line
from resources.providers.base import Provider

_log = logging.getLogger(__name__)
_FLUSH_SECONDS = 1.0
_PER_MINUTE = 20


@dataclass(slots=True)
class _Minute:
    """What was written of one provider since `began` (seconds, monotonic), and what was not."""

    provider: Provider
    began: float
    written: int = 0
    left_out: int = 0


class JournalTransport(Layer):
    """Writes a line for each call that failed; raises what it saw.

    Lines wait up to a second, so that an outage costs a transaction a second. Of one
    provider at most `per_minute` are written a minute, and then how many more there were.
    They carry no key: neither a query nor what the request carried as its secret.
    """

    def __init__(
        self,
        next_transport: httpx.AsyncBaseTransport,
        ledger: Ledger,
        *,
        per_minute: int = _PER_MINUTE,
        minute: float = 60.0,
    ) -> None:
        super().__init__(next_transport)
        self._ledger = ledger
        self._per_minute = per_minute
        self._minute = minute
        self._minutes: dict[str, _Minute] = {}
        self._waiting: list[Line] = []
        self._flushing: asyncio.Task[None] | None = None

    async def aclose(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
        self._close_minutes(time.monotonic() + self._minute)
        self._write(self._waiting)
        await super().aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self.next_transport.handle_async_request(request)
        except ProviderError as error:
            self._note(request, error)
            raise

    def _note(self, request: httpx.Request, error: ProviderError) -> None:
        now, provider = time.monotonic(), provider_of(request)
        self._close_minutes(now)
        minute = self._minutes.setdefault(provider.id, _Minute(provider, now))
        if minute.written >= self._per_minute:
            minute.left_out += 1
            return
        minute.written += 1
        self._waiting.append(line_of(request, error))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())

    def _close_minutes(self, now: float) -> None:
        """Say how much was left out in the minutes that have passed."""
        for name, minute in list(self._minutes.items()):
            if minute.began <= now - self._minute:
                del self._minutes[name]
                if minute.left_out:
                    self._waiting.append(_left_out(minute))

    async def _flush(self) -> None:
        while self._waiting or any(minute.left_out for minute in self._minutes.values()):
            await asyncio.sleep(_FLUSH_SECONDS)
            self._close_minutes(time.monotonic())
            lines, self._waiting = self._waiting, []
            await asyncio.to_thread(self._write, lines)

    def _write(self, lines: list[Line]) -> None:
        try:
            if lines:
                logs.append(self._ledger, lines)
        except StoreUnavailable as error:
            _log.warning("%d lines of the journal are lost: %s", len(lines), error)


def line_of(request: httpx.Request, error: ProviderError) -> Line:
    """What is written of a call that failed."""
    provider, secret = provider_of(request), secret_of(request)
    limited = isinstance(error, RateLimited)
    details = {
        "kind": outcome_of(error),
        "http_status": error.http_status,
        "method": request.method,
        "host": request.url.host,
        # Without the query, where keys travel.
        "path": _masked(secret, request.url.raw_path.decode().partition("?")[0]),
    }
    return Line(
        "rate_limit" if limited else "failure",
        "warning" if limited else "error",
        _masked(secret, str(error)),
        provider.id,
        provider.category,
        details,
    )


def _masked(secret: str | None, text: str) -> str:
    return masked(text, secret) if secret else text


def _left_out(minute: _Minute) -> Line:
    provider = minute.provider
    return Line(
        "failure",
        "warning",
        f"{minute.left_out} more calls of {provider.id} failed within a minute",
        provider.id,
        provider.category,
        {"left_out": minute.left_out},
    )
