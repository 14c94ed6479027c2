"""What a reader looks for, as phrases; nothing of it is a language of queries."""

import re
from collections.abc import Sequence

from resources.errors import InvalidInput
from resources.news.text import spaced, tidy

LONGEST = 200
_MOST_WORDS = 32
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]|(\S+)')
_WORD = re.compile(r"\w+")

Phrase = Sequence[str]


def phrases(text: str) -> Sequence[Phrase]:
    """Words, and words that must follow one another: what stands in quotes, or is joined as in
    "layer-2" or in scripts without spaces. An article must have all of them.

    Raises InvalidInput for a text without a word, or one of more than 200 characters or 32 words.
    """
    if len(text) > LONGEST:
        raise InvalidInput(f"q has more than {LONGEST} characters")
    parts = (quoted or word for quoted, word in _QUOTED.findall(tidy(text)))
    found = [phrase for part in parts if (phrase := words(part))]
    if not found:
        raise InvalidInput("q has no word to look for")
    if sum(map(len, found)) > _MOST_WORDS:
        raise InvalidInput(f"q has more than {_MOST_WORDS} words")
    return found


def words(text: str) -> list[str]:
    """The words of a text as they are indexed: each character of scripts without spaces is one."""
    return _WORD.findall(spaced(text).replace("_", " "))
