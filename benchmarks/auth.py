"""What it costs to know who calls, in µs of CPU without I/O.

    ./dev bench auth [--rounds 30] [--calls 2000] [--keys 1000]

Of each way: `identify` (the secret alone) and `caller_of` (the whole of it, as each request pays:
settings, headers, address, secret), beside a floor. A key's floor is SHA-256 of the secret and
one look into a dictionary; a token's is `jwt.decode` of PyJWT alone. A new token is one that this
process has not seen; then it is remembered. All are asked in turn, in this process, of a service
over a ledger with `--keys` keys. Keys are looked up anew every half second: that is told apart,
as `look up`. Target: 50 µs without it.
"""

import argparse
import asyncio
import hashlib
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from itertools import cycle
from pathlib import Path
from statistics import median

import jwt
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from api.app import create_app
from api.auth import caller_of, identify
from api.services import Services
from api.tokens import REMEMBERED
from resources.ledger import Ledger, keys
from resources.ledger.keys import ApiKey
from resources.ledger.sealing import derived
from resources.settings import Settings

TARGET = 50.0
_ADDRESS = "203.0.113.5"
_Check = Callable[[], Awaitable[object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--keys", type=int, default=1000)
    parsed = parser.parse_args()
    print("./dev bench auth " + " ".join(sys.argv[1:]))
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(_measure(Path(home), parsed.rounds, parsed.calls, parsed.keys))


async def _measure(home: Path, rounds: int, calls: int, count: int) -> None:
    settings = Settings(home=home)
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    for number in range(count - 1):
        keys.create(ledger, f"key {number}", ("read",))
    issued = keys.issue(ledger, "bench", ("read",), "pro", None)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        services: Services = app.state.services
        token, _ = services.tokens.make(issued.key, issued.key.scopes)
        ways = _ways(app, services, issued.secret, token, issued.key)
        cpu = await _turns(ways, rounds, calls)
        _report(cpu)
        print(f"look up: {await _look_up(services, issued.secret):.0f} µs, once in half a second")


def _ways(
    app: FastAPI, services: Services, secret: str, token: str, key: ApiKey
) -> Mapping[str, Mapping[str, _Check]]:
    known = {hashlib.sha256(secret.encode()).digest(): key}
    signing = derived(services.settings, services.ledger.url, "tokens")

    async def hashed() -> object:
        return known[hashlib.sha256(secret.encode()).digest()]

    async def decoded() -> object:
        return jwt.decode(token, signing, ["HS256"], audience="headwater-api", issuer="headwater")

    # More than are remembered: each is a new one when its turn comes.
    made = [services.tokens.make(key, key.scopes)[0] for _ in range(4 * REMEMBERED)]
    new, new_too = cycle(made[::2]), cycle(made[1::2])

    def whole(name: bytes, value: str) -> Awaitable[object]:
        headers = [(b"host", b"127.0.0.1:8000"), (b"accept", b"*/*"), (name, value.encode())]
        scope = {
            "type": "http", "app": app, "headers": headers, "path": "/api/ohlcv",
            "client": (_ADDRESS, 4711),
        }  # fmt: skip
        return caller_of(HTTPConnection(scope))

    return {
        "key": {
            "floor": hashed,
            "identify": lambda: identify(services, secret, _ADDRESS),
            "caller_of": lambda: whole(b"x-api-key", secret),
        },
        "token": {
            "floor": decoded,
            "identify": lambda: identify(services, token, _ADDRESS),
            "caller_of": lambda: whole(b"authorization", f"Bearer {token}"),
            "new, identify": lambda: identify(services, next(new), _ADDRESS),
            "new, caller_of": lambda: whole(b"authorization", f"Bearer {next(new_too)}"),
        },
    }


async def _turns(
    ways: Mapping[str, Mapping[str, _Check]], rounds: int, calls: int
) -> Mapping[str, Mapping[str, list[float]]]:
    """µs of CPU of one call, a figure a round."""
    found = {kind: {name: list[float]() for name in checks} for kind, checks in ways.items()}
    for _ in range(rounds):
        for kind, checks in ways.items():
            for name, check in checks.items():
                found[kind][name].append(await _cost(check, calls))
    return found


async def _cost(check: _Check, calls: int) -> float:
    """µs of CPU of this thread a call, of those that ask the ledger nothing."""
    spent, done = 0.0, 0
    while done < calls:
        # Looked up now, it is remembered for longer than the next hundred take.
        await check()
        started = time.thread_time()
        for _ in range(100):
            await check()
        spent += time.thread_time() - started
        done += 100
    return 1e6 * spent / done


async def _look_up(services: Services, secret: str) -> float:
    costs = []
    for _ in range(200):
        services.keyring.forget()
        started = time.process_time()
        await services.keyring.find(secret)
        costs.append(time.process_time() - started)
    return 1e6 * median(costs)


def _report(cpu: Mapping[str, Mapping[str, list[float]]]) -> None:
    print(f"{'':22} {'CPU µs':>8} {'worst':>8} {'ratio':>8}")
    for kind, ways in cpu.items():
        floor = median(ways["floor"])
        for name, costs in ways.items():
            figures = (median(costs), max(costs), median(costs) / floor)
            print(f"{f'{kind}, {name}':22} " + " ".join(f"{one:8.2f}" for one in figures))
    worst = max(median(costs) for ways in cpu.values() for costs in ways.values())
    print("ratio: CPU as a multiple of the floor; worst: of a round")
    print(f"target {TARGET:.0f} µs: {'met' if worst < TARGET else 'missed'} ({worst:.1f} µs)")


if __name__ == "__main__":
    main()
