"""Texts without markup, of bounded length, and as words to search for."""

import html
import re
import unicodedata

from lxml import etree

# Markup of more is cut before it is read: what is kept of it is far shorter.
_LONGEST_MARKUP = 50_000
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "object", "svg", "math", "head")
_BLOCKS = (
    "address", "article", "blockquote", "br", "dd", "div", "dt", "figcaption", "figure", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th",
    "tr", "ul",
)  # fmt: skip
# Marks that turn the direction of what stands behind them, and such as nobody sees.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE])
# References to one or more halves of characters beyond U+FFFF, as old software writes emoji.
_HALVES = re.compile(r"(?:&#(?:[xX]0{0,9}[dD][89a-fA-F][0-9a-fA-F]{2}|0{0,9}5[5-7]\d{3});)+")
_HALF = re.compile(r"&#([^;]+);")
# Scripts that put no space between words.
_UNSPACED = re.compile(
    r"([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
# The rest of a sentence, of which points belong to names: "Bitcoin.com News."
_REST = r"(?:[^.!?]|[.!?](?=\S)){1,%d}[ .!?]{0,5}$"
_POST = r"\b(?:The|This) (?:post|article|story) "
_MORE = r"[\[(]?\b(?:Continue [Rr]eading|CONTINUE READING|Read [Mm]ore|READ MORE)\b"
_FOOTER = re.compile(
    rf"(?:{_POST}(?:(?!{_POST}).){{1,500}}? )?\b(?:appeared first|first appeared) on {_REST % 80}"
    rf"|{_MORE}\W*$|(?:^|(?<=[^\w,;] )){_MORE}{_REST % 150}"
)


def has_markup(text: str) -> bool:
    """Whether there are tags in it, as such or escaped."""
    return _TAG.search(html.unescape(text[:_LONGEST_MARKUP])) is not None


def whole(text: str) -> str:
    """The text with references to halves of a character joined to it (`&#55357;&#56960;` is 🚀),
    and U+FFFD for those that lack the other."""
    return _HALVES.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    numbers = (int(f"0{one}", 16 if one[0] in "xX" else 10) for one in _HALF.findall(found[0]))
    halves = b"".join(number.to_bytes(2, "little") for number in numbers)
    return halves.decode("utf-16-le", "replace")


def plain(text: str) -> str:
    """The text that markup shows, on one line; a text without markup stays, but for entities.

    Scripts and styles are left out, control characters and turns of direction too. Markup of more
    than 50,000 characters is cut.
    """
    text = text[:_LONGEST_MARKUP]
    # Some publishers escape their markup twice.
    for _ in range(3):
        text = whole(text)
        text = html.unescape(whole(_shown(text)) if _TAG.search(text) else text)
    return tidy(_TAG.sub(" ", text))


def tidy(text: str) -> str:
    """The text on one line, composed (NFC), without characters that cannot be seen or stored."""
    kept = (
        " " if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") else one
        for one in text.translate(_DIRECTIONS)
    )
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def cut(text: str, length: int) -> tuple[str, bool]:
    """The text of at most so many characters, and whether that is less than all of it."""
    return (text, False) if len(text) <= length else (text[: length - 1].rstrip() + "…", True)


def without_footer(text: str) -> str:
    """A text on one line without what content systems put behind a summary, at most three times:
    "The post Fees fall appeared first on News Bitcoin.", "Read more", "Continue reading Fees fall".
    """
    for _ in range(3):
        text = _FOOTER.sub("", text).rstrip()
    return text


def spaced(text: str) -> str:
    """The text with a space around each character of scripts that put none between words."""
    return _UNSPACED.sub(r" \1 ", text)


def _shown(text: str) -> str:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    # The parser would take what stands in front of the first tag for a document of its own.
    root = etree.fromstring(f"<div>{text}</div>".encode(errors="replace"), parser)
    if root is None:
        return ""
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    for element in root.iter(*_BLOCKS):
        element.text = f" {element.text or ''}"
        element.tail = f" {element.tail or ''}"
    return "".join(map(str, root.itertext()))
