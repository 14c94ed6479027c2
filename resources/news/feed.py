"""RSS 0.9 to 2.0, RDF and Atom: one reader for what publishers write."""

from collections.abc import Iterator, Sequence

import polars as pl
from lxml import etree

from resources.news.document import MOST_ITEMS, read_document
from resources.news.stories import Story, story_frame

_DC = "http://purl.org/dc/elements/1.1/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_ATOM = "http://www.w3.org/2005/Atom"
_CORE = (None, _ATOM, "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/",
         "http://backend.userland.com/rss2", "http://purl.org/atom/ns#")  # fmt: skip
_ROOTS = ("rss", "feed", "RDF")
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parse_feed(body: bytes, base: str = "") -> pl.DataFrame:
    """
    A frame of NEWS_PAGE of a feed in RSS or Atom; addresses without a host are below `base`.

        <rss version="2.0"><channel><title>CoinDesk</title><language>en-US</language>
        <item><title><![CDATA[Tokenization is moving faster than Washington]]></title>
        <link>https://www.coindesk.com/opinion/2026/09/25/tokenization</link>
        <pubDate>Fri, 25 Sep 2026 14:37:32 +0000</pubDate>
        <description><![CDATA[Regulatory clarity is not simply a legal issue.]]></description>
        <dc:creator>Andrew Cuomo</dc:creator></item></channel></rss>

    Raises ValueError for what is no feed, has more than 5,000 items, or cannot be read (see
    read_document).
    """
    document = read_document(body)
    root = document.root
    if _name(root) not in _ROOTS:
        raise ValueError(f"it is no feed: its root is <{_name(root) or root.tag}>")
    channel = next((child for child in root if _name(child) == "channel"), root)
    # Within the channel, beside it, or where what was mended has them.
    items = [element for element in root.iter() if _name(element) in ("item", "entry")]
    if len(items) > MOST_ITEMS:
        raise ValueError(f"it has more than the {MOST_ITEMS:,} items that are taken")
    language = _first(channel, "language") or channel.get(_XML_LANG, "")
    base = _link(channel) or base
    stories = [_story(item, base, language, document.flags) for item in items]
    if document.truncated and stories:
        stories[-1].flags.append("truncated")
    return story_frame(stories)


def _story(item: etree._Element, base: str, language: str, flags: Sequence[str]) -> Story:
    summaries = (
        _first(item, "description"),
        _first(item, "summary"),
        _first(item, "encoded", (_CONTENT,)),
        _first(item, "content"),
    )
    dates = (_first(item, "pubDate"), _first(item, "published"), _first(item, "issued"),
             _first(item, "date", (_DC,)), _first(item, "updated"), _first(item, "modified"))  # fmt: skip
    return Story(
        title=_first(item, "title"),
        summary=next(filter(None, summaries), ""),
        url=_link(item),
        base=base,
        publisher=_first(item, "source"),
        author=_first(item, "creator", (_DC,)) or _author(item),
        language=_first(item, "language", (_DC, *_CORE)) or language,
        published=next(filter(None, dates), ""),
        flags=list(flags),
    )


def _link(item: etree._Element) -> str:
    """Its address: of RSS the text of a link or a guid that is one, of Atom that of an alternate."""
    for link in _children(item, "link"):
        text, target = _text(link), link.get("href", "")
        if text:
            return text
        if target and link.get("rel", "alternate") == "alternate":
            return target
    for name in ("guid", "id"):
        text = _first(item, name)
        if text.startswith(("http://", "https://")):
            return text
    return ""


def _author(item: etree._Element) -> str:
    for author in _children(item, "author"):
        return _first(author, "name") or _text(author)
    return ""


def _first(parent: etree._Element, name: str, spaces: Sequence[str | None] = _CORE) -> str:
    """The text of the first child of a name that has any."""
    return next(filter(None, map(_text, _children(parent, name, spaces))), "")


def _children(
    parent: etree._Element, name: str, spaces: Sequence[str | None] = _CORE
) -> Iterator[etree._Element]:
    for child in parent:
        space, own = _named(child)
        if own == name and space in spaces:
            yield child


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def _name(element: etree._Element) -> str:
    """The name of an element, empty for one of a module."""
    space, name = _named(element)
    return name if space in (*_CORE, _RDF) else ""


def _named(element: etree._Element) -> tuple[str | None, str]:
    """Namespace and name of an element."""
    space, braced, name = str(element.tag).rpartition("}")
    return (space[1:] if braced else None), name
