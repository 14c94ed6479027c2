"""Whether each provider answers now."""

import asyncio
from collections.abc import Mapping

from resources.errors import HeadwaterError
from resources.http.client import Client
from resources.ledger import Ledger
from resources.market import Symbol
from resources.providers import load_providers
from resources.providers.base import Provider
from resources.settings import Settings

_ASKED = (Symbol("BTC", "USD"), Symbol("BTC", "USDT"))
_SECONDS = 8.0


async def probe_all(settings: Settings, ledger: Ledger) -> Mapping[str, str | None]:
    """Ask each provider for its price of bitcoin; per name what failed, None where it answered."""
    client = Client(
        ledger,
        sandbox_url=settings.sandbox_url,
        deadline=_SECONDS,
        allowed_addresses=settings.allowed_addresses,
    )
    # Those that quote only in other currencies are heard when their candles are fetched.
    providers = [provider for provider in load_providers().values() if _market(provider)]
    async with client:
        failures = await asyncio.gather(*(_probe(client, provider) for provider in providers))
    return {provider.name: failure for provider, failure in zip(providers, failures, strict=True)}


def _market(provider: Provider) -> str | None:
    natives = (provider.native(symbol) for symbol in _ASKED) if provider.tickers else ()
    return next((native for native in natives if native), None)


async def _probe(client: Client, provider: Provider) -> str | None:
    tickers, native = provider.tickers, _market(provider)
    if tickers is None or native is None:
        return "has no market that could be asked for"
    natives = [native]
    try:
        await client.get(provider, tickers.call(natives), lambda body: tickers.parse(body, natives))
    except HeadwaterError as error:
        return str(error)
    return None
