"""Upbit: all candles in UTC."""

from sandbox.families.upbit import MINUTES, UTC_GRIDS, UpbitLike
from sandbox.listings import Rules


class Upbit(UpbitLike):
    rules = Rules({"KRW": 0.8, "BTC": 0.4, "USDT": 0.2}, share=0.06, least_decimals=0)
    grids = MINUTES | UTC_GRIDS


VENUE = Upbit
