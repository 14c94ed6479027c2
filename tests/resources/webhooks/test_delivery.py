"""One signed call: where it goes, what it carries, and what its answer means."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from resources.errors import InvalidInput
from resources.http.addresses import AddressRules
from resources.ledger.webhook_deliveries import Outcome
from resources.webhooks.delivery import Sender, checked_url
from resources.webhooks.signing import signature
from tests.markdown import code, read
from tests.resources.http.test_addresses import CALLED, REFUSED
from tests.resources.webhooks.receiver import Receiver, receiving

BODY = '{"id":"7","event":"ping","data":{"text":"gr\\u00fcn"}}'
ALLOWED = AddressRules(["127.0.0.1"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


async def send(url: str, rules: AddressRules = ALLOWED, **options: Any) -> Outcome:
    async with Sender(rules, **options) as sender:
        return await sender.send(url, "s3cret", "ping", BODY)


async def test_a_delivery_is_verified_as_the_document_says(receiver: Receiver) -> None:
    assert await send(receiver.url) == Outcome(http_status=204)
    (one,) = receiver.received
    (example,) = code(read("docs/webhooks.md"), "python")
    names: dict[str, Any] = {}
    exec(compile(example, "example", "exec"), names)
    is_genuine, signed = names["is_genuine"], one.headers["Headwater-Signature"]
    assert is_genuine("s3cret", signed, one.body)
    assert not is_genuine("another", signed, one.body)
    assert not is_genuine("s3cret", signed, one.body + b" ")
    assert not is_genuine("s3cret", signature("s3cret", one.body, 1_700_000_000), one.body)
    for broken in (
        "",
        "t=1",
        "v1=00",
        "t=x,v1=00",
        signed.replace("t=", "t=1"),
        "t=\u0663,v1=\u0663",
    ):
        assert not is_genuine("s3cret", broken, one.body)
    assert json.loads(one.body) == json.loads(BODY)
    told = {name: one.headers[name] for name in ("Headwater-Event", "Headwater-Delivery")}
    assert told == {"Headwater-Event": "ping", "Headwater-Delivery": "7"}
    assert one.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Outcome(http_status=200)),
        (299, {"Retry-After": "9"}, Outcome(http_status=299)),
        (302, {"Location": "/elsewhere"}, Outcome("the receiver answered 302", 302)),
        (410, {}, Outcome("the receiver answered 410", 410)),
        (429, {"Retry-After": "77"}, Outcome("the receiver answered 429", 429, 77.0)),
        (503, {"Retry-After": "soon"}, Outcome("the receiver answered 503", 503)),
    ],
)
async def test_what_an_answer_means(
    receiver: Receiver, status: int, headers: dict[str, str], outcome: Outcome
) -> None:
    receiver.answers = [(status, headers, 0)]
    assert await send(receiver.url) == outcome
    assert [one.path for one in receiver.received] == ["/hook"]


async def test_who_does_not_answer_in_time_has_failed(receiver: Receiver) -> None:
    receiver.answers = [(204, {}, 30)]
    outcome = await send(receiver.url, seconds=0.2)
    assert outcome.error == "the receiver did not answer within 0.2 s"


async def test_who_cannot_be_called_has_failed_without_its_url_in_the_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    outcome = await send(f"http://127.0.0.1:{port}/a-token")
    assert outcome.error is not None
    assert "a-token" not in outcome.error


@pytest.mark.parametrize(
    ("head", "error"),
    [
        # The body that it promises never ends, and is not waited for.
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", None),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000, "could not be called"),
        (b"HTTP/1.1 200", "did not answer"),
        (b"nonsense\r\n\r\n", "could not be called"),
    ],
)
async def test_who_answers_badly_costs_no_more_than_a_head(head: bytes, error: str | None) -> None:
    hung_up = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head)
            await writer.drain()
            await reader.read()
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()
        hung_up.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await send(f"http://127.0.0.1:{port}/", seconds=3)
        await asyncio.wait_for(hung_up.wait(), 20)
    assert (outcome.error is None) if error is None else (error in (outcome.error or ""))


class Rebound(aiohttp.abc.AbstractResolver):
    """Answers with the public address first, with that of this machine ever after."""

    def __init__(self) -> None:
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: int = 0
    ) -> list[aiohttp.abc.ResolveResult]:
        self.asked += 1
        ip = "127.0.0.1" if self.asked > 1 else "8.8.8.8"
        return [
            {"hostname": host, "host": ip, "port": port, "family": family, "proto": 0, "flags": 0}
        ]

    async def close(self) -> None:
        return None


async def test_a_name_that_is_bound_anew_is_refused_at_each_connection(receiver: Receiver) -> None:
    names = Rebound()
    url = f"http://rebound.example:{receiver.port}/hook"
    await names.resolve("rebound.example")  # what was looked at when the webhook was made
    async with Sender(AddressRules(), names) as sender:
        for _ in range(2):
            outcome = await sender.send(url, "s3cret", "ping", BODY)
            assert "leads to 127.0.0.1" in (outcome.error or "")
    assert names.asked == 3
    assert receiver.received == []
    async with Sender(AddressRules(["rebound.example"]), names) as sender:
        assert (await sender.send(url, "s3cret", "ping", BODY)).error is None


def _url(host: str) -> str:
    return f"https://[{host}]/" if ":" in host and "[" not in host else f"https://{host}/"


@pytest.mark.parametrize("host", [host for host, _ in REFUSED])
async def test_an_address_that_is_not_of_the_internet_is_refused(host: str) -> None:
    with pytest.raises(InvalidInput):
        await checked_url(AddressRules(), _url(host))


@pytest.mark.parametrize(
    "host", [host for host, _ in REFUSED if host.isascii() and " " not in host]
)
async def test_nothing_is_sent_to_such_an_address_that_is_stored(host: str) -> None:
    try:
        outcome = await send(_url(host), AddressRules())
    except ValueError:
        return  # no address at all, which nobody could store
    assert "refused" in (outcome.error or "") or "InvalidURL" in (outcome.error or "")


@pytest.mark.parametrize(
    "url",
    [
        "", "ftp://acme.example/", "file:///etc/passwd", "//acme.example/", "acme.example",
        "https://a:b@acme.example/", "https://a@acme.example/", "https://@acme.example/",
        "https://acme.example/#x", "https://acme.example/a b", "https://acme.example/\n",
        "https://acme.example\\@127.0.0.1/", "https://acme.example:99999/", "https://acme.example:0/",
        "https://acme.example:x/", "https://", "https:///x", "https://acme.example/" + "x" * 2_000,
        "gopher://acme.example/", "https://\u24d0cme.example/", "https://[::1/",
        "https://127.0.0.1:8000/", "https://acme.example@10.0.0.1/", "http://[::ffff:10.0.0.1]/",
    ],
)  # fmt: skip
async def test_a_url_that_is_none_for_deliveries_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        await checked_url(AddressRules(), url)


@pytest.mark.parametrize("host", CALLED)
async def test_an_address_of_the_internet_is_taken_as_it_is_called(host: str) -> None:
    url = await checked_url(AddressRules(), _url(host))
    assert url == _url(host).lower()
