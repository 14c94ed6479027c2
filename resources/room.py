"""Whether candles that are to be fetched fit on the disk."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from resources.errors import NoRoom
from resources.market import Interval
from resources.plan import Window

# Measured: 801,600 hourly candles of 100 markets took 25.4 MB; the rest is for the ledger's rows.
_BYTES_PER_CANDLE = 40
# What stays free whatever is collected: the ledger, Dagster's records and logs grow too.
RESERVE = 200 * 2**20


def estimated_bytes(interval: Interval, windows: Iterable[Window]) -> int:
    """What the candles of these windows take on the disk, at most one in each step."""
    return sum(window.length // interval.ms for window in windows) * _BYTES_PER_CANDLE


def require_room(folder: str | Path, needed: int) -> None:
    """Raises NoRoom, with both figures, where `needed` bytes would leave less than 200 MB."""
    if "://" in str(folder):
        return
    place = Path(folder)
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if needed + RESERVE > free:
        raise NoRoom(
            f"about {_mb(needed)} are to be stored, {_mb(RESERVE)} must stay free, "
            f"and {folder} has {_mb(free)}: free some, or ask for less"
        )


def _mb(size: int) -> str:
    return f"{-(-size // 2**20):,} MB"
