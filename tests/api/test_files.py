"""Tables as files, made of frames one after another."""

import threading
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from api.files import FILE_FORMATS, TableFile, chunks_of
from resources.errors import NoRoom, StoreUnavailable

FRAME = pl.DataFrame({"a": range(1_000)})
WRITTEN = [form for form, how in FILE_FORMATS.items() if how.write]


def table(frames: Iterator[pl.DataFrame], rows: int = 10_000) -> TableFile:
    return TableFile("t", FRAME.schema, rows, lambda: frames)


def broken() -> Iterator[pl.DataFrame]:
    yield FRAME
    raise StoreUnavailable("the lake cannot be read")


@pytest.mark.parametrize("form", FILE_FORMATS)
def test_what_cannot_be_read_is_told_as_what_it_is(form: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="the lake cannot be read"):
        list(chunks_of(table(broken()), form, tmp_path, threading.Event()))


@pytest.mark.parametrize("form", FILE_FORMATS)
def test_no_more_is_read_for_a_client_that_has_left(form: str, tmp_path: Path) -> None:
    left, read = threading.Event(), list[int]()

    def frames() -> Iterator[pl.DataFrame]:
        for number in range(10):
            read.append(number)
            if number == 2:
                left.set()
            yield FRAME

    list(chunks_of(table(frames()), form, tmp_path, left))
    assert read == [0, 1, 2]


@pytest.mark.parametrize("form", WRITTEN)
def test_a_file_that_would_fill_the_disk_is_refused(form: str, tmp_path: Path) -> None:
    read = []

    def frames() -> Iterator[pl.DataFrame]:
        read.append(1)
        yield FRAME

    with pytest.raises(NoRoom, match=str(tmp_path)):
        list(chunks_of(table(frames(), rows=10**12), form, tmp_path, threading.Event()))
    assert len(read) <= 1


@pytest.mark.parametrize("form", WRITTEN)
def test_a_folder_that_cannot_be_written_is_told(form: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        list(chunks_of(table(iter([FRAME])), form, tmp_path / "gone", threading.Event()))
    assert not list(tmp_path.iterdir())
