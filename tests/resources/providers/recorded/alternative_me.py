"""What is recorded of alternative_me."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at


def _days(payload: Any, _: str) -> Rows:
    return [
        (at(int(day["timestamp"]) * 1000), float(day["value"]), day["value_classification"])
        for day in payload["data"]
    ]


RECORDED = {
    "page fear_greed": Recorded(
        r"api\.alternative\.me/fng/",
        _days,
        sound={
            "data": [
                {"value": "26", "value_classification": "Fear", "timestamp": str(SECONDS)},
            ]
        },
    ),
}
