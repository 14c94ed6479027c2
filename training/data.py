"""The rows that the model learns from and is measured on.

SEntFiN and the Twitter Financial News set (both MIT) lie in a folder that the scripts are given;
our own headlines lie beside this file. CryptoLin and the Financial PhraseBank are only ever
measured on: the one states no licence, the other's forbids commercial use.
"""

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.sentiment.base import LABELS, tidy

HEADLINES = Path(__file__).with_name("headlines")
_CLASSES = {"negative": 0, "neutral": 1, "positive": 2}
assert tuple(_CLASSES) == ("negative", "neutral", "positive")
assert LABELS == ("bearish", "neutral", "bullish")


@dataclass(frozen=True, slots=True)
class Row:
    """`label` is a place in LABELS."""

    text: str
    label: int


def training_rows(folder: Path) -> dict[str, list[Row]]:
    """What is learnt, by set; the held-out fifths of two of them are not in it."""
    return {
        "sentfin": list(_rows(folder / "sentfin.train.csv")),
        "tweets": [row for row in _tweets(folder) if not _held_out(row)],
        "own": [row for row in own_rows() if not _held_out(row)],
    }


def measured_rows(folder: Path) -> dict[str, list[Row]]:
    """What was never learnt, by set; those whose files are missing are left out."""
    sets = {
        "cryptolin": _rows(folder / "cryptolin.dev.csv"),
        "sentfin": _rows(folder / "sentfin.dev.csv"),
        "tweets": (row for row in _tweets(folder) if _held_out(row)),
        "phrasebank": _rows(folder / "financial_phrasebank.dev.csv"),
    }
    own = [row for row in own_rows() if _held_out(row)]
    return {"own": own} | {name: found for name, rows in sets.items() if (found := list(rows))}


def own_rows() -> list[Row]:
    return [row for file in sorted(HEADLINES.glob("*.csv")) for row in _rows(file)]


def _tweets(folder: Path) -> Iterator[Row]:
    return _rows(folder / "twitter_financial_news.train.csv")


def _rows(file: Path) -> Iterator[Row]:
    """Rows of the three classes: SEntFiN's of mixed sentiment are in none."""
    if not file.is_file():
        return
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["label"] in _CLASSES and (text := tidy(row["text"])[0]):
                yield Row(text, _CLASSES[row["label"]])


def _held_out(row: Row) -> bool:
    """A fifth, by the text itself, so that the same text is never on both sides."""
    return zlib.crc32("".join(filter(str.isalnum, row.text.lower())).encode()) % 5 == 0
