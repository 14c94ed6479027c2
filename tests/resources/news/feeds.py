"""Small feeds, made by hand."""

from collections.abc import Iterable

ITEM = "<item><title>{title}</title><link>{link}</link><pubDate>{at}</pubDate></item>"
AT = "Wed, 18 Feb 2026 20:17:58 +0000"


def rss(*items: str, head: str = "", channel: str = "<link>https://acme.test</link>") -> bytes:
    """An RSS 2.0 feed of whole items."""
    modules = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"'
    text = f'{head}<rss version="2.0" {modules}><channel>{channel}{"".join(items)}</channel></rss>'
    return text.encode()


def item(title: str, link: str = "https://acme.test/a", at: str = AT) -> str:
    return ITEM.format(title=title, link=link, at=at)


def titled(titles: Iterable[str]) -> bytes:
    """A feed with an item of its own address for each title."""
    return rss(*(item(title, f"https://acme.test/{n}") for n, title in enumerate(titles)))
