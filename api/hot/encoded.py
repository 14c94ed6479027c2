"""The newest candles of one market as JSON, cut into an answer wherever it is asked to begin."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from api.answers import digest, now_iso, validators
from resources.market import Symbol

Row = dict[str, Any]
Header = tuple[bytes, bytes]
# Clients ask in few ways; whoever spells a market in ever new ones gets no room for it.
_MOST_PREPARED = 32
_STAMP_BYTES = len(now_iso())


class Prepared(NamedTuple):
    """An answer but for the moment that it is given at, and its headers."""

    head: bytes
    rows: memoryview
    tail: bytes
    headers: tuple[Header, ...]

    def body(self) -> bytes:
        return b"".join((self.head, self.rows, self.tail, now_iso().encode(), b'"}'))

    def response(self) -> Response:
        answer = Response(self.body())
        answer.raw_headers[:] = self.headers
        return answer


class EncodedCandles:
    """The newest `asked` closed candles of a market, or all where there are fewer.

    Rows are those of `api.queries.candles.to_rows`, oldest first.
    """

    def __init__(self, symbol: str, interval: str, rows: Sequence[Row], asked: int) -> None:
        self.symbol = symbol
        self.interval = interval
        encoded = [msgspec.json.encode(row) for row in rows]
        self._rows = b",".join(encoded)
        self._starts = [0, *accumulate(len(one) + 1 for one in encoded[:-1])] if encoded else []
        self._whole = len(rows) < asked
        # Of each source the last row that is from it: those of the newest rows are found by it.
        self._last = {str(row["source"]): n for n, row in enumerate(rows)}
        self._prepared: dict[tuple[str, int], Prepared] = {}

    @property
    def size(self) -> int:
        """Bytes, about: what is prepared of it included."""
        return len(self._rows) + 36 * len(self._starts) + 1_000 * _MOST_PREPARED

    def holds(self, limit: int) -> bool:
        return self._whole or limit <= len(self._starts)

    def answer(self, requested: str, limit: int) -> Prepared:
        """The newest `limit` rows, for a client that spelt the market as `requested`."""
        known = self._prepared.get((requested, limit))
        if known is None:
            if len(self._prepared) >= _MOST_PREPARED:
                self._prepared.clear()
            known = self._prepared[requested, limit] = self._prepare(requested, limit)
        return known

    def _prepare(self, requested: str, limit: int) -> Prepared:
        first = max(0, len(self._starts) - limit)
        count = len(self._starts) - first
        names = {"success": True, "symbol": self.symbol, "requested": requested}
        quote = Symbol.canonical(self.symbol).quote
        head = msgspec.json.encode({**names, "interval": self.interval, "quote": quote})
        sources = sorted(source for source, n in self._last.items() if n >= first)
        told = msgspec.json.encode({"count": count, "source": ",".join(sources) or None})
        start, end = head[:-1] + b',"data":[', b"]," + told[1:-1]
        rows = memoryview(self._rows)[self._starts[first] if count else 0 :]
        tail = end + b',"timestamp":"'
        length = len(start) + len(rows) + len(tail) + _STAMP_BYTES + 2
        # As `Answer` would count it, so that a client's copy holds whoever answers.
        tags = validators(digest(start, rows, end, b"}"))
        headers = {"Content-Type": "application/json", "Content-Length": str(length), **tags}
        raw = ((name.lower().encode(), value.encode()) for name, value in headers.items())
        return Prepared(start, rows, tail, tuple(raw))
