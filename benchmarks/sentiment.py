"""Our sentiment of headlines beside VADER's and FinBERT's published one, on rows never learnt.

    ./dev bench sentiment [--data ../shared/data/sentiment] [--rounds 3]

Accuracy and macro F1 over three classes, bullish against bearish on the rows that are either (by
the sign of the score; rows that VADER or FinBERT do not take a side on are left out), the expected
calibration error, headlines a second, resident memory and the time to import and load. Speed is
that of the fastest of the rounds, on the crypto headlines, SEntFiN's and ours.

FinBERT's answers on the crypto headlines are those that CryptoLin's authors published, three
columns of them. Without the data the rows of our own headlines are measured alone.

To reach: .86 in three classes on both finance sets, above .512 and .892 on the crypto headlines,
400 headlines a second on two cores, 150 MB.
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import run_part
from resources.sentiment import LABELS, Engine, open_engine
from training.data import Row, measured_rows
from training.measures import Fit, calibration_error, fit

ENGINES = ("embedded", "lexicon")
_PUBLISHED = ("finbert_positive", "finbert_negative", "finbert_neutral", "vader")
_CLASSES = ("negative", "neutral", "positive")
_HEADING = f"{'':32}{'rows':>6}{'accuracy':>10}{'macro F1':>10}{'two':>8}{'ECE':>8}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/sentiment"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--cost", choices=ENGINES, help="a part of this benchmark: one engine's cost"
    )
    parsed = parser.parse_args()
    if parsed.cost:
        print(json.dumps(cost(parsed.cost, parsed.data, parsed.rounds)))
        return
    print("./dev bench sentiment " + " ".join(sys.argv[1:]))
    sets = measured_rows(parsed.data)
    for name, rows in sets.items():
        print(f"\n{name}\n{_HEADING}")
        for engine in map(open_engine, ENGINES):
            print(measured(engine, rows))
        if name == "cryptolin":
            print("\n".join(published(parsed.data)))
    print(f"\n{'':12}{'a second':>10}{'resident MB':>13}{'load s':>9}")
    for name in ENGINES:
        arguments = ["--cost", name, "--data", str(parsed.data), "--rounds", str(parsed.rounds)]
        told = run_part("benchmarks.sentiment", arguments).result
        print(f"{name:12}{told['pace']:10,.0f}{told['resident']:13.0f}{told['load']:9.2f}")


def measured(engine: Engine, rows: Sequence[Row]) -> str:
    scores = engine.score([row.text for row in rows])
    labels = [LABELS.index(score.label) for score in scores]
    truth = [row.label for row in rows]
    found = fit(truth, labels, [score.score for score in scores])
    right = [true == label for true, label in zip(truth, labels, strict=True)]
    error = calibration_error([score.confidence for score in scores], right)
    return _line(f"{engine.name} ({engine.model})", found, error)


def published(data: Path) -> list[str]:
    """What other models made of CryptoLin's dev rows, by their labels as published."""
    answers = {row["id"]: row for row in _read(data / "cryptolin.peer_predictions.csv")}
    rows = [row for row in _read(data / "cryptolin.dev.csv") if row["id"] in answers]
    truth = [_CLASSES.index(row["label"]) for row in rows]
    lines = []
    for model in _PUBLISHED:
        labels = [_CLASSES.index(answers[row["id"]][model]) for row in rows]
        lines.append(
            _line(f"{model}, published", fit(truth, labels, [one - 1.0 for one in labels]))
        )
    return lines


def cost(name: str, data: Path, rounds: int) -> dict[str, float]:
    """Headlines a second, resident MB, and seconds from the first import of it to a loaded model."""
    sets = measured_rows(data)
    texts = [row.text for kind in ("cryptolin", "sentfin", "own") for row in sets.get(kind, [])]
    started = time.perf_counter()
    engine = open_engine(name)
    load = time.perf_counter() - started
    paces = []
    for _ in range(rounds):
        started = time.perf_counter()
        engine.score(texts)
        paces.append(len(texts) / (time.perf_counter() - started))
    return {"pace": max(paces), "load": load, "resident": _resident_mb()}


def _resident_mb() -> float:
    import psutil  # noqa: PLC0415 (not part of what is measured)

    return psutil.Process().memory_info().rss / 2**20


def _line(who: str, found: Fit, error: float | None = None) -> str:
    figures = f"{found.rows:6}{found.accuracy:10.3f}{found.macro_f1:10.3f}{found.two:8.3f}"
    return f"{who:32}{figures}" + ("" if error is None else f"{error:8.3f}")


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


if __name__ == "__main__":
    main()
