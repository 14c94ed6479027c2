"""A loopback server that answers klines as fast as asyncio can: the floor under all rivals."""

import asyncio
import json
import math
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing.sharedctypes import Synchronized
from urllib.parse import parse_qs, urlsplit

HOUR = 3_600_000
START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000)
# All histories end here, however long they are: in the past, so that none is still growing.
END = START + 8_016 * HOUR
_PAGE = 1_000
_ROW = b'[%d,"%.8f","%.8f","%.8f","%.8f","%.8f",%d,"%.8f",%d,"25.00000000","%.8f","0"]'


def symbols(count: int) -> list[str]:
    return [f"C{number:03d}" for number in range(count)]


def start_of(hours: int) -> int:
    """The first open time of a history of so many hourly candles, ms since 1970, UTC."""
    return END - hours * HOUR


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its base address, and how many requests it has answered."""

    url: str
    count: "Synchronized[int]"

    @property
    def requests(self) -> int:
        return self.count.value


def klines(number: int, start: int, hours: int) -> list[bytes]:
    """Candles in Binance's form; a smooth wave, so that all values are sound."""
    prices = [100 * (1 + number) * (1 + 0.1 * math.sin(i / 50 + number)) for i in range(hours + 1)]
    rows = []
    for hour, (first, last) in enumerate(pairwise(prices)):
        opened, volume = start + hour * HOUR, 50 + hour % 97
        values = (first, max(first, last) * 1.001, min(first, last) * 0.999, last, volume)
        rows.append(_ROW % (opened, *values, opened + HOUR - 1, first * 50, 100 + hour % 53, first))
    return rows


class _Protocol(asyncio.Protocol):
    def __init__(
        self, pages: dict[str, list[bytes]], start: int, count: "Synchronized[int]"
    ) -> None:
        self._pages = pages
        self._start = start
        self._count = count
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            status, body = self._answer(head.split(b" ", 2)[1].decode())
            self._count.value += 1
            self._transport.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (status, len(body), body)
            )

    def _answer(self, target: str) -> tuple[bytes, bytes]:
        parts = urlsplit(target)
        if parts.path.endswith("/exchangeInfo"):
            return b"200 OK", _exchange_info(list(self._pages))
        if parts.path.endswith("/klines"):
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            return b"200 OK", self._klines(query)
        return b"404 Not Found", b'{"code":-1000,"msg":"unknown path"}'

    def _klines(self, query: dict[str, str]) -> bytes:
        rows = self._pages[query["symbol"]]
        first = max(0, -(-(int(query.get("startTime", self._start)) - self._start) // HOUR))
        last = first + min(_PAGE, int(query.get("limit", 500)))
        if "endTime" in query:
            last = min(last, (int(query["endTime"]) - self._start) // HOUR + 1)
        return b"[" + b",".join(rows[first:last]) + b"]"


def _exchange_info(natives: list[str]) -> bytes:
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
        {"filterType": "NOTIONAL", "minNotional": "5", "maxNotional": "9000000"},
    ]  # fmt: skip
    markets = [
        {
            "symbol": native, "status": "TRADING", "baseAsset": native[:-4], "quoteAsset": "USDT",
            "baseAssetPrecision": 8, "quotePrecision": 8, "isSpotTradingAllowed": True,
            "permissions": ["SPOT"], "filters": filters, "orderTypes": [],
        }
        for native in natives
    ]  # fmt: skip
    return json.dumps({"timezone": "UTC", "symbols": markets}).encode()


def _serve(
    count: int, hours: int, port: "multiprocessing.Queue[int]", answered: "Synchronized[int]"
) -> None:
    start = start_of(hours)
    pages = {
        f"{name}USDT": klines(number, start, hours) for number, name in enumerate(symbols(count))
    }

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Protocol(pages, start, answered), "127.0.0.1", 0
        )
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def serving(count: int, hours: int) -> Iterator[Server]:
    """A server of `count` symbols with `hours` hourly candles each."""
    spawn = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = spawn.Queue()
    answered = spawn.Value("Q", 0)
    process = spawn.Process(target=_serve, args=(count, hours, port, answered), daemon=True)
    process.start()
    try:
        yield Server(f"http://127.0.0.1:{port.get(timeout=300)}", answered)
    finally:
        process.terminate()
        process.join()
