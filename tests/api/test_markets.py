"""What is told of one market, and of gaps where it is not listed."""

from collections.abc import Iterator

import httpx
import pytest

from api.answers import iso
from api.params import now_ms
from resources.flush import flush_candles
from resources.ledger import Ledger, gaps, listings
from resources.market import Interval
from resources.plan import Window
from tests.api.server import Store, opened, served
from tests.api.world import DAY, HOUR, candle_page, page

OTHERS = ["BTC/USDT", "SOL/USDT"]
# The unit of this one changed once, and ten days ago it was delisted.
NAME = "VET/USDT"
START = Interval.H1.floor(now_ms()) - 20 * DAY


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with opened(tmp_path_factory.mktemp("home")) as store:
        _fill(store)
        with served(store.settings) as client:
            client.headers["X-API-Key"] = store.key("read")
            yield client


def _fill(store: Store) -> None:
    """Twenty hours were asked for, from the fourth on there are candles, but three."""
    hours = [START + h * HOUR for h in range(20)]
    asked = Window(hours[0], hours[-1] + HOUR)
    for symbol in (NAME, *OTHERS):
        known = [h for n, h in enumerate(hours) if n > 3 and n not in (10, 11)]
        mine = [h for h in known if symbol != NAME or h != hours[15]]
        frame = candle_page(mine, [100.0] * len(mine))
        told = page(symbol, frame, asked, asked.end + HOUR)
        flush_candles(store.lake, store.ledger, Interval.H1, [told], "sandbox")
    for days, listing in ((30, [*OTHERS, NAME]), (10, OTHERS)):
        earlier = Ledger(store.settings.ledger_url, skew_ms=-days * DAY)
        for provider in ("kraken", "binance"):
            listings.replace(earlier, provider, listing)
        earlier.close()
    gaps.classify(store.ledger, Interval.H1)


def test_anyone_may_ask_for_a_market(client: httpx.Client) -> None:
    answer = httpx.get(f"{client.base_url}/api/markets/VET-USDT", trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["symbol"] == NAME
    unknown = httpx.get(f"{client.base_url}/api/markets/VETT/USDT", trust_env=False)
    assert (unknown.status_code, unknown.json()["nearest"][:1]) == (404, ["VET/USDT"])


def test_a_market_is_told_with_its_past(client: httpx.Client) -> None:
    body = client.get("/api/markets/vetusdt").json()
    assert (body["symbol"], body["requested"]) == (NAME, "vetusdt")
    assert (body["base"], body["quote"], body["providers"]) == ("VET", "USDT", [])
    redenominated, listed, delisted = body["statuses"]
    assert redenominated["from"] == "2018-07-25T04:00:00Z"
    assert (redenominated["status"], redenominated["factor"]) == ("redenominated", 100.0)
    assert [one["status"] for one in (listed, delisted)] == ["listed", "delisted"]
    assert (listed["to"], delisted["to"]) == (delisted["from"], None)
    assert client.get("/api/markets/BTC/USDT").json()["providers"] == ["binance", "kraken"]


def test_the_stored_candles_of_a_market_are_told_by_interval(client: httpx.Client) -> None:
    assert client.get("/api/markets/VET").json()["candles"] == [
        {
            "interval": "1h",
            "first": iso(START + 4 * HOUR),
            "last": iso(START + 19 * HOUR),
            "ranges": 1,
            "covered": [{"from": iso(START), "to": iso(START + 20 * HOUR)}],
        }
    ]
    assert client.get("/api/markets/DOGE").json()["candles"] == []


def test_reasons_of_gaps_are_told_apart_and_add_up(client: httpx.Client) -> None:
    window = f"start={START - 2 * HOUR}&end={START + 21 * HOUR}"
    body = client.get(f"/api/ohlcv/gaps/VET?{window}").json()
    told = [(gap["reason"], gap["candles"], gap["providers"]) for gap in body["missing"]]
    assert told == [
        ("not fetched", 2, []),
        ("not listed", 4, ["binance"]),
        ("outage", 2, ["binance"]),
        ("no trade", 1, ["binance"]),
        ("not fetched", 1, []),
    ]
    assert body["expected"] == body["present"] + sum(gap["candles"] for gap in body["missing"])
    assert [one["status"] for one in body["status"]] == ["redenominated", "listed", "delisted"]


def test_after_its_delisting_a_market_is_not_listed(client: httpx.Client) -> None:
    window = f"start={START + 20 * HOUR}&end={START + 15 * DAY}"
    body = client.get(f"/api/ohlcv/gaps/VET?{window}").json()
    before, behind = body["missing"]
    assert (before["reason"], behind["reason"]) == ("not fetched", "not listed")
    assert before["to"] == behind["from"] >= body["status"][-1]["from"]
    assert before["candles"] + behind["candles"] == body["expected"] == 15 * 24 - 20
