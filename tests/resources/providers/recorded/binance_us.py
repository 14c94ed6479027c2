"""What is recorded of binance_us: the same wire as binance, on hosts of its own."""

from dataclasses import replace

from tests.resources.providers.recorded import binance

_HOSTS = {
    "candles": r"api\.binance\.us/api/v3/klines",
    "tickers": r"api\.binance\.us/api/v[13]/ticker/24hr",
    "markets": r"api\.binance\.us/api/v[13]/exchangeInfo",
}
RECORDED = {
    feed: replace(binance.RECORDED[feed], url=url, native="BTCUSD") for feed, url in _HOSTS.items()
}
