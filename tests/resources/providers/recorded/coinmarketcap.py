"""What is recorded of coinmarketcap."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_DAY = 86_400


def _days(payload: Any, _: str) -> Rows:
    return [
        (
            at(int(day["timestamp"]) // _DAY * _DAY * 1000),
            float(day["value"]),
            day["value_classification"],
        )
        for day in payload["data"]
    ]


RECORDED = {
    "page fear_greed": Recorded(
        r"pro-api\.coinmarketcap\.com/v3/fear-and-greed/historical",
        _days,
        sound={
            "data": [{"timestamp": str(SECONDS), "value": 38, "value_classification": "Fear"}],
            "status": {"error_code": "0", "error_message": "", "credit_count": 1},
        },
        unrecorded="on no recording; documentation read: https://coinmarketcap.com/api/documentation/v1/",
    ),
}
