"""Which engine is opened, and what stands in for one that does not load."""

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from resources.dagster_resources import SentimentResource
from resources.sentiment import open_engine
from tests.resources.sentiment.conftest import HARD_TEXTS


@pytest.mark.parametrize(
    ("model", "name", "degraded"), [("embedded", "embedded", False), ("lexicon", "lexicon", True)]
)
def test_what_is_set_is_opened(model: str, name: str, degraded: bool) -> None:
    engine = open_engine(model)
    assert (engine.name, engine.degraded) == (name, degraded)
    assert SentimentResource(model=model).open().name == name


def test_the_embedded_model_stands_in_for_one_that_does_not_load(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "config.json").write_text("{}")
    with caplog.at_level(logging.WARNING):
        engine = open_engine(str(tmp_path), SecretStr("hf_secret"))
    assert engine.name == "embedded"
    assert f"the sentiment model {tmp_path} does not load: " in caplog.text
    assert "hf_secret" not in caplog.text


def test_the_lexicon_stands_in_for_the_embedded_model(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        engine = open_engine("embedded", folder=tmp_path)
    (score,) = engine.score(["A wonderful, great success"])
    assert (score.engine, score.model, score.degraded) == ("lexicon", "vader", True)
    assert "the sentiment model embedded does not load: " in caplog.text


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A wonderful, great success", "bullish"),
        ("Terrible fraud and disaster", "bearish"),
        ("The report is due on Monday", "neutral"),
        ("😂😍", "bullish"),
    ],
)
def test_the_lexicon_reads_words_and_emoji(text: str, label: str) -> None:
    (score,) = open_engine("lexicon").score([text])
    assert score.label == label
    assert -1 <= score.score <= 1
    assert 1 / 3 <= score.confidence <= 1


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_the_lexicon_takes_any_text(text: str) -> None:
    (score,) = open_engine("lexicon").score([text])
    assert score.truncated == (len(text) >= 25_000)


@pytest.mark.parametrize("kind", ["empty", "blank", "arabic", "chinese"])
def test_what_has_no_word_of_the_lexicon_s_language_is_not_read(kind: str) -> None:
    (score,) = open_engine("lexicon").score([HARD_TEXTS[kind]])
    assert (score.label, score.score, score.confidence) == ("neutral", 0.0, 0.0)
