"""What is told of posts about assets."""

from collections.abc import Iterator

import httpx
import polars as pl
import pytest

from resources.flush_feed import flush_rows
from resources.plan import day_key
from resources.schemas import SOCIAL, utc
from tests.api.server import Store, served
from tests.api.world import HOUR, START

PATH = "/api/social"


def put(store: Store, hour: int, *rows: tuple[str, str, int, int | None]) -> None:
    """Rows of (provider, asset, posts, engagement) of one hour after START."""
    at = START + hour * HOUR
    frame = pl.DataFrame(
        [
            {
                "day": day_key(at), "at": utc(at), "asset": asset, "posts": posts,
                "engagement": engagement, "window_hours": 24.0,
                "provider": provider, "mode": "sandbox",
                "fetched_at": utc(at + 9_000), "known_at": utc(at + 9_000),
            }
            for provider, asset, posts, engagement in rows
        ],
        schema=SOCIAL.schema,
    )  # fmt: skip
    flush_rows(store.lake, store.ledger, SOCIAL, frame)


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    put(store, 0, ("reddit", "BTC", 99, 1))
    put(store, 1, ("lemmy", "BTC", 2, 5), ("reddit", "BTC", 40, None), ("reddit", "ETH", 7, 70))
    with served(store.settings) as made:
        yield made


def test_the_newest_hour_is_told_the_most_posts_first(client: httpx.Client) -> None:
    body = client.get(PATH).json()
    assert body.pop("timestamp").endswith("Z")
    row = {"window_hours": 24.0, "at": "2024-01-30T01:00:00Z", "source": "sandbox:reddit"}
    assert body == {
        "success": True,
        "data": [
            {**row, "symbol": "BTC", "posts": 40, "engagement": None},
            {**row, "symbol": "ETH", "posts": 7, "engagement": 70},
            {**row, "symbol": "BTC", "posts": 2, "engagement": 5, "source": "sandbox:lemmy"},
        ],
        "count": 3,
        "symbol": None,
        "requested": None,
        "source": "sandbox:lemmy,sandbox:reddit",
        "sources": ["sandbox:lemmy", "sandbox:reddit"],
    }


def test_an_hour_that_a_clock_ahead_has_made_is_forgotten_with_the_next(
    store: Store, client: httpx.Client
) -> None:
    now = (store.ledger.now() - START) // HOUR
    put(store, now + 72, ("reddit", "BTC", 1, 1))
    put(store, now, ("reddit", "BTC", 2, 2))
    assert [row["posts"] for row in client.get(PATH).json()["data"]] == [2]


@pytest.mark.parametrize("spelling", ["BTC", "btcusdt", "BTC/USDT", "bitcoin"])
def test_one_asset_is_told_alone_in_any_spelling(client: httpx.Client, spelling: str) -> None:
    body = client.get(PATH, params={"symbol": spelling}).json()
    assert (body["symbol"], body["requested"], body["count"]) == ("BTC", spelling, 2)


def test_an_asset_that_nobody_knows_is_not_found(client: httpx.Client) -> None:
    assert client.get(f"{PATH}?symbol=NOSUCHCOIN").status_code == 404


def test_before_anything_was_collected_there_is_nothing(service: httpx.Client) -> None:
    body = service.get(PATH).json()
    assert (body["data"], body["count"], body["sources"]) == ([], 0, [])
