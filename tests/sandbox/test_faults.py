"""Every fault as a caller meets it, through a real socket."""

import gzip
import json
import math
import socket
import time
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

KLINES = "/api.binance.com/api/v3/klines"
PAGE = {"symbol": "BTCUSDT", "interval": "1h", "limit": "24", "startTime": "1700000000000"}
OHLC = "/api.kraken.com/0/public/OHLC"
CANDLES = "/api.exchange.coinbase.com/products/BTC-USD/candles"
SIMPLE_PRICE = "/api.coingecko.com/api/v3/simple/price"
PLAIN = {"accept-encoding": "identity"}


def order(client: httpx.Client, kind: str, provider: str = "binance", **more: Any) -> None:
    answer = client.post("/_control/faults", json={"provider": provider, "kind": kind, **more})
    assert answer.status_code == 201


def klines(client: httpx.Client) -> Any:
    return client.get(KLINES, params=PAGE).json()


def counts(client: httpx.Client, provider: str = "binance") -> dict[str, Any]:
    told = client.get("/_control/requests").json()["providers"]
    return next(row for row in told if row["provider"] == provider)


@pytest.mark.parametrize(("kind", "status"), [("status_429", 429), ("status_418", 418)])
def test_a_limit_stays_in_force_for_its_retry_after(
    client: httpx.Client, kind: str, status: int
) -> None:
    order(client, kind, times=1, retry_after=1)
    first, second = client.get(KLINES, params=PAGE), client.get(KLINES, params=PAGE)
    assert [(a.status_code, a.headers["retry-after"]) for a in (first, second)] == [
        (status, "1")
    ] * 2
    assert counts(client)["during_ban"] == 1
    time.sleep(1.05)
    assert client.get(KLINES, params=PAGE).status_code == 200


def test_a_429_may_come_without_retry_after(client: httpx.Client) -> None:
    order(client, "status_429", times=1, retry_after=0)
    answer = client.get(KLINES, params=PAGE)
    assert (answer.status_code, "retry-after" in answer.headers) == (429, False)
    assert client.get(KLINES, params=PAGE).status_code == 200


def test_a_429_on_demand_is_a_429_at_kraken_too(client: httpx.Client) -> None:
    order(client, "status_429", "kraken", times=1, retry_after=7)
    answer = client.get(OHLC, params={"pair": "XBTUSD"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


@pytest.mark.parametrize(("more", "status"), [({}, 503), ({"status": 502}, 502)])
def test_a_5xx_is_a_page_of_html(client: httpx.Client, more: dict[str, Any], status: int) -> None:
    order(client, "status_5xx", times=2, **more)
    assert [client.get(KLINES, params=PAGE).status_code for _ in range(3)] == [status, status, 200]


def test_a_timeout_never_answers(client: httpx.Client) -> None:
    order(client, "timeout", times=1)
    with pytest.raises(httpx.ReadTimeout):
        client.get(KLINES, params=PAGE, timeout=0.3)
    assert len(klines(client)) == 24


def test_a_timeout_may_hang_up_in_the_end(client: httpx.Client) -> None:
    order(client, "timeout", times=1, seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(KLINES, params=PAGE)


def test_a_slow_drip_comes_byte_by_byte(client: httpx.Client) -> None:
    order(client, "slow_drip", times=1, seconds=0.02)
    start, got = time.monotonic(), b""
    with client.stream("GET", KLINES, params=PAGE, headers=PLAIN) as answer:
        for chunk in answer.iter_raw():
            got += chunk
            if len(got) >= 20:
                break
    assert time.monotonic() - start >= 0.35
    assert 20 <= len(got) < int(answer.headers["content-length"])
    assert len(klines(client)) == 24


def test_a_reset_is_a_reset(client: httpx.Client, base_url: str) -> None:
    order(client, "reset", times=1)
    host, _, port = base_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"GET {KLINES} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


@pytest.mark.parametrize("headers", [PLAIN, {"accept-encoding": "gzip"}])
def test_a_body_may_end_before_its_length(client: httpx.Client, headers: dict[str, str]) -> None:
    order(client, "truncated", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(KLINES, params=PAGE, headers=headers)


def test_a_body_may_be_cut_with_a_length_that_fits(client: httpx.Client) -> None:
    order(client, "truncated", times=2, length="cut")
    plain = client.get(KLINES, params=PAGE, headers=PLAIN)
    with pytest.raises(json.JSONDecodeError):
        plain.json()
    with client.stream("GET", KLINES, params=PAGE, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert len(raw) == int(answer.headers["content-length"])
    with pytest.raises(EOFError):
        gzip.decompress(raw)


def test_html_with_200(client: httpx.Client) -> None:
    order(client, "html_200", times=1)
    answer = client.get(KLINES, params=PAGE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=UTF-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_gzip_bomb_is_small_and_grows(client: httpx.Client) -> None:
    order(client, "gzip_bomb", times=1)
    with client.stream("GET", KLINES, params=PAGE) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(raw) < 500_000
    assert sum(_inflated(raw)) == 256 * 2**20


def _inflated(raw: bytes) -> Iterator[int]:
    inflate = zlib.decompressobj(zlib.MAX_WBITS + 16)
    while not inflate.eof:
        yield len(inflate.decompress(raw, 2**22))
        raw = inflate.unconsumed_tail


def test_a_wrong_schema_is_json_of_another_kind(client: httpx.Client) -> None:
    order(client, "wrong_schema", times=1)
    assert klines(client) == {"success": True, "data": {"items": [], "page": {"next": None}}}


def test_nan_spoils_one_candle_of_a_page(client: httpx.Client) -> None:
    good = klines(client)
    order(client, "nan", times=1)
    bad = klines(client)
    assert [place for place in range(24) if bad[place] != good[place]] == [12]
    assert bad[12][1:6] == ["NaN"] * 5
    # Times and counts stay, so that the page is still JSON.
    assert [bad[12][column] for column in (0, 6, 8)] == [good[12][column] for column in (0, 6, 8)]


def test_nan_is_a_number_where_numbers_are_bare(client: httpx.Client) -> None:
    order(client, "nan", "coinbase_exchange", times=1)
    row = client.get(CANDLES, params={"granularity": "3600"}).json()[150]
    assert all(math.isnan(value) for value in row[1:])
    order(client, "nan", "coingecko", times=1)
    answer = client.get(SIMPLE_PRICE, params={"ids": "bitcoin,ripple", "vs_currencies": "usd"})
    assert all(math.isnan(quote["usd"]) for quote in answer.json().values())


def test_a_spike_is_ten_times_the_value(client: httpx.Client) -> None:
    good = klines(client)
    order(client, "spike", times=1)
    bad = klines(client)
    assert [place for place in range(24) if bad[place] != good[place]] == [12]
    for column in (1, 2, 3, 4, 5):
        assert float(bad[12][column]) == pytest.approx(10 * float(good[12][column]))


def test_a_spike_reaches_every_quote(client: httpx.Client) -> None:
    asked = {"ids": "bitcoin,ripple", "vs_currencies": "usd"}
    good = client.get(SIMPLE_PRICE, params=asked).json()
    order(client, "spike", "coingecko", times=1)
    bad = client.get(SIMPLE_PRICE, params=asked).json()
    for coin, quote in good.items():
        assert bad[coin]["usd"] == pytest.approx(10 * quote["usd"], rel=1e-3)


def test_a_page_may_come_twice_in_one(client: httpx.Client) -> None:
    good = klines(client)
    order(client, "duplicate_page", times=1)
    assert klines(client) == good + good


def test_a_page_may_be_out_of_order(client: httpx.Client) -> None:
    good = klines(client)
    order(client, "out_of_order", times=1)
    assert klines(client) == good[12:] + good[:12]


def test_a_page_may_have_holes_which_stay_the_same(client: httpx.Client) -> None:
    good = klines(client)
    order(client, "holes", times=2)
    first, second = klines(client), klines(client)
    assert 0 < len(first) < len(good)
    assert first == second == [row for row in good if row in first]


def test_a_page_may_be_half_of_what_it_should_be(client: httpx.Client) -> None:
    good = klines(client)
    order(client, "short_page", times=1)
    assert klines(client) == good[:12]


def test_milliseconds_and_seconds_become_microseconds(client: httpx.Client) -> None:
    good = klines(client)
    order(client, "microseconds", times=1)
    assert [row[0] for row in klines(client)] == [row[0] * 1_000 for row in good]
    order(client, "microseconds", "kraken", times=1)
    rows = client.get(OHLC, params={"pair": "XBTUSD", "interval": "60"}).json()["result"][
        "XXBTZUSD"
    ]
    assert all(row[0] > 10**15 for row in rows)


def test_only_paths_that_are_meant_are_hit(client: httpx.Client) -> None:
    order(client, "status_5xx", path="klines")
    assert client.get(KLINES, params=PAGE).status_code == 503
    assert client.get("/api.binance.com/api/v3/ping").status_code == 200
    assert client.get(OHLC, params={"pair": "XBTUSD"}).status_code == 200


def test_without_times_a_fault_stays_until_it_is_cleared(client: httpx.Client) -> None:
    order(client, "status_5xx")
    assert {client.get(KLINES, params=PAGE).status_code for _ in range(5)} == {503}
    client.delete("/_control/faults")
    assert client.get(KLINES, params=PAGE).status_code == 200


def test_an_error_answer_is_not_damaged_further(client: httpx.Client) -> None:
    order(client, "wrong_schema", times=1)
    answer = client.get(KLINES, params={**PAGE, "symbol": "NOSUCH"})
    assert answer.json()["code"] == -1121


def test_a_huge_answer_says_so_and_comes(client: httpx.Client) -> None:
    order(client, "huge", times=1)
    got = 0
    with client.stream("GET", KLINES, params=PAGE) as answer:
        assert answer.headers["content-length"] == str(10**9)
        assert "content-encoding" not in answer.headers
        for part in answer.iter_raw():
            got += len(part)
            if got > 20 * 2**20:
                break
    assert len(klines(client)) == 24


def test_an_endless_answer_comes_in_chunks(client: httpx.Client) -> None:
    order(client, "endless", times=1)
    got = 0
    with client.stream("GET", KLINES, params=PAGE) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        for part in answer.iter_raw():
            got += len(part)
            if got > 20 * 2**20:
                break
    assert len(klines(client)) == 24


def test_an_endless_answer_may_take_its_time(client: httpx.Client) -> None:
    order(client, "endless", times=1, seconds=0.1)
    with client.stream("GET", KLINES, params=PAGE) as answer:
        first = next(answer.iter_raw())
    assert first == b'{"items":[{"id":0,"value":"0.0"}'
    assert counts(client)["statuses"] == {"endless": 1}


def test_a_recursive_answer_is_json_that_no_parser_follows(client: httpx.Client) -> None:
    order(client, "recursive", times=1)
    answer = client.get(KLINES, params=PAGE)
    assert (answer.status_code, answer.text[:9]) == (200, '{"data":{')
    with pytest.raises(RecursionError):
        answer.json()


def test_an_answer_may_be_no_json(client: httpx.Client) -> None:
    order(client, "not_json", times=1)
    answer = client.get(KLINES, params=PAGE)
    assert (answer.status_code, answer.text[:7]) == (200, "Welcome")
