"""The model that comes with Headwater: a MiniLM of our own, as int8 ONNX.

What it was trained on, how well it does and where it fails: docs/sentiment_model.md.
"""

import hashlib
import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from resources.errors import ModelUnavailable
from resources.sentiment.base import EngineName, Score, is_latin, score_of, tidy

FOLDER = Path(__file__).with_name("model")
# A batch is split among so many threads; more gain nothing on texts as short as headlines.
_THREADS = min(2, os.cpu_count() or 1)


class Embedded:
    """Our fine-tuned MiniLM. It reads English; a text mostly in another script is not read.

    One text is run at a time: what int8 weights give depends on all that is in a batch, and the
    score of a text shall not depend on its neighbours. Raises ModelUnavailable where `folder`
    holds no model, or files that are not those of its sentiment.json.
    """

    name: EngineName = "embedded"
    degraded = False

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            self._load(folder)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise ModelUnavailable(f"{folder}: {error}") from error

    def _load(self, folder: Path) -> None:
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        card: dict[str, Any] = json.loads((folder / "sentiment.json").read_text())
        for file, digest in card["sha256"].items():
            if hashlib.sha256((folder / file).read_bytes()).hexdigest() != digest:
                raise ValueError(f"{file} is not the file that sentiment.json tells of")
        self.model: str = card["name"]
        self._temperature: float = card["temperature"]
        self._offsets: list[float] = card["offsets"]
        self._longest: int = card["tokens"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._longest)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            folder / "model.onnx", options, providers=["CPUExecutionProvider"]
        )

    def score(self, texts: Sequence[str]) -> list[Score]:
        if len(texts) < 2 * _THREADS:
            return [self._score(text) for text in texts]
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(self._score, texts))

    def logits(self, text: str) -> tuple[list[float], bool]:
        """The network's own numbers in the order of LABELS; True where the text was too long."""
        return self._run(text, "logits")

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """What texts are about, as vectors of length 1 whose products say how alike they are."""
        return [self._run(tidy(text)[0], "about")[0] for text in texts]

    def _score(self, text: str) -> Score:
        line, cut = tidy(text)
        if not is_latin(line):
            return score_of(self, None, truncated=cut)
        logits, more = self.logits(line)
        return score_of(self, self._calibrated(logits), truncated=cut or more)

    def _run(self, line: str, output: str) -> tuple[list[float], bool]:
        encoding = self._tokenizer.encode(line)
        inputs = {"input_ids": [encoding.ids], "attention_mask": [encoding.attention_mask]}
        (values,) = self._session.run([output], inputs)
        return values[0].tolist(), bool(encoding.overflowing)

    def _calibrated(self, logits: Sequence[float]) -> list[float]:
        shifted = [
            logit / self._temperature + offset
            for logit, offset in zip(logits, self._offsets, strict=True)
        ]
        top = max(shifted)
        weights = [math.exp(value - top) for value in shifted]
        return [weight / sum(weights) for weight in weights]
