"""Alternative.me: the mood of the market by day, which follows how bitcoin has moved."""

from collections.abc import Mapping
from typing import Any

from sandbox.families.routes import Route, Routed
from sandbox.listings import Rules
from sandbox.mood import mood
from sandbox.venue import Answer

_DAY = 86_400_000
_FIRST = 1_517_443_200_000  # 2018-02-01
_CLASSES = ((25, "Extreme Fear"), (46, "Fear"), (55, "Neutral"), (76, "Greed"))


class AlternativeMe(Routed):
    rules = Rules({"USD": 1.0}, share=1.0)

    def routes(self, path: str) -> Route | None:
        return {"/fng/": self._index, "/v2/global/": self._market}.get(path)

    def _index(self, query: Mapping[str, str], now: int) -> Answer:
        asked = query.get("limit", "1")
        if not asked.isdecimal():
            raise self.error("limit")
        today = now // _DAY * _DAY
        held = (today - _FIRST) // _DAY + 1
        count = min(int(asked) or held, held)
        days = [_day(today - number * _DAY) for number in range(count)]
        if days:
            days[0]["time_until_update"] = str((today + _DAY - now) // 1000)
        return Answer(
            {"name": "Fear and Greed Index", "data": days, "metadata": {"error": None}}, rows=days
        )

    def _market(self, _: Mapping[str, str], now: int) -> Answer:
        tickers = self.source.tickers(list(self.source.listed), now)
        volume = sum(ticker.day.quote_volume for ticker in tickers)
        return Answer({"data": {"active_cryptocurrencies": len(tickers), "volume_24h": volume}})


VENUE = AlternativeMe


def _day(at: int) -> dict[str, Any]:
    value = round(100 * mood(at))
    name = next((name for end, name in _CLASSES if value < end), "Extreme Greed")
    return {"value": str(value), "value_classification": name, "timestamp": str(at // 1000)}
