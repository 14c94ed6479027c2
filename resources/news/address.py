"""Addresses of articles: without what only tracks the reader, and by what they are the same."""

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(utm|pk|hsa|oly|vero)_\w*|_hs\w+|mc_[ce]id|at_(medium|campaign|format|link_\w+|custom\d)",
    re.IGNORECASE,
)
_TRACKERS = {
    "fbclid", "gclid", "gclsrc", "dclid", "msclkid", "yclid", "twclid", "igshid", "ref_src",
    "ref_url", "cmpid", "ncid", "ocid", "spm", "s_cid", "smid", "soc_src", "soc_trk", "guccounter",
    "cmp", "fromrss", "sref", "trk",
}  # fmt: skip
# These name where a reader comes from, or the story itself: what they say decides.
_ORIGINS = {"ref", "source", "feed", "partner", "rss", "medium"}
_ORIGIN = re.compile(
    r"|rss|feed|atom|twitter|x|facebook|telegram|reddit|linkedin|email|newsletter|social|home|homepage"
    r"|([a-z0-9-]+\.)+[a-z]{2,}",
    re.IGNORECASE,
)
_AMP_QUERY = {"amp", "outputtype", "amp_js_v", "amp_gsa"}
_AMP_PATH = re.compile(r"(/amp|\.amp|/amp\.html|\.amp\.html)$", re.IGNORECASE)
_SHORT_HOSTS = re.compile(r"^(www|amp|m|mobile)\.")
_PORTS = {"http": 80, "https": 443}


def clean_address(text: str | None, base: str = "") -> str | None:
    """The address of an article to follow, None where it is no http address.

    Scheme and host are in lower case; user names, default ports, places on a page (but not such
    as #/a or #!a, which name the page) and parameters that track the reader are gone. One without
    a host is taken to be below `base`.
    """
    parts = _split(text, base)
    if parts is None:
        return None
    port = f":{parts.port}" if parts.port not in (None, _PORTS[parts.scheme]) else ""
    query = urlencode([pair for pair in _query(parts) if not _tracks(*pair)])
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return urlunsplit((parts.scheme, f"{host}{port}", parts.path or "/", query, _page(parts)))


def article_id(address: str) -> str:
    """16 bytes in hex that stand for an article's address, however it is written: with http or
    https, www or amp, with a slash at its end or without, its parameters in any order."""
    parts = urlsplit(address)
    host = _SHORT_HOSTS.sub("", (parts.hostname or "").rstrip("."))
    path = _AMP_PATH.sub("", parts.path.rstrip("/")).rstrip("/")
    query = sorted(
        pair for pair in _query(parts) if not _tracks(*pair) and pair[0].lower() not in _AMP_QUERY
    )
    port = f":{parts.port}" if parts.port not in (None, *_PORTS.values()) else ""
    same = f"{host}{port}{path}?{urlencode(query)}{_page(parts)}"
    return hashlib.blake2b(same.encode(errors="replace"), digest_size=16).hexdigest()


def _split(text: str | None, base: str) -> SplitResult | None:
    # Browsers leave out line breaks and tabs within addresses, and so do those who copy them.
    text = re.sub(r"[\t\r\n]", "", (text or "").strip())
    if not text or re.search(r"\s", text):
        return None
    try:
        parts = urlsplit(urljoin(base, text))
        reachable = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and reachable else None


def _query(parts: SplitResult) -> list[tuple[str, str]]:
    return parse_qsl(parts.query, keep_blank_values=True, errors="replace")


def _page(parts: SplitResult) -> str:
    """The fragment where it is a path within an application that is one page for the server."""
    return parts.fragment if parts.fragment.startswith(("/", "!")) else ""


def _tracks(name: str, value: str) -> bool:
    if name.lower() in _ORIGINS:
        return _ORIGIN.fullmatch(value) is not None
    return name.lower() in _TRACKERS or _TRACKING.fullmatch(name) is not None
