"""What providers answered, as the service hands it on."""

from collections.abc import Iterator

import httpx
import pytest

from resources.ledger import snapshots
from resources.ledger.snapshots import Answered, Bounds
from tests.api.server import Store, paged, served
from tests.api.snapshots import put

DATA = "/api/v2/data"


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    """A client of an empty store that may read."""
    with served(store.settings) as client:
        client.headers["X-API-Key"] = store.key("read")
        yield client


def test_an_anonymous_caller_gets_no_history(service: httpx.Client) -> None:
    assert service.get(f"{DATA}/history/binance").status_code == 401


def test_the_newest_answer_is_handed_on_as_it_came(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "binance", b'{"old": true}')
    put(
        store.ledger,
        "binance",
        b'{"price": 0.10000000000000000001, "big": 123456789012345678901234}',
    )
    put(store.ledger, "binance", None)
    answer = client.get(f"{DATA}/cached/Binance")
    assert (
        '"data":{"price": 0.10000000000000000001, "big": 123456789012345678901234}' in answer.text
    )
    body = answer.json()
    assert body["api_id"] == "binance"
    assert body["timestamp"].endswith("Z")
    assert body["metadata"] == {
        "status": "success",
        "http_status": 200,
        "content_type": "application/json",
        "is_json": True,
        "size": 66,
        "error": None,
        "left_out": False,
        "seq": 2,
        "source": "sandbox:binance",
    }
    assert client.get(f"{DATA}/cached").json() == {"binance": body}
    held = {"If-None-Match": answer.headers["etag"]}
    assert client.get(f"{DATA}/cached/binance", headers=held).status_code == 304


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"<rss/>", "<rss/>"),
        (b"\xff\x00", "\N{REPLACEMENT CHARACTER}\x00"),
        (b"", ""),
        (b"[" * 9_999, "[" * 9_999),
    ],
)
def test_what_is_no_json_is_text(
    store: Store, client: httpx.Client, raw: bytes, shown: str
) -> None:
    put(store.ledger, "binance", raw, is_json=False)
    assert client.get(f"{DATA}/cached/binance").json()["data"] == shown


def test_an_answer_that_was_too_large_has_no_data(store: Store, client: httpx.Client) -> None:
    large = Answered("binance", True, 200, "text/plain", False, 2_000_000, None, "larger than …")
    with store.ledger.write() as connection:
        snapshots.put(connection, store.ledger, large, 1, Bounds(10, 30))
    body = client.get(f"{DATA}/cached/binance").json()
    assert (body["data"], body["metadata"]["error"]) == (None, "larger than …")
    assert (body["metadata"]["size"], body["metadata"]["left_out"]) == (2_000_000, False)


def test_who_has_not_answered_is_told_so(store: Store, client: httpx.Client) -> None:
    put(store.ledger, "binance", None)
    answer = client.get(f"{DATA}/cached/binance")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "binance has not answered yet"
    assert client.get(f"{DATA}/cached").json() == {}


@pytest.mark.parametrize("path", ["cached", "history"])
def test_an_unknown_provider_is_told_with_near_ones(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{DATA}/{path}/binanse")
    assert answer.status_code == 404
    assert "binance" in answer.json()["nearest"]


def test_history_is_paged_newest_first(store: Store, client: httpx.Client) -> None:
    for number in range(5):
        put(store.ledger, "binance", str(number).encode() if number != 2 else None)
    pages = list(paged(client, f"{DATA}/history/binance?limit=2"))
    assert [page["count"] for page in pages] == [2, 2, 1]
    rows = [row for page in pages for row in page["history"]]
    assert [row["data"] for row in rows] == [4, 3, None, 1, 0]
    assert rows[2]["metadata"]["status"] == "failed"
    assert rows[2]["metadata"]["error"] == "it is down"
    assert pages[0]["api_id"] == "binance"


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "cursor=nonsense!"])
def test_a_page_that_cannot_be_is_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"{DATA}/history/binance?{query}").status_code == 422


def test_statistics_count_what_is_stored(store: Store, client: httpx.Client) -> None:
    for provider, body in (("binance", b"1"), ("binance", None), ("kraken", None)):
        put(store.ledger, provider, body)
    body = client.get(f"{DATA}/statistics").json()
    assert (body["cached_apis"], body["total_history_records"], body["apis_with_history"]) == (
        1,
        3,
        2,
    )
    found = body["api_statistics"]["binance"]
    assert (found["records"], found["successes"], found["errors"]) == (2, 1, 1)
    assert found["first_update"] <= found["last_update"]
