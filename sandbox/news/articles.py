"""News in JSON, as interfaces that collect it from publishers answer."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.news.press import Item, items, names, quoted
from sandbox.venue import Answer

_NAMES = {"en": "English", "es": "Spanish", "de": "German", "fr": "French", "pt": "Portuguese",
          "zh": "Chinese", "ja": "Japanese", "ar": "Arabic", "ru": "Russian"}  # fmt: skip

Row = dict[str, Any]


def articles(host: str, path: str, query: Mapping[str, str], now: int) -> Answer | None:
    """The answer of a host that tells news in JSON at this path, None for others."""
    write = _INTERFACES.get((host, path.rstrip("/")))
    if write is None:
        return None
    asked = next((query[name] for name in _COUNTS if query.get(name, "").isdecimal()), "20")
    count = min(max(int(asked[:4]), 1), 50)
    own = host in _OWN
    told = items(host, now, count) if own else quoted(host, now, count)
    rows, payload = write(told)
    return Answer(payload, rows=rows)


def _gdelt(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "url": one.link,
            "url_mobile": "",
            "title": one.title,
            "seendate": f"{_moment(one.at):%Y%m%dT%H%M%SZ}",
            "socialimage": "",
            "domain": one.host.removeprefix("www."),
            "language": _NAMES[one.story.language],
            "sourcecountry": "United States",
        }
        for one in told
    ]
    return rows, {"articles": rows}


def _cryptopanic(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "id": one.story.number,
            "slug": f"sandbox-{one.story.number}",
            "title": one.title,
            "description": one.summary,
            "published_at": _iso(one.at),
            "created_at": _iso(one.at),
            "kind": "news",
            "source": {"title": names(one.host), "region": one.story.language, "domain": one.host},
            "original_url": one.link,
            "url": f"https://cryptopanic.com/news/{one.story.number}/sandbox",
            "instruments": [{"code": ticker} for ticker in one.story.tickers],
            "votes": {"negative": 0, "positive": 0, "important": 0},
        }
        for one in told
    ]
    return rows, {"next": None, "previous": None, "results": rows}


def _newsapi(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "source": {"id": None, "name": names(one.host)},
            "author": one.author,
            "title": one.title,
            "description": one.summary,
            "url": one.link,
            "urlToImage": None,
            "publishedAt": _iso(one.at),
            "content": one.summary,
        }
        for one in told
    ]
    return rows, {"status": "ok", "totalResults": len(rows), "articles": rows}


def _gnews(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "title": one.title,
            "description": one.summary,
            "content": one.summary,
            "url": one.link,
            "image": None,
            "publishedAt": _iso(one.at),
            "source": {"name": names(one.host), "url": f"https://{one.host}"},
        }
        for one in told
    ]
    return rows, {"totalArticles": len(rows), "articles": rows}


def _newsdata(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "article_id": f"sandbox{one.story.number}",
            "title": one.title,
            "link": one.link,
            "keywords": None,
            "creator": [one.author],
            "description": one.summary,
            "pubDate": f"{_moment(one.at):%Y-%m-%d %H:%M:%S}",
            "pubDateTZ": "UTC",
            "source_id": names(one.host).lower(),
            "source_name": names(one.host),
            "language": _NAMES[one.story.language].lower(),
            "coin": [ticker.lower() for ticker in one.story.tickers],
        }
        for one in told
    ]
    return rows, {"status": "success", "totalResults": len(rows), "results": rows, "nextPage": None}


def _cryptonews(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "news_url": one.link,
            "image_url": None,
            "title": one.title,
            "text": one.summary,
            "source_name": names(one.host),
            "date": f"{_moment(one.at):%a, %d %b %Y %H:%M:%S} +0000",
            "topics": [],
            "sentiment": "Neutral",
            "type": "Article",
            "tickers": list(one.story.tickers),
        }
        for one in told
    ]
    return rows, {"data": rows, "total_pages": 1}


def _currents(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "id": f"sandbox-{one.story.number}",
            "title": one.title,
            "description": one.summary,
            "url": one.link,
            "author": one.author,
            "image": "None",
            "language": one.story.language,
            "category": ["finance"],
            "published": f"{_moment(one.at):%Y-%m-%d %H:%M:%S} +0000",
        }
        for one in told
    ]
    return rows, {"status": "ok", "news": rows, "page": 1}


def _guardian(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "id": one.path.lstrip("/"),
            "type": "article",
            "sectionName": "Technology",
            "webPublicationDate": _iso(one.at),
            "webTitle": one.title,
            "webUrl": f"https://www.theguardian.com{one.path}",
            "isHosted": False,
        }
        for one in told
    ]
    return rows, {"response": {"status": "ok", "total": len(rows), "results": rows}}


def _new_york_times(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "abstract": one.summary,
            "web_url": f"https://www.nytimes.com{one.path}.html",
            "source": "The New York Times",
            "headline": {"main": one.title, "kicker": None},
            "pub_date": f"{_moment(one.at):%Y-%m-%dT%H:%M:%S}+0000",
            "byline": {"original": f"By {one.author}"},
        }
        for one in told
    ]
    return rows, {"status": "OK", "copyright": "sandbox", "response": {"docs": rows}}


def _marketaux(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "uuid": f"sandbox-{one.story.number}",
            "title": one.title,
            "description": one.summary,
            "url": one.link,
            "language": one.story.language,
            "published_at": _iso(one.at).replace("Z", ".000000Z"),
            "source": one.host,
            "entities": [],
        }
        for one in told
    ]
    return rows, {"meta": {"found": len(rows), "returned": len(rows)}, "data": rows}


def _cryptocompare(told: list[Item]) -> tuple[list[Row], Any]:
    rows = [
        {
            "id": str(one.story.number),
            "guid": one.link,
            "published_on": one.at // 1_000,
            "title": one.title,
            "url": f"{one.link}?utm_source=CryptoCompare&utm_medium=rss",
            "body": one.summary,
            "tags": "|".join(one.story.tickers),
            "lang": one.story.language.upper(),
            "source": names(one.host).lower(),
            "source_info": {"name": names(one.host), "img": "", "lang": "EN"},
        }
        for one in told
    ]
    head = {"Type": 100, "Message": "News list successfully returned", "Promoted": []}
    return rows, {**head, "Data": rows, "RateLimit": {}, "HasWarning": False}


_COUNTS = ("maxrecords", "pageSize", "page_size", "page-size", "max", "limit", "items")
# Those that tell stories of their own.
_OWN = ("content.guardianapis.com", "api.nytimes.com")
_INTERFACES: Mapping[tuple[str, str], Callable[[list[Item]], tuple[list[Row], Any]]] = {
    ("api.gdeltproject.org", "/api/v2/doc/doc"): _gdelt,
    ("cryptopanic.com", "/api/developer/v2/posts"): _cryptopanic,
    ("newsapi.org", "/v2/everything"): _newsapi,
    ("gnews.io", "/api/v4/search"): _gnews,
    ("newsdata.io", "/api/1/crypto"): _newsdata,
    ("cryptonews-api.com", "/api/v1"): _cryptonews,
    ("api.currentsapi.services", "/v1/search"): _currents,
    ("content.guardianapis.com", "/search"): _guardian,
    ("api.nytimes.com", "/svc/search/v2/articlesearch.json"): _new_york_times,
    ("api.marketaux.com", "/v1/news/all"): _marketaux,
    ("min-api.cryptocompare.com", "/data/v2/news"): _cryptocompare,
}


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000, UTC)


def _iso(at: int) -> str:
    return f"{_moment(at):%Y-%m-%dT%H:%M:%SZ}"
