"""What is behind a price."""

import math
from typing import Any

import httpx
import polars as pl
import pytest

from resources.flush_prices import flush_prices
from resources.price_rules import RULES
from resources.schemas import PRICES
from tests.api.server import Store, served
from tests.api.world import START, prices
from tests.assets.said import concluded, dollars, quotes

BTC = "/api/prices/explain/BTC"


def explained(store: Store, path: str = BTC) -> Any:
    with served(store.settings) as client:
        return client.get(path).json()


def say(store: Store, *values: float, later: int = 0, last: float | None = None) -> None:
    """Flush what follows of quotes of BTC, so many minutes after 2026-05-01T12:00."""
    found = concluded(dollars(values), {"BTC": last} if last else None)
    moved = [
        frame.with_columns(pl.col("minute", "known_at").dt.offset_by(f"{later}m"))
        for frame in (found.prices, found.observations)
    ]
    flush_prices(store.lake, store.ledger, *moved)


def test_a_price_is_told_with_its_provenance_and_its_method(store: Store) -> None:
    say(store, 100.0, 100.0, 100.2)
    body = explained(store, "/api/prices/explain/btc-usdt?at=2026-05-01T12:00:59")
    assert body.pop("timestamp")
    assert len(body.pop("used")) == 3
    assert body == {
        "symbol": "BTC",
        "requested": "btc-usdt",
        "price": 100.0,
        "quote": "USD",
        "at": "2026-05-01T12:00:00Z",
        "quality": "consensus",
        "n_sources": 3,
        "spread_bps": pytest.approx(20.0),
        "observed_at": "2026-05-01T12:00:30Z",
        "fetched_at": "2026-05-01T12:00:30Z",
        "source": "consensus",
        "rejected": [],
        "observations_kept": True,
        "unpriced": None,
        "method": {
            "name": "median of those who agree",
            "parameters": RULES.told(),
            "documentation": "docs/consensus.md",
        },
    }


def test_every_observation_is_told_with_why_it_was_rejected(store: Store) -> None:
    answers = [
        *dollars((100.0, 100.2)),
        quotes("t", ("BTC", "USDT", 200.0)),
        quotes("x", ("BTC", "USD", math.nan), reason="not finite"),
        quotes("y", ("BTC", "USD", 1000.0)),
        *(quotes(name, ("USDT", "USD", 0.5)) for name in "abc"),
    ]
    found = concluded(answers)
    flush_prices(store.lake, store.ledger, found.prices, found.observations)
    body = explained(store)
    columns = ("source", "price", "quote", "rate", "usd", "away_bps", "reason")
    assert [[one.get(name) for name in columns] for one in (*body["used"], *body["rejected"])] == [
        ["p0", 100.0, "USD", 1.0, 100.0, 0.0, None],
        ["p1", 100.2, "USD", 1.0, 100.2, 20.0, None],
        ["t", 200.0, "USDT", 0.5, 100.0, 0.0, None],
        ["x", None, "USD", 1.0, None, None, "not finite"],
        ["y", 1000.0, "USD", 1.0, 1000.0, 90_000.0, "outlier"],
    ]
    times = {(one["observed_at"], one["fetched_at"]) for one in body["used"]}
    assert times == {(None, "2026-05-01T12:00:30Z")}


def test_the_newest_price_at_or_before_a_time_is_told(store: Store) -> None:
    say(store, 5.0, 5.0, 5.0)
    say(store, 6.0, 6.0, 6.0, later=2)
    with served(store.settings) as client:
        told = {
            at: client.get(BTC, params={"at": f"2026-05-01T{at}Z"})
            for at in ("11:59:59", "12:00", "12:01:59", "12:02", "23:00")
        }
        newest = client.get(BTC).json()
    assert told.pop("11:59:59").status_code == 404
    assert [answer.json()["price"] for answer in told.values()] == [5.0, 5.0, 6.0, 6.0]
    assert newest["price"] == 6.0


def test_a_minute_whose_quotes_made_no_price_is_told_beside_the_price(store: Store) -> None:
    say(store, 5.0, 5.0, 5.0)
    say(store, 1.0, 10.0, later=1)
    body = explained(store)
    assert (body["price"], body["at"]) == (5.0, "2026-05-01T12:00:00Z")
    unpriced = body["unpriced"]
    assert (unpriced["at"], unpriced["reason"]) == ("2026-05-01T12:01:00Z", "no agreement")
    assert [one["reason"] for one in unpriced["rejected"]] == ["no agreement"] * 2


def test_what_never_made_a_price_is_told_as_no_price(store: Store) -> None:
    say(store, 1000.0, last=5.0)
    body = explained(store)
    assert (body["price"], body["at"]) == (None, "2026-05-01T12:00:00Z")
    assert body["reason"] == "far from the last price"
    assert (body["used"], len(body["rejected"]), body["unpriced"]) == ([], 1, None)


def test_what_was_said_more_than_a_day_before_explains_nothing(store: Store) -> None:
    say(store, 1000.0, last=5.0)
    for later, status in ((1_440, 200), (1_441, 404)):
        found = concluded(dollars((5.0, 5.0, 5.0), "ETH"))
        moved = found.observations.with_columns(
            pl.col("minute", "known_at").dt.offset_by(f"{later}m"), day=pl.lit("2026-05-02")
        )
        flush_prices(store.lake, store.ledger, found.prices.clear(), moved)
        with served(store.settings) as client:
            assert client.get(BTC).status_code == status


def test_a_price_that_was_never_acknowledged_is_none(store: Store) -> None:
    store.lake.merge(PRICES, concluded(dollars((5.0, 5.0, 5.0))).prices)
    with served(store.settings) as client:
        assert client.get(BTC).status_code == 404


def test_a_second_run_of_a_minute_does_not_change_what_is_behind_its_price(store: Store) -> None:
    say(store, 5.0, 5.0, 5.0)
    before = explained(store)
    again = concluded(dollars((7.0, 7.0, 7.0, 7.0)))
    moved = [
        frame.with_columns(pl.col("known_at").dt.offset_by("9s"))
        for frame in (again.prices, again.observations)
    ]
    flush_prices(store.lake, store.ledger, *moved)
    after = explained(store)
    assert before.pop("timestamp") < after.pop("timestamp")
    assert before == after
    with served(store.settings) as client:
        assert client.get("/api/prices").json()["data"][0]["price"] == 5.0


def test_a_run_that_ended_before_its_price_was_stored_is_told_so(store: Store) -> None:
    found = concluded(dollars((5.0, 5.0, 5.0)))
    flush_prices(store.lake, store.ledger, found.prices.clear(), found.observations)
    body = explained(store)
    assert (body["price"], len(body["used"])) == (None, 3)
    assert body["reason"] == "the run ended before its price was stored"


def test_of_a_price_whose_observations_are_gone_the_sources_are_told(
    service: httpx.Client,
) -> None:
    body = service.get(BTC).json()
    assert (body["price"], body["observations_kept"], body["rejected"]) == (44_000.0, False, [])
    assert [one.pop("source") for one in body["used"]] == [
        f"sandbox:{provider}" for provider in ("binance", "kraken", "okx")
    ]
    assert {value for one in body["used"] for value in one.values()} == {None}


def test_a_price_out_of_a_candle_says_so(store: Store) -> None:
    frame = prices(START, {"BTC": 5.0}, ["binance"]).with_columns(quality=pl.lit("derived"))
    flush_prices(store.lake, store.ledger, frame)
    body = explained(store)
    assert (body["method"]["name"], body["quality"]) == ("close of a stored candle", "derived")
    assert body["source"] == "sandbox:binance"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/prices/explain/SOL", 404),
        ("/api/prices/explain/NOSUCHCOIN", 404),
        (f"{BTC}?at=2009-01-02", 404),
        (f"{BTC}?at=yesterday", 422),
    ],
)
def test_what_cannot_be_explained_is_refused(service: httpx.Client, path: str, status: int) -> None:
    answer = service.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
