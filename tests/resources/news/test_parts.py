"""Texts, times, addresses, languages and searches, each alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from resources.errors import InvalidInput
from resources.news.address import article_id, clean_address
from resources.news.dates import published
from resources.news.feed import parse_feed
from resources.news.language import language_code, language_of
from resources.news.mentions import mentioned
from resources.news.search import phrases
from resources.news.text import cut, plain, tidy, without_footer
from sandbox.generic import Generic

EVENING = datetime(2026, 2, 18, 20, 17, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at", "flag"),
    [
        ("Wed, 18 Feb 2026 20:17:58 +0000", EVENING, None),
        ("Wed, 18 Feb 2026 20:17:58 GMT", EVENING, None),
        ("Wed, 18 Feb 2026 15:17:58 EST", EVENING, None),
        ("18 Feb 2026 21:17:58 +0100", EVENING, None),
        (" 2026-02-18T20:17:58Z ", EVENING, None),
        ("2026-02-18T15:17:58-05:00", EVENING, None),
        ("2026-02-18T20:17:58+0000", EVENING, None),
        ("20260218T201758Z", EVENING, None),
        ("1771445878", EVENING, None),
        ("1771445878000", EVENING, None),
        ("2026-02-18T20:17:58.965353Z", EVENING.replace(microsecond=965_000), None),
        ("2026-02-18 20:17:58", EVENING, "no_zone"),
        ("2026-02-18T20:17:58", EVENING, "no_zone"),
        ("Wed, 18 Feb 2026 20:17:58 -0000", EVENING, "no_zone"),
        ("2026-02-18", EVENING.replace(hour=0, minute=0, second=0), "no_zone"),
        ("", None, "no_date"),
        (None, None, "no_date"),
        ("yesterday", None, "bad_date"),
        ("Thu, 32 Feb 2026 20:17:58 +0000", None, "bad_date"),
        ("0", None, "bad_date"),
        ("1970-01-01T00:00:00Z", None, "bad_date"),
        ("0001-01-01T00:00:00+14:00", None, "bad_date"),
        ("9999-12-31T23:59:59-14:00", None, "bad_date"),
        ("9" * 400, None, "bad_date"),
    ],
)  # fmt: skip
def test_a_time_is_read(text: str | None, at: datetime | None, flag: str | None) -> None:
    assert published(text) == (at, flag)


@given(st.text(max_size=60))
def test_any_text_is_a_time_or_says_what_it_is_not(text: str) -> None:
    at, flag = published(text)
    assert (at is None) == (flag in ("no_date", "bad_date"))
    assert at is None or at.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://Acme.TEST/A?utm_source=x&b=1&fbclid=2#top", "https://acme.test/A?b=1"),
        ("http://user:pass@acme.test:80/a", "http://acme.test/a"),
        ("https://acme.test:8443/a/", "https://acme.test:8443/a/"),
        ("//acme.test/a", "https://acme.test/a"),
        ("/a/b", "https://base.test/a/b"),
        ("https://acme.test", "https://acme.test/"),
        ("https://acme.test/#/a/1", "https://acme.test/#/a/1"),
        ("https://acme.test/#!a", "https://acme.test/#!a"),
        ("https://acme.test/a?ref=rss&source=b.test&feed=&mc_cid=1", "https://acme.test/a"),
        ("https://acme.test/a?source=7&mc_id=1&at_id=2", "https://acme.test/a?source=7&mc_id=1&at_id=2"),
        ("https://acme.test/\u6bd4?q=\u7279", "https://acme.test/\u6bd4?q=%E7%89%B9"),
        ("https://ac\nme.test/a\t", "https://acme.test/a"),
        ("https://[::1]:81/a", "https://[::1]:81/a"),
        ("javascript:alert(1)", None),
        ("ftp://acme.test/a", None),
        ("data:text/html,x", None),
        ("https://[::1", None),
        ("https://acme.test:99999/", None),
        ("https:///a", "https://base.test/a"),
        ("two words", None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_an_address_is_cleaned(text: str | None, clean: str | None) -> None:
    assert clean_address(text, "https://base.test") == clean


@pytest.mark.parametrize(
    "same",
    [
        "http://www.acme.test/news/one", "https://acme.test/news/one/", "https://m.acme.test/news/one",
        "https://amp.acme.test/news/one", "https://acme.test/news/one/amp/", "https://acme.test/news/one?amp=1",
        "https://acme.test/news/one?outputType=amp", "https://ACME.test/news/one?utm_campaign=x#comments",
    ],
)  # fmt: skip
def test_an_article_has_one_id_however_its_address_is_written(same: str) -> None:
    assert article_id(clean_address(same) or "") == article_id("https://acme.test/news/one")


NAMING = ("source", "feed", "ref", "partner", "rss", "medium", "at_id", "mc_id", "ga_x", "campaign_id")  # fmt: skip


def test_other_articles_have_other_ids() -> None:
    others = [
        "https://acme.test/news/two",
        "https://acme.test/news/one?id=2",
        "https://b.test/news/one",
        "https://acme.test/News/one",
        "https://acme.test/news/one#/2",
        "https://acme.test/news/one#!2",
        *(f"https://acme.test/news/one?{name}=2" for name in NAMING),
    ]
    known = ("https://acme.test/news/one", *others)
    assert len({article_id(clean_address(one) or "") for one in known}) == len(known)
    assert article_id("https://a.test/?b=1&c=2") == article_id("https://a.test?c=2&b=1")


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_none(text: str) -> None:
    clean = clean_address(text, "https://base.test")
    if clean is not None:
        assert clean_address(clean) == clean
        assert len(article_id(clean)) == 32


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("A &amp; B &#8217;s &lt;3", "A & B \u2019s <3"),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("<p>One</p><p>Two<br/>Three</p>", "One Two Three"),
        ("a<b>bold</b>c", "aboldc"),
        ("  many\n\t spaces\u00a0here ", "many spaces here"),
        ("<script>alert(1)", ""),
        ("<!-- hidden -->shown", "shown"),
        ("e\u0301", "\u00e9"),
        ("\ud800x", "x"),
        ("a &#55357;&#56960; b", "a \U0001f680 b"),
        ("a&amp;#xD83D;&amp;#xDE80;<br>&#x0d83d;&#56960;", "a\U0001f680 \U0001f680"),
        ("<b>a</b> &#xD83D; b &#56960;&#55357; c", "a \ufffd b \ufffd\ufffd c"),
        ("&#55000;&#xD6D8;", "\ud6d8\ud6d8"),
        ("", ""),
    ],
)
def test_markup_becomes_what_it_shows(markup: str, text: str) -> None:
    assert plain(markup) == text


STORY = "Solana fell by 3% on Monday."


@pytest.mark.parametrize(
    "footer",
    [
        "The post Solana falls appeared first on News Bitcoin.",
        "The post The post-ETF era: up 3.5%? appeared first on crypto.news",
        "The post Solana falls first appeared on Bitcoin.com News !",
        "This article Solana falls appeared first on BeInCrypto.",
        "Continue reading",
        "Continue Reading \u2192",
        "Continue reading Bitcoin miners sell at The Block \u00bb",
        "[Read more...]",
        "(READ MORE)",
        "Read more: Bitcoin miners sell",
        "Read more \u2026 The post Solana falls appeared first on News Bitcoin.",
        "The post Solana falls appeared first on News Bitcoin. Read More",
    ],
)
def test_a_footer_of_the_publisher_is_taken_off(footer: str) -> None:
    assert without_footer(f"{STORY} {footer}") == STORY
    assert without_footer(footer) == ""
    assert without_footer(f"Fees fell [\u2026] {footer}") == "Fees fell [\u2026]"


def test_of_a_footer_without_its_beginning_the_publisher_is_taken_off() -> None:
    assert without_footer("Solana falls appeared first on News Bitcoin.") == "Solana falls"


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        "The bug appeared first on Solana. Ether was spared, and so was Bitcoin.",
        "The post office holds Bitcoin.",
        "Traders read more into it than Bitcoin deserves.",
        "The court will continue reading the Tether case on Friday.",
        "",
    ],
)
def test_what_only_sounds_like_a_footer_stays(text: str) -> None:
    assert without_footer(text) == text


@given(
    st.lists(st.text(max_size=30) | st.sampled_from(["The post", "Read more", "appeared first on"]))
)
def test_without_its_footer_a_text_is_how_it_begins(words: list[str]) -> None:
    text = tidy(" ".join(words))
    assert text.startswith(without_footer(text))


@pytest.mark.parametrize("host", ["news.bitcoin.com", "bitcoinist.com", "bitcoinmagazine.com"])
def test_a_feed_names_its_publisher_without_mentioning_an_asset(host: str) -> None:
    body = Generic(host, []).answer("/feed/", {}, 1_772_600_767_800).payload
    assert isinstance(body, bytes)
    assert b"appeared first on" in body
    for title, summary in parse_feed(body).select("title", "summary").rows():
        assert summary.endswith("None of it has happened.")
        assert mentioned(summary) == mentioned(title)


def test_summaries_of_recorded_feeds_stay_whole(shared: Path) -> None:
    for file in sorted((shared / "data" / "rss").glob("*.xml")):
        told = etree.parse(file).findall(".//item/description")
        whole = [plain(one.text or "") or None for one in told]
        assert parse_feed(file.read_bytes())["summary"].to_list() == whole


@given(st.text(max_size=200))
def test_plain_text_has_no_tags_and_is_one_line(text: str) -> None:
    shown = plain(text)
    assert "<script" not in shown.lower()
    assert shown == tidy(shown)
    shown.encode()


def test_a_cut_text_says_so() -> None:
    assert cut("abc", 3) == ("abc", False)
    assert cut("abcd", 3) == ("ab\u2026", True)


@pytest.mark.parametrize(
    ("text", "told", "language"),
    [
        ("Bitcoin rises above seventy thousand dollars as demand grows", None, "en"),
        ("Bitcoin steigt \u00fcber 70.000 Dollar, weil die Nachfrage w\u00e4chst", "en", "de"),
        ("El precio de Ethereum cae despu\u00e9s del ataque a la plataforma", "en", "es"),
        ("\u6bd4\u7279\u5e01\u7a81\u7834\u4e03\u4e07\u7f8e\u5143", "en", "zh"),
        ("\u30d3\u30c3\u30c8\u30b3\u30a4\u30f3\u304c\u4e0a\u6607", None, "ja"),
        ("\u0627\u0631\u062a\u0641\u0639 \u0633\u0639\u0631 \u0627\u0644\u0628\u064a\u062a\u0643\u0648\u064a\u0646 \u0627\u0644\u064a\u0648\u0645", None, "ar"),
        ("Solana ETF", "en", "en"),
        ("XRP 70%", None, None),
        ("\U0001f680", "pt", "pt"),
        ("", None, None),
    ],
)  # fmt: skip
def test_a_language_is_found_or_what_the_feed_has_told(
    text: str, told: str | None, language: str | None
) -> None:
    assert language_of(text, told) == language


@pytest.mark.parametrize(
    ("told", "code"),
    [("en-US", "en"), ("EN", "en"), ("English", "en"), ("zh_CN", "zh"), ("tlh", None), ("", None), (None, None)],
)  # fmt: skip
def test_a_language_has_one_code(told: str | None, code: str | None) -> None:
    assert language_code(told) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bitcoin etf", [["bitcoin"], ["etf"]]),
        ('"step in" hack', [["step", "in"], ["hack"]]),
        ("layer-2 a_b", [["layer", "2"], ["a", "b"]]),
        ('NEAR(a b) AND NOT "x', [["NEAR", "a"], ["b"], ["AND"], ["NOT"], ["x"]]),
        ("title:x* ^y", [["title", "x"], ["y"]]),
        ("\u6bd4\u7279\u5e01", [["\u6bd4", "\u7279", "\u5e01"]]),
    ],
)
def test_a_search_is_words_and_phrases(text: str, found: list[list[str]]) -> None:
    assert phrases(text) == found


@pytest.mark.parametrize("text", ["", "  ", '"" !!! *', "\U0001f680", "a" * 201, "a " * 40])
def test_a_search_without_words_or_with_too_many_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        phrases(text)
