from pathlib import Path

import httpx
import pytest

from resources.flush_prices import flush_prices
from resources.ledger.budgets import Budgets
from resources.providers import load_providers
from tests.api.server import Store, served, until
from tests.api.world import START, fill, prices

PATHS = [
    "/",
    "/openapi.json",
    "/api/prices",
    "/api/prices?symbols=BTC",
    "/api/prices/explain/BTC",
    "/api/prices/history/BTC?start=2024-01-30&limit=2&resolution=1m",
    "/api/ohlcv?symbol=BTC",
    "/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&limit=5",
    "/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&fill=flat&limit=5",
    "/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&format=csv",
    "/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&format=parquet",
    "/api/ohlcv/history/BTC?start=2024-01-30&interval=1h&format=arrow",
    "/api/ohlcv/gaps/BTC",
]


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_that_is_held_is_not_sent_again(reader: httpx.Client, path: str) -> None:
    first, second = reader.get(path), reader.get(path)
    etag = first.headers["etag"]
    assert second.headers["etag"] == etag
    # Weak where the answer came compressed.
    opaque = etag.removeprefix("W/")
    for held in (etag, f'"other", W/{opaque}', "*"):
        answer = reader.get(path, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"].removeprefix("W/") == opaque
    assert reader.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_etag_moves_with_the_data(store: Store) -> None:
    fill(store.lake, store.ledger)
    with served(store.settings) as client:
        held = {"If-None-Match": client.get("/api/prices").headers["etag"]}
        assert client.get("/api/prices", headers=held).status_code == 304
        at = START + 3 * 86_400_000
        flush_prices(store.lake, store.ledger, prices(at, {"BTC": 45_000.0}))
        answer = client.get("/api/prices", headers=held)
    assert answer.status_code == 200
    assert answer.json()["data"][0]["price"] == 45_000.0


def test_an_error_is_never_not_modified(service: httpx.Client, tmp_path: Path) -> None:
    answer = service.get(f"/{tmp_path.name}", headers={"If-None-Match": "*"})
    assert answer.status_code == 404


def test_the_etag_of_budgets_does_not_move_with_the_clock(store: Store) -> None:
    provider = load_providers()["binance"]
    Budgets(store.ledger).forbid(provider, 600_000)
    paths = ("/api/rate-limits", "/api/rate-limits/binance")
    with served(store.settings) as client:
        first = [client.get(path) for path in paths]
        seconds = left(client)
        until(lambda: left(client) < seconds)
        second = [client.get(path) for path in paths]
        assert [a.headers["etag"] for a in first] == [a.headers["etag"] for a in second]
        Budgets(store.ledger).forbid(provider, 900_000)
        for path, answer in zip(paths, first, strict=True):
            assert client.get(path).headers["etag"] != answer.headers["etag"]


def left(client: httpx.Client) -> int:
    return int(client.get("/api/rate-limits/binance").json()["reset_in_seconds"])
