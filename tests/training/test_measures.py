"""The figures of the model card, on tables small enough to count by hand."""

import pytest

from training.measures import Fit, calibration_error, fit


@pytest.mark.parametrize(
    ("truth", "labels", "scores", "expected"),
    [
        ([0, 1, 2], [0, 1, 2], [-0.9, 0.0, 0.9], Fit(3, 1.0, 1.0, 1.0)),
        ([0, 2], [2, 0], [0.5, -0.5], Fit(2, 0.0, 0.0, 0.0)),
        # A neutral label may still lean to the right side.
        ([0, 2, 2, 1], [1, 1, 2, 1], [-0.1, 0.1, 0.8, 0.0], Fit(4, 0.5, (0 + 0.5 + 2 / 3) / 3, 1.0)),
        ([2, 0], [1, 0], [0.0, -0.2], Fit(2, 0.5, 1 / 3, 1.0)),
        ([], [], [], Fit(0, 0.0, 0.0, 0.0)),
    ],
)  # fmt: skip
def test_accuracy_and_macro_f1_of_three_classes_and_the_accuracy_of_two(
    truth: list[int], labels: list[int], scores: list[float], expected: Fit
) -> None:
    found = fit(truth, labels, scores)
    assert found.rows == expected.rows
    for name in ("accuracy", "macro_f1", "two"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name))


@pytest.mark.parametrize(
    ("confidences", "right", "expected"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([0.75, 0.75, 0.75, 0.75], [True, True, True, False], 0.0),
        ([0.95, 0.95], [False, False], 0.95),
        ([0.55, 0.95], [True, False], (0.45 + 0.95) / 2),
        ([], [], 0.0),
    ],
)
def test_the_calibration_error_is_how_far_confidence_is_from_being_right(
    confidences: list[float], right: list[bool], expected: float
) -> None:
    assert calibration_error(confidences, right) == pytest.approx(expected)
