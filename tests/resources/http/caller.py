"""A process that calls a played provider as each line of its input orders.

Prints what became of the calls, one JSON list a line.
"""

import asyncio
import json
import sys
import time
from typing import Any

from resources.errors import HeadwaterError
from resources.http import Client
from resources.ledger import Ledger
from resources.providers.base import Call
from tests.resources.http.played import a_provider


async def call(order: dict[str, Any]) -> list[str]:
    """Calls for `seconds`, until `calls` were made or, if told, `until_error`; `workers` at a time."""
    ledger = Ledger(order["ledger"], skew_ms=order.get("skew_ms", 0))
    provider = a_provider("acme", *order.get("limits", []))
    seen: list[str] = []
    until = time.monotonic() + order.get("seconds", 60)
    left = iter(range(order.get("calls", 1_000_000)))

    async def work(client: Client) -> None:
        for n in left:
            if time.monotonic() > until:
                return
            weight = 1 + n % order.get("heaviest", 1)
            try:
                await client.get(provider, Call("/x", {"weight": str(weight)}, weight), bytes)
                seen.append("answered")
            except HeadwaterError as error:
                seen.append(type(error).__name__)
                if order.get("until_error"):
                    return
                await asyncio.sleep(0.01)

    async with Client(ledger, sandbox_url=order["sandbox"], deadline=5, retry_base=0) as client:
        await asyncio.gather(*(work(client) for _ in range(order.get("workers", 1))))
    ledger.close()
    return seen


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asyncio.run(call(json.loads(line)))) + "\n")
        sys.stdout.flush()
