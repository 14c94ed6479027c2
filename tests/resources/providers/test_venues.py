"""Every parser against the venue that plays its provider: what one encodes the other reads.

Neither knows the other, so that what is lost or shifted between them shows here.
"""

from urllib.parse import parse_qsl, urlencode

import polars as pl
import pytest

from resources.market import Interval, Symbol, load_registry
from resources.providers import load_providers
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Funding,
    FundingHistory,
    OpenInterest,
    Provider,
    Tickers,
)
from sandbox.exchange import Span
from sandbox.model import MINUTE, Grid
from sandbox.venue import Venue
from sandbox.wire import encode
from tests.resources.providers.endpoints import ENDPOINTS, Key, candles_of, parsed_by, served
from tests.resources.providers.paging import collect
from tests.sandbox.conftest import NOW, venue

OF_MARKETS = [key for key in ENDPOINTS if isinstance(parsed_by(key), Tickers)]
WITH_CANDLES = [key for key in ENDPOINTS if isinstance(parsed_by(key), Candles)]
OF_HISTORY = [key for key in ENDPOINTS if isinstance(parsed_by(key), FundingHistory)]
OF_PERPETUALS = [key for key in ENDPOINTS if isinstance(parsed_by(key), Funding | OpenInterest)]
PLAYED = sorted({provider for provider, _ in ENDPOINTS})


def asked(played: Venue, call: Call) -> bytes:
    """What the venue answers, by way of the address as it travels."""
    query = dict(parse_qsl(urlencode(call.params), keep_blank_values=True))
    if call.body is None:
        answer = played.answer(call.path, query, NOW)
    else:
        answer = played.post(call.path, call.body, NOW)
    assert answer.status == 200
    return encode(answer, played.content_type, gzipped=False).body


def base_path(provider: Provider) -> str:
    """What of its addresses stands before the paths of calls."""
    return "/" + provider.base_url.removeprefix("https://").partition("/")[2].rstrip("/")


def whole(provider: Provider, call: Call) -> Call:
    return Call(base_path(provider).rstrip("/") + call.path, call.params, call.weight, call.body)


def up_to(candles: Candles, interval: Interval) -> int:
    """The end of what can be had, of files that of the newest one."""
    return interval.floor(candles.newest(NOW) if candles.newest else NOW)


def spelt(provider: Provider, feed: str, played: Venue) -> dict[str, str]:
    """The venue's markets by the provider's spelling."""
    native = provider.native
    if feed.startswith("perpetual") and provider.perpetuals:
        native = provider.perpetuals.native
    symbols = (Symbol(*name.split("/")) for name in played.source.listed)
    return {name: str(symbol) for symbol in symbols if (name := native(symbol))}


@pytest.mark.parametrize("key", WITH_CANDLES, ids="-".join)
def test_pages_find_every_candle_that_the_venue_has(key: Key) -> None:
    provider, candles, played = load_providers()[key[0]], candles_of(key), venue(key[0])
    native, name = next(iter(spelt(provider, key[1], played).items()))
    interval = Interval.H1 if Interval.H1 in candles.intervals else next(iter(candles.intervals))
    end = up_to(candles, interval)
    count = min(2 * min(candles.page, 1000) + 5, (candles.depth or 10_000) - 2)
    start = end - count * interval.ms
    query = CandleQuery(native, interval, start, end)
    found, proven = collect(candles, query, lambda call: asked(played, whole(provider, call)))
    grid = Grid(interval.ms // MINUTE)
    there = played.source.candles(name, grid, Span(start, end - 1, count), NOW)
    assert found == there["open_time"].to_list()
    assert sum(stop - begin for begin, stop in proven) == end - start


@pytest.mark.parametrize("key", WITH_CANDLES, ids="-".join)
def test_a_page_holds_the_venues_figures(key: Key) -> None:
    provider, candles, played = load_providers()[key[0]], candles_of(key), venue(key[0])
    native, name = next(iter(spelt(provider, key[1], played).items()))
    interval = Interval.H1 if Interval.H1 in candles.intervals else next(iter(candles.intervals))
    end = up_to(candles, interval)
    start = end - 20 * interval.ms
    query = CandleQuery(native, interval, start, end)
    page = candles.parse(asked(played, whole(provider, candles.call(query))), query)
    ours = page.with_columns(pl.col("open_time").dt.epoch("ms")).filter(
        pl.col("open_time").is_between(start, end, closed="left")
    )
    grid = Grid(interval.ms // MINUTE)
    theirs = played.source.candles(name, grid, Span(start, end - 1, 20), NOW)
    assert ours["open_time"].to_list() == theirs["open_time"].to_list()
    for column in ("open", "high", "low", "close", "volume"):
        assert ours[column].to_list() == pytest.approx(theirs[column].to_list(), rel=1e-3), column
    for column in ("quote_volume", "trades"):
        if ours[column].count():
            assert ours[column].to_list() == pytest.approx(theirs[column].to_list(), rel=0.02)


@pytest.mark.parametrize("key", WITH_CANDLES, ids="-".join)
def test_candles_of_each_interval_open_where_ours_do(key: Key) -> None:
    provider, candles, played = load_providers()[key[0]], candles_of(key), venue(key[0])
    native = next(iter(spelt(provider, key[1], played)))
    for interval in candles.intervals:
        end = up_to(candles, interval)
        query = CandleQuery(native, interval, end - 3 * interval.ms, end)
        page = candles.parse(asked(played, whole(provider, candles.call(query))), query)
        times = page["open_time"].dt.epoch("ms").to_list()
        assert set(times) >= {end - step * interval.ms for step in (1, 2, 3)}, interval
        assert all(interval.floor(time) == time for time in times), interval


@pytest.mark.parametrize("key", OF_MARKETS, ids="-".join)
def test_quotes_are_the_venues_prices(key: Key) -> None:
    provider, played = load_providers()[key[0]], venue(key[0])
    tickers = parsed_by(key)
    assert isinstance(tickers, Tickers)
    names = spelt(provider, key[1], played)
    natives = list(names)[: min(tickers.batch, 5)]
    frame = tickers.parse(asked(played, whole(provider, tickers.call(natives))), natives)
    quotes = {row["native"]: row for row in frame.to_dicts()}
    assert set(quotes) >= set(natives)
    for ticker in played.source.tickers([names[native] for native in natives], NOW):
        quote = next(quotes[native] for native in natives if names[native] == ticker.name)
        assert quote["price"] == pytest.approx(ticker.last, rel=5e-3)
        if quote["change_24h"] is not None:
            change = (ticker.last / ticker.day.open - 1) * 100
            assert quote["change_24h"] == pytest.approx(change, abs=0.02, rel=0.02)
        if quote["observed_at"] is not None:
            assert abs(quote["observed_at"].timestamp() * 1000 - NOW) < 120_000


@pytest.mark.parametrize("key", OF_PERPETUALS, ids="-".join)
def test_perpetuals_have_figures_that_can_be(key: Key) -> None:
    provider, played = load_providers()[key[0]], venue(key[0])
    parsed = parsed_by(key)
    assert isinstance(parsed, Funding | OpenInterest)
    natives = list(spelt(provider, key[1], played))[: min(parsed.batch, 3)]
    frame = parsed.parse(asked(played, whole(provider, parsed.call(natives))), natives)
    rows = {row["native"]: row for row in frame.to_dicts()}
    for native in natives:
        row = rows[native]
        if isinstance(parsed, Funding):
            assert abs(row["rate"]) < 0.01
            assert row["hours"] is None or 0 < row["hours"] <= 24
        else:
            assert (row["amount"] or row["value"]) > 0


@pytest.mark.parametrize("key", OF_HISTORY, ids="-".join)
def test_the_fundings_of_a_day_are_all_told(key: Key) -> None:
    provider, played = load_providers()[key[0]], venue(key[0])
    parsed = parsed_by(key)
    assert isinstance(parsed, FundingHistory)
    day = 1_440 * MINUTE
    start = NOW // day * day - 3 * day
    native = next(iter(spelt(provider, key[1], played)))
    frame = parsed.parse(
        asked(played, whole(provider, parsed.call([native], start, start + day))), [native]
    )
    mine = frame.filter(pl.col("native") == native)
    hours = mine["hours"][0] or 8
    times = mine["funding_at"].dt.truncate("1h").dt.epoch("ms").sort().to_list()
    assert times == list(range(start, start + day, int(hours) * 60 * MINUTE))
    assert mine["rate"].abs().max() < 0.01  # type: ignore[operator]


@pytest.mark.parametrize("provider_id", PLAYED)
def test_markets_are_the_venues(provider_id: str) -> None:
    provider, played = load_providers()[provider_id], venue(provider_id)
    if provider.markets is None:
        pytest.skip("it has no list of its markets")
    frame = provider.markets.parse(asked(played, whole(provider, provider.markets.call())))
    listed = set(spelt(provider, "markets", played))
    assert listed
    assert listed <= set(frame["native"])
    known = {name for symbol in load_registry().markets() if (name := provider.native(symbol))}
    assert set(frame["native"]) & known == listed & known


@pytest.mark.parametrize("provider_id", PLAYED)
def test_the_venue_answers_all_that_is_watched(provider_id: str) -> None:
    provider, played = load_providers()[provider_id], venue(provider_id)
    assert provider.endpoints
    calls = [endpoint.call for endpoint in provider.endpoints]
    for call in (*calls, *([provider.health] if provider.health else [])):
        assert asked(played, whole(provider, call))


def test_every_parser_has_a_venue_and_every_venue_a_parser() -> None:
    assert {p.id for p in load_providers().values() if served(p)} == set(PLAYED)
