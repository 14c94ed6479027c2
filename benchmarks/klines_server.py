"""A loopback server that answers klines as fast as asyncio can: the floor under both rivals."""

import asyncio
import json
import math
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

HOUR = 3_600_000
START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000)


def symbols(count: int) -> list[str]:
    return [f"C{number:03d}" for number in range(count)]


def kline(number: int, hour: int) -> bytes:
    """One candle in Binance's form; a smooth wave, so that all values are sound."""
    base = 100 * (1 + number) * (1 + 0.1 * math.sin(hour / 50 + number))
    close = 100 * (1 + number) * (1 + 0.1 * math.sin((hour + 1) / 50 + number))
    high, low = max(base, close) * 1.001, min(base, close) * 0.999
    opened = START + hour * HOUR
    prices = [f"{value:.8f}" for value in (base, high, low, close, 50 + hour % 97)]
    tail = [
        opened + HOUR - 1,
        f"{base * 50:.8f}",
        100 + hour % 53,
        "25.00000000",
        f"{base:.8f}",
        "0",
    ]
    return json.dumps([opened, *prices, *tail], separators=(",", ":")).encode()


class _Protocol(asyncio.Protocol):
    def __init__(self, pages: dict[str, list[bytes]]) -> None:
        self._pages = pages
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            body = self._answer(head.split(b" ", 2)[1].decode())
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )

    def _answer(self, target: str) -> bytes:
        parts = urlsplit(target)
        if parts.path.endswith("/exchangeInfo"):
            return _exchange_info(list(self._pages))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        rows = self._pages[query["symbol"]]
        first = max(0, -(-(int(query.get("startTime", START)) - START) // HOUR))
        last = first + int(query.get("limit", 500))
        if "endTime" in query:
            last = min(last, (int(query["endTime"]) - START) // HOUR + 1)
        return b"[" + b",".join(rows[first:last]) + b"]"


def _exchange_info(natives: list[str]) -> bytes:
    markets = [
        {
            "symbol": native, "status": "TRADING", "baseAsset": native[:-4], "quoteAsset": "USDT",
            "baseAssetPrecision": 8, "quotePrecision": 8, "isSpotTradingAllowed": True,
            "permissions": ["SPOT"], "filters": [], "orderTypes": [],
        }
        for native in natives
    ]  # fmt: skip
    return json.dumps({"timezone": "UTC", "symbols": markets}).encode()


def _serve(count: int, hours: int, port: "multiprocessing.Queue[int]") -> None:
    pages = {
        f"{name}USDT": [kline(number, hour) for hour in range(hours)]
        for number, name in enumerate(symbols(count))
    }

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Protocol(pages), "127.0.0.1", 0
        )
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def serving(count: int, hours: int) -> Iterator[str]:
    """The base address of a server of `count` symbols with `hours` hourly candles each."""
    spawn = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = spawn.Queue()
    process = spawn.Process(target=_serve, args=(count, hours, port), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{port.get(timeout=120)}"
    finally:
        process.terminate()
        process.join()
