"""XML of strangers, read at a price that its length bounds."""

import sys
from types import FrameType

import pytest

from resources.news.document import _parsed, read_document
from resources.news.feed import parse_feed
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


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("To the moon &#55357;&#56960;", "To the moon \U0001f680"),
        ("To the moon &#xD83D;&#xDE80;", "To the moon \U0001f680"),
        ("<![CDATA[To the moon &#xD83D;&#xDE80;]]>", "To the moon \U0001f680"),
        ("&#xD800; half of one", "\ufffd half of one"),
    ],
)
def test_an_emoji_in_two_halves_loses_no_feed(title: str, read: str) -> None:
    page = parse_feed(titled(["before", title, "behind"]))
    assert page["title"].to_list() == ["before", read, "behind"]
