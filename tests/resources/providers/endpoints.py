"""The endpoints of all providers: their parsers, and what recorded/ says of their answers."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping

import polars as pl

from resources.market import Interval, load_registry
from resources.providers import load_providers
from resources.providers.base import (
    Call,
    CandleQuery,
    Candles,
    Funding,
    FundingHistory,
    Markets,
    OpenInterest,
    Provider,
    Question,
    Tickers,
)
from resources.schemas.derivatives import FUNDING_PAGE, OPEN_INTEREST_PAGE
from resources.schemas.news import NEWS_PAGE
from resources.scope import Scope
from tests.resources.providers import recorded
from tests.resources.providers.recorded.base import HOUR, START, Recorded

Parsed = Candles | Tickers | Markets | Funding | OpenInterest | FundingHistory | Question
Key = tuple[str, str]

FEEDS = ("candles", "tickers", "markets")
OF_PERPETUALS = ("candles", "funding", "open_interest", "funding_history")
# Made of the parsers of perpetuals, or of formats that many providers have (see test_headlines.py).
MADE = (FUNDING_PAGE, OPEN_INTEREST_PAGE, NEWS_PAGE)


def _all() -> dict[Key, Recorded]:
    found: dict[Key, Recorded] = {}
    for info in pkgutil.iter_modules(recorded.__path__):
        if info.name == "base":
            continue
        module = importlib.import_module(f"{recorded.__name__}.{info.name}")
        of_provider: Mapping[str, Recorded] = module.RECORDED
        found |= {(info.name, feed): endpoint for feed, endpoint in of_provider.items()}
    return found


ENDPOINTS = _all()
# What pages are asked of.
SCOPE = Scope(tuple(load_registry().active(20)), START)


def served(provider: Provider) -> dict[str, Parsed]:
    """What a provider has parsers of; those of perpetuals are named `perpetual candles` and so on,
    those of pages `page market`, and from the second question on `page market 1`."""
    found = {feed: getattr(provider, feed) for feed in FEEDS}
    if provider.perpetuals:
        found |= {f"perpetual {f}": getattr(provider.perpetuals, f) for f in OF_PERPETUALS}
    for source in (one for one in provider.sources if one.page not in MADE):
        for number, question in enumerate(source.questions(SCOPE)):
            found[f"page {source.page.name}{f' {number}' if number else ''}"] = question
    return {name: parsed for name, parsed in found.items() if parsed is not None}


def parsed_by(key: Key) -> Parsed:
    return served(load_providers()[key[0]])[key[1]]


def candles_of(key: Key) -> Candles:
    candles = parsed_by(key)
    assert isinstance(candles, Candles)
    return candles


def query_of(key: Key) -> CandleQuery:
    """Three hours from START, in the first interval that the provider has where it has no hours."""
    intervals = candles_of(key).intervals
    interval = Interval.H1 if Interval.H1 in intervals else next(iter(intervals))
    return CandleQuery(ENDPOINTS[key].native, interval, START, START + 3 * interval.ms)


def parser(key: Key, native: str | None = None) -> Callable[[bytes], pl.DataFrame]:
    """From an answer's bytes to a frame, asked as `query_of` says or for one market."""
    parsed, asked = parsed_by(key), native or ENDPOINTS[key].native
    if isinstance(parsed, Candles):
        query = query_of(key)
        return lambda body: parsed.parse(body, query)
    if isinstance(parsed, Markets | Question):
        return parsed.parse
    return lambda body: parsed.parse(body, [asked])


def call_of(key: Key) -> Call:
    parsed = parsed_by(key)
    if isinstance(parsed, Candles):
        return parsed.call(query_of(key))
    if isinstance(parsed, Markets):
        return parsed.call()
    if isinstance(parsed, Question):
        return parsed.call
    if isinstance(parsed, FundingHistory):
        return parsed.call([ENDPOINTS[key].native], START, START + 24 * HOUR)
    return parsed.call([ENDPOINTS[key].native])
