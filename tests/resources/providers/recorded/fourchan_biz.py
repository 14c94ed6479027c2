"""What is recorded of fourchan_biz."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, TICKERS, Recorded, Rows


def _threads(payload: Any, _: str) -> Rows:
    threads = [t for page in payload for t in page["threads"] if not t.get("sticky")]
    hours = (SECONDS - min(thread["time"] for thread in threads)) / 3_600
    found = {"LTC": (len(threads), sum(thread["replies"] for thread in threads))}
    return [(ticker, *found.get(ticker, (0, 0)), hours) for ticker in TICKERS]


RECORDED = {
    "page social": Recorded(
        r"a\.4cdn\.org/biz/catalog\.json",
        _threads,
        sound=[
            {
                "page": 1,
                "threads": [
                    {"no": 1, "time": 1_500_000_000, "sub": "Rules", "replies": 0, "sticky": 1},
                    {
                        "no": 60_000_001,
                        "name": "Anonymous",
                        "com": "Litecoin is <b>not</b> dead",
                        "time": SECONDS - 7_200,
                        "replies": 31,
                        "images": 4,
                    },
                ],
            }
        ],
        unrecorded="on no recording; documentation read: https://github.com/4chan/4chan-API",
    ),
}
