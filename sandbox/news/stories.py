"""What happens in the world of the sandbox: one story every twenty minutes, a pure function of its number."""

import functools
import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from resources.market import Asset, load_registry
from sandbox.coins import Coin, coin_of
from sandbox.model import DAY, MINUTE, SEED
from sandbox.noise import fraction, key_of, level

EVERY = 20 * MINUTE  # ms between two stories
_FILE = Path(__file__).with_name("wording.toml")
_LARGEST = 40  # coins that stories are about
_FOREIGN = 0.12
_OF_PRICES = 0.3
_MOVED = 0.01

T = TypeVar("T")
Mood = Literal["good", "bad", "plain"]


class _Foreign(msgspec.Struct, frozen=True):
    language: str
    titles: tuple[str, ...]


class Wording(msgspec.Struct, frozen=True):
    """The sentences of wording.toml."""

    rises: tuple[str, ...]
    falls: tuple[str, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    plain: tuple[str, ...]
    firms: tuple[str, ...]
    venues: tuple[str, ...]
    places: tuple[str, ...]
    foreign: tuple[_Foreign, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """`at` is when it happens, ms; `title` is how the first to tell it does."""

    number: int
    at: int
    title: str
    mood: Mood
    language: str
    tickers: tuple[str, ...]


@functools.cache
def wording() -> Wording:
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Wording)


@functools.lru_cache(maxsize=4_096)
def story(number: int) -> Story:
    """The story that happens at `number * EVERY`."""
    at = number * EVERY
    coin, other = _coins(number)
    change = _change(coin_of(coin), at)
    mood, language, text = _sentence(number, change)
    title = text.format(
        coin=coin.name,
        ticker=coin.ticker,
        other=other.name,
        pct=f"{max(abs(change) * 100, 0.1):.1f}",
        price=_price(coin_of(coin), at),
        amount=f"${_pick(number, 'amount', tuple(range(2, 400)))} million",
        count=f"{_pick(number, 'count', tuple(range(3, 90))) * 100:,}",
        firm=_pick(number, "firm", wording().firms),
        venue=_pick(number, "venue", wording().venues),
        place=_pick(number, "place", wording().places),
    )
    title = re.sub(r"\b([Aa]) (?=[AEIO][a-z])", r"\1n ", title) if language == "en" else title
    return Story(number, at, title[0].upper() + title[1:], mood, language, (coin.ticker,))


def _sentence(number: int, change: float) -> tuple[Mood, str, str]:
    """Mood, language and sentence; the more a coin has risen, the better are the news about it."""
    dice = fraction("mood", str(number))
    good = min(0.8, max(0.1, 0.35 + 4 * change))
    bad = min(0.8, max(0.1, 0.35 - 4 * change)) * (1 - max(0.0, good - 0.5))
    mood: Mood = "good" if dice < good else "bad" if dice < good + bad else "plain"
    if fraction("foreign", str(number)) < _FOREIGN:
        told = _pick(number, "language", wording().foreign)
        some = [text for text in told.titles if text.startswith(f"{mood}: ")] or list(told.titles)
        text = _pick(number, "sentence", tuple(some))
        return _mood(text), told.language, text.partition(": ")[2]
    if abs(change) > _MOVED and fraction("price", str(number)) < _OF_PRICES:
        moved = wording().rises if change > 0 else wording().falls
        return "good" if change > 0 else "bad", "en", _pick(number, "sentence", moved)
    sentences = {"good": wording().good, "bad": wording().bad, "plain": wording().plain}[mood]
    return mood, "en", _pick(number, "sentence", sentences)


def _mood(text: str) -> Mood:
    found: Mood = (
        "good" if text.startswith("good") else "bad" if text.startswith("bad") else "plain"
    )
    return found


def _coins(number: int) -> tuple[Asset, Asset]:
    """Two coins; the larger ones more often."""
    largest = load_registry().active(_LARGEST)
    first = int(len(largest) * fraction("coin", str(number)) ** 2)
    step = 1 + int((len(largest) - 1) * fraction("other", str(number)))
    return largest[first], largest[(first + step) % len(largest)]


def _change(coin: Coin, at: int) -> float:
    """How the price has moved in the day before, as a fraction."""
    key, minute = key_of(SEED, coin.ticker), at // MINUTE
    return coin.volatility * (level(key, minute) - level(key, minute - DAY))


def _price(coin: Coin, at: int) -> str:
    value = coin.price * math.exp(coin.volatility * level(key_of(SEED, coin.ticker), at // MINUTE))
    return f"${value:,.0f}" if value >= 1_000 else f"${value:.4g}"


def _pick(number: int, of: str, some: tuple[T, ...]) -> T:
    return some[key_of(of, str(number)) % len(some)]
