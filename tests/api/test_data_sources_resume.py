"""/api/v2/ws: what was missed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from resources.ledger import provider_schedules
from resources.settings import Settings
from tests.api.server import Store, served
from tests.api.snapshots import put
from tests.api.talk import Talk, talking


@asynccontextmanager
async def listening(settings: Settings, query: str = "") -> AsyncIterator[Talk]:
    async with talking(settings, query, "/api/v2/ws") as talk:
        yield talk


async def test_a_client_resumes_from_what_is_stored(store: Store) -> None:
    seqs = [put(store.ledger, name, b"1") for name in ("binance", "kraken", "binance")]
    provider_schedules.change(store.ledger, "kraken", enabled=False)
    for _start in range(2):
        with served(store.settings):
            async with listening(store.settings) as talk:
                await talk.ask(type="subscribe", api_id="binance")
                await talk.say(type="resume", channel="snapshots", after=0)
                heard = [await talk.hear(), await talk.hear()]
                assert [(m["api_id"], m["seq"]) for m in heard] == [
                    ("binance", seqs[0]),
                    ("binance", seqs[2]),
                ]
                await talk.ask(type="subscribe_all")
                await talk.say(type="resume", channel="snapshots", after=seqs[0])
                assert [(await talk.hear())["seq"] for _ in range(2)] == seqs[1:]
                await talk.say(type="resume", channel="schedules", after=seqs[2])
                assert (await talk.hear())["schedule"]["api_id"] == "kraken"
                await talk.say(type="resume", channel="snapshots", after=seqs[2])
                await talk.silence()


async def test_what_cannot_be_resumed_is_told_so(store: Store) -> None:
    seqs = [put(store.ledger, "binance", b'"' + b"x" * 90_000 + b'"') for _ in range(20)]
    with served(store.settings):
        async with listening(store.settings) as talk:
            await talk.ask(type="subscribe_all")
            failed = await talk.ask(type="resume", channel="snapshots", after=0)
            assert (failed["type"], failed["channel"]) == ("resume_failed", "snapshots")
            oldest = failed["oldest"]
            assert seqs[0] < oldest <= seqs[-1]
            await talk.say(type="resume", channel="snapshots", after=oldest - 1)
            held = seqs[seqs.index(oldest) :]
            assert [(await talk.hear())["seq"] for _ in held] == held
            # A number that this ledger has not reached was counted by another.
            failed = await talk.ask(type="resume", channel="snapshots", after=10**6)
            assert failed["type"] == "resume_failed"
