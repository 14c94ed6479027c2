"""Whether what is to be fetched fits on the disk."""

import shutil
from pathlib import Path

import pytest

from resources.errors import NoRoom
from resources.market import Interval
from resources.plan import Window
from resources.room import estimated_bytes, require_room


def test_the_estimate_counts_a_candle_for_each_step() -> None:
    day = Window(0, Interval.D1.ms)
    hours, minutes = (estimated_bytes(one, [day, day]) for one in (Interval.H1, Interval.M1))
    assert minutes == 60 * hours
    assert estimated_bytes(Interval.H1, []) == 0


def test_what_fits_is_let_through_though_the_folder_is_not_there_yet(tmp_path: Path) -> None:
    require_room(tmp_path / "not" / "there" / "yet", 0)


def test_what_would_not_fit_is_refused_with_both_figures(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(NoRoom, match=r"about .* MB are to be stored.*has .* MB: free some"):
        require_room(tmp_path, free)
