"""Who is asked for a minute's prices: everyone in turn, and few that read what others tell."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.supervisor import sandbox_config
from resources.feeds import Feeds
from resources.http import Client, Member, Membership, Pool
from resources.market import load_registry
from resources.providers import load_providers
from sandbox.server import running
from tests.ledgers import ledger_at

AGGREGATORS = ("coincap", "coinpaprika", "cryptocompare")
# Most of them quote nothing in dollars, so that others are asked for the stablecoins.
EXCHANGES = ("ascendex", "binance", "bitstamp", "bybit", "gate", "gemini", "htx", "kucoin", "okx")
ASSETS = [load_registry().asset(ticker) for ticker in ("USDT", "USDC", "BTC")]
QUORUM = 5


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running({**sandbox_config(), "latency_ms": 0}) as url:
        yield url


async def asked(sandbox: str, folder: Path, minute: int, *names: str) -> tuple[list[str], int]:
    """The quorum of a minute in a process of its own, and how many were asked after it."""
    ledger = ledger_at(folder / "ledger.db")
    ledger.skew_ms = minute * 60_000
    membership = Membership("round_robin", tuple(Member(load_providers()[name]) for name in names))
    async with Client(ledger, sandbox_url=sandbox, retry_base=0.01) as client:
        pool = Pool("prices", lambda: membership, client.permits)
        feeds = Feeds(client, ledger, load_registry(), pool, pool)
        answers = await feeds.quotes(ASSETS, QUORUM)
    ledger.close()
    return [answer.provider for answer in answers[:QUORUM]], len(answers) - QUORUM


async def test_everyone_has_a_turn_whoever_is_asked_for_stablecoins(
    sandbox: str, tmp_path: Path
) -> None:
    members = AGGREGATORS + EXCHANGES
    seen, more = Counter[str](), 0
    for minute in range(2 * len(members)):
        quorum, others = await asked(sandbox, tmp_path, minute, *members)
        assert len(set(quorum)) == QUORUM
        assert len(set(quorum) & set(AGGREGATORS)) <= 2
        seen.update(quorum)
        more += others
    assert more  # else nobody could have lost a turn to a follow-up
    assert set(seen) == set(members)
    assert max(seen.values()) - min(seen.values()) <= 1


async def test_aggregators_are_the_quorum_where_no_exchange_can_be(
    sandbox: str, tmp_path: Path
) -> None:
    quorum, _ = await asked(sandbox, tmp_path, 0, *AGGREGATORS, "gemini")
    assert set(quorum) == {*AGGREGATORS, "gemini"}
