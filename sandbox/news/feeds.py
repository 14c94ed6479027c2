"""RSS and Atom as publishers write them: with modules, CDATA and habits of their own."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from sandbox.news.press import Item, items, names

_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)
_TRACKED = "?utm_medium=referral&utm_source=rss&utm_campaign=headlines"
_EASTERN = timezone(timedelta(hours=-5))
_WORDPRESS = ("www.newsbtc.com", "bitcoinist.com", "beincrypto.com", "ambcrypto.com", "cryptopotato.com",
              "cryptobriefing.com", "dailyhodl.com", "protos.com", "coinjournal.net", "crypto.news",
              "cryptoslate.com", "news.bitcoin.com", "unchainedcrypto.com", "bitcoinmagazine.com",
              "blog.kraken.com", "cryptonews.com")  # fmt: skip
_ATOM = ("www.web3isgoinggreat.com", "bitcoinops.org")
_PLAIN = ("www.sec.gov", "www.federalreserve.gov")


def feed(host: str, words: Sequence[str], now: int) -> tuple[bytes, str]:
    """A host's feed and its content type; `words` are the parts of its path."""
    told = items(host, now)
    if host in _ATOM or "atom" in words:
        return _atom(host, told, now).encode(), "application/atom+xml; charset=utf-8"
    if host in _PLAIN:
        return _plain(host, told).encode(), "text/xml"
    item = _of_wordpress if host in _WORDPRESS else _of_arc
    body = _rss(host, told, item)
    return _HABITS.get(host, str.encode)(body), "application/rss+xml; charset=utf-8"


def _rss(host: str, told: Sequence[Item], write: Callable[[Item], str]) -> str:
    channel = (
        f"<title>{escape(names(host))}</title><link>{_address(host)}</link>"
        f"<description>Headlines played by the sandbox</description><language>en-US</language>"
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>"
    )
    parts = "".join(f"<item>{write(item)}</item>" for item in told)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_NAMESPACES}>'
        f"<channel>{channel}{parts}</channel></rss>"
    )


def _of_arc(item: Item) -> str:
    """With parameters that track the reader in the link, and a guid that is no address."""
    link = escape(item.link + _TRACKED)
    return (
        f"<title>{_cdata(item.title)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">sandbox-{item.story.number}@{escape(item.host)}</guid>'
        f"<dc:creator>{_cdata(item.author)}</dc:creator><pubDate>{_rfc822(item.at)}</pubDate>"
        f"<description>{_cdata(item.summary)}</description>"
        f"<atom:updated>{_iso(item.at)}</atom:updated><media:keywords/>"
        f"<category domain={quoteattr(f'https://{item.host}/markets')}>{_cdata('Markets')}</category>"
    )


def _of_wordpress(item: Item) -> str:
    """With HTML in the description and the whole text beside it."""
    link, title = escape(item.link + "/"), escape(item.title)
    description = (
        f'<p><img src="https://{item.host}/sandbox.png" alt=""></p><p>{escape(item.summary)}</p>'
        f'<p>The post <a href="{link}">{title}</a> appeared first on {escape(names(item.host))}.</p>'
    )
    return (
        f"<title>{title}</title><link>{link}</link>"
        f"<dc:creator>{_cdata(item.author)}</dc:creator><pubDate>{_rfc822(item.at)}</pubDate>"
        f'<category>{_cdata("News")}</category><guid isPermaLink="true">{link}</guid>'
        f"<description>{_cdata(description)}</description>"
        f"<content:encoded>{_cdata(description * 2)}</content:encoded>"
    )


def _plain(host: str, told: Sequence[Item]) -> str:
    """Without any module, times in that of the east coast."""
    parts = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.link)}</link>"
        f"<description>{escape(item.summary)}</description>"
        f"<pubDate>{_eastern(item.at)}</pubDate></item>"
        for item in told
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(names(host))}</title><link>{_address(host)}</link>"
        f"<description>Releases played by the sandbox</description>{parts}</channel></rss>"
    )


def _atom(host: str, told: Sequence[Item], now: int) -> str:
    entries = "".join(
        f'<entry><title type="html">{escape(escape(item.title))}</title>'
        f'<link rel="alternate" type="text/html" href={quoteattr(item.link)}/>'
        f"<id>{escape(item.link)}</id><published>{_iso(item.at)}</published>"
        f"<updated>{_iso(item.at)}</updated><author><name>{escape(item.author)}</name></author>"
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(item.summary)}</p>'
        "</div></content></entry>"
        for item in told
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<title>{escape(names(host))}</title><id>{_address(host)}/</id>"
        f'<link href={quoteattr(_unescaped(host) + "/atom.xml")} rel="self"/>'
        f"<updated>{_iso(told[0].at if told else now)}</updated>{entries}</feed>"
    )


def _blank_first(body: str) -> bytes:
    return b"\n" + body.encode()


def _bare_ampersands(body: str) -> bytes:
    return body.replace("&amp;", "&").encode()


def _western(body: str) -> bytes:
    """Says that it is UTF-8, and is not."""
    told = body.replace("played by the sandbox", "played by the sandbox \u2013 every day")
    return told.encode("cp1252", "xmlcharrefreplace")


# What some feeds were seen to do, each done by one host here.
_HABITS: dict[str, Callable[[str], bytes]] = {
    "ambcrypto.com": _blank_first,
    "u.today": _bare_ampersands,
    "coinjournal.net": _western,
}


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']] >')}]]>"


def _address(host: str) -> str:
    return escape(_unescaped(host))


def _unescaped(host: str) -> str:
    return f"https://{host}"


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000, UTC)


def _rfc822(at: int) -> str:
    return format_datetime(_moment(at))


def _iso(at: int) -> str:
    return _moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _eastern(at: int) -> str:
    return f"{_moment(at).astimezone(_EASTERN):%a, %d %b %Y %H:%M:%S} EST"
