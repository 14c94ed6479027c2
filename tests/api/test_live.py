"""The parts of the sockets, without a network."""

import asyncio
import itertools
import subprocess
import sys

import pytest

from api.caller import Caller
from api.live.client import Client, Outbox
from api.live.hub import Hub, Limits
from api.live.messages import DataMessage, data_message
from api.live.replay import NewestPerSymbol, RecentMessages
from resources.ledger.keys import ApiKey
from tests.api.server import Store, served
from tests.api.talk import talking


def price(symbol: str, seq: int) -> DataMessage:
    return data_message("prices", symbol, seq, {"symbol": symbol})


def candle(symbol: str, seq: int) -> DataMessage:
    return data_message("candles", symbol, seq, {"symbol": symbol})


async def sent(outbox: Outbox, count: int) -> list[str]:
    """The next `count` texts."""
    found: list[str] = []
    full = asyncio.Event()

    async def send(text: str) -> None:
        found.append(text)
        if len(found) == count:
            full.set()

    drain = asyncio.create_task(outbox.drain(send))
    await asyncio.wait_for(full.wait(), 20)
    drain.cancel()
    await asyncio.gather(drain, return_exceptions=True)
    return found


async def test_of_waiting_prices_the_newest_is_sent_and_nothing_else_left_out() -> None:
    outbox = Outbox()
    for text, name in [("b1", "b"), ("c1", None), ("a1", "a"), ("c2", None), ("b2", "b")]:
        outbox.put(text, name)
    assert await sent(outbox, 4) == ["c1", "a1", "c2", "b2"]


async def test_an_outbox_that_had_to_leave_something_out_ends_after_what_it_holds() -> None:
    outbox = Outbox(longest=10)
    for text in ("12345", "67890", "more", "x"):
        outbox.put(text)
    found: list[str] = []

    async def send(text: str) -> None:
        found.append(text)

    await asyncio.wait_for(outbox.drain(send), 20)
    assert found == ["12345", "67890"]


async def test_prices_do_not_fill_an_outbox_by_being_repeated() -> None:
    outbox = Outbox(longest=10)
    for number in range(100):
        outbox.put(f"{number:05}", "BTC")
    outbox.put("12345")
    assert await sent(outbox, 2) == ["00099", "12345"]


async def test_a_client_is_behind_from_the_first_text_that_waits() -> None:
    outbox = Outbox()
    assert outbox.behind() == 0
    outbox.put("x")
    await asyncio.sleep(0.05)
    outbox.put("y")
    assert outbox.behind() >= 0.05
    drain = asyncio.create_task(outbox.drain(_swallow))
    await asyncio.sleep(0.01)
    assert outbox.behind() == 0
    drain.cancel()
    await asyncio.gather(drain, return_exceptions=True)


async def _swallow(_text: str) -> None:
    return None


async def test_the_last_message_that_a_client_gets_of_a_commit_is_marked() -> None:
    client = Client("ws", Caller("here"))
    client.groups = {"prices": frozenset({"BTC", "ETH"})}
    client.hear([[price("BTC", 1), price("ETH", 1), price("SOL", 1)]])
    assert await sent(client.outbox, 2) == [
        '{"type":"price_update","data":{"symbol":"BTC"},"seq":1}',
        '{"type":"price_update","data":{"symbol":"ETH"},"seq":1,"last":true}',
    ]


def test_recent_messages_go_back_by_whole_commits() -> None:
    recent = RecentMessages(kept=4)
    for seq, symbol in itertools.product((1, 2, 3), ("A", "B")):
        recent.add(candle(symbol, seq))
    assert recent.oldest == 2
    assert recent.since(0) is None
    assert [(m.seq, m.symbol) for m in recent.since(2) or ()] == [(3, "A"), (3, "B")]
    assert len(recent.since(1) or ()) == 4
    assert recent.since(3) == []


def test_the_newest_message_of_a_symbol_is_never_too_old() -> None:
    newest = NewestPerSymbol()
    for message in (price("A", 1), price("B", 1), price("A", 2)):
        newest.add(message)
    assert [(m.seq, m.symbol) for m in newest.since(0) or ()] == [(1, "B"), (2, "A")]
    assert [(m.seq, m.symbol) for m in newest.since(1) or ()] == [(2, "A")]


KEY = ApiKey("one", "one", ("read",), "free")


def anonymous(address: str) -> Client:
    return Client("ws", Caller(address))


def keyed(address: str) -> Client:
    return Client("ws", Caller(address, KEY))


def test_a_hub_has_room_for_so_many() -> None:
    hub = Hub(Limits(sockets=2, per_address=1))
    with hub.joined(anonymous("one")) as first:
        with hub.joined(anonymous("one")) as second:
            assert (first, second) == (True, False)
        with hub.joined(keyed("one")) as third, hub.joined(keyed("two")) as too_many:
            assert (third, too_many) == (True, False)
    assert hub.clients == ()
    assert (hub.sessions, hub.refused) == (2, 2)


def test_the_addresses_of_one_customer_are_one() -> None:
    hub = Hub(Limits(per_address=1))
    with (
        hub.joined(anonymous("2001:db8::1")),
        hub.joined(anonymous("2001:db8::2")) as same,
        hub.joined(anonymous("2001:db8:0:1::1")) as other,
    ):
        assert (same, other) == (False, True)


COMMITS = """
import sys
from resources.flush_prices import flush_prices
from resources.lake import Lake
from resources.ledger import Ledger
from tests.api.world import START, prices

lake, ledger = Lake(sys.argv[1]), Ledger(sys.argv[2])
print("ready", flush=True)
for minute, line in enumerate(sys.stdin):
    flush_prices(lake, ledger, prices(START + minute * 60_000, {"BTC": float(line)}))
    print("committed", flush=True)
"""


@pytest.fixture
def writer(store: Store) -> "subprocess.Popen[str]":
    """Another process, which commits each price that it reads."""
    command = [sys.executable, "-c", COMMITS, store.settings.lake_url, store.settings.ledger_url]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


async def test_a_commit_of_another_process_is_heard(
    store: Store, writer: "subprocess.Popen[str]"
) -> None:
    with writer, served(store.settings):
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        async with talking(store.settings) as talk:
            for seq in (1, 2, 3):
                writer.stdin.write(f"{seq}.5\n")
                assert writer.stdout.readline() == "committed\n"
                message = await talk.hear()
                assert (message["data"]["price"], message["seq"]) == (seq + 0.5, seq)
        writer.stdin.close()
