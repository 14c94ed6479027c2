"""Whatever is asked, a venue answers or refuses; it never breaks."""

import functools
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.market import Symbol
from resources.providers import load_providers
from resources.providers.base import Call, CandleQuery, Provider
from sandbox.venue import RequestError, Venue
from tests.sandbox.conftest import HOSTS, NOW, venue

# Beside those of the provider's own calls.
PARAMETERS = {
    "symbol": ["BTCUSDT"],
    "symbols": ['["BTCUSDT","ETHUSDT"]'],
    "interval": ["1h", "1w", "60", "1440"],
    "limit": ["1", "1000"],
    "startTime": ["0", "1502942400000"],
    "endTime": ["0", "1772600767800"],
    "pair": ["XBTUSD", "ETH/USD"],
    "since": ["0", "1772600767"],
    "assetVersion": ["1"],
    "granularity": ["60", "86400"],
    "start": ["0", "2026-01-01", "0001-01-01T00:00:00+23:00"],
    "end": ["0", "2026-01-02", "9999-12-31T23:59:59-23:00"],
    "ids": ["bitcoin", "bitcoin,nosuch"],
    "vs_currencies": ["usd", "USD,eth,xyz"],
}
values = st.text(max_size=20) | st.integers(-(10**25), 10**25).map(str)
objects = st.dictionaries(st.text(max_size=5), values).map(msgspec.json.encode)


@functools.cache
def calls(name: str) -> Sequence[Call]:
    """What the provider is asked for in life, with paths below its host."""
    provider = load_providers()[name]
    base = urlsplit(provider.base_url).path.rstrip("/")
    return [Call(base + call.path, call.params, body=call.body) for call in _asked(provider)]


def _asked(provider: Provider) -> Sequence[Call]:
    found = [endpoint.call for endpoint in provider.endpoints]
    found += [provider.health] if provider.health else []
    found += [provider.markets.call()] if provider.markets else []
    native = provider.native(Symbol.canonical("BTC/USD")) or "BTC"
    if provider.candles:
        interval = next(iter(provider.candles.intervals))
        found.append(provider.candles.call(CandleQuery(native, interval, NOW - 10**9, NOW)))
    if provider.tickers:
        found.append(provider.tickers.call([native]))
    return [*found, *_asked_of_perpetuals(provider)]


def _asked_of_perpetuals(provider: Provider) -> Sequence[Call]:
    perpetuals = provider.perpetuals
    if perpetuals is None:
        return []
    symbols = (Symbol.canonical(name) for name in ("BTC/USD", "BTC/USDT"))
    native = next(spelt for symbol in symbols if (spelt := perpetuals.native(symbol)))
    told = (perpetuals.funding, perpetuals.open_interest)
    found = [one.call([native]) for one in told if one]
    if perpetuals.candles:
        interval = next(iter(perpetuals.candles.intervals))
        query = CandleQuery(native, interval, NOW - 10**9, NOW)
        found.append(perpetuals.candles.call(query))
    return found


def status(play: Venue, call: Call) -> int:
    """That of the answer, which must be one that can be sent."""
    try:
        if call.body is None:
            answer = play.answer(call.path, call.params, NOW)
        else:
            answer = play.post(call.path, call.body, NOW)
    except RequestError as error:
        answer = error.answer
    assert isinstance(answer.payload, bytes) or msgspec.json.encode(answer.payload)
    assert play.weight(call.path, call.params) >= 1
    return answer.status


@pytest.mark.parametrize("name", HOSTS)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_any_query_is_answered_or_refused(name: str, data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(calls(name)))
    usual = {**PARAMETERS, **{key: [value] for key, value in call.params.items()}}
    query = data.draw(
        st.fixed_dictionaries(
            {}, optional={key: st.sampled_from(like) | values for key, like in usual.items()}
        )
    )
    body = None if call.body is None else data.draw(st.just(call.body) | objects | st.binary())
    assert status(venue(name), Call(call.path, query, body=body)) in {200, *range(400, 600)}


@pytest.mark.parametrize("name", HOSTS)
@given(path=st.text(max_size=30).map(lambda text: f"/{text}"), body=st.none() | st.binary())
@settings(max_examples=15, deadline=None)
def test_any_path_is_answered_or_refused(name: str, path: str, body: bytes | None) -> None:
    assert status(venue(name), Call(path, body=body)) in {200, *range(400, 600)}
