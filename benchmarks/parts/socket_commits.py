"""Another process than the server's, which commits at a steady pace, and when it had."""

import asyncio
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from resources.ledger import Ledger, commits, latest, snapshots
from resources.ledger.snapshots import Answered, Bounds
from resources.providers import load_providers
from resources.schemas import PRICES

ASSETS = ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LTC", "LINK", "DOT", "AVAX")
_SOURCES = ["binance", "kraken", "okx"]

Committed = list[tuple[int, int]]  # seq, and when (ns, monotonic)


def prices(connection: Connection, url: str, pace: float, count: int) -> None:
    """One price a commit, of ten assets in turn; as `flush_prices` does without the lake."""
    ledger = Ledger(url)

    def commit(number: int) -> int:
        now = ledger.now()
        row = {
            "symbol": ASSETS[number % len(ASSETS)], "price": 40_000.5 + number, "quote": "USD",
            "change_24h": 1.25, "providers": _SOURCES, "n_sources": len(_SOURCES),
            "spread_bps": 1.5, "quality": "consensus", "mode": "sandbox",
            "at": now, "observed_at": now, "fetched_at": now,
        }  # fmt: skip
        with ledger.write() as opened:
            latest.put_prices(opened, ledger, [row])
            keys: list[commits.Key] = [{"symbol": str(row["symbol"])}]
            return commits.record(opened, ledger, PRICES.name, number, keys, 1)

    connection.send(list(_paced(commit, pace, count)))
    ledger.close()


def answers(connection: Connection, url: str, pace: float, count: int, size: int) -> None:
    """One answer of a provider a commit, of so many bytes."""
    ledger = Ledger(url)
    providers = sorted(load_providers())[:10]

    def commit(number: int) -> int:
        provider = providers[number % len(providers)]
        body = b'{"n":%d,"x":"%s"}' % (number, b"x" * size)
        answered = Answered(provider, True, 200, "application/json", True, len(body), body)
        with ledger.write() as opened:
            key: commits.Key = {"provider": provider}
            seq = commits.record(opened, ledger, snapshots.TABLE, None, [key], 1)
            snapshots.put(opened, ledger, answered, seq, Bounds(1_000, 30))
        return seq

    connection.send(list(_paced(commit, pace, count)))
    ledger.close()


def _paced(commit: Callable[[int], int], pace: float, count: int) -> Iterator[tuple[int, int]]:
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / pace - time.monotonic()))
        yield commit(number), time.monotonic_ns()


def rival(connection: Connection, port: int) -> None:
    """`websockets.broadcast` of messages of one length, at a pace, once it is told to."""
    uvloop.run(_rival(connection, port))


async def _rival(connection: Connection, port: int) -> None:
    connected: set[ServerConnection] = set()

    async def handle(one: ServerConnection) -> None:
        connected.add(one)
        await one.wait_closed()

    async with serve(handle, "127.0.0.1", port, compression=None):
        connection.send("ready")
        pace, count, length = await asyncio.to_thread(connection.recv)
        loop = asyncio.get_running_loop()
        began, told = loop.time(), Committed()
        for number in range(1, count + 1):
            await asyncio.sleep(max(0.0, began + number / pace - loop.time()))
            end = f'","seq":{number},"last":true}}'
            text = '{"x":"' + "x" * (length - len(end) - 6) + end
            told.append((number, time.monotonic_ns()))
            broadcast(connected, text)
        connection.send(told)
        await asyncio.Future()
