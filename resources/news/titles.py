"""Which titles tell the same story."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import islice, product
from math import ceil
from typing import Generic, NamedTuple, TypeVar

from resources.news.text import spaced

K = TypeVar("K", bound=Hashable)

# As much of the words of both must be common. Measured on real headlines, see docs/news.md.
ALIKE = 0.75
# Titles of fewer words are alike by chance: "Crypto market wrap".
_FEWEST = 5
# So many are looked at for each title: those who publish a series have all of its words in common.
_MOST = 50
_WORD = re.compile(r"\w+(?:[.,]\d+)*%?")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)(k|m|b|t|bn|mn|tn)?")
_SCALES = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}
_SCALE_WORDS = {"thousand": "k", "million": "m", "billion": "b", "trillion": "t"}
_NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "twenty": "20",
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
}  # fmt: skip
_NEGATIONS = {"not", "no", "never", "cannot", "without", "neither", "nor", "none"}
# The publisher's name, which some put behind their titles.
_SUFFIX = re.compile(r"\s+[-\u2013\u2014|]\s+[^-\u2013\u2014|]{2,40}$")
_EMPTY = {
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "and", "or", "as", "is", "are", "by", "with",
    "its", "it", "s", "has", "have", "that", "this", "be", "was", "from", "after", "says", "report",
    "de", "la", "el", "der", "die", "das", "und", "le", "les", "et", "y", "en",
}  # fmt: skip
# Of two titles that differ in one of these alone, one tells the opposite.
_OPPOSITES = ({
    "rise", "rises", "rising", "gain", "gains", "up", "jumps", "surges", "climbs", "above", "rallies",
    "soars", "high", "bullish", "approves", "buys", "buy", "adds", "inflows", "higher", "wins", "over",
    "tops", "bulls", "rebounds", "lists", "raises", "resumes", "grants", "returns", "hikes", "passes",
    "accepts", "confirms", "opens", "unlocks", "joins", "backs", "launches", "unfreezes",
}, {
    "fall", "falls", "falling", "loss", "losses", "down", "drops", "plunges", "slides", "below", "slumps",
    "sinks", "low", "bearish", "rejects", "sells", "sell", "cuts", "outflows", "lower", "loses", "under",
    "dips", "bears", "tumbles", "delists", "halts", "crashes", "denies", "keeps", "holds", "blocks",
    "refuses", "closes", "locks", "leaves", "opposes", "shelves", "freezes", "pauses",
})  # fmt: skip


class TitleWords(NamedTuple):
    """The words that tell a title apart; `names` are those of them with a capital."""

    words: frozenset[str]
    order: tuple[str, ...]
    names: frozenset[str]


class Titles(Generic[K]):
    """Titles that were seen, and which of them a new one repeats."""

    def __init__(self) -> None:
        self._words: dict[K, TitleWords] = {}
        self._keys: dict[TitleWords, dict[K, None]] = {}
        self._with: dict[str, list[TitleWords]] = defaultdict(list)

    def add(self, key: K, title: str) -> None:
        """Note a title; a key that has one already has this one instead."""
        words = title_words(title)
        if key in self._words:
            del self._keys[self._words[key]][key]
        self._words[key] = words
        if words not in self._keys:
            self._keys[words] = {}
            for word in words.words:
                self._with[word].append(words)
        self._keys[words][key] = None

    def like(self, title: str) -> list[K]:
        """The keys of titles that tell the same, the most alike first, of equal ones the latest.

        Where more than 50 have words of it in common, or are equal, those are looked at that have
        its rarest words and were added last.
        """
        words = title_words(title)
        found = [
            (likeness(words, other), other) for other in islice(self._near(words.words), _MOST)
        ]
        alike = sorted((one for one in found if one[0] >= ALIKE), key=lambda one: -one[0])
        keys = (key for _, other in alike for key in reversed(self._keys[other]))
        return list(islice(keys, _MOST))

    def _near(self, words: frozenset[str]) -> Iterator[TitleWords]:
        """Those that may be alike, each once: they lack so few of its words that they have one of
        any that are more."""
        rarest = sorted(words, key=lambda word: (len(self._with.get(word, ())), word))
        seen = set[TitleWords]()
        for word in rarest[: len(words) - ceil(ALIKE * len(words)) + 1]:
            for other in reversed(self._with.get(word, ())):
                if other not in seen:
                    seen.add(other)
                    yield other


def title_words(title: str) -> TitleWords:
    """The words that tell titles apart: no publisher, no articles, numbers in one spelling."""
    text = _SUFFIX.sub("", title).replace("\u2019", "'")
    text = re.sub(
        r"n't\b", " not", re.sub(r"'s ", " ", text, flags=re.IGNORECASE), flags=re.IGNORECASE
    )
    found = _WORD.findall(spaced(text))
    plain = [_NUMBER_WORDS.get(word.casefold(), word.casefold()) for word in found]
    joined = [
        word + _SCALE_WORDS.get(following, "")
        if word[0].isdigit() and following in _SCALE_WORDS
        else word
        for word, following in zip(plain, [*plain, ""][1:], strict=True)
    ]
    told = [
        (_number(word), written[0].isupper())
        for word, written in zip(joined, found, strict=True)
        if word not in _EMPTY | _SCALE_WORDS.keys()
    ]
    order = tuple(word for word, _ in told)
    return TitleWords(frozenset(order), order, frozenset(word for word, upper in told if upper))


def likeness(one: TitleWords, other: TitleWords) -> float:
    """The common share of all words of two titles, 0 to 1; 0 where they tell different things:
    other numbers, the opposite, of another name, or too little to know."""
    ours, theirs = one.words - other.words, other.words - one.words
    if min(len(one.words), len(other.words)) < _FEWEST or _contradict(ours, theirs):
        return 0.0
    if bool(one.words & _NEGATIONS) != bool(other.words & _NEGATIONS):
        return 0.0
    share = len(one.words & other.words) / len(one.words | other.words)
    # Few words are apart where it matters.
    return 0.0 if share >= ALIKE and _renamed(one, other) else share


def _contradict(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether the words that only one of two titles has are other numbers, or the opposite."""
    if all(any(word[0].isdigit() for word in side) for side in (ours, theirs)):
        return True
    return any(ours & up and theirs & down for up, down in (_OPPOSITES, _OPPOSITES[::-1]))


def _renamed(one: TitleWords, other: TitleWords) -> bool:
    """Whether one has a name where the other has another: beside the same word or the edge."""
    apart = product((one.words - other.words) & one.names, (other.words - one.words) & other.names)
    return any(
        not (a.startswith(b) or b.startswith(a))
        and any(x == y for x, y in zip(_beside(one, a), _beside(other, b), strict=True))
        for a, b in apart
    )


def _beside(title: TitleWords, word: str) -> tuple[str, str]:
    at = title.order.index(word)
    return title.order[at - 1] if at else "", "".join(title.order[at + 1 : at + 2])


def _number(word: str) -> str:
    """A number written out: 70k, 70,000 and 70000 are one."""
    found = _NUMBER.fullmatch(word)
    if found is None:
        return word
    digits = found[1].replace(",", "")
    if found[2] is None or digits.count(".") > 1 or len(digits) > 15:
        return digits
    return f"{float(digits) * 10 ** _SCALES[found[2]]:.0f}"
