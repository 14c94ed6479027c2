"""What is told of the indexes of fear and greed."""

import time
from collections.abc import Iterator

import httpx
import polars as pl
import pytest

from resources.flush_feed import flush_rows
from resources.schemas import FEAR_GREED, utc
from tests.api.server import Store, served
from tests.api.world import DAY

PATH = "/api/sentiment/fear-greed"


def today() -> int:
    """Its midnight, ms."""
    return time.time_ns() // 1_000_000 // DAY * DAY


def put(store: Store, provider: str, days: int, words: str | None, ended: int = 0) -> None:
    """Days of an index, the last of them `ended` days ago; of n days ago the value is n."""
    frame = pl.DataFrame(
        [
            {
                "year": f"{utc(today() - ago * DAY):%Y}", "of": utc(today() - ago * DAY),
                "value": float(ago), "classification": words,
                "provider": provider, "mode": "sandbox",
                "fetched_at": utc(today()), "known_at": utc(today()),
            }
            for ago in range(ended, days)
        ],
        schema=FEAR_GREED.schema,
    )  # fmt: skip
    flush_rows(store.lake, store.ledger, FEAR_GREED, frame)


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    put(store, "alternative_me", 50, "Fear")
    put(store, "coinmarketcap", 40, None)
    with served(store.settings) as made:
        yield made


def test_thirty_days_of_one_index_are_told_up_to_today(client: httpx.Client) -> None:
    body = client.get(PATH).json()
    assert [row["value"] for row in body["data"]] == list(range(29, -1, -1))
    assert (body["count"], body["days"]) == (30, 30)
    assert body["sources"] == ["sandbox:alternative_me", "sandbox:coinmarketcap"]
    assert body["source"] == "sandbox:alternative_me"
    assert body["data"][-1] == {
        "day": f"{utc(today()):%Y-%m-%d}T00:00:00Z",
        "value": 0.0,
        "classification": "Fear",
        "source": "sandbox:alternative_me",
    }


@pytest.mark.parametrize(("days", "count"), [(1, 1), (45, 45), (6_000, 50)])
def test_as_many_days_are_told_as_are_asked_for_and_stored(
    client: httpx.Client, days: int, count: int
) -> None:
    assert client.get(f"{PATH}?days={days}").json()["count"] == count


@pytest.mark.parametrize("name", ["coinmarketcap", "CoinMarketCap"])
def test_another_index_can_be_asked_for(client: httpx.Client, name: str) -> None:
    body = client.get(f"{PATH}?source={name}&days=60").json()
    assert (body["count"], body["source"]) == (40, "sandbox:coinmarketcap")
    # It has no words of its own here: ours stand for the value.
    assert body["data"][-1]["classification"] == "Extreme Fear"


def test_an_index_that_has_stopped_gives_way_to_one_that_goes_on(store: Store) -> None:
    put(store, "alternative_me", 90, "Fear", ended=45)
    put(store, "coinmarketcap", 40, None)
    with served(store.settings) as client:
        told = {days: client.get(f"{PATH}?days={days}").json() for days in (30, 60)}
        mine = client.get(f"{PATH}?source=alternative_me").json()
    assert (told[30]["count"], told[30]["source"]) == (30, "sandbox:coinmarketcap")
    assert (told[60]["count"], told[60]["source"]) == (15, "sandbox:alternative_me")
    assert (mine["count"], mine["sources"]) == (0, told[30]["sources"])


@pytest.mark.parametrize(
    ("query", "status"),
    [("days=0", 422), ("days=6001", 422), ("days=x", 422), ("source=nobody", 404)],
)
def test_what_cannot_be_asked_is_refused(client: httpx.Client, query: str, status: int) -> None:
    assert client.get(f"{PATH}?{query}").status_code == status


def test_before_anything_was_collected_there_are_no_days(service: httpx.Client) -> None:
    body = service.get(PATH).json()
    assert (body["data"], body["count"], body["source"]) == ([], 0, None)
