"""Binance's futures that settle in dollar coins."""

from types import MappingProxyType

import polars as pl

from sandbox.exchange import Ticker
from sandbox.families.binance_futures import Futures
from sandbox.families.perpetuals import open_amount
from sandbox.listings import Rules


class BinanceUsdm(Futures):
    rules = Rules(
        {"USDT": 1.0, "USDC": 0.3},
        share=0.5,
        absent=("SHIB", "PEPE", "FLOKI", "BONK", "LUNC", "USTC", "USDT", "DAI", "BUSD", "TUSD"),
    )
    prefix = "/fapi/v1"
    tickers = MappingProxyType({"STEPN": "GMT"})

    def spell(self, base: str, quote: str) -> str:
        return f"{base}{quote}"

    def sizes(self, name: str) -> tuple[pl.Expr, pl.Expr]:
        del name
        return pl.col("volume"), pl.col("quote_volume")

    def contracts(self, ticker: Ticker) -> float:
        return open_amount(ticker)


VENUE = BinanceUsdm
