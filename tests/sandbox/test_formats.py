"""What the venues encode has the shape of what was recorded from the real providers."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.sandbox.conftest import HOUR, NOW, venue

Shape = Any
KLINES = {"symbol": "BTCUSDT", "interval": "1h", "limit": "1000"}


def shape(value: Any) -> Shape:
    """The types of a JSON value: of rows by position, of other lists all that occur."""
    if isinstance(value, dict):
        return {key: shape(child) for key, child in value.items()}
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        keys = set.intersection(*(set(row) for row in value))
        return [{key: _types([row[key] for row in value]) for key in sorted(keys)}]
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        return [[_types(list(column)) for column in zip(*value, strict=True)]]
    if isinstance(value, list):
        return [_types(value)] if value else []
    return type(value).__name__


def _types(values: list[Any]) -> Shape:
    """A number that is whole here and there is a float."""
    names = sorted({json.dumps(shape(value), sort_keys=True) for value in values if value != []})
    return "float" if names == ['"float"', '"int"'] else "|".join(names).strip('"')


def lacks(recorded: Shape, played: Shape) -> list[str]:
    """What is in the recording and not in what is played, by place."""
    if isinstance(recorded, dict) and isinstance(played, dict):
        missing = [f".{key} is missing" for key in recorded.keys() - played.keys()]
        inner = [(f".{key}", recorded[key], played[key]) for key in recorded.keys() & played.keys()]
    elif isinstance(recorded, list) and isinstance(played, list):
        missing = ["[] differ in length"] if len(recorded) != len(played) else []
        inner = [(f"[{at}]", *pair) for at, pair in enumerate(zip(recorded, played, strict=False))]
    else:
        same = recorded == played or (recorded, played) == ("float", "int")
        return [] if same else [f": {recorded} became {played}"]
    return missing + [place + text for place, old, new in inner for text in lacks(old, new)]


def whole(payload: Any) -> Any:
    return payload


def by_pair(payload: Any) -> Any:
    """Kraken's answers, whose keys are pairs, as lists of what stands below them."""
    result = payload["result"]
    return {**payload, "result": [value for key, value in sorted(result.items()) if key != "last"]}


def symbols(payload: Any) -> Any:
    """Without what differs from market to market; permissions have become permissionSets since."""
    differing = ("filters", "orderTypes", "permissions")
    return [
        {key: value for key, value in symbol.items() if key not in differing}
        for symbol in payload["symbols"]
    ]


CASES: list[tuple[str, str, Mapping[str, str], Callable[[Any], Any], str]] = [
    (
        "binance",
        "/api/v3/klines",
        KLINES,
        whole,
        "wire/binance/api_v3_klines_symbol_BTCUSDT_interval_5m_limit_1000.json",
    ),
    (
        "binance",
        "/api/v3/klines",
        KLINES,
        whole,
        "wire_docs_examples/binance/jkorf_Spot_ExchangeData_GetKlines.json",
    ),
    ("binance", "/api/v3/exchangeInfo", {}, symbols, "wire/binance_us/api_v3_exchangeInfo.json"),
    ("binance", "/api/v3/exchangeInfo", {}, symbols, "wire/binance/api_v1_exchangeInfo.json"),
    ("binance", "/api/v3/ticker/24hr", {}, whole, "wire/binance_us/api_v1_ticker_24hr.json"),
    (
        "binance",
        "/api/v3/ticker/24hr",
        {"symbol": "BNBBTC"},
        whole,
        "wire_docs_examples/binance/jkorf_Spot_ExchangeData_GetTicker.json",
    ),
    (
        "binance",
        "/api/v3/ticker/price",
        {"symbol": "LTCUSDT"},
        whole,
        "wire_docs_examples/binance/jkorf_Spot_ExchangeData_GetPrice.json",
    ),
    ("kraken", "/0/public/OHLC", {"pair": "XBTUSDT"}, by_pair, "wire/kraken/0_public_OHLC.json"),
    ("kraken", "/0/public/OHLC", {"pair": "XBTUSDT"}, whole, "wire/kraken/0_public_OHLC.json"),
    (
        "kraken",
        "/0/public/Ticker",
        {"assetVersion": "1"},
        by_pair,
        "wire/kraken/0_public_Ticker_assetVersion_1.json",
    ),
    (
        "kraken",
        "/0/public/Ticker",
        {"pair": "XBTUSD"},
        whole,
        "wire/kraken/0_public_Ticker_pair_XBTUSD.json",
    ),
    (
        "kraken",
        "/0/public/AssetPairs",
        {"pair": "XBTUSDT"},
        whole,
        "wire_docs_examples/kraken/nautilus_http_asset_pairs.json",
    ),
    (
        "kraken",
        "/0/public/SystemStatus",
        {},
        whole,
        "wire_docs_examples/kraken/nautilus_http_system_status.json",
    ),
    ("coinbase_exchange", "/products", {}, whole, "wire/coinbase_exchange/products__2.json"),
    ("coinbase_exchange", "/products", {}, whole, "wire/coinbase_exchange/products.json"),
    (
        "coinbase_exchange",
        "/products/BTC-USD/candles",
        {"granularity": "3600"},
        whole,
        "wire/coinbase_exchange/products_BTC_USDT_candles_granularity_3600.json",
    ),
    (
        "coinbase_exchange",
        "/products/btc-usd/ticker",
        {},
        whole,
        "wire/coinbase_exchange/products_btc_usd_ticker.json",
    ),
    (
        "coingecko",
        "/api/v3/simple/price",
        {
            "ids": "bitcoin,ethereum,solana",
            "vs_currencies": "usd",
            "include_market_cap": "true",
            "include_24hr_change": "true",
        },
        whole,
        "wire/coingecko/api_v3_simple_price__2.json",
    ),
    (
        "coingecko",
        "/api/v3/simple/price",
        {"ids": "bitcoin", "vs_currencies": "eth"},
        whole,
        "wire/coingecko/api_v3_simple_price_ids_bitcoin_vs_currencies_eth.json",
    ),
    (
        "coingecko",
        "/api/v3/simple/price/",
        {"ids": "usd-coin", "vs_currencies": "usd"},
        whole,
        "wire/coingecko/api_v3_simple_price_ids_usd_coin_vs_currencies_usd.json",
    ),
    ("coingecko", "/api/v3/ping", {}, whole, "wire_docs_examples/coingecko/jkorf_Ping.json"),
]


@pytest.mark.parametrize(("name", "path", "query", "part", "file"), CASES)
def test_an_answer_has_the_shape_of_the_recorded_one(
    name: str,
    path: str,
    query: Mapping[str, str],
    part: Callable[[Any], Any],
    file: str,
    shared: Path,
) -> None:
    recorded = json.loads((shared / "data" / file).read_bytes())
    answer = venue(name).answer(path, query, NOW + HOUR // 3)
    played = json.loads(msgspec.json.encode(answer.payload))
    assert lacks(shape(part(recorded)), shape(part(played))) == []


def test_the_comparison_sees_what_differs() -> None:
    recorded = shape([[1, "2.5", 1.5], [2, "3", 2]])
    assert lacks(recorded, shape([[1, "2", 1]])) == []
    assert lacks(recorded, shape([[1.5, 2, 1]])) == [
        "[0][0]: int became float",
        "[0][1]: str became int",
    ]
    assert lacks(shape({"a": 1, "b": "x"}), shape({"a": 1})) == [".b is missing"]
    assert lacks(shape([[1, 2]]), shape([[1]])) == ["[0][] differ in length"]
