"""What holds for the parsers of every provider: any bytes give a sound frame or a clear error."""

import json
from copy import deepcopy
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import MalformedResponse, ProviderError
from resources.market import Symbol, load_registry
from resources.providers import load_providers
from resources.providers.base import (
    Candles,
    Funding,
    FundingHistory,
    Markets,
    OpenInterest,
    Question,
    Tickers,
)
from resources.schemas import CANDLE_PAGE, FUNDING, MARKETS, OPEN_INTEREST, QUOTES
from tests.resources.providers.endpoints import (
    ENDPOINTS,
    Key,
    Parsed,
    candles_of,
    parsed_by,
    parser,
    query_of,
)
from tests.resources.providers.recorded.base import START, as_json

SCHEMAS: dict[type[Parsed], pl.Schema] = {
    Candles: CANDLE_PAGE,
    Tickers: QUOTES,
    Markets: MARKETS,
    Funding: FUNDING,
    OpenInterest: OPEN_INTEREST,
    FundingHistory: FUNDING,
}
SOUND = {key: endpoint.sound for key, endpoint in ENDPOINTS.items()}
CANDLE_KEYS = [key for key in ENDPOINTS if isinstance(parsed_by(key), Candles)]
SPELT = [p.id for p in load_providers().values() if p.candles or p.tickers]
PERPETUAL = [p.id for p in load_providers().values() if p.perpetuals]


def schema_of(key: Key) -> pl.Schema:
    parsed = parsed_by(key)
    if not isinstance(parsed, Question):
        return SCHEMAS[type(parsed)]
    pages = {s.page.name: s.page for s in load_providers()[key[0]].sources}
    return pages[key[1].split()[1]].schema


def encoded(key: Key, payload: Any) -> bytes:
    return ENDPOINTS[key].encode(payload)


def outcome(key: Key, body: bytes) -> pl.DataFrame | ProviderError:
    try:
        return parser(key)(body)
    except ProviderError as error:
        return error


def check(key: Key, body: bytes) -> None:
    """A sorted frame of the schema that can be printed, or an error that names the provider."""
    frame = outcome(key, body)
    if isinstance(frame, ProviderError):
        assert frame.provider == key[0]
        assert isinstance(frame, MalformedResponse) or ENDPOINTS[key].own_errors
        return
    parsed = parsed_by(key)
    assert frame.schema == schema_of(key)
    assert str(frame)
    assert len(frame.rows()) == frame.height
    if isinstance(parsed, Candles):
        assert frame["open_time"].is_sorted()
        query = query_of(key)
        start, end = parsed.covered(query, frame)
        assert query.start <= start <= end <= query.end


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


# Each of more than a hundred parsers is tried.
FEW = settings(max_examples=25)


@pytest.mark.parametrize("key", SOUND, ids="-".join)
@FEW
@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_frame_or_a_clear_error(key: Key, body: bytes) -> None:
    check(key, body)


@pytest.mark.parametrize("key", SOUND, ids="-".join)
@FEW
@given(odd=ODD | JSON, data=st.data())
def test_any_value_in_any_place_gives_a_frame_or_a_clear_error(
    key: Key, odd: Any, data: st.DataObject
) -> None:
    payload = deepcopy(SOUND[key])
    container, place = data.draw(st.sampled_from(leaves(payload)))
    container[place] = odd
    check(key, encoded(key, payload))


@pytest.mark.parametrize("key", SOUND, ids="-".join)
@FEW
@given(data=st.data())
def test_a_flipped_byte_gives_a_frame_or_a_clear_error(key: Key, data: st.DataObject) -> None:
    body = bytearray(encoded(key, SOUND[key]))
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
def test_an_answer_of_the_wrong_shape_is_malformed(key: Key, body: bytes) -> None:
    with pytest.raises(MalformedResponse) as caught:
        parser(key)(body)
    assert caught.value.provider == key[0]


@pytest.mark.parametrize("key", SOUND, ids="-".join)
def test_an_answer_cut_anywhere_is_malformed(key: Key) -> None:
    body = encoded(key, SOUND[key])
    for end in range(len(body)):
        with pytest.raises(MalformedResponse):
            parser(key)(body[:end])


@pytest.mark.parametrize("key", SOUND, ids="-".join)
def test_blanks_around_an_answer_do_not_matter(key: Key) -> None:
    if ENDPOINTS[key].encode is not as_json:
        pytest.skip("it is a file")
    body = json.dumps(SOUND[key], indent=2).encode()
    assert parser(key)(b"\r\n " + body + b" \n").equals(parser(key)(body))


@pytest.mark.parametrize("key", CANDLE_KEYS, ids="-".join)
@pytest.mark.parametrize("odd", [None, "NaN", "-5"])
def test_a_bad_value_keeps_its_row_for_the_checks_to_refuse(key: Key, odd: str | None) -> None:
    payload = deepcopy(SOUND[key])
    rows = ENDPOINTS[key].candles(payload)
    rows[0][ENDPOINTS[key].high] = odd
    frame = parser(key)(encoded(key, payload))
    values = [value for row in frame.rows() for value in row[2:4]]
    assert frame.height == 2
    kept = None if odd is None else float(odd) / ENDPOINTS[key].scale
    assert str(kept) in map(str, values)


@pytest.mark.parametrize("key", CANDLE_KEYS, ids="-".join)
def test_times_in_another_unit_are_kept_and_prove_nothing(key: Key) -> None:
    payload, time = deepcopy(SOUND[key]), ENDPOINTS[key].time
    for row in ENDPOINTS[key].candles(payload):
        if not str(row[time]).isdecimal():
            pytest.skip("its times are dates")
        row[time] = type(row[time])(int(row[time]) * 1000)
    if ENDPOINTS[key].encode is not as_json:
        with pytest.raises(MalformedResponse):
            parser(key)(encoded(key, payload))
        return
    frame = parser(key)(encoded(key, payload))
    query = query_of(key)
    start, end = candles_of(key).covered(query, frame)
    assert frame.height == 2
    assert query.start <= start == end <= query.end
    assert frame["open_time"].dt.year().min() == 9999


@pytest.mark.parametrize("key", CANDLE_KEYS, ids="-".join)
def test_a_sound_page_says_what_all_of_them_say(key: Key) -> None:
    frame = parser(key)(encoded(key, SOUND[key]))
    query = query_of(key)
    assert frame["open_time"].dt.epoch("ms").to_list() == [START, START + query.interval.ms]
    assert frame.row(0)[1:6] == (10.5, 12.0, 9.25, 11.0, 3.5)


@pytest.mark.parametrize("provider_id", SPELT)
def test_no_two_markets_have_the_same_spelling(provider_id: str) -> None:
    provider = load_providers()[provider_id]
    spelt = [native for symbol in load_registry().markets() if (native := provider.native(symbol))]
    assert len(spelt) > 30
    assert len(set(spelt)) == len(spelt)


@pytest.mark.parametrize("provider_id", PERPETUAL)
def test_no_two_perpetuals_have_the_same_spelling(provider_id: str) -> None:
    perpetuals = load_providers()[provider_id].perpetuals
    assert perpetuals
    markets = load_registry().markets()
    spelt = [native for symbol in markets if (native := perpetuals.native(symbol))]
    assert len(spelt) > 30
    assert len(set(spelt)) == len(spelt)


@pytest.mark.parametrize("provider_id", SPELT)
def test_a_market_that_is_not_in_the_seed_is_spelt_or_refused(provider_id: str) -> None:
    native = load_providers()[provider_id].native
    for base in ("LUNA", "NEWCOIN", ""):
        assert isinstance(native(Symbol(base, "USD")), str | None)
        assert isinstance(native(Symbol(base, "USDT")), str | None)
