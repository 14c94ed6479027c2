"""What processes write to their outputs: bounded in size."""

import shutil
from pathlib import Path

MOST_BYTES = 5_000_000


def rotate(folder: Path, most: int = MOST_BYTES) -> int:
    """Put what is in files of more than `most` bytes into one beside it, NAME.log.1, in place of
    what was there; returns how many files.

    Their processes go on writing to the same files, which they have opened to append. A line that
    is written in the instant between the copy and the cut is lost.
    """
    if not folder.is_dir():
        return 0
    large = [path for path in folder.glob("*.log") if path.stat().st_size > most]
    for path in large:
        copied = path.with_name(f"{path.name}.copying")
        shutil.copyfile(path, copied)
        copied.rename(path.with_name(f"{path.name}.1"))
        with path.open("r+b") as file:
            file.truncate()
    return len(large)
