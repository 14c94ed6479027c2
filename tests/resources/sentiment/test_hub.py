"""Models of the hub: found in its cache, in a folder or at the hub; their classes by name."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from resources.errors import ModelUnavailable
from resources.sentiment import LABELS, Label, open_engine
from resources.sentiment.embedded import FOLDER, Embedded
from resources.sentiment.hub import HubModel, ZeroShot
from resources.sentiment.topics import topics
from tests.resources.sentiment.conftest import HARD_TEXTS, SaveTiny
from tests.resources.sentiment.hub_server import COMMIT, hub_of
from training.data import measured_rows
from training.huggingface import write

DOWNLOAD = """
import json, sys
from pathlib import Path
from pydantic import SecretStr
from resources.sentiment import open_engine
engine = open_engine(sys.argv[1], SecretStr("hf_test"), cache=Path(sys.argv[2]))
print(json.dumps([engine.name, engine.model]))
"""


@pytest.fixture
def finbert_like(save_tiny: SaveTiny, tmp_path: Path) -> Path:
    """Classes in FinBERT's order, which is not ours, the first always the likeliest."""
    return save_tiny(tmp_path / "model", ["positive", "negative", "neutral"], [3, 0, 1])


def put_in_cache(cache: Path, model: str, folder: Path) -> None:
    """As the hub's own library lays a downloaded model down."""
    place = cache / f"models--{model.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(COMMIT)
    shutil.copytree(folder, place / "snapshots" / COMMIT)


def test_a_model_of_the_hub_s_cache_is_run_without_the_hub(
    finbert_like: Path, tmp_path: Path
) -> None:
    put_in_cache(tmp_path / "cache", "acme/finbert-like", finbert_like)
    engine = open_engine("acme/finbert-like", cache=tmp_path / "cache")
    (score,) = engine.score(["Shares fall"])
    assert (score.engine, score.model) == ("transformers", "acme/finbert-like")
    assert (score.label, score.degraded, score.truncated) == ("bullish", False, False)
    assert score.confidence == pytest.approx(0.8438, abs=1e-4)
    assert score.score == pytest.approx(0.8438 - 0.042, abs=1e-4)


@pytest.mark.parametrize(
    ("classes", "logits", "label"),
    [
        (["positive", "negative", "neutral"], [0, 4, 0], "bearish"),
        (["Bearish", "Neutral", "Bullish"], [0, 0, 4], "bullish"),
        (["NEG", "NEU", "POS"], [0, 4, 0], "neutral"),
        (["NEGATIVE", "POSITIVE"], [0, 4], "bullish"),
        (["NEGATIVE", "POSITIVE"], [4, 0], "bearish"),
        (["NEGATIVE", "POSITIVE"], [0.4, 0], "neutral"),
        (["NEGATIVE", "POSITIVE"], [0, 0.4], "neutral"),
    ],
)
def test_classes_are_known_by_their_names(
    save_tiny: SaveTiny,
    tmp_path: Path,
    classes: Sequence[str],
    logits: Sequence[float],
    label: Label,
) -> None:
    (score,) = HubModel(str(save_tiny(tmp_path / "m", classes, logits))).score(["Ether moves"])
    assert score.label == label
    assert -1 <= score.score <= 1
    assert 1 / 3 <= score.confidence <= 1


@pytest.mark.parametrize(
    "classes",
    [["LABEL_0", "LABEL_1", "LABEL_2"], ["joy", "anger"], ["positive", "neutral"], ["positive", "negative", "toxic"]],
)  # fmt: skip
def test_classes_that_are_no_sentiment_are_refused(
    save_tiny: SaveTiny, tmp_path: Path, classes: Sequence[str]
) -> None:
    folder = save_tiny(tmp_path / "m", classes, [0.0] * len(classes))
    with pytest.raises(ModelUnavailable, match="are no sentiment"):
        HubModel(str(folder))
    assert open_engine(str(folder)).name == "embedded"


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_any_text_is_taken(finbert_like: Path, text: str) -> None:
    (score,) = HubModel(str(finbert_like)).score([text])
    assert score.label == ("bullish" if text.strip() else "neutral")
    assert score.truncated or len(text) < 25_000


def test_a_text_longer_than_the_model_reads_says_so(finbert_like: Path) -> None:
    short, long = HubModel(str(finbert_like)).score(["one two", "word " * 70])
    assert (short.truncated, long.truncated) == (False, True)


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x00\xff broken"])
def test_a_broken_model_is_one_clear_error(finbert_like: Path, file: str, content: bytes) -> None:
    (finbert_like / file).write_bytes(content)
    for other in ("vocab.txt", "tokenizer_config.json"):
        (finbert_like / other).unlink(missing_ok=True)
    with pytest.raises(ModelUnavailable, match=finbert_like.name):
        HubModel(str(finbert_like))


def test_a_model_is_downloaded_with_the_token_and_then_kept(
    finbert_like: Path, tmp_path: Path
) -> None:
    def download(model: str, url: str) -> list[str]:
        command = [sys.executable, "-c", DOWNLOAD, model, str(tmp_path / "cache")]
        found = subprocess.run(
            command, env={**os.environ, "HF_ENDPOINT": url, "HF_HUB_DISABLE_XET": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
        answer: list[str] = json.loads(found.stdout.splitlines()[-1])
        return answer

    with hub_of("acme/tiny", finbert_like) as hub:
        assert download("acme/tiny", hub.url) == ["transformers", "acme/tiny"]
        assert set(hub.tokens) == {"Bearer hf_test"}
        assert download("acme/absent", hub.url)[0] == "embedded"
        asked = len(hub.tokens)
        assert download("acme/tiny", hub.url) == ["transformers", "acme/tiny"]
        assert len(hub.tokens) == asked
    assert download("acme/other", hub.url)[0] == "embedded"


def test_a_zero_shot_model_names_topics(save_tiny: SaveTiny, tmp_path: Path) -> None:
    classes = ["contradiction", "neutral", "entailment"]
    sure, unsure = (
        ZeroShot(str(save_tiny(tmp_path / name, classes, logits)))
        for name, logits in (("sure", [0, 0, 4]), ("unsure", [4, 0, 0]))
    )
    found = topics("Ether falls", ["price", "energy"], sure)
    assert [topic.name for topic in found] == ["energy", "price"]
    assert all(topic.score == pytest.approx(0.982, abs=1e-3) for topic in found)
    assert topics("Ether falls", ["price", "energy"], unsure) == []


def test_our_model_in_hugging_face_format_scores_as_the_embedded_one(
    needs_torch: None,  # noqa: ARG001 (asked for its skip)
    embedded: Embedded,
    tmp_path: Path,
) -> None:
    write(FOLDER, tmp_path / "ours")
    texts = [row.text for row in measured_rows(Path("none"))["own"][:200]]
    ours = embedded.score(texts)
    theirs = HubModel(str(tmp_path / "ours")).score(texts)
    apart = [abs(one.score - other.score) for one, other in zip(ours, theirs, strict=True)]
    same = [one.label == other.label for one, other in zip(ours, theirs, strict=True)]
    assert sum(apart) / len(apart) < 0.05
    assert sum(same) / len(same) >= 0.95
    assert {score.label for score in theirs} == {*LABELS}
