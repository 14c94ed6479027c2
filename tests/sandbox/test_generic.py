"""Answers for all whom no venue plays: by path and body, the same for the same time."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.generic import Generic
from sandbox.venue import RequestError
from tests.sandbox.conftest import HOUR, NOW

PLAY = Generic("api.acme.test", [(10, 1)])
SECOND = 1_000


def post(asked: Any, now: int = NOW) -> Any:
    return PLAY.post("/rpc", msgspec.json.encode(asked), now).payload


def test_an_object_says_whom_it_is_of_and_when() -> None:
    answer = PLAY.answer("/v1/status", {}, NOW)
    rows = answer.payload["data"]
    assert {k: v for k, v in answer.payload.items() if k != "data"} == {
        "status": "ok",
        "host": "api.acme.test",
        "path": "/v1/status",
        "time": NOW,
    }
    assert answer.rows is rows
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert PLAY.answer("/v1/status", {}, NOW).payload == answer.payload
    assert PLAY.answer("/v1/other", {}, NOW).payload["data"] != rows


def test_values_move_little_from_hour_to_hour() -> None:
    values = [
        float(PLAY.answer("/v1", {}, NOW + hour * HOUR).payload["data"][0]["value"])
        for hour in range(48)
    ]
    assert len(set(values)) > 40
    assert max(values) / min(values) < 1.02


@pytest.mark.parametrize(
    "path", ["/feed", "/feed/", "/rss.xml", "/arc/outboundfeeds/rss/", "/rss/tag/bitcoin", "/x.xml"]
)
def test_a_path_of_a_feed_is_answered_with_one(path: str) -> None:
    answer = PLAY.answer(path, {}, NOW)
    assert answer.content_type == "application/rss+xml; charset=utf-8"
    items = ET.fromstring(answer.payload).findall("./channel/item")
    assert len({item.findtext("title") for item in items}) > 3
    times = [parsedate_to_datetime(str(item.findtext("pubDate"))) for item in items]
    assert times == sorted(times, reverse=True)
    assert times[0] <= datetime.fromtimestamp(NOW / 1_000, UTC)
    # What was published stays published.
    later = PLAY.answer(path, {}, NOW + HOUR).payload
    before = [item.findtext("guid") for item in items]
    again = [item.findtext("guid") for item in ET.fromstring(later).iter("item")]
    new = len(set(again) - set(before))
    assert again[new:] == before[: len(before) - new]


def test_a_path_of_atom_is_answered_with_atom() -> None:
    answer = PLAY.answer("/blog/atom.xml", {}, NOW)
    name = "{http://www.w3.org/2005/Atom}"
    assert len(ET.fromstring(answer.payload).findall(f"{name}entry")) == 20


def test_a_block_number_grows_with_the_time() -> None:
    asked = {"jsonrpc": "2.0", "id": 7, "method": "eth_blockNumber", "params": []}
    first, same, later = (post(asked, NOW + s * SECOND) for s in (0, 1, 24))
    assert first == same
    assert first["id"] == 7
    assert int(later["result"], 16) == int(first["result"], 16) + 2


@pytest.mark.parametrize(
    ("method", "kind"),
    [("getHealth", str), ("getSlot", int), ("getblockcount", int), ("eth_gasPrice", str),
     ("status", dict)],
)  # fmt: skip
def test_a_result_is_of_the_kind_of_its_method(method: str, kind: type) -> None:
    assert isinstance(post({"method": method})["result"], kind)


def test_a_batch_is_answered_call_by_call() -> None:
    answers = post([{"id": n, "method": "eth_chainId"} for n in (1, 2)])
    assert [answer["id"] for answer in answers] == [1, 2]


def test_a_query_is_answered_with_data() -> None:
    assert post({"query": "{ pools { id } }"})["data"]["status"] == "ok"
    assert post({"type": "meta"})["status"] == "ok"


@given(st.binary(max_size=40) | st.text(max_size=20).map(str.encode))
def test_any_body_is_answered_or_refused(body: bytes) -> None:
    try:
        answer = PLAY.post("/", body, NOW)
    except RequestError as error:
        answer = error.answer
    assert answer.status in (200, 400)


@given(st.text(max_size=30), st.text(min_size=1, max_size=20))
def test_any_host_and_path_is_answered(path: str, host: str) -> None:
    answer = Generic(host, []).answer(f"/{path}", {}, NOW)
    assert isinstance(answer.payload, bytes) or msgspec.json.encode(answer.payload)


def test_a_host_that_nobody_configured_is_played_too(client: httpx.Client) -> None:
    assert client.get("/new.acme.test/v1").json()["host"] == "new.acme.test"
    order = {"provider": "new.acme.test", "kind": "status_429", "retry_after": 30}
    assert client.post("/_control/faults", json=order).status_code == 201
    refused = client.get("/new.acme.test/v1")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    client.delete("/_control/faults", params={"provider": "new.acme.test"})
    assert client.get("/new.acme.test/v1").status_code == 200


@pytest.mark.parametrize("kind", ["nan", "spike", "duplicate_page", "out_of_order", "microseconds"])
def test_its_items_can_be_damaged(client: httpx.Client, kind: str) -> None:
    good = client.get("/damaged.acme.test/v1").json()["data"]
    order = {"provider": "damaged.acme.test", "kind": kind, "times": 1}
    client.post("/_control/faults", json=order)
    bad = client.get("/damaged.acme.test/v1").json()["data"]
    values = [row["value"] for row in good]
    told = {
        "nan": ["NaN"] * 5,
        "spike": [f"{10 * float(value):.6f}" for value in values],
        "duplicate_page": values + values,
        "out_of_order": values[2:] + values[:2],
        "microseconds": values,
    }
    assert [row["value"] for row in bad] == told[kind]
    assert (bad[0]["time"] > 10**15) == (kind == "microseconds")
