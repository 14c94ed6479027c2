"""What is recorded of reddit."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, TICKERS, Recorded, Rows


def _posts(payload: Any, _: str) -> Rows:
    children = payload["data"]["children"]
    points = sum(child["data"]["score"] + child["data"]["num_comments"] for child in children)
    found = {"SOL": (len(children), points)}
    return [(ticker, *found.get(ticker, (0, 0)), 24.0) for ticker in TICKERS]


RECORDED = {
    "page social": Recorded(
        r"www\.reddit\.com/r/[\w+]+/new\.json",
        _posts,
        sound={
            "kind": "Listing",
            "data": {
                "after": None,
                "dist": 1,
                "children": [
                    {
                        "kind": "t3",
                        "data": {
                            "subreddit": "CryptoCurrency",
                            "title": "Is SOL still cheap?",
                            "selftext": "",
                            "score": 31,
                            "num_comments": 12,
                            "created_utc": SECONDS - 3_600.0,
                        },
                    }
                ],
            },
        },
        unrecorded="on no recording; documentation read: https://www.reddit.com/dev/api/",
    ),
}
