"""Kraken's own ways: three names for an asset, errors as 200, 720 candles and no more."""

from typing import Any

import pytest

from sandbox.venue import RequestError
from tests.sandbox.conftest import NOW, venue

KRAKEN = venue("kraken")


def ohlc(**query: str) -> dict[str, Any]:
    result = KRAKEN.answer("/0/public/OHLC", {"pair": "XBTUSD", **query}, NOW).payload["result"]
    assert isinstance(result, dict)
    return result


def refused(path: str, **query: str) -> Any:
    with pytest.raises(RequestError) as refusal:
        KRAKEN.answer(path, query, NOW)
    assert refusal.value.answer.status == 200
    return refusal.value.answer.payload["error"][0]


@pytest.mark.parametrize("pair", ["XBTUSD", "XXBTZUSD", "XBT/USD", "BTC/USD"])
def test_a_pair_is_known_by_all_its_names(pair: str) -> None:
    assert list(ohlc(pair=pair)) == ["XXBTZUSD", "last"]
    assert list(ohlc(pair=pair, assetVersion="1")) == ["BTC/USD", "last"]


@pytest.mark.parametrize(
    ("name", "internal", "altname", "display"),
    [
        ("ETH/USD", "XETHZUSD", "ETHUSD", "ETH/USD"),
        ("XRP/USDT", "XRPUSDT", "XRPUSDT", "XRP/USDT"),
        ("SOL/USD", "SOLUSD", "SOLUSD", "SOL/USD"),
        ("DOGE/USD", "XDGUSD", "XDGUSD", "DOGE/USD"),
        ("USDT/USD", "USDTZUSD", "USDTUSD", "USDT/USD"),
    ],
)
def test_old_assets_keep_their_prefixes(
    name: str, internal: str, altname: str, display: str
) -> None:
    assert name in KRAKEN.source.listed
    old = KRAKEN.answer("/0/public/AssetPairs", {"pair": display}, NOW).payload["result"]
    new = KRAKEN.answer("/0/public/AssetPairs", {"pair": altname, "assetVersion": "1"}, NOW)
    assert {pair: told["altname"] for pair, told in old.items()} == {internal: altname}
    assert list(new.payload["result"]) == [display]


def test_the_forms_differ_in_assets_too() -> None:
    old = KRAKEN.answer("/0/public/AssetPairs", {"pair": "XBTUSD"}, NOW).payload["result"]
    new = KRAKEN.answer("/0/public/AssetPairs", {"pair": "XBTUSD", "assetVersion": "1"}, NOW)
    assert (old["XXBTZUSD"]["base"], old["XXBTZUSD"]["quote"]) == ("XXBT", "ZUSD")
    told = new.payload["result"]["BTC/USD"]
    assert (told["base"], told["quote"], told["wsname"]) == ("BTC", "USD", "XBT/USD")


def test_the_newest_720_and_the_forming_candle_come_whatever_is_asked() -> None:
    for since in ("0", "1500000000"):
        rows = ohlc(interval="60", since=since)["XXBTZUSD"]
        assert len(rows) == 721
        assert rows[-1][0] == NOW // 3_600_000 * 3_600


def test_since_is_exclusive_and_the_forming_candle_always_comes() -> None:
    newest = NOW // 60_000 * 60
    rows = ohlc(since=str(newest - 180))["XXBTZUSD"]
    assert [row[0] for row in rows] == [newest - 120, newest - 60, newest]
    alone = ohlc(since=str(newest + 999))
    assert [row[0] for row in alone["XXBTZUSD"]] == [newest]
    assert alone["last"] == newest - 60


def test_last_is_the_newest_closed_candle() -> None:
    result = ohlc(interval="5")
    assert result["last"] == result["XXBTZUSD"][-2][0]


def test_weeks_open_on_a_thursday() -> None:
    week = ohlc(interval="10080")["XXBTZUSD"][-1]
    assert week[0] % 604_800 == 0


def test_the_average_lies_in_the_candle() -> None:
    for _, _, high, low, _, average, *_ in ohlc(interval="60")["XXBTZUSD"][:-1]:
        assert float(low) <= float(average) <= float(high)


@pytest.mark.parametrize(
    ("path", "query", "error"),
    [
        ("/0/public/OHLC", {"pair": "NOSUCH"}, "EQuery:Unknown asset pair"),
        ("/0/public/OHLC", {}, "EGeneral:Invalid arguments"),
        ("/0/public/OHLC", {"pair": "XBTUSD,ETHUSD"}, "EGeneral:Invalid arguments"),
        (
            "/0/public/OHLC",
            {"pair": "XBTUSD", "interval": "7"},
            "EGeneral:Invalid arguments:interval",
        ),
        ("/0/public/OHLC", {"pair": "XBTUSD", "since": "x"}, "EGeneral:Invalid arguments:since"),
        ("/0/public/Ticker", {"pair": "XBTUSD,NOSUCH"}, "EQuery:Unknown asset pair"),
        ("/0/public/Ticker", {"assetVersion": "2"}, "EGeneral:Invalid arguments:assetVersion"),
        ("/0/public/Nothing", {}, "EGeneral:Unknown method"),
    ],
)
def test_errors_come_as_200(path: str, query: dict[str, str], error: str) -> None:
    assert refused(path, **query) == error


def test_its_limit_shows_in_the_text_alone() -> None:
    answer = KRAKEN.refusal(429, 3, NOW)
    assert (answer.status, answer.headers) == (200, {})
    assert answer.payload == {"error": ["EGeneral:Too many requests"]}


def test_a_ticker_has_today_and_the_last_24_hours() -> None:
    (quote,) = KRAKEN.answer("/0/public/Ticker", {"pair": "XBTUSD"}, NOW).payload["result"].values()
    assert {key: len(value) for key, value in quote.items() if key != "o"} == {
        "a": 3, "b": 3, "c": 2, "v": 2, "p": 2, "t": 2, "l": 2, "h": 2,
    }  # fmt: skip
    assert quote["t"][0] < quote["t"][1]
    assert float(quote["h"][0]) <= float(quote["h"][1])
    midnight = ohlc(interval="1440")["XXBTZUSD"][-1]
    assert float(quote["o"]) == float(midnight[1])
    assert quote["t"][0] == midnight[7]


def test_just_after_midnight_today_is_the_forming_minute() -> None:
    midnight = NOW // 86_400_000 * 86_400_000
    (quote,) = (
        KRAKEN.answer("/0/public/Ticker", {"pair": "XBTUSD"}, midnight + 1_000)
        .payload["result"]
        .values()
    )
    assert quote["t"][0] < quote["t"][1]
