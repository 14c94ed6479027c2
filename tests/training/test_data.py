"""What is learnt, what is held out, and that our own headlines are ours and as the guideline says."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from resources.sentiment.base import tidy
from training.data import HEADLINES, measured_rows, own_rows, training_rows

OTHERS = (
    "cryptolin.train.csv", "cryptolin.dev.csv", "sentfin.train.csv", "sentfin.dev.csv",
    "twitter_financial_news.train.csv", "financial_phrasebank.train.csv",
    "financial_phrasebank.dev.csv",
)  # fmt: skip


def normalised(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def headlines() -> list[dict[str, str]]:
    return [row for file in sorted(HEADLINES.glob("*.csv")) for row in rows_of(file)]


def test_our_headlines_are_many_different_and_balanced(headlines: list[dict[str, str]]) -> None:
    assert len(headlines) >= 2000
    assert len({normalised(row["text"]) for row in headlines}) == len(headlines)
    shares = Counter(row["label"] for row in headlines)
    assert set(shares) == {"positive", "neutral", "negative"}
    assert min(shares.values()) > 0.15 * len(headlines)


def test_each_headline_has_a_topic_of_the_guideline(headlines: list[dict[str, str]]) -> None:
    guideline = (HEADLINES / "GUIDELINE.md").read_text()
    told = re.search(r"Topics: ([\w,\s]+)\.", guideline)
    assert told
    assert {row["topic"] for row in headlines} == set(re.findall(r"\w+", told[1]))


def test_no_headline_is_one_of_another_set(headlines: list[dict[str, str]], shared: Path) -> None:
    theirs = {
        normalised(row["text"])
        for name in OTHERS
        for row in rows_of(shared / "data/sentiment" / name)
    }
    assert [row["text"] for row in headlines if normalised(row["text"]) in theirs] == []


def test_no_text_is_learnt_and_measured_on(shared: Path) -> None:
    folder = shared / "data/sentiment"
    learnt = {normalised(row.text) for rows in training_rows(folder).values() for row in rows}
    measured = measured_rows(folder)
    assert list(training_rows(folder)) == ["sentfin", "tweets", "own"]
    for name in ("own", "tweets", "sentfin", "cryptolin"):
        again = [row.text for row in measured[name] if normalised(row.text) in learnt]
        assert len(again) <= 0.01 * len(measured[name]), again


def test_without_the_other_sets_our_own_headlines_are_measured(tmp_path: Path) -> None:
    assert list(measured_rows(tmp_path)) == ["own"]
    assert 0.15 < len(measured_rows(tmp_path)["own"]) / len(own_rows()) < 0.25


def test_addresses_are_shortened_in_learning_as_in_use() -> None:
    assert tidy("$TSLA up 3% https://t.co/Ab1 \n now") == ("$TSLA up 3% http now", False)
