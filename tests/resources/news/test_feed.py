"""Feeds of publishers, whole and broken."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.news.feed import parse_feed
from resources.schemas.news import FLAGS, NEWS_PAGE, SUMMARY_LENGTH, TITLE_LENGTH
from tests.resources.news.feeds import AT, item, rss, titled

NOW = 1_790_000_000_000


def rows(body: bytes) -> list[dict[str, Any]]:
    return parse_feed(body, "https://acme.test").to_dicts()


@pytest.mark.parametrize(
    ("file", "items", "first", "url", "author"),
    [
        ("coindesk_2023-03-13.xml", 50,
         "Bitcoin, U.S. Stock Futures Erase Early Gains as First Republic Bank Tanks 50% in Pre-Market Trading",
         "https://www.coindesk.com/markets/2023/03/13/bitcoin-us-stock-futures-erase-early-gains-as-first-republic-bank-tanks-50-in-pre-market-trading/",
         "Omkar Godbole"),
        ("coindesk_2026-09-25_3items.xml", 3,
         "Circle and Tether step in to freeze hacker wallet after massive Bitget crypto heist",
         "https://www.coindesk.com/markets/2026/09/25/circle-and-tether-step-in-to-freeze-hacker-wallet-after-massive-bitget-crypto-heist",
         "Oliver Knight"),
        ("cointelegraph_2026-09-30_4items.xml", 4,
         "Brazil\u2019s Petrobras uses Cardano to track sustainable aviation fuel, renewable diesel",
         "https://cointelegraph.com/news/brazils-petrobras-uses-cardano-to-track-sustainable-aviation-fuel-renewable-diesel",
         "Cointelegraph by Nate Kostar"),
        ("decrypt_aggregated_2026-02-19_5items.xml", 5,
         "Canary, Grayscale Sui ETFs Hit US Markets With Staking Rewards",
         "https://decrypt.co/358433/canary-grayscale-sui-etfs-us-markets-staking-rewards", None),
    ],
)  # fmt: skip
def test_recorded_feeds_are_read_whole(
    shared: Path, file: str, items: int, first: str, url: str, author: str | None
) -> None:
    frame = parse_feed((shared / "data" / "rss" / file).read_bytes())
    assert (frame.height, frame.schema) == (items, NEWS_PAGE.schema)
    assert frame.row(0, named=True)["title"] == first
    assert frame.row(0, named=True)["url"] == url
    assert frame.row(0, named=True)["author"] == author
    assert frame["published_at"].null_count() == 0
    assert frame["language"].unique().to_list() == ["en"]
    assert frame["flags"].explode().drop_nulls().is_empty()
    text = " ".join([*frame["title"], *frame["summary"].drop_nulls()])
    assert not any(mark in text for mark in ("<p", "</", "<![CDATA", "&amp;", "utm_"))
    assert NEWS_PAGE.checked(frame, NOW)["reason"].null_count() == items


def test_an_item_of_rss() -> None:
    told = (
        "<item><title><![CDATA[Fees <b>fall</b> &amp; users cheer]]></title>"
        "<link><![CDATA[ https://ACME.test:443/a?utm_source=rss&b=1#top ]]></link>"
        "<guid isPermaLink='false'>x-1</guid><dc:creator>Ada Winter</dc:creator>"
        "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description>"
        f"<source url='https://b.test/rss'>B Weekly</source><pubDate>{AT}</pubDate></item>"
    )
    assert rows(rss(told, channel="<language>en-GB</language>")) == [
        {
            "title": "Fees fall & users cheer",
            "summary": "One. Two.",
            "url": "https://acme.test/a?b=1",
            "publisher": "B Weekly",
            "author": "Ada Winter",
            "language": "en",
            "published_at": datetime(2026, 2, 18, 20, 17, 58, tzinfo=UTC),
            "flags": ["markup"],
        }
    ]


def test_an_entry_of_atom() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blog</title>'
        '<link rel="self" href="https://b.test/atom.xml"/><link href="https://b.test/"/>'
        '<entry><title type="html">Ein &lt;i&gt;Titel&lt;/i&gt;</title>'
        '<link rel="self" href="/self"/><link href="/p/1"/><id>tag:b.test,2026:1</id>'
        "<updated>2026-01-03T03:04:05Z</updated><published>2026-01-02T03:04:05+01:00</published>"
        '<author><name>Mei</name></author><content type="xhtml">'
        '<div xmlns="http://www.w3.org/1999/xhtml">Guten <b>Tag</b></div></content></entry></feed>'
    )
    (row,) = rows(body.encode())
    assert (row["title"], row["summary"], row["author"]) == ("Ein Titel", "Guten Tag", "Mei")
    assert (row["url"], row["language"]) == ("https://b.test/p/1", "de")
    assert row["published_at"] == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_an_item_of_rdf() -> None:
    body = (
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel><title>c</title></channel>'
        "<item><title>i</title><link>https://r.test/1</link><dc:date>2026-01-02T00:00Z</dc:date></item></rdf:RDF>"
    )
    (row,) = rows(body.encode())
    assert (row["title"], row["url"], row["flags"]) == ("i", "https://r.test/1", [])


def test_without_items_there_is_nothing() -> None:
    assert parse_feed(rss()).schema == NEWS_PAGE.schema
    assert parse_feed(rss()).is_empty()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"<!-- nothing", "empty"),
        (b"<!DOCTYPE html><html><body>Just a moment</body></html>", "HTML"),
        (b"\xef\xbb\xbf \n<HTML><head></head></HTML>", "HTML"),
        (b"Welcome to the API.", "no XML"),
        (b'{"articles": []}', "no XML"),
        (b"<sitemap><url/></sitemap>", "no feed"),
        (b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "DTD"),
        (b'<!-- a --><?b?>\n<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>', "DTD"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss/>'.encode("utf-16"), "DTD"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss/>'.encode("utf-16-le"), "DTD"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_feed(body)


def test_entities_are_never_expanded() -> None:
    """Neither those of a DTD in an odd place, nor a reference to a file."""
    odd = b'<rss><!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><channel><item><title>x &a; y</title></item></channel></rss>'
    try:
        found = rows(odd)
    except ValueError:
        return
    assert "root:" not in str(found)


def test_a_feed_of_too_many_items_is_refused() -> None:
    with pytest.raises(ValueError, match="more than the 5,000 items"):
        parse_feed(rss("<item/>" * 5_001))


@pytest.mark.parametrize(
    ("body", "titles", "flag"),
    [
        (titled(["A & B &nbsp; C", "D"]), ["A & B C", "D"], "repaired"),
        (titled(["Caf&eacute; &unknown; x"]), ["Caf\u00e9 &unknown; x"], "repaired"),
        (titled(["one\x0btwo\x1fthree"]), ["one two three"], "repaired"),
        (titled(["one</b>", "two"]), ["one", "two"], "repaired"),
        (titled(["Z\u00fcrich"]).decode().encode("latin-1"), ["Z\u00fcrich"], "encoding"),
        (titled(["price \u2013 up"]).decode().encode("cp1252"), ["price \u2013 up"], "encoding"),
        (rss(item("Z\u00fcrich"), head='<?xml version="1.0" encoding="gb2312"?>'), ["Z\u00fcrich"], "encoding"),
    ],
)  # fmt: skip
def test_broken_feeds_are_mended_and_say_so(body: bytes, titles: list[str], flag: str) -> None:
    found = rows(body)
    assert [row["title"] for row in found] == titles
    assert all(flag in row["flags"] for row in found)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: f"\n \n{text}".encode(),
        lambda text: f'<?xml version="1.0" encoding="gb2312"?>{text}'.encode("gb2312"),
        lambda text: f'<?xml version="1.0" encoding="hex"?>{text}'.encode(),
        lambda text: f'<?xml version="1.0" encoding="no-such"?>{text}'.encode(),
    ],
)
def test_encodings_are_found_out(encode: Callable[[str], bytes]) -> None:
    text = titled(["\u6bd4\u7279\u5e01 up"]).decode()
    assert [row["title"] for row in rows(encode(text))] == ["\u6bd4\u7279\u5e01 up"]


def test_an_item_that_was_cut_off_is_kept_apart() -> None:
    """The one before it is whole."""
    whole = titled(["one", "two is a longer title"])
    page = NEWS_PAGE.checked(parse_feed(whole[: whole.index(b"longer")]), NOW)
    assert page["title"].to_list() == ["one", "two is a"]
    assert page["reason"].to_list()[0] is None
    assert page["reason"].to_list()[1] is not None
    ended = NEWS_PAGE.checked(parse_feed(whole[: whole.index(b"</item></channel>")]), NOW)
    assert ended["reason"].to_list() == [None, "cut off in the middle"]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<![CDATA[<script>alert(1)</script>Bitcoin]]>", "Bitcoin"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Bitcoin", "Bitcoin"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;Bitcoin", "Bitcoin"),
        ("<![CDATA[Up <img src=x onerror=alert(1)> 5%]]>", "Up 5%"),
        ("<![CDATA[<style>p{}</style>A<br>B<!-- c -->]]>", "A B"),
        ("<![CDATA[<svg/onload=alert(1)>Bitcoin]]>", ""),
    ],
)
def test_scripts_and_tags_are_taken_out_of_titles(title: str, shown: str) -> None:
    (row,) = rows(titled([title]))
    assert "markup" in row["flags"]
    assert "alert" not in row["title"]
    assert row["title"] == shown or (not shown and "<" not in row["title"])


def test_texts_are_cut_where_they_are_too_long() -> None:
    body = rss(
        f"<item><title>{'a' * 600}</title><link>/x</link><description>{'b ' * 1_500}</description></item>"
    )
    (row,) = rows(body)
    assert (len(row["title"]), len(row["summary"])) == (TITLE_LENGTH, SUMMARY_LENGTH)
    assert {"cut_title", "cut_summary"} <= set(row["flags"])


@pytest.mark.parametrize("text", ["a", "a<b>", "&lt;p&gt;", "<![CDATA[<p>]]>", "\U0001f680"])
def test_an_item_of_ten_megabytes_is_a_short_row(text: str) -> None:
    huge = text * (10_000_000 // len(text.encode()))
    found = rows(titled([huge, "Bitcoin rises"]))
    assert len(found[0]["title"]) <= TITLE_LENGTH
    assert found[-1]["title"].endswith("Bitcoin rises")


@pytest.mark.parametrize(
    "part", ["<item>", "<![CDATA[", "<!--", "</item>", "&", "<a b=", "<title>"]
)
def test_what_is_repeated_without_end_is_read_once(part: str) -> None:
    """In time that grows with its length alone: else this one would not end."""
    body = rss(item("one"), part * (4_000_000 // len(part)))
    with contextlib.suppress(ValueError):  # more items than are taken
        assert rows(body)[0]["title"] == "one"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("<item><title></title><description> </description><link>/a</link></item>", "no text"),
        ("<item><title>t</title></item>", "no address"),
        ("<item><title>t</title><link>javascript:alert(1)</link></item>", "no address"),
        ("<item><title>t</title><link>https://[::1</link></item>", "no address"),
        (f"<item><title>t</title><link>/{'a' * 3_000}</link></item>", "the address is too long"),
    ],
)
def test_what_cannot_be_an_article_says_why(told: str, reason: str) -> None:
    page = NEWS_PAGE.checked(parse_feed(rss(told)), NOW)
    assert page["reason"].to_list() == [reason]


def test_a_title_stands_for_itself_or_is_how_the_summary_begins() -> None:
    (row,) = rows(rss("<item><link>/a</link><description>Only a summary.</description></item>"))
    assert (row["title"], row["summary"]) == ("Only a summary.", None)
    assert "title_from_summary" in row["flags"]


def test_emoji_and_other_scripts_stay() -> None:
    titles = [
        "\U0001f680 \u6bd4\u7279\u5e01",
        "\u0628\u064a\u062a\u0643\u0648\u064a\u0646",
        "\U0001f468\u200d\U0001f4bb ok",
    ]
    assert [row["title"] for row in rows(titled(titles))] == titles


def test_turns_of_direction_are_taken_out() -> None:
    assert rows(titled(["safe\u202etxt.exe\u2066"]))[0]["title"] == "safetxt.exe"


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: titled([text])))
def test_any_bytes_are_a_page_or_a_clear_refusal(body: bytes) -> None:
    try:
        page = parse_feed(body)
    except ValueError:
        return
    assert page.schema == NEWS_PAGE.schema
    assert set(page["flags"].explode().drop_nulls()) <= FLAGS.keys()
    NEWS_PAGE.checked(page, NOW)


@given(st.data())
def test_a_feed_that_ends_anywhere_loses_no_whole_item(data: st.DataObject) -> None:
    body = titled(["first title", "second title", "third title"])
    end = data.draw(st.integers(0, len(body)))
    whole = body[:end].count(b"</item>")
    try:
        page = NEWS_PAGE.checked(parse_feed(body[:end]), NOW)
    except ValueError:
        assert whole == 0
        return
    assert page["title"].to_list()[:whole] == ["first title", "second title", "third title"][:whole]
