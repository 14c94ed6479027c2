"""Over a real server. A second question is answered from memory: whatever it asks is asked twice."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from resources.flush import flush_candles
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLES
from tests.api.server import Store, served, until
from tests.api.storing import put_hour
from tests.api.talk import talking
from tests.api.world import HOUR, REVISED, START, candle_page, page

FAR = "end=2090-01-01"
PATH = "/api/ohlcv?symbol=BTC&limit=5"
# A compressed answer is as long as its time lets it be.
PLAIN = {"Accept-Encoding": "identity"}
# What differs from request to request.
_OWN = ("date", "x-request-id", "ratelimit-remaining", "ratelimit-reset")


def told(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers, but for what tells of the moment."""
    headers = {name: value for name, value in answer.headers.items() if name not in _OWN}
    return answer.status_code, answer.text.rpartition(',"timestamp":')[0], headers


@pytest.mark.parametrize("spelling", ["BTC", "btcusdt", "BTC%2FUSDT", "bitcoin", "ETH-BTC", "DOGE"])
@pytest.mark.parametrize("interval", ["1h", "1w", "1d"])
@pytest.mark.parametrize("limit", [1, 7, 66, 1000])
def test_an_answer_from_memory_is_that_of_the_route(
    service: httpx.Client, spelling: str, interval: str, limit: int
) -> None:
    path = f"/api/ohlcv?symbol={spelling}&interval={interval}&limit={limit}"
    read = told(service.get(f"{path}&{FAR}", headers=PLAIN))
    assert [told(service.get(path, headers=PLAIN)) for _ in range(3)] == [read] * 3


@pytest.mark.parametrize(
    "query", ["symbol=NOPE", "symbol=LUNA", "limit=0", "interval=2h", "symbol="]
)
def test_what_is_wrong_is_told_as_by_the_route(service: httpx.Client, query: str) -> None:
    first, second = (service.get(f"/api/ohlcv?{query}") for _ in range(2))
    assert first.status_code in (404, 409, 422)
    assert second.status_code == first.status_code
    assert second.json()["detail"] == first.json()["detail"]


def test_head_and_what_a_client_holds_are_known_from_memory_too(service: httpx.Client) -> None:
    first, second = (service.get(PATH, headers=PLAIN) for _ in range(2))
    head = service.head(PATH, headers=PLAIN)
    assert (head.content, told(head)[2]) == (b"", told(second)[2])
    etag = first.headers["etag"]
    answer = service.get(PATH, headers={**PLAIN, "If-None-Match": f'"x", {etag}'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


def test_a_bad_key_is_refused_though_the_answer_is_known(service: httpx.Client) -> None:
    service.get(PATH)
    assert service.get(PATH, headers={"X-API-Key": "hw_nobody"}).status_code == 401
    assert service.get(PATH).status_code == 200


def test_answers_from_memory_count_against_the_limit_and_in_the_metrics(store: Store) -> None:
    settings = store.settings.model_copy(update={"limit_free_minute": 3})
    key = {"X-API-Key": store.key("admin")}
    with served(settings) as client:
        answers = [client.get(PATH) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [a.headers["ratelimit-remaining"] for a in answers] == ["2", "1", "0", "0"]
        metrics = client.get("/metrics", headers=key).text
    counted = 'duration_seconds_count{method="GET",route="/api/ohlcv",status="2xx"} 3.0'
    assert counted in metrics


@pytest.fixture
def hourly(store: Store) -> Iterator[httpx.Client]:
    """A service of the test's own, with one hour of BTC/USDT in its memory."""
    put_hour(store, 0, "BTC/USDT")
    with served(store.settings) as client:
        until(lambda: len(closes(client)) == 1)
        yield client


def closes(client: httpx.Client, path: str = PATH) -> list[float]:
    return [row["close"] for row in client.get(path).json()["data"]]


def test_what_nobody_has_acknowledged_is_not_looked_for(store: Store, hourly: httpx.Client) -> None:
    """Which shows that the second answer is from memory: the route would read the lake."""
    assert closes(hourly) == [100.0]
    columns = CANDLES.schema.names()
    stored = store.lake.scan(CANDLES, {"interval": ["1h"]}).collect()
    later = candle_page([START + HOUR], [200.0]).drop("quote_volume")
    row = stored.with_columns(later[name].alias(name) for name in later.columns).select(columns)
    store.lake.merge(CANDLES, row)
    assert closes(hourly) == [100.0]
    assert closes(hourly, f"{PATH}&{FAR}") == [100.0, 200.0]


async def test_whoever_hears_of_a_candle_finds_it(store: Store, hourly: httpx.Client) -> None:
    async with talking(store.settings) as talk:
        for hour in range(1, 6):
            held = (await asyncio.to_thread(hourly.get, PATH)).headers["etag"]
            put_hour(store, hour, "BTC/USDT")
            heard = await talk.hear_all("candle_update")
            asked = {"If-None-Match": held}
            answer = await asyncio.to_thread(hourly.get, PATH, headers=asked)
            assert answer.status_code == 200
            assert answer.json()["data"][-1]["close"] == heard[-1]["data"]["close"] == 100.0 + hour


def test_an_asset_moves_to_the_market_that_comes_first_once_it_is_collected(
    store: Store, hourly: httpx.Client
) -> None:
    path = "/api/ohlcv?symbol=ETH"
    put_hour(store, 0, "ETH/USD")
    until(lambda: hourly.get(path).json()["symbol"] == "ETH/USD")
    put_hour(store, 0, "ETH/USDT")
    until(lambda: hourly.get(path).json()["symbol"] == "ETH/USDT")
    assert hourly.get(path).json()["count"] == 1


def test_a_revised_candle_moves_the_tag(store: Store, hourly: httpx.Client) -> None:
    before = hourly.get(PATH).headers["etag"]
    put_hour(store, 0, "ETH/USDT")
    until(lambda: len(closes(hourly, "/api/ohlcv?symbol=ETH")) == 1)
    assert hourly.get(PATH).headers["etag"] == before
    hour = Window(START, START + HOUR)
    revised = page("BTC/USDT", candle_page([START], [105.0]), hour, REVISED)
    flush_candles(store.lake, store.ledger, Interval.H1, [revised], "sandbox")
    until(lambda: closes(hourly) == [105.0])
    assert hourly.get(PATH).headers["etag"] != before
