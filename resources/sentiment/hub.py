"""Models of the Hugging Face hub, run by transformers and torch.

torch is not among the packages that are always installed; without it none of these loads.
"""

import importlib.util
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeVar

from pydantic import SecretStr

from resources.errors import ModelUnavailable
from resources.sentiment.base import EngineName, Score, score_of, tidy

Loaded = TypeVar("Loaded")

_NAMES = {
    "bearish": ("negative", "bearish", "neg", "down", "sell"),
    "neutral": ("neutral", "neu", "none", "hold"),
    "bullish": ("positive", "bullish", "pos", "up", "buy"),
}
_MEANING = {name: label for label, names in _NAMES.items() for name in names}
_ORDER = tuple(_NAMES)
# Weights, configuration and tokenizer; a repository often holds them for other libraries too.
_FILES = ("*.json", "*.txt", "*.model", "*.safetensors", "pytorch_model.bin")
_LONGEST = 512
_FOREIGN = (
    OSError, ValueError, LookupError, RuntimeError, TypeError, AttributeError, ImportError,
    UnpicklingError,
)  # fmt: skip


class HubModel:
    """A text classifier, as `pipeline("text-classification")` runs it.

    `model` is a hub's id, such as ProsusAI/finbert, or a folder. What its classes mean is read
    from its own names (`id2label`): positive or bullish, negative or bearish, neutral. A model
    of two classes knows no neutral: m being their difference, P(neutral) is 1 - |m|, and what
    is left is given to the likelier side, so that a low margin is neutral.
    Confidences are the model's own, not calibrated. Raises ModelUnavailable.
    """

    name: EngineName = "transformers"
    degraded = False

    def __init__(
        self, model: str, token: SecretStr | None = None, *, cache: Path | None = None
    ) -> None:
        self.model = model
        self._pipeline = load(model, "text-classification", token, cache)
        config = self._pipeline.model.config
        self._tokens = _tokens_read(self._pipeline)
        self._classes = _classes(config.id2label)

    def score(self, texts: Sequence[str]) -> list[Score]:
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Score:
        line, cut = tidy(text)
        if not line:
            return score_of(self, None, truncated=cut)
        count = len(self._pipeline.tokenizer(line, truncation=False, verbose=False)["input_ids"])
        answer = self._pipeline(line, top_k=None, truncation=True, max_length=self._tokens)
        given = {self._classes[one["label"]]: float(one["score"]) for one in answer}
        return score_of(self, _three(given), truncated=cut or count > self._tokens)


class ZeroShot:
    """A model that says how well any label fits, such as facebook/bart-large-mnli.

    Raises ModelUnavailable, as HubModel does.
    """

    def __init__(
        self, model: str, token: SecretStr | None = None, *, cache: Path | None = None
    ) -> None:
        self.model = model
        self._pipeline = load(model, "zero-shot-classification", token, cache)

    def fits(self, text: str, labels: Sequence[str]) -> dict[str, float]:
        """The probability of each label, each judged alone."""
        line, _ = tidy(text)
        answer = self._pipeline(line, list(labels), multi_label=True)
        return dict(zip(answer["labels"], map(float, answer["scores"]), strict=True))


def load(model: str, task: str, token: SecretStr | None, cache: Path | None) -> Any:
    """The pipeline of a model, from its folder, from the hub's cache, else from the hub."""
    if Path(model).is_dir():
        return _reading(model, lambda: _pipeline(task, model))
    try:
        return _reading(model, lambda: _pipeline(task, _snapshot(model, token, cache, asks=False)))
    except ModelUnavailable:
        # Not in the cache, or not all of it.
        return _reading(model, lambda: _pipeline(task, _snapshot(model, token, cache, asks=True)))


def _pipeline(task: str, folder: str) -> Any:
    import transformers  # noqa: PLC0415

    transformers.utils.logging.disable_progress_bar()
    network = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return transformers.pipeline(task, model=network, tokenizer=tokenizer, device="cpu")


def _snapshot(model: str, token: SecretStr | None, cache: Path | None, *, asks: bool) -> str:
    from huggingface_hub import snapshot_download  # noqa: PLC0415

    return snapshot_download(
        model,
        token=token.get_secret_value() if token else None,
        cache_dir=cache,
        local_files_only=not asks,
        allow_patterns=list(_FILES),
    )


def _reading(model: str, call: Callable[[], Loaded]) -> Loaded:
    """What `call` gives; all that libraries raise over files of strangers is one error of ours."""
    if importlib.util.find_spec("torch") is None:
        raise ModelUnavailable(f"{model} needs torch, which is not installed")
    from safetensors import SafetensorError  # noqa: PLC0415

    try:
        return call()
    except (*_FOREIGN, SafetensorError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelUnavailable(f"{model}: {reason or type(error).__name__}") from error


def _classes(id2label: dict[int, str]) -> dict[str, str]:
    """What each class of a model means, by its own name."""
    meant = {name: _MEANING.get(re.sub(r"[^a-z]", "", name.lower())) for name in id2label.values()}
    found = {name: label for name, label in meant.items() if label}
    if len(found) < len(meant) or not {"bearish", "bullish"} <= set(found.values()):
        raise ModelUnavailable(f"its classes {', '.join(meant)} are no sentiment")
    return found


def _tokens_read(pipeline: Any) -> int:
    """How many tokens a model reads: RoBERTa's kind keeps two positions for itself."""
    positions = getattr(pipeline.model.config, "max_position_embeddings", _LONGEST) or _LONGEST
    kept = 2 if "roberta" in pipeline.model.config.model_type else 0
    return int(min(pipeline.tokenizer.model_max_length, positions - kept, _LONGEST))


def _three(given: dict[str, float]) -> list[float]:
    if "neutral" in given:
        total = math.fsum(given.values())
        return [given[label] / total for label in _ORDER]
    margin = given["bullish"] - given["bearish"]
    return [max(-margin, 0.0), 1 - abs(margin), max(margin, 0.0)]
