"""Users of the service: each waits for its answer, thinks for a moment, and asks the next thing."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from resources.market.registry import MAIN_QUOTES

# Seconds between two questions of one user, on average.
THINKING = {"readers": 1.0, "listeners": 20.0, "analysts": 5.0, "exporters": 10.0}
_SHARES = {"listeners": 0.2, "analysts": 0.05, "exporters": 0.05}
# As people spell a market.
_SPELLINGS = ("{}", "{}/USDT", "{}-USDT", "{}USDT")
_CANDLES = ("1h", "1d", "4h")
# How often a reader asks what; {} is a market.
_READS: Mapping[str, tuple[int, Sequence[str]]] = {
    "newest candles": (
        40,
        [f"/api/ohlcv?symbol={{}}&interval={i}&limit={n}" for i in _CANDLES for n in (1, 100, 500)],
    ),
    "prices": (25, ["/api/prices", "/api/prices?symbols={},ETH", "/api/prices/explain/{}"]),
    "feeds": (
        20,
        [
            "/api/market", "/api/trending", "/api/assets", "/api/news?limit=20", "/api/defi",
            "/api/sentiment", "/api/sentiment/fear-greed", "/api/social", "/api/derivatives",
            "/api/onchain", "/api/nft",
        ],
    ),
    "history": (
        5,
        [
            "/api/ohlcv/history/{}?interval=1h&days=30", "/api/prices/history/{}?days=1",
            "/api/ohlcv/gaps/{}?interval=1h", "/api/sentiment/history?days=7",
        ],
    ),
    "operations": (
        10,
        [
            "/api/status", "/api/health", "/api/providers", "/api/categories", "/api/pools",
            "/api/freshness", "/api/rate-limits", "/api/alerts", "/api/stats", "/api/quality",
            "/api/scheduler/status", "/api/v2/schedule/tasks", "/metrics",
        ],
    ),
}  # fmt: skip
_STATEMENTS = (
    "SELECT symbol, price FROM latest_prices ORDER BY price DESC LIMIT 20",
    "SELECT symbol, max(high), min(low) FROM ohlcv WHERE interval = '1d' GROUP BY symbol",
    "SELECT count(*) FROM news",
)
_FORMS = ("csv", "parquet", "arrow")
_PROVIDERS = ("binance", "kraken", "coingecko", "defillama")


@dataclass(slots=True)
class Tally:
    """What came of all questions: ms by kind, what went wrong, and what sockets have told."""

    took: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    # What was asked again since others' statements or exports were going, as the answer told to.
    busy: int = 0


class User:
    """One of them. `key` is its own; it asks about `assets`, the tickers that have prices."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        key: str,
        assets: Sequence[str],
        seed: int,
        tally: Tally,
    ) -> None:
        self._session = session
        self._key = {"X-API-Key": key}
        self._assets = assets
        self._random = random.Random(seed)
        self._tally = tally
        # What it holds of earlier answers.
        self._tags: dict[str, str] = {}

    async def readers(self) -> None:
        weights = [weight for weight, _ in _READS.values()]
        (kind,) = self._random.choices(list(_READS), weights)
        path = self._random.choice(_READS[kind][1]).format(self._market())
        await self._ask(kind, "GET", path, held=self._tags.get(path, ""))

    async def analysts(self) -> None:
        statement = {"sql": self._random.choice(_STATEMENTS)}
        await self._ask("queries", "POST", "/api/query", json=statement)

    async def exporters(self) -> None:
        if self._random.random() < 0.3:
            body = {"api_ids": self._random.sample(_PROVIDERS, 2)}
            await self._ask("exports", "POST", "/api/v2/export/csv", json=body)
            return
        market, form = self._market(), self._random.choice(_FORMS)
        path = f"/api/ohlcv/history/{market}?interval=1h&start=2025-01-01&format={form}"
        await self._ask("exports", "GET", path)

    async def listeners(self) -> None:
        """A while at the socket, with a subscription and pings; then it comes back."""
        until = time.monotonic() + self._random.uniform(20, 60)
        try:
            async with self._session.ws_connect("/ws", headers=self._key) as socket:
                groups = {"group": "prices", "symbols": [self._market() for _ in range(3)]}
                await socket.send_str(json.dumps({"type": "subscribe", **groups}))
                while (left := until - time.monotonic()) > 0:
                    await self._hear(socket, min(left, 10))
        except (aiohttp.ClientError, TimeoutError) as error:
            self._tally.errors[f"/ws: {error!r}"[:200]] += 1

    def _market(self) -> str:
        return self._random.choice(_SPELLINGS).format(self._random.choice(self._assets))

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse, seconds: float) -> None:
        """Ask for a pong, and hear all that comes in this time."""
        sent, until = time.perf_counter(), time.monotonic() + seconds
        await socket.send_str('{"type":"ping"}')
        while (left := until - time.monotonic()) > 0:
            try:
                message = await socket.receive(timeout=left)
            except TimeoutError:
                return
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise aiohttp.ClientError(f"the socket was closed: {message.type} {message.data}")
            self._tally.messages += 1
            kind = json.loads(message.data)["type"]
            if kind == "pong":
                self._note("socket pongs", sent)
            elif kind == "error":
                self._tally.errors[f"/ws: {message.data}"[:200]] += 1

    async def _ask(self, kind: str, method: str, path: str, **more: Any) -> None:
        """Ask until there is a place, as the answer tells to."""
        while not await self._answered(kind, method, path, **more):
            self._tally.busy += 1
            await asyncio.sleep(1)

    async def _answered(
        self, kind: str, method: str, path: str, *, held: str = "", json: object = None
    ) -> bool:
        """Whether there was a place, with an answer or an error; reads all of the body."""
        headers = self._key | ({"If-None-Match": held} if held else {})
        asked = time.perf_counter()
        try:
            async with self._session.request(method, path, headers=headers, json=json) as answer:
                body = await answer.read()
                self._note(kind, asked)
                if tag := answer.headers.get("ETag"):
                    self._tags[path] = tag
                if answer.status == 503 and b"urn:headwater:busy" in body:
                    return False
                if answer.status >= 400:
                    self._tally.errors[f"{answer.status} {path}: {body[:200]!r}"] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            self._tally.errors[f"{path}: {error!r}"[:200]] += 1
        return True

    def _note(self, kind: str, asked: float) -> None:
        self._tally.took.setdefault(kind, []).append(1000 * (time.perf_counter() - asked))


def parts(count: int) -> list[str]:
    """What each of so many users is: mostly readers, at least one of each other kind."""
    others = [kind for kind, share in _SHARES.items() for _ in range(max(1, round(count * share)))]
    return [*others, *["readers"] * (count - len(others))]


async def use(url: str, keys: Sequence[str], seconds: float, tally: Tally) -> None:
    """As many users as there are keys, for so long."""
    until = time.monotonic() + seconds
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as session:
        async with session.get("/api/prices") as answer:
            priced = [row["symbol"] for row in (await answer.json())["data"]]
        assets = [symbol for symbol in priced if symbol not in MAIN_QUOTES]
        users = [User(session, key, assets, seed, tally) for seed, key in enumerate(keys)]
        lives = [
            _live(getattr(user, kind), kind, until, seed)
            for seed, (user, kind) in enumerate(zip(users, parts(len(keys)), strict=True))
        ]
        await asyncio.gather(*lives)


async def _live(act: Callable[[], Awaitable[None]], kind: str, until: float, seed: int) -> None:
    thinking = random.Random(seed)
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, thinking.expovariate(1 / THINKING[kind])))
        if time.monotonic() < until:
            await act()
