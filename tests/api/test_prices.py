import httpx
import pytest

from resources.flush_prices import flush_prices
from tests.api.server import Store, paged, served
from tests.api.world import START, prices

BTC = {
    "symbol": "BTC",
    "price": 44_000.0,
    "quote": "USD",
    "change_24h": 2.0,
    "n_sources": 3,
    "spread_bps": 1.5,
    "quality": "consensus",
    "source": "sandbox:consensus",
    "sources": ["sandbox:binance", "sandbox:kraken", "sandbox:okx"],
    "at": "2024-02-01T00:00:00Z",
    "observed_at": "2024-02-01T00:00:01.250Z",
    "fetched_at": "2024-02-01T00:00:02Z",
    "requested": "btcusdt",
}


def test_a_price_carries_its_provenance(service: httpx.Client) -> None:
    body = service.get("/api/prices?symbols=btcusdt,SOL").json()
    assert body.pop("timestamp").endswith("Z")
    assert body == {
        "success": True,
        "data": [BTC],
        "missing": ["SOL"],
        "quote": "USD",
        "source": "sandbox:consensus",
    }


def test_without_symbols_every_stored_price_is_told(service: httpx.Client) -> None:
    body = service.get("/api/prices").json()
    assert [(row["symbol"], row["requested"]) for row in body["data"]] == [
        ("BTC", "BTC"),
        ("ETH", "ETH"),
    ]


def test_a_price_is_converted_by_what_is_stored(service: httpx.Client) -> None:
    body = service.get("/api/prices?symbols=BTC,ETH&convert=eth").json()
    assert body["quote"] == "ETH"
    told = [(row["symbol"], row["price"], row["quote"]) for row in body["data"]]
    assert told == [("BTC", 20.0, "ETH"), ("ETH", 1.0, "ETH")]
    assert body["data"][0]["change_24h"] == pytest.approx(0.0)


def test_a_price_of_one_provider_names_it_and_live_rows_bear_no_mark(store: Store) -> None:
    frame = prices(START, {"BTC": 1.0}, sources=["kraken"])
    flush_prices(
        store.lake, store.ledger, frame.with_columns(mode=frame["mode"].replace("sandbox", "live"))
    )
    live = store.settings.model_copy(update={"providers": "live"})
    with served(live) as client:
        body = client.get("/api/prices").json()
        assert client.get("/api/status").json()["mode"] == "live"
    assert (body["source"], body["data"][0]["source"]) == ("consensus", "kraken")
    assert body["data"][0]["sources"] == ["kraken"]


HISTORY = "/api/prices/history/BTC?start=2024-01-30&end=2024-02-02"


@pytest.mark.parametrize(
    ("resolution", "times"),
    [
        ("1m", ["01-30T00:00", "01-30T00:01", "01-30T00:59", "01-30T01:00", "01-30T01:59", "02-01T00:00"]),
        ("1h", ["01-30T00:59", "01-30T01:59", "02-01T00:00"]),
        ("1d", ["01-30T01:59", "02-01T00:00"]),
        ("auto", ["01-30T00:59", "01-30T01:59", "02-01T00:00"]),
    ],
)  # fmt: skip
def test_a_step_has_the_last_price_stored_in_it(
    reader: httpx.Client, resolution: str, times: list[str]
) -> None:
    body = reader.get(f"{HISTORY}&resolution={resolution}").json()
    assert [row["at"] for row in body["data"]] == [f"2024-{time}:00Z" for time in times]
    assert body["count"] == len(times)
    assert body["next_cursor"] is None


def test_a_stored_price_looks_back_with_its_provenance(reader: httpx.Client) -> None:
    body = reader.get(f"{HISTORY}&resolution=1m&limit=1").json()
    assert body.pop("next_cursor")
    assert body.pop("timestamp")
    assert body == {
        "symbol": "BTC",
        "requested": "BTC",
        "quote": "USD",
        "days": None,
        "resolution": "1m",
        "data": [
            {
                "at": "2024-01-30T00:00:00Z",
                "price": 40_000.0,
                "quote": "USD",
                "n_sources": 3,
                "spread_bps": 1.5,
                "quality": "consensus",
                "source": "sandbox:consensus",
                "sources": ["sandbox:binance", "sandbox:kraken", "sandbox:okx"],
            }
        ],
        "count": 1,
    }


@pytest.mark.parametrize("resolution", ["1m", "1h", "1d"])
def test_pages_together_are_the_whole(reader: httpx.Client, resolution: str) -> None:
    path = f"{HISTORY}&resolution={resolution}"
    whole = reader.get(path).json()["data"]
    pages = paged(reader, f"{path}&limit=1")
    assert [row for page in pages for row in page["data"]] == whole


def test_the_last_days_are_asked_by_default(reader: httpx.Client) -> None:
    body = reader.get("/api/prices/history/BTC?days=1").json()
    assert (body["days"], body["data"], body["next_cursor"]) == (1, [], None)
