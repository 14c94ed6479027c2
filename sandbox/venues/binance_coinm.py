"""Binance's futures that settle in the coin: sizes count in contracts of dollars."""

import polars as pl

from sandbox.exchange import Ticker
from sandbox.families.binance_futures import Futures
from sandbox.families.perpetuals import open_amount
from sandbox.listings import Rules
from sandbox.model import DAY, MINUTE


class BinanceCoinm(Futures):
    rules = Rules({"USD": 0.5}, share=0.1, absent=("USDT", "USDC", "DAI", "FDUSD", "PYUSD", "USDE"))
    prefix = "/dapi/v1"
    longest = 200 * DAY * MINUTE

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}_PERP"

    def sizes(self, name: str) -> tuple[pl.Expr, pl.Expr]:
        return (pl.col("quote_volume") / _dollars(name)).round(0), pl.col("volume")

    def contracts(self, ticker: Ticker) -> float:
        return round(open_amount(ticker) * ticker.last / _dollars(ticker.name))


VENUE = BinanceCoinm


def _dollars(name: str) -> int:
    return 100 if name.startswith("BTC/") else 10
