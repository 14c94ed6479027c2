"""What every engine answers, and what is true of texts whichever engine reads them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Label = Literal["bullish", "neutral", "bearish"]
EngineName = Literal["embedded", "transformers", "lexicon"]

# The order in which probabilities stand everywhere in this folder.
LABELS: tuple[Label, Label, Label] = ("bearish", "neutral", "bullish")
# No engine reads further than its first few hundred words.
LONGEST = 20_000
_SHORT = "http"
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Score:
    """The sentiment of one text.

    `score` is P(bullish) - P(bearish), in -1..1; `confidence` the probability of `label`, 0..1,
    calibrated where the engine is `embedded`. `model` is the hub's id, folder or our own name;
    `degraded` says that a lexicon stood in for a model; `truncated` that the text is longer than
    the model reads, so that its end had no say.

    An empty text, and one that the engine cannot read (see its class), is neutral with a score
    of 0 and a confidence of 0: `read` is False.
    """

    label: Label
    score: float
    confidence: float
    engine: EngineName
    model: str
    degraded: bool
    truncated: bool

    @property
    def read(self) -> bool:
        """Whether the engine could read the text at all."""
        return self.confidence > 0


class Engine(Protocol):
    """Scores texts, each as if it were alone. Safe to call from several threads at once."""

    @property
    def name(self) -> EngineName: ...
    @property
    def model(self) -> str: ...
    @property
    def degraded(self) -> bool: ...
    def score(self, texts: Sequence[str]) -> list[Score]:
        """One score a text, in their order; any text is taken, of any length and script."""


def score_of(
    engine: Engine, probabilities: Sequence[float] | None, *, truncated: bool = False
) -> Score:
    """The score of probabilities in the order of LABELS, which sum to 1; None: nothing was read."""
    if probabilities is None:
        label, score, confidence = LABELS[1], 0.0, 0.0
    else:
        bearish, _, bullish = probabilities
        confidence = max(probabilities)
        label, score = LABELS[probabilities.index(confidence)], bullish - bearish
    return Score(
        label, round(score, 4), round(confidence, 4), engine.name, engine.model, engine.degraded,
        truncated,
    )  # fmt: skip


def tidy(text: str) -> tuple[str, bool]:
    """The text on one line, addresses of the web as "http", without what no encoding can write.

    The second value says whether its end was cut off.
    """
    plain = text[: 2 * LONGEST].encode("utf-8", "ignore").decode()
    line = " ".join(_ADDRESS.sub(_SHORT, plain).split())
    return line[:LONGEST], len(line) > LONGEST or len(text) > 2 * LONGEST


def is_latin(line: str) -> bool:
    """Whether most of its letters are Latin ones; False where there is no letter."""
    letters = [letter for letter in line.replace(_SHORT, "") if letter.isalpha()]
    latin = sum(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in letters)
    return 2 * latin > len(letters)
