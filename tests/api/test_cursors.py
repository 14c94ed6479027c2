"""A cursor belongs to the list that it was given for."""

import base64

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursors import from_cursor, id_from_cursor, to_cursor
from api.params import LATEST
from resources.errors import InvalidInput
from tests.api.server import paged


@given(st.integers(0, LATEST), st.lists(st.text(max_size=20), max_size=3))
def test_a_cursor_of_a_list_is_read_back(start: int, of: list[str]) -> None:
    cursor = to_cursor(start, *of)
    assert from_cursor(cursor, *of) == start
    with pytest.raises(InvalidInput):
        from_cursor(cursor, *of, "more")
    with pytest.raises(InvalidInput):
        id_from_cursor(cursor, *of)


@given(st.text(max_size=128))
def test_no_text_but_a_cursor_is_one(text: str) -> None:
    for read in (from_cursor, id_from_cursor):
        with pytest.raises(InvalidInput):
            read(text, "a list")


@pytest.mark.parametrize("start", [-1, LATEST + 1, 2**63, "binance"])
def test_a_number_is_one_that_an_answer_may_carry(start: int | str) -> None:
    with pytest.raises(InvalidInput):
        from_cursor(to_cursor(start, "logs"), "logs")


def test_a_bare_number_is_none() -> None:
    bare = base64.urlsafe_b64encode(msgspec.msgpack.encode(1_704_067_200_000)).decode()
    with pytest.raises(InvalidInput):
        from_cursor(bare, "logs")


def test_a_list_does_not_take_the_cursor_of_another(reader: httpx.Client) -> None:
    lists = [
        "/api/providers?limit=1",
        "/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&limit=1",
        "/api/ohlcv/gaps/BTC?limit=1",
        "/api/prices/history/BTC?start=2024-01-30&resolution=1m&limit=1",
        "/api/logs?limit=1",
        "/api/alerts?limit=1",
        "/api/v2/data/history/binance?limit=1",
    ]
    found = {path: reader.get(path).json().get("next_cursor") for path in lists}
    given_ = {path: cursor for path, cursor in found.items() if cursor}
    assert len(given_) >= 4
    for path in lists:
        for of, cursor in given_.items():
            status = reader.get(f"{path}&cursor={cursor}").status_code
            assert status == (200 if path == of else 422), (path, of)


def test_providers_are_paged_by_their_ids(service: httpx.Client) -> None:
    pages = list(paged(service, "/api/providers?limit=50"))
    found = [row["provider_id"] for page in pages for row in page["providers"]]
    assert found == sorted(found)
    assert len(found) == len(set(found)) == pages[0]["total"]
