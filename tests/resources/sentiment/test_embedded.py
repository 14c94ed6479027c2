"""The embedded engine: what its scores are, and what they do not depend on."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import ModelUnavailable
from resources.sentiment import LABELS, Label
from resources.sentiment.embedded import FOLDER, Embedded
from tests.resources.sentiment.conftest import HARD_TEXTS
from training.data import Row, measured_rows, own_rows
from training.measures import calibration_error, fit

PROBE = """
import json, psutil, sys
before = sorted({"onnxruntime", "tokenizers", "transformers", "torch"} & set(sys.modules))
from resources.sentiment import open_engine
imported = sorted({"onnxruntime", "tokenizers", "transformers", "torch"} & set(sys.modules))
engine = open_engine("embedded")
engine.score([f"Exchange number {n} lists another coin" for n in range(200)])
loaded = sorted({"transformers", "torch"} & set(sys.modules))
print(json.dumps([before, imported, loaded, engine.name, psutil.Process().memory_info().rss]))
"""


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Bitcoin surges to a new all-time high as funds pour in", "bullish"),
        ("Custody start-up raises $40 million in Series B round", "bullish"),
        ("Hackers drain $90 million from cross-chain bridge", "bearish"),
        ("Exchange files for bankruptcy after freezing withdrawals", "bearish"),
        ("How do crypto taxes work in Portugal?", "neutral"),
        ("Five charts to watch before Thursday's meeting", "neutral"),
    ],
)
def test_plain_headlines_are_read_plainly(embedded: Embedded, text: str, label: Label) -> None:
    (score,) = embedded.score([text])
    assert score.label == label
    assert (score.score > 0) == (label == "bullish") or label == "neutral"
    assert (score.engine, score.degraded, score.truncated) == ("embedded", False, False)


def test_a_score_is_the_same_alone_among_others_and_at_the_same_time(embedded: Embedded) -> None:
    texts = [row.text for row in own_rows()[:60]]
    alone = [embedded.score([text])[0] for text in texts]
    assert embedded.score(texts) == alone
    assert embedded.score(texts[::-1]) == alone[::-1]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: embedded.score([text])[0], texts)) == alone
    assert Embedded().score(texts) == alone


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_any_text_is_taken(embedded: Embedded, text: str) -> None:
    (score,) = embedded.score([text])
    assert score.label in LABELS
    assert score.truncated == (len(text) >= 25_000)


@pytest.mark.parametrize(
    "kind", ["empty", "blank", "emoji", "arabic", "chinese", "hindi", "digits"]
)
def test_what_it_cannot_read_is_neutral_without_confidence(embedded: Embedded, kind: str) -> None:
    (score,) = embedded.score([HARD_TEXTS[kind]])
    assert (score.label, score.score, score.confidence) == ("neutral", 0.0, 0.0)


def test_a_coin_among_emoji_is_read(embedded: Embedded) -> None:
    (score,) = embedded.score(["Bitcoin soars to record 🚀🚀"])
    assert score.label == "bullish"
    assert score.confidence > 0.5


def test_only_the_end_of_a_long_text_has_no_say(embedded: Embedded) -> None:
    read = "Hackers drain $90 million from cross-chain bridge. " * 100
    (short,), (long,) = embedded.score([read]), embedded.score([read + "All is well. " * 2000])
    assert short.truncated
    assert long.truncated
    assert (short.label, short.score) == (long.label, long.score)


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_scores_keep_their_bounds(embedded: Embedded, text: str) -> None:
    (score,) = embedded.score([text])
    assert -1 <= score.score <= 1
    assert score.confidence == 0 or 1 / 3 <= score.confidence <= 1
    assert abs(score.score) <= score.confidence + 1e-4
    if score.label != "neutral":
        assert (score.score > 0) == (score.label == "bullish")


def test_neither_transformers_nor_torch_is_loaded_for_it_and_it_is_small() -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True
    )
    before, imported, loaded, name, resident = json.loads(found.stdout)
    assert (before, imported, loaded, name) == ([], [], [], "embedded")
    assert resident < 150 * 2**20


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "sentiment.json"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"\x00\xff broken"])
def test_a_broken_folder_is_one_clear_error(
    tmp_path: Path, file: str, content: bytes | None
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "model")
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    with pytest.raises(ModelUnavailable, match="/model: "):
        Embedded(folder)


def test_vectors_say_what_texts_are_about(embedded: Embedded) -> None:
    about, near, far = embedded.embed(
        ["Miners switch off old machines", "bitcoin mining hardware", "football results"]
    )
    assert sum(value * value for value in about) == pytest.approx(1, abs=1e-3)
    assert _product(about, near) > _product(about, far)


def _product(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _measured(embedded: Embedded, rows: list[Row]) -> tuple[float, float, float]:
    """Accuracy of three classes and of two, and the calibration error."""
    scores = embedded.score([row.text for row in rows])
    labels = [LABELS.index(score.label) for score in scores]
    truth = [row.label for row in rows]
    found = fit(truth, labels, [score.score for score in scores])
    right = [true == label for true, label in zip(truth, labels, strict=True)]
    return found.accuracy, found.two, calibration_error([s.confidence for s in scores], right)


def test_our_own_held_out_headlines_are_mostly_read_as_we_do(embedded: Embedded) -> None:
    accuracy, two, error = _measured(embedded, measured_rows(Path("none"))["own"])
    assert accuracy > 0.72
    assert two > 0.88
    assert error < 0.1


@pytest.mark.parametrize(
    ("name", "accuracy", "two"),
    [("sentfin", 0.86, 0.93), ("tweets", 0.86, 0.9), ("cryptolin", 0.67, 0.91)],
)
def test_what_the_model_card_claims(
    embedded: Embedded, shared: Path, name: str, accuracy: float, two: float
) -> None:
    found, found_of_two, _ = _measured(embedded, measured_rows(shared / "data/sentiment")[name])
    assert found >= accuracy
    assert found_of_two >= two
