"""VADER: the sentiment of words, where no model can be loaded."""

import math
from collections.abc import Sequence
from typing import Any

from resources.sentiment.base import EngineName, Score, score_of, tidy

# Logits of bearish, neutral and bullish by VADER's compound c, as offset + slope * c: a logistic
# regression on the training rows of SEntFiN and on ours, made alike for both sides.
_OFFSETS = (-0.3, 0.0, -0.3)
_SLOPES = (-1.9, 0.0, 1.9)


class Lexicon:
    """vaderSentiment. Its words are English; of other texts it reads emoji alone.

    VADER's compound value, in -1..1, is turned into probabilities by a logistic curve.
    """

    name: EngineName = "lexicon"
    model = "vader"
    degraded = True

    def __init__(self) -> None:
        from vaderSentiment.vaderSentiment import (  # noqa: PLC0415
            SentimentIntensityAnalyzer,
        )

        self._analyzer: Any = SentimentIntensityAnalyzer()

    def score(self, texts: Sequence[str]) -> list[Score]:
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Score:
        line, cut = tidy(text)
        compound = self._analyzer.polarity_scores(line)["compound"] if line else 0.0
        known = compound or any(letter.isascii() and letter.isalpha() for letter in line)
        return score_of(self, _probabilities(compound) if known else None, truncated=cut)


def _probabilities(compound: float) -> tuple[float, float, float]:
    weights = [
        math.exp(offset + slope * compound) for offset, slope in zip(_OFFSETS, _SLOPES, strict=True)
    ]
    bearish, neutral, bullish = (weight / sum(weights) for weight in weights)
    return bearish, neutral, bullish
