"""A member that is slow does not keep a minute's quotes from being there in time."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pipelines.supervisor import sandbox_config
from resources.errors import NoneAvailable
from resources.feeds import Feeds
from resources.http.client import Client
from resources.http.pool import Pool
from resources.http.rotation import Member
from resources.http.seating import Membership
from resources.market import load_registry
from resources.providers import load_providers
from sandbox.server import running
from tests.ledgers import ledger_at

# One market a call, and each call takes its time.
SLOW, FAST = "coinbase_exchange", ("kraken", "bitstamp", "gemini")
ASSETS = load_registry().active(50)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    played = sandbox_config()["providers"]
    assert isinstance(played, dict)
    played[SLOW]["latency_ms"] = 500
    with running({"providers": played, "latency_ms": 0}) as url:
        yield url


@asynccontextmanager
async def feeds(sandbox: str, folder: Path, *names: str) -> AsyncIterator[Feeds]:
    ledger = ledger_at(folder / "ledger.db")
    members = tuple(Member(load_providers()[name], at) for at, name in enumerate(names))
    async with Client(ledger, sandbox_url=sandbox, retry_base=0.01) as client:
        pool = Pool("prices", lambda: Membership("priority", members), client.permits)
        yield Feeds(client, ledger, load_registry(), pool, pool)
    ledger.close()


async def test_who_has_not_told_all_in_time_counts_with_what_it_has_told(
    sandbox: str, tmp_path: Path
) -> None:
    async with feeds(sandbox, tmp_path, SLOW, *FAST) as asked:
        # Half of this is for the members that are asked first, each call half a second.
        answers = await asked.quotes(ASSETS, 4, seconds=4.0)
    told = {answer.provider: answer.frame["symbol"].to_list() for answer in answers}
    assert set(told) == {SLOW, *FAST}
    assert 0 < len(told[SLOW]) <= 4
    assert told[SLOW][0] == ASSETS[0].ticker
    assert len(told["kraken"]) > 10


async def test_nobody_is_asked_once_the_time_is_over(sandbox: str, tmp_path: Path) -> None:
    async with feeds(sandbox, tmp_path, SLOW, *FAST) as asked:
        with pytest.raises(NoneAvailable, match="the time for quotes is over"):
            await asked.quotes(ASSETS, 4, seconds=0)
