"""Bithumb: Upbit's wire format, with `to` as a time of Seoul."""

from sandbox.families.upbit import MINUTES, UpbitLike
from sandbox.listings import Rules
from sandbox.model import DAY, Grid


class Bithumb(UpbitLike):
    rules = Rules({"KRW": 0.8}, share=0.03, least_decimals=0)
    # From midnight in Seoul on, 15:00 UTC.
    grids = MINUTES | {"minutes/240": Grid(240, 180), "days": Grid(DAY, 900)}
    ahead = 9 * 3_600_000


VENUE = Bithumb
