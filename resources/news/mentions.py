"""Which assets a text mentions."""

import bisect
import functools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from resources.market import load_registry

_FILE = Path(__file__).with_name("mentions.toml")
_WORD = re.compile(r"[\w$/.-]*[\w/]|\S")
_LONGEST = 20_000
# What words that we look for are made of; others may stand beside them without a space.
_LATIN = r"A-Za-z0-9_\u00c0-\u024f"
# What stands around a word may make it clear, no further away than so many characters.
_AROUND = 120
# Between two parts of a list stands less.
_JOINT = 16
# A verb, and a share or a price: "Stellar slides 3%".
_MOVES = re.compile(r"\s+[a-zA-Z]+\s+(?:[a-z]+\s+){0,2}(?:\$\d|[\d.,]+%)", re.IGNORECASE)


class _Ambiguous(msgspec.Struct, frozen=True):
    words: frozenset[str]
    proper: frozenset[str]


class _Cased(msgspec.Struct, frozen=True):
    names: frozenset[str]


class _Others(msgspec.Struct, frozen=True):
    phrases: tuple[str, ...]


class _Context(msgspec.Struct, frozen=True):
    after: frozenset[str]
    before: frozenset[str]


class _File(msgspec.Struct, frozen=True):
    names: dict[str, tuple[str, ...]]
    ambiguous: _Ambiguous
    cased: _Cased
    others: _Others
    context: _Context


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One way to write an asset. `exact` counts in this case alone, `unclear` beside a word that
    makes it clear alone, `proper` also as a name in an ordinary sentence."""

    asset: str
    text: str
    ticker: bool = False
    exact: bool = False
    unclear: bool = False
    proper: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    mark: str
    written: str
    spellings: Sequence[_Spelling]


def mentioned(*texts: str | None) -> list[str]:
    """The tickers of the assets that these texts mention, sorted, each once.

    Names count in any case, tickers in capitals or behind a $ or #. Words that mean other things
    too ("near", "link", "Optimism") count beside a word that makes them clear ("Optimism token",
    "Solana, Optimism and Arbitrum"), behind a $, or with their ticker in brackets. Currencies of
    states are no assets here.
    """
    found: set[str] = set()
    for text in texts:
        if text:
            found |= _mentioned(text[:_LONGEST])
    return sorted(found)


def _mentioned(text: str) -> set[str]:
    shouted = _shouted(text)
    titled = _titled(text)
    sure: set[str] = set()
    unclear: list[tuple[_Found, _Spelling]] = []
    places: list[tuple[int, int]] = []
    for found in _matches(text):
        for one in found.spellings:
            if _is_sure(one, found, shouted=shouted, titled=titled):
                sure.add(one.asset)
                bisect.insort(places, (found.start, found.end))
            elif one.unclear and (found.written == one.text):
                unclear.append((found, one))
    for found, one in unclear:
        if one.asset not in sure and _is_clear(text, found, one, places, shouted=shouted):
            sure.add(one.asset)
            bisect.insort(places, (found.start, found.end))
    return sure


def _is_sure(one: _Spelling, found: _Found, *, shouted: bool, titled: bool) -> bool:
    if found.mark == "$":
        return one.ticker
    if one.unclear:
        plain = one.proper and found.written == one.text
        return plain and not (shouted if one.ticker else titled)
    if found.mark == "#" and one.ticker:
        return True
    if one.exact:
        return found.written == one.text and not (shouted and _is_word(one.text))
    return True


def _is_word(ticker: str) -> bool:
    """Whether a ticker may be a word of a headline in capitals."""
    return any(letter in "AEIOUY" for letter in ticker)


def _is_clear(
    text: str, found: _Found, one: _Spelling, places: Sequence[tuple[int, int]], *, shouted: bool
) -> bool:
    """Whether what stands around an ambiguous word makes it an asset."""
    context = _file().context
    behind = text[found.end : found.end + _AROUND].replace("\u2019", "'")
    front = text[max(found.start - _AROUND, 0) : found.start]
    after, before = _words(behind[:40]), _words(front[-40:])
    if after[:1] == ["("] and len(after) > 1 and after[1].upper() in (one.asset, f"${one.asset}"):
        return True
    if front.endswith("(") and behind.startswith(")"):
        return not shouted
    following = [word for word in after[:2] if word not in ("'s", "'", "s")][:1]
    if following and following[0].lower() in context.after:
        return True
    if _MOVES.match(behind) or (before and before[-1].lower() in context.before):
        return True
    # Between it and any other place stands one of these.
    own = found.start, found.end
    left, right = bisect.bisect_left(places, own), bisect.bisect(places, own)
    nearest = [*places[max(left - 1, 0) : left], *places[right : right + 1]]
    return any(_side_by_side(text, found, place) for place in nearest)


def _side_by_side(text: str, found: _Found, place: tuple[int, int]) -> bool:
    """Whether two are parts of a list: A, B and C or A/B."""
    start, end = sorted([(found.start, found.end), place])
    between = text[start[1] : min(end[0], start[1] + _JOINT)]
    return re.fullmatch(r"\s*(,|/|&|\+|,?\s*(and|or|vs\.?|und|y|et))\s*\$?", between) is not None


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _shouted(text: str) -> bool:
    """Whether most letters are capitals."""
    letters = [one for one in text if one.isalpha()]
    return len(letters) > 12 and sum(one.isupper() for one in letters) > 0.6 * len(letters)


def _titled(text: str) -> bool:
    """Whether most words begin with a capital, as in the headlines of many publishers."""
    words: list[str] = re.findall(r"[^\W\d_]{4,}", text)
    return len(words) > 2 and sum(word[0].isupper() for word in words) > 0.7 * len(words)


def _matches(text: str) -> Iterator[_Found]:
    spellings, pattern, unspaced = _vocabulary()
    for match in pattern.finditer(text):
        known = spellings.get(match["word"].casefold(), ())
        yield _Found(match.start(), match.end(), match["mark"], match["word"], known)
    folded = text.casefold()
    for word, spelling in unspaced.items():
        at = folded.find(word)
        if at >= 0:
            yield _Found(at, at + len(word), "", word, (spelling,))


@functools.cache
def _file() -> _File:
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), _File)


@functools.cache
def _vocabulary() -> tuple[dict[str, list[_Spelling]], re.Pattern[str], dict[str, _Spelling]]:
    """Spellings by their text in lower case, a pattern of all, and those without word boundaries."""
    spellings: dict[str, list[_Spelling]] = defaultdict(list)
    unspaced = {}
    for one in _spellings():
        if one.text.isascii():
            spellings[one.text.casefold()].append(one)
        else:
            unspaced[one.text.casefold()] = one
    for phrase in _file().others.phrases:
        spellings.setdefault(phrase, [])
    ordered = sorted(spellings, key=lambda text: (-len(text), text))
    words = "|".join(re.escape(text) for text in ordered)
    # Not within a word, an address or a name of an account.
    before, behind = rf"(?<![{_LATIN}$@#.])", rf"(?![{_LATIN}$])(?!\.(?:com|org|io|net)\b)"
    pattern = rf"{before}(?P<mark>[$#]?)(?P<word>{words}){behind}"
    return dict(spellings), re.compile(pattern, re.IGNORECASE), unspaced


def _spellings() -> Iterator[_Spelling]:
    unclear, proper = _file().ambiguous.words, _file().ambiguous.proper
    for asset in load_registry().assets:
        if asset.kind == "fiat":
            continue
        ticker = asset.ticker
        yield _Spelling(ticker, ticker, ticker=True, exact=True,
                        unclear=ticker in unclear, proper=ticker in proper)  # fmt: skip
        if asset.name.upper() != ticker or asset.name != ticker:
            name = asset.name
            yield _Spelling(ticker, name, exact=name in _file().cased.names,
                            unclear=name in unclear, proper=name in proper)  # fmt: skip
        for name in _file().names.get(ticker, ()):
            yield _Spelling(ticker, name)
