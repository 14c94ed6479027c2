"""The watchlist: the setting's, until one is put."""

import httpx
import pytest

from resources import demand
from resources.ledger import watchlist
from resources.market import Interval, load_registry
from resources.market.watchlist import read_watchlist
from resources.settings import Settings
from tests.api.server import Store, served

PATH = "/api/watchlist"
MINE = {"symbols": ["sol-usdt", "PEPE"], "intervals": ["15m"]}


@pytest.fixture
def watching(store: Store) -> Settings:
    return store.settings.model_copy(update={"watchlist": MINE})


@pytest.mark.parametrize(
    ("method", "scope", "status"),
    [("GET", None, 401), ("PUT", None, 401), ("DELETE", None, 401),
     ("PUT", "read", 403), ("DELETE", "read", 403)],
)  # fmt: skip
def test_nobody_reads_or_changes_it_without_the_scope(
    service: httpx.Client, world: Store, method: str, scope: str | None, status: int
) -> None:
    headers = {"X-API-Key": world.key(scope)} if scope else {}
    assert service.request(method, PATH, headers=headers).status_code == status


def test_it_is_the_settings_until_one_is_put_and_again_when_that_is_deleted(
    watching: Settings, store: Store
) -> None:
    with served(watching) as client:
        client.headers["X-API-Key"] = store.key("write")
        settled = client.get(PATH).json()
        assert (settled["symbols"], settled["intervals"]) == (["PEPE/USDT", "SOL/USDT"], ["15m"])
        assert settled["origin"] == "setting"
        put = client.put(PATH, json={"symbols": ["btcusdt"]}).json()
        assert (put["symbols"], put["intervals"]) == (["BTC/USDT"], ["1h", "1d"])
        assert client.get(PATH).json()["origin"] == "api"
        emptied = client.put(PATH, json={"symbols": []}).json()
        assert (emptied["symbols"], emptied["intervals"]) == ([], [])
        assert client.delete(PATH).json()["symbols"] == settled["symbols"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({}, "body.symbols"),
        ({"symbols": ["NOCOIN"]}, "no asset or market is spelt 'NOCOIN'"),
        ({"symbols": ["BTC"], "intervals": ["2h"]}, "interval '2h' is none of"),
        ({"symbols": [], "intervals": ["1h"]}, "has symbols too"),
        ({"symbols": [""]}, "body.symbols"),
    ],
)
def test_what_cannot_be_watched_is_told(
    watching: Settings, store: Store, wanted: dict[str, object], words: str
) -> None:
    with served(watching) as client:
        client.headers["X-API-Key"] = store.key("write")
        answer = client.put(PATH, json=wanted)
        assert client.get(PATH).json()["origin"] == "setting"
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_what_is_watched_is_collected_beside_the_largest_coins(
    watching: Settings, store: Store
) -> None:
    def wanted() -> dict[str, list[str]]:
        found = demand.markets(
            store.ledger, load_registry(), 1, [Interval.H1], watched=watching.watched
        )
        return {str(one): [str(symbol) for symbol in symbols] for one, symbols in found.items()}

    assert wanted() == {"15m": ["PEPE/USDT", "SOL/USDT"], "1h": ["BTC/USDT"]}
    watchlist.put(store.ledger, read_watchlist({"symbols": ["ETH"], "intervals": ["1h"]}))
    assert wanted() == {"1h": ["BTC/USDT", "ETH/USDT"]}
    watchlist.put(store.ledger, read_watchlist({"symbols": []}))
    assert wanted() == {"1h": ["BTC/USDT"]}
