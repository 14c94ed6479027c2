"""What holds for the parsers of every provider: any bytes give a sound frame or a clear error."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import MalformedResponse, ProviderError
from resources.market import Interval, Symbol, load_registry
from resources.providers import load_providers
from resources.providers.base import CandleQuery
from resources.schemas import CANDLE_PAGE, MARKETS, QUOTES

HOUR = 3_600_000
START = 1_700_000_000_000 // HOUR * HOUR
QUERY = CandleQuery("BTCUSDT", Interval.H1, START, START + 3 * HOUR)
SECONDS = START // 1000

# A sound answer of every endpoint, with figures of our own.
SOUND: dict[tuple[str, str], Any] = {
    ("binance", "candles"): [
        [START, "10.5", "12", "9.25", "11", "3.5", START + HOUR - 1, "37.5", 42, "1", "11", "0"],
        [START + HOUR, "11", "11", "11", "11", "0", START + 2 * HOUR - 1, "0", 0, "0", "0", "0"],
    ],
    ("binance", "tickers"): [
        {"symbol": "BTCUSDT", "lastPrice": "11", "priceChangePercent": "-1.5", "closeTime": START},
        {"symbol": "ETHUSDT", "lastPrice": "2", "priceChangePercent": "0", "closeTime": START},
    ],
    ("binance", "markets"): {
        "symbols": [
            {"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT"},
            {"symbol": "BCCBTC", "status": "BREAK", "baseAsset": "BCC", "quoteAsset": "BTC"},
        ]
    },
    ("kraken", "candles"): {
        "error": [],
        "result": {
            "XXBTZUSD": [
                [SECONDS, "10.5", "12", "9.25", "11", "10.9", "3.5", 42],
                [SECONDS + 3600, "11", "11", "11", "11", "0", "0", 0],
            ],
            "last": SECONDS,
        },
    },
    ("kraken", "tickers"): {
        "error": [],
        "result": {"XXBTZUSD": {"c": ["11", "0.1"], "o": "9"}, "XBTUSDT": {"c": ["11", "0.1"]}},
    },
    ("kraken", "markets"): {
        "error": [],
        "result": {
            "XXBTZUSD": {"altname": "XBTUSD", "base": "XXBT", "quote": "ZUSD", "status": "online"},
            "ETHUSDT": {
                "altname": "ETHUSDT",
                "base": "XETH",
                "quote": "USDT",
                "status": "delisted",
            },
        },
    },
    ("coinbase_exchange", "candles"): [
        [SECONDS + 3600, 11, 11, 11, 11, 0.5],
        [SECONDS, 9.25, 12, 10.5, 11, 3.5],
    ],
    ("coinbase_exchange", "tickers"): {"price": "11", "time": "2023-11-14T22:13:20.123456Z"},
    ("coinbase_exchange", "markets"): [
        {
            "id": "BTC-USD",
            "base_currency": "BTC",
            "quote_currency": "USD",
            "status": "online",
            "trading_disabled": False,
        }
    ],
    ("coingecko", "tickers"): {
        "bitcoin": {"usd": 11.5, "usd_24h_change": -1.5, "last_updated_at": SECONDS}
    },
}
SCHEMAS = {"candles": CANDLE_PAGE, "tickers": QUOTES, "markets": MARKETS}


def parser(key: tuple[str, str]) -> Callable[[bytes], pl.DataFrame]:
    provider = load_providers()[key[0]]
    if key[1] == "candles":
        assert provider.candles is not None
        parse = provider.candles.parse
        return lambda body: parse(body, QUERY)
    if key[1] == "tickers":
        assert provider.tickers is not None
        parse_tickers = provider.tickers.parse
        return lambda body: parse_tickers(body, ["BTC-USD"])
    assert provider.markets is not None
    return provider.markets.parse


def outcome(key: tuple[str, str], body: bytes) -> pl.DataFrame | ProviderError:
    try:
        return parser(key)(body)
    except ProviderError as error:
        return error


def check(key: tuple[str, str], body: bytes) -> None:
    """A sorted frame of the schema that can be printed, or an error that names the provider."""
    frame = outcome(key, body)
    if isinstance(frame, ProviderError):
        assert frame.provider == key[0]
        assert isinstance(frame, MalformedResponse) or key[0] == "kraken"
        return
    assert frame.schema == SCHEMAS[key[1]]
    assert str(frame)
    assert len(frame.rows()) == frame.height
    candles = load_providers()[key[0]].candles
    if key[1] == "candles" and candles is not None:
        assert frame["open_time"].is_sorted()
        start, end = candles.covered(QUERY, frame)
        assert QUERY.start <= start <= end <= QUERY.end


def leaves(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of every value inside of a JSON value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [leaf for key, inner in items for leaf in [(value, key), *leaves(inner)]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, "", "NaN", "-Infinity", "1e999", "abc", -1, 0, 0.5, 1e308, 2**63, 10**30, [], {}]
)


@pytest.mark.parametrize("key", SOUND, ids="-".join)
@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_frame_or_a_clear_error(key: tuple[str, str], body: bytes) -> None:
    check(key, body)


@pytest.mark.parametrize("key", SOUND, ids="-".join)
@given(odd=ODD | JSON, data=st.data())
def test_any_value_in_any_place_gives_a_frame_or_a_clear_error(
    key: tuple[str, str], odd: Any, data: st.DataObject
) -> None:
    payload = deepcopy(SOUND[key])
    container, place = data.draw(st.sampled_from(leaves(payload)))
    container[place] = odd
    check(key, json.dumps(payload).encode())


@pytest.mark.parametrize("key", SOUND, ids="-".join)
@given(data=st.data())
def test_a_flipped_byte_gives_a_frame_or_a_clear_error(
    key: tuple[str, str], data: st.DataObject
) -> None:
    body = bytearray(json.dumps(SOUND[key]).encode())
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check(key, bytes(body))


BROKEN = {
    "nothing": b"",
    "a page of HTML": b"<!DOCTYPE html><html><body>Attention Required!</body></html>",
    "null": b"null",
    "a number": b"1",
    "an error": b'{"error":"boom"}',
    "a message": b'{"message":"NotFound"}',
    "a code": b'{"code":-1121,"msg":"Invalid symbol."}',
    "another schema": b'{"data":[{"price":"1"}]}',
    "rows of another schema": b'[{"data":1}]',
    "rows that are too short": b"[[1]]",
    "deep nesting": b"[" * 100_000,
    "a byte that is no text": b'{"\xff":{"c":["\xff"]}}',
}


@pytest.mark.parametrize("key", SOUND, ids="-".join)
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_an_answer_of_the_wrong_shape_is_malformed(key: tuple[str, str], body: bytes) -> None:
    with pytest.raises(MalformedResponse) as caught:
        parser(key)(body)
    assert caught.value.provider == key[0]


@pytest.mark.parametrize("key", SOUND, ids="-".join)
def test_an_answer_cut_anywhere_is_malformed(key: tuple[str, str]) -> None:
    body = json.dumps(SOUND[key]).encode()
    for end in range(len(body)):
        with pytest.raises(MalformedResponse):
            parser(key)(body[:end])


@pytest.mark.parametrize("key", SOUND, ids="-".join)
def test_blanks_around_an_answer_do_not_matter(key: tuple[str, str]) -> None:
    body = json.dumps(SOUND[key], indent=2).encode()
    assert parser(key)(b"\r\n " + body + b" \n").equals(parser(key)(body))


CANDLE_KEYS = [key for key in SOUND if key[1] == "candles"]


@pytest.mark.parametrize("key", CANDLE_KEYS, ids="-".join)
@pytest.mark.parametrize(("odd", "kept"), [(None, None), ("NaN", "nan"), ("-5", "-5.0")])
def test_a_bad_value_keeps_its_row_for_the_checks_to_refuse(
    key: tuple[str, str], odd: Any, kept: str | None
) -> None:
    payload = deepcopy(SOUND[key])
    rows = payload["result"]["XXBTZUSD"] if key[0] == "kraken" else payload
    rows[0][2] = odd
    frame = parser(key)(json.dumps(payload).encode())
    values = [value for row in frame.rows() for value in row[2:4]]
    assert frame.height == 2
    assert (kept or "None") in map(str, values)


@pytest.mark.parametrize("key", CANDLE_KEYS, ids="-".join)
def test_times_in_another_unit_are_kept_and_prove_nothing(key: tuple[str, str]) -> None:
    payload = deepcopy(SOUND[key])
    for row in payload["result"]["XXBTZUSD"] if key[0] == "kraken" else payload:
        row[0] *= 1000
    frame = parser(key)(json.dumps(payload).encode())
    candles = load_providers()[key[0]].candles
    assert candles is not None
    start, end = candles.covered(QUERY, frame)
    assert frame.height == 2
    assert QUERY.start <= start == end <= QUERY.end
    assert frame["open_time"].dt.year().min() == 9999


@pytest.mark.parametrize("provider_id", load_providers())
def test_no_two_markets_have_the_same_spelling(provider_id: str) -> None:
    provider = load_providers()[provider_id]
    spelt = [native for symbol in load_registry().markets() if (native := provider.native(symbol))]
    assert len(spelt) > 60
    assert len(set(spelt)) == len(spelt)


@pytest.mark.parametrize("provider_id", load_providers())
def test_a_market_that_is_not_in_the_seed_is_spelt_or_refused(provider_id: str) -> None:
    native = load_providers()[provider_id].native
    for base in ("LUNA", "NEWCOIN", ""):
        assert isinstance(native(Symbol(base, "USD")), str | None)
        assert isinstance(native(Symbol(base, "USDT")), str | None)


def test_every_endpoint_has_a_sound_answer_here() -> None:
    served = {
        (provider.id, feed)
        for provider in load_providers().values()
        for feed in SCHEMAS
        if getattr(provider, feed) is not None
    }
    assert set(SOUND) == served
