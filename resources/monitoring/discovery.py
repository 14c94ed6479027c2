"""Providers that are switched off: do they work again?"""

import asyncio
from collections.abc import Iterable

from resources.errors import InvalidInput, NotCalled, ProviderError
from resources.http.client import Client
from resources.ledger import Ledger, alerts, proposals
from resources.monitoring.health import sound
from resources.providers.base import Provider


async def discover(
    client: Client, ledger: Ledger, providers: Iterable[Provider], *, pause: float = 1.0
) -> list[str]:
    """Ask providers that are switched off, one every `pause` seconds, and propose those that work.

    Nothing is switched on. Returns the ids of those that were not proposed already.
    """
    found = []
    for provider in providers:
        call = provider.health_call
        if call is None:
            continue
        try:
            answer = await client.get(provider, call, sound, max_wait=0)
        except (NotCalled, InvalidInput):
            continue
        except ProviderError:
            await asyncio.to_thread(_withdraw, ledger, provider)
        else:
            took = answer.fetched_at - answer.sent_at
            if await asyncio.to_thread(_propose, ledger, provider, took):
                found.append(provider.id)
        await asyncio.sleep(pause)
    return found


def _propose(ledger: Ledger, provider: Provider, response_ms: int) -> bool:
    news = alerts.News(
        f"proposal:{provider.id}",
        "discovery",
        "info",
        f"{provider.name} is switched off and answers: it could be switched on",
        provider=provider.id,
        details={"response_ms": response_ms},
    )
    with ledger.write() as connection:
        fresh = proposals.propose(connection, ledger, provider.id, response_ms)
        if fresh:
            alerts.tell(connection, ledger, news)
    return fresh


def _withdraw(ledger: Ledger, provider: Provider) -> None:
    with ledger.write() as connection:
        proposals.withdraw(connection, provider.id)
        alerts.resolve(connection, ledger, f"proposal:{provider.id}")
