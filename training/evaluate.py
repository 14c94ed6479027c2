"""Measure the shipped model, or another folder of the same kind, on rows it never learnt from.

python -m training.evaluate --data ../shared/data/sentiment [--model resources/sentiment/model]
                            [--wrong 20]
"""

import argparse
from pathlib import Path

from resources.sentiment import LABELS
from resources.sentiment.embedded import FOLDER, Embedded
from training.data import measured_rows
from training.measures import calibration_error, fit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parser.add_argument("--wrong", type=int, default=0, help="so many errors of each set are told")
    parsed = parser.parse_args()
    engine = Embedded(parsed.model)
    print(f"{engine.model}: accuracy, macro F1, bullish against bearish, calibration error")
    for name, rows in measured_rows(parsed.data).items():
        scores = engine.score([row.text for row in rows])
        labels = [LABELS.index(score.label) for score in scores]
        truth = [row.label for row in rows]
        found = fit(truth, labels, [score.score for score in scores])
        right = [true == label for true, label in zip(truth, labels, strict=True)]
        error = calibration_error([score.confidence for score in scores], right)
        print(
            f"{name:12}{found.rows:6}{found.accuracy:8.3f}{found.macro_f1:8.3f}{found.two:8.3f}{error:8.3f}"
        )
        wrong = [at for at, hit in enumerate(right) if not hit]
        for at in wrong[: parsed.wrong]:
            print(f"    {LABELS[truth[at]]} as {scores[at].label}: {rows[at].text}")


if __name__ == "__main__":
    main()
