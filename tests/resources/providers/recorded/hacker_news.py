"""What is recorded of hacker_news."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows

_ASSETS = 10


def _posts(payload: Any, _: str) -> Rows:
    points = sum(hit["points"] + hit["num_comments"] for hit in payload["hits"])
    return [("BTC", len(payload["hits"]), points, 24.0)]


_ONE = Recorded(
    r"hn\.algolia\.com/api/v1/search_by_date",
    _posts,
    sound={
        "hits": [
            {
                "author": "somebody",
                "created_at_i": SECONDS - 3_600,
                "title": "Bitcoin mining heats a swimming pool",
                "story_text": None,
                "points": 31,
                "num_comments": 12,
                "objectID": "1",
            }
        ],
        "hitsPerPage": 200,
        "nbHits": 1,
        "nbPages": 1,
        "page": 0,
    },
    unrecorded="on no recording; shape taken from public clients",
)
RECORDED = {f"page social{f' {n}' if n else ''}": _ONE for n in range(_ASSETS)}
