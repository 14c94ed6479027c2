"""From an answer's bytes to the elements of its XML, safely, also where it is broken."""

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from resources.news.text import whole

# Byte order marks, the longer first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"\A<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(\w{1,32};)?")
_CONTROLS = {code: " " for code in range(32) if chr(code) not in "\t\r\n"}
_DTD = "it has a DTD, which no feed needs"
_HTML = ("<!doctype html", "<html", "<head", "<body")
_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF)\b[^<>]*>")
_ITEM = re.compile(r"<(?:item|entry)\b[^<>]*>")
_END = re.compile(r"</(?:item|entry)\s*>")
# Read again with each item: those of publishers have some hundred characters.
_LONGEST_ROOT = 4_000
MOST_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Document:
    """The elements of an answer; `flags` are those of the news that hold for all of it.

    `truncated` says that it ends within its last item.
    """

    root: etree._Element
    flags: tuple[str, ...] = ()
    truncated: bool = False


def read_document(body: bytes) -> Document:
    """The XML of an answer. Nothing outside of it is read, and no entity is ever defined.

    Bytes of another encoding than the declared one, bare ampersands, entities of HTML, tags that
    are not closed, control characters and halves of characters are mended, which the flags "encoding" and "repaired"
    tell. Raises ValueError for what is HTML, has a DTD, is empty, no XML at all, or broken
    below a root tag of more than 4,000 characters.
    """
    text, foreign = _decoded(body)
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n\0"))
    _refuse_others(text)
    flags = ("encoding",) if foreign else ()
    root, broken = _parsed(text)
    if not broken and root is not None:
        return Document(root, flags)
    mended = _mended(text)
    root, broken = _parsed(mended)
    if root is None:
        raise ValueError(f"it is no XML: {text[:60]!r}")
    truncated = broken and _put_together(root, mended)
    return Document(root, (*flags, "repaired"), truncated)


def _put_together(root: etree._Element, text: str) -> bool:
    """Read each item of a broken feed alone, so that one breaks no other; whether the last one is
    cut off."""
    opening = _ROOT.search(text)
    if opening is None:
        return False
    if len(opening[0]) > _LONGEST_ROOT:
        raise ValueError(f"it is broken below a root tag of more than {_LONGEST_ROOT:,} characters")
    for element in [one for one in root.iter() if _local(one) in ("item", "entry")]:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    cut_off = False
    for item, ended in islice(_items(text, opening.end()), MOST_ITEMS + 1):
        alone, _ = _parsed(opening[0] + item)  # which names the namespaces of the item
        root.extend([] if alone is None else list(alone)[:1])
        cut_off = not ended
    return cut_off


def _items(text: str, at: int) -> Iterator[tuple[str, bool]]:
    """Each item from a place on, and whether it has an end."""
    while opened := _ITEM.search(text, at):
        end = _END.search(text, opened.end())
        at = end.end() if end else len(text)
        yield text[opened.start() : at], end is not None


def _decoded(body: bytes) -> tuple[str, bool]:
    """The text, and whether its bytes are not what they are said to be."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(_exact(encoding, mark), "replace"), False
    if body[:2] in (b"<\0", b"\0<"):
        return body.decode("utf-16-le" if body[0] else "utf-16-be", "replace"), False
    found = _DECLARED.match(body[:200])
    declared = found.group(1).decode() if found else "utf-8"
    # What can be read as UTF-8 is nothing else, whatever it is said to be.
    for encoding in ("utf-8", declared):
        try:
            text = body.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
        as_said = encoding == declared or declared.lower() in ("utf-8", "utf8")
        return text, not as_said and not text.isascii()
    return body.decode("cp1252", "replace"), True


def _exact(encoding: str, mark: bytes) -> str:
    """The encoding without its mark."""
    if encoding == "utf-8":
        return encoding
    return (
        f"{encoding}-le" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE) else f"{encoding}-be"
    )


def _refuse_others(text: str) -> None:
    """Raises ValueError where no element of a feed comes first."""
    at = 0
    while text.startswith(("<?", "<!--"), at):
        mark = "?>" if text.startswith("<?", at) else "-->"
        end = text.find(mark, at)
        at = len(text) if end < 0 else end + len(mark)
        while text[at : at + 1].isspace():
            at += 1
    begins = text[at : at + 40].lower()
    if not begins:
        raise ValueError("it is empty")
    if begins.startswith(_HTML):
        raise ValueError("it is HTML and no feed")
    if begins.startswith("<!doctype"):
        raise ValueError(_DTD)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _parsed(text: str) -> tuple[etree._Element | None, bool]:
    """The root, and whether the text is not well-formed. Raises ValueError where it has a DTD."""
    # Huge texts are let through, since the size of an answer is bounded and nothing is expanded.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        recover=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(errors="replace"), parser)
    except etree.XMLSyntaxError:
        return None, True
    # In an unusual place, which only a lenient parser takes.
    if root is not None and root.getroottree().docinfo.internalDTD is not None:
        raise ValueError(_DTD)
    return root, len(parser.error_log.filter_from_fatals()) > 0


def _mended(text: str) -> str:
    """Without control characters and references to halves of characters, and with ampersands and entities of HTML as XML writes them."""
    parts, at = list[str](), 0
    text = text.translate(_CONTROLS)
    while (start := text.find("<![CDATA[", at)) >= 0:
        end = text.find("]]>", start)
        parts += [
            _ENTITY.sub(_entity, whole(text[at:start])),
            text[start : end + 3 if end > 0 else None],
        ]
        at = end + 3 if end > 0 else len(text)
    return "".join([*parts, _ENTITY.sub(_entity, whole(text[at:]))])


def _entity(found: re.Match[str]) -> str:
    named = html.unescape(found[0])
    return "&amp;" + (found[1] or "") if named == found[0] else html.escape(named)
