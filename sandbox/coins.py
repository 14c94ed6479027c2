"""What the model needs to know of each asset: a base price, its volatility and how much it trades."""

from dataclasses import dataclass
from functools import cache

from resources.market import Asset
from sandbox.noise import REACH, fraction

# US dollars, rounded from what was quoted in the summer of 2026.
_PRICES = {
    "BTC": 65_000.0, "ETH": 1_900.0, "BNB": 580.0, "XRP": 1.13, "SOL": 77.5, "TRX": 0.328,
    "DOGE": 0.0723, "ADA": 0.174, "XLM": 0.185, "LINK": 8.6, "LTC": 47.0, "BCH": 260.0,
    "XMR": 356.0, "ZEC": 515.0, "HYPE": 59.0, "AVAX": 6.58, "SUI": 0.77, "TON": 1.51,
    "HBAR": 0.0742, "SHIB": 4.23e-6, "PEPE": 2.85e-6, "DOT": 1.4, "UNI": 3.86, "AAVE": 97.5,
    "NEAR": 1.87, "ETC": 9.2, "ATOM": 2.1, "POL": 0.0789, "FIL": 1.0, "ALGO": 0.11, "TAO": 196.0,
    "DASH": 33.6, "INJ": 5.18, "ONDO": 0.405, "ENA": 0.092, "WLD": 0.382, "JUP": 0.192,
    "PAXG": 4_086.0, "EURC": 1.141, "EURT": 1.141,
}  # fmt: skip
_CURRENCIES = {
    "USD": 1.0, "EUR": 1.141, "GBP": 1.338, "AUD": 0.7, "CHF": 1.24, "CAD": 0.72, "JPY": 0.0064,
    "KRW": 0.00068, "TRY": 0.022, "BRL": 0.19, "INR": 0.0112, "SGD": 0.78, "HKD": 0.128,
    "MXN": 0.056, "ZAR": 0.058, "RUB": 0.0125, "UAH": 0.0225, "PLN": 0.27, "NZD": 0.58,
}  # fmt: skip
# A coin stays within a factor 3 of its base, a stablecoin within 5 bps, a currency within 1 %.
_WILDEST = 1.09 / REACH
_STABLE = 4.9e-4 / REACH
_CURRENCY = 0.01 / REACH


@dataclass(frozen=True, slots=True)
class Coin:
    """`price` is the base in USD, `volatility` a year's, `turnover` the USD traded a day worldwide."""

    ticker: str
    price: float
    volatility: float
    turnover: float


@cache
def coin_of(asset: Asset) -> Coin:
    """The same for an asset in every start, from the tables above or hashed from its ticker."""
    if asset.kind == "fiat":
        moves = 0.0 if asset.ticker == "USD" else _CURRENCY
        return Coin(asset.ticker, _CURRENCIES.get(asset.ticker, 1.0), moves, 5e7)
    if asset.kind == "stable":
        return Coin(asset.ticker, _PRICES.get(asset.ticker, 1.0), _STABLE, 2e8)
    hashed = 10 ** (3 * fraction("price", asset.ticker) - 1.5)
    calm = min(0.75 + 0.005 * asset.rank, 1.0)
    turnover = 6e9 / max(asset.rank, 1) ** 1.2 * (0.5 + fraction("turnover", asset.ticker))
    return Coin(asset.ticker, _PRICES.get(asset.ticker, hashed), _WILDEST * calm, turnover)
