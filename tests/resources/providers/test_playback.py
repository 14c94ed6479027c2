"""Every parser over every recorded answer of its endpoint, compared with what the payload says.

What the payload says is read a second time here, with json alone. Recordings are real answers;
examples are bodies from documentations, for shapes of which there is no recording.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from resources.errors import MalformedResponse
from resources.market import Interval
from resources.providers import load_providers
from resources.providers.base import CandleQuery, Provider

Rows = list[tuple[Any, ...]]
FEEDS = ("candles", "tickers", "markets")
QUERY = CandleQuery("BTC-USDT", Interval.H1, 0, 3_600_000)


def at(ms: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def market_of(path: str) -> str:
    """The market that a path names (Coinbase's alone do; other answers name theirs)."""
    named = re.match(r"/products/([^/]+)/", path)
    return named[1] if named else ""


def binance_candles(payload: Any, _: str) -> Rows:
    return [
        (at(opened), *map(float, prices), float(quote_volume), trades)
        for opened, *prices, _closed, quote_volume, trades, _, _, _ in sorted(payload)
    ]


def binance_tickers(payload: Any, _: str) -> Rows:
    return [
        (t["symbol"], float(t["lastPrice"]), at(t["closeTime"]), float(t["priceChangePercent"]))
        for t in (payload if isinstance(payload, list) else [payload])
    ]


def binance_markets(payload: Any, _: str) -> Rows:
    return [
        (market["symbol"], market["baseAsset"], market["quoteAsset"])
        for market in payload["symbols"]
        if market["status"] == "TRADING"
    ]


def kraken_candles(payload: Any, _: str) -> Rows:
    (pair,) = set(payload["result"]) - {"last"}
    return [
        (at(opened * 1000), *map(float, prices), float(volume), None, trades)
        for opened, *prices, _, volume, trades in payload["result"][pair]
    ]


# The keys that need another name, as the exchange lists them in AssetPairs.
KRAKEN_NAMES = {"XXBTZUSD": "XBTUSD"}


def kraken_tickers(payload: Any, _: str) -> Rows:
    rows = []
    for key, ticker in payload["result"].items():
        base, slash, quote = key.partition("/")
        names = [{"BTC": "XBT", "DOGE": "XDG"}.get(name, name) for name in (base, quote)]
        native = "".join(names) if slash else KRAKEN_NAMES.get(key, key)
        rows.append((native, float(ticker["c"][0]), None, None))
    return rows


def kraken_markets(payload: Any, _: str) -> Rows:
    return [
        (pair["altname"], *pair["wsname"].split("/"))
        for pair in payload["result"].values()
        if pair["status"] == "online"
    ]


def coinbase_candles(payload: Any, _: str) -> Rows:
    return [
        (at(opened * 1000), first, high, low, last, volume, None, None)
        for opened, low, high, first, last, volume in reversed(payload)
    ]


def coinbase_tickers(payload: Any, path: str) -> Rows:
    time = datetime.fromisoformat(payload["time"])
    whole = time.replace(microsecond=time.microsecond // 1000 * 1000)
    return [(market_of(path), float(payload["price"]), whole, None)]


def coinbase_markets(payload: Any, _: str) -> Rows:
    return [
        (product["id"], product["base_currency"], product["quote_currency"])
        for product in payload
        if product.get("status", "online") == "online" and not product.get("trading_disabled")
    ]


def coingecko_tickers(payload: Any, _: str) -> Rows:
    return [
        (
            coin,
            of.get("usd"),
            at(of["last_updated_at"] * 1000) if "last_updated_at" in of else None,
            of.get("usd_24h_change"),
        )
        for coin, of in payload.items()
    ]


@dataclass(frozen=True)
class Endpoint:
    """What of the recordings is an endpoint's own: host and path; files that state neither."""

    url: str
    rows: Callable[[Any, str], Rows]
    examples: tuple[str, ...] = ()


# Binance's sisters and predecessors answer with the same program.
ENDPOINTS = {
    ("binance", "candles"): Endpoint(r"api\.binance\.(com|us)/api/v3/klines", binance_candles),
    ("binance", "tickers"): Endpoint(
        r"api\.binance\.(com|us|je)/api/v[13]/ticker/24hr", binance_tickers
    ),
    ("binance", "markets"): Endpoint(
        r"api\.binance\.(com|us|je|me)/api/v[13]/exchangeInfo", binance_markets
    ),
    ("kraken", "candles"): Endpoint(r"api\.kraken\.com/0/public/OHLC", kraken_candles),
    ("kraken", "tickers"): Endpoint(
        r"api\.kraken\.com/0/public/Ticker", kraken_tickers, ("kraken/nautilus_http_ticker.json",)
    ),
    ("kraken", "markets"): Endpoint(
        r"api\.kraken\.com/0/public/AssetPairs",
        kraken_markets,
        (
            "kraken/nautilus_http_asset_pairs.json",
            "kraken/nautilus_http_asset_pairs_tokenized.json",
        ),
    ),
    ("coinbase_exchange", "candles"): Endpoint(
        r"api\.exchange\.coinbase\.com/products/[^/]+/candles", coinbase_candles
    ),
    ("coinbase_exchange", "tickers"): Endpoint(
        r"api\.(exchange\.coinbase|gdax)\.com/products/[^/]+/ticker", coinbase_tickers
    ),
    ("coinbase_exchange", "markets"): Endpoint(
        r"api\.(exchange\.coinbase|pro\.coinbase|gdax)\.com/products", coinbase_markets
    ),
    ("coingecko", "tickers"): Endpoint(
        r"(pro-)?api\.coingecko\.com/api/v3/simple/price/?", coingecko_tickers
    ),
}

# Endpoints that nobody published an answer of, and why an example has to do.
UNRECORDED = {("kraken", "markets"): "only the documentation's examples of AssetPairs are at hand"}


@dataclass(frozen=True)
class Answer:
    file: Path
    path: str
    status: int


def answers(folder: Path, endpoint: Endpoint) -> Iterator[Answer]:
    """The endpoint's own of a folder's index."""
    with (folder / "INDEX.csv").open() as index:
        for row in csv.DictReader(index):
            own = re.fullmatch(endpoint.url, row["host"] + row["path"])
            if own or row["file"] in endpoint.examples:
                yield Answer(folder / row["file"], row["path"], int(row.get("status", 200)))


def parse(provider: Provider, feed: str, answer: Answer) -> pl.DataFrame:
    body = answer.file.read_bytes()
    if feed == "candles":
        assert provider.candles is not None
        return provider.candles.parse(body, QUERY)
    if feed == "tickers":
        assert provider.tickers is not None
        return provider.tickers.parse(body, [market_of(answer.path)])
    assert provider.markets is not None
    return provider.markets.parse(body)


@pytest.mark.parametrize("key", ENDPOINTS, ids="-".join)
def test_a_parser_reads_every_recording_as_its_payload_says(
    key: tuple[str, str], shared: Path
) -> None:
    provider, endpoint = load_providers()[key[0]], ENDPOINTS[key]
    recordings = list(answers(shared / "data/wire", endpoint))
    examples = list(answers(shared / "data/wire_docs_examples", endpoint))
    assert bool(recordings) != (key in UNRECORDED)
    assert recordings or examples
    for answer in (*recordings, *examples):
        payload = json.loads(answer.file.read_bytes())
        if answer.status == 200:
            frame = parse(provider, key[1], answer)
            assert frame.rows() == endpoint.rows(payload, answer.path), answer.file
        else:
            with pytest.raises(MalformedResponse, match=payload["error"]):
                parse(provider, key[1], answer)


def test_every_endpoint_of_every_provider_is_played_back() -> None:
    served = {
        (provider.id, feed)
        for provider in load_providers().values()
        for feed in FEEDS
        if getattr(provider, feed) is not None
    }
    assert set(ENDPOINTS) == served


@pytest.mark.parametrize("key", ENDPOINTS, ids="-".join)
def test_recordings_are_of_the_address_that_is_asked(key: tuple[str, str]) -> None:
    provider = load_providers()[key[0]]
    if key[1] == "candles":
        assert provider.candles is not None
        call = provider.candles.call(QUERY)
    elif key[1] == "tickers":
        assert provider.tickers is not None
        call = provider.tickers.call(["BTC-USDT"])
    else:
        assert provider.markets is not None
        call = provider.markets.call()
    url = provider.base_url.removeprefix("https://") + call.path
    assert re.fullmatch(ENDPOINTS[key].url, url)


@pytest.mark.parametrize(
    ("provider", "file"),
    [
        ("binance", "binance_us/api_v3_klines_symbol_BTCUSDT_interval_1h_limit_1"),
        ("coinbase_exchange", "coinbase_exchange/products_BTC_USDT_candles_granularity_3600"),
    ],
)
def test_candles_mean_what_another_reader_of_them_found(
    provider: str, file: str, shared: Path
) -> None:
    """Beside two recordings stands what ccxt made of them: ms, open, high, low, close, volume."""
    candles = load_providers()[provider].candles
    assert candles is not None
    folder = shared / "data/wire"
    frame = candles.parse((folder / f"{file}.json").read_bytes(), QUERY)
    expected = json.loads((folder / f"{file}.expected.json").read_text())
    assert [[*row] for row in frame.select(pl.nth(range(6))).rows()] == [
        [at(ms), *values] for ms, *values in expected
    ]


def test_errors_of_other_endpoints_are_no_prices_either(shared: Path) -> None:
    tickers = load_providers()["coingecko"].tickers
    assert tickers is not None
    with (shared / "data/wire/INDEX.csv").open() as index:
        rows = [row for row in csv.DictReader(index) if row["host"] == "api.coingecko.com"]
    failed = [row["file"] for row in rows if row["status"] != "200"]
    assert len(failed) == 4
    for file in failed:
        body = (shared / "data/wire" / file).read_bytes()
        with pytest.raises(MalformedResponse, match=json.loads(body)["error"]):
            tickers.parse(body, ["bitcoin"])
