"""What processes write to their outputs: bounded in size."""

import gzip
import shutil
from pathlib import Path


def rotate(folder: Path, most: int, kept: int) -> int:
    """Put what is in NAME.log of more than `most` bytes into NAME.log.1.gz, which was before that
    into NAME.log.2.gz, and so on up to `kept`; returns how many files were large.

    Their processes go on writing to the same files, which they have opened to append. A line that
    is written in the instant between the copy and the cut is lost.
    """
    if not folder.is_dir():
        return 0
    large = [path for path in folder.glob("*.log") if path.stat().st_size > most]
    for path in large:
        aside = [path.with_name(f"{path.name}.{number}.gz") for number in range(1, kept + 1)]
        for older, newer in zip(aside[:0:-1], aside[-2::-1], strict=True):
            if newer.exists():
                newer.rename(older)
        copied = path.with_name(f"{path.name}.copying")
        with path.open("rb") as written, gzip.open(copied, "wb", compresslevel=6) as file:
            shutil.copyfileobj(written, file, 1_000_000)
        copied.rename(aside[0])
        with path.open("r+b") as emptied:
            emptied.truncate()
    return len(large)
