"""XML of strangers, read at a price that its length bounds."""

import sys
from types import FrameType

import pytest

from resources.news.document import _parsed, read_document
from tests.resources.news.feeds import titled


def test_a_huge_root_is_not_read_again_with_each_item_of_a_broken_feed() -> None:
    lengths = list[int]()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is _parsed.__code__:
            lengths.append(len(frame.f_locals["text"]))

    def read(root: int) -> None:
        body = titled(["no</b>", *["x"] * 100]).replace(b"<rss", b"<rss a='%s'" % (b"a" * root))
        sys.setprofile(watch)
        try:
            read_document(body)
        finally:
            sys.setprofile(None)

    read(2_000)
    assert len(lengths) == 2 + 101
    lengths.clear()
    with pytest.raises(ValueError, match="a root tag of more than 4,000 characters"):
        read(1_000_000)
    assert len(lengths) == 2
