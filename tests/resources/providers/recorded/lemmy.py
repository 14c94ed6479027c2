"""What is recorded of lemmy."""

from typing import Any

from tests.resources.providers.recorded.base import START, TICKERS, Recorded, Rows, at


def _posts(payload: Any, _: str) -> Rows:
    counts = [view["counts"] for view in payload["posts"]]
    points = sum(one["score"] + one["comments"] for one in counts)
    found = {"XMR": (len(counts), points)}
    return [(ticker, *found.get(ticker, (0, 0)), 24.0) for ticker in TICKERS]


RECORDED = {
    "page social": Recorded(
        r"lemmy\.world/api/v3/post/list",
        _posts,
        sound={
            "posts": [
                {
                    "post": {
                        "id": 1,
                        "name": "Monero turns ten",
                        "published": at(START - 3_600_000).isoformat(),
                        "featured_community": False,
                    },
                    "counts": {"post_id": 1, "comments": 12, "score": 31, "upvotes": 33},
                }
            ],
            "next_page": "Pa1",
        },
        unrecorded="on no recording; documentation read: https://join-lemmy.org/docs/contributors/04-api.html",
    ),
}
