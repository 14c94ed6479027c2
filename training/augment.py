"""Texts that nobody has written, for a student to hear its teachers about.

A teacher has learnt the rows by heart and says little more of them than their labels; of a text that
it has never seen it says what it knows (as TinyBERT is distilled, Jiao et al. 2020).
"""

import random
import re
from collections.abc import Iterator, Sequence

from training.data import Row

# What a headline is about, and not what it says of it: $TSLA, 12.5%, Ethereum.
_NAME = re.compile(r"\$[A-Z]+|\$?\d[\d.,]*[%kKmMbB]?|[A-Z][A-Za-z&.]+")
_FEWEST = 3


def augmented(rows: Sequence[Row], dice: random.Random) -> list[str]:
    """One new text of each row: words left out, names of other rows, or the beginning of one and
    the end of another."""
    names = [name for row in rows for name in _NAME.findall(row.text)]
    return [_changed(row, rows, names, dice) for row in rows]


def _changed(row: Row, rows: Sequence[Row], names: Sequence[str], dice: random.Random) -> str:
    words = row.text.split()
    way = dice.random()
    if way < 0.4 or len(words) <= _FEWEST:
        return " ".join(_some(words, dice)) or row.text
    if way < 0.75:
        return _NAME.sub(lambda found: _other(found[0], names, dice), row.text)
    other = dice.choice(rows).text.split()
    return " ".join(words[: len(words) // 2] + other[len(other) // 2 :])


def _some(words: Sequence[str], dice: random.Random) -> Iterator[str]:
    return (word for word in words if dice.random() > 0.15)


def _other(name: str, names: Sequence[str], dice: random.Random) -> str:
    return dice.choice(names) if dice.random() < 0.5 else name
