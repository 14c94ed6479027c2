"""How well labels and probabilities fit the truth. Classes are places in LABELS."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fit:
    """`accuracy` and `macro_f1` over three classes; `two` the accuracy of bullish against bearish
    on the rows that are either, by the sign of the score; where it is 0, the row has no say."""

    rows: int
    accuracy: float
    macro_f1: float
    two: float


def fit(truth: Sequence[int], labels: Sequence[int], scores: Sequence[float]) -> Fit:
    """`scores` are P(bullish) - P(bearish)."""
    sided = [(true, one) for true, one in zip(truth, scores, strict=True) if true != 1 and one]
    return Fit(
        len(truth),
        _share([true == label for true, label in zip(truth, labels, strict=True)]),
        sum(_f1(truth, labels, one) for one in range(3)) / 3,
        _share([(score > 0) if true == 2 else (score < 0) for true, score in sided]),
    )


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Guo et al. 2017, formula 3)."""
    sums = [[0.0, 0.0] for _ in range(bins)]
    for confidence, hit in zip(confidences, right, strict=True):
        at = min(int(confidence * bins), bins - 1)
        sums[at][0] += confidence
        sums[at][1] += hit
    return sum(abs(confident - hits) for confident, hits in sums) / max(1, len(right))


def _f1(truth: Sequence[int], labels: Sequence[int], one: int) -> float:
    both = sum(true == label == one for true, label in zip(truth, labels, strict=True))
    either = sum(true == one for true in truth) + sum(label == one for label in labels)
    return 2 * both / either if either else 0.0


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
