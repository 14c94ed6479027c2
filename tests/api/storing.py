"""Small commits, one at a time."""

from resources.flush import flush_candles
from resources.flush_prices import flush_prices
from resources.ledger import commits
from resources.market import Interval
from resources.plan import Window
from tests.api.server import Store
from tests.api.world import FETCHED, HOUR, START, candle_page, page, prices


def put_prices(store: Store, minute: int, **values: float) -> None:
    flush_prices(store.lake, store.ledger, prices(START + minute * 60_000, values))


def put_hour(store: Store, hour: int, *symbols: str) -> None:
    at = START + hour * HOUR
    pages = [
        page(symbol, candle_page([at], [100.0 + hour]), Window(at, at + HOUR), FETCHED + hour)
        for symbol in symbols
    ]
    flush_candles(store.lake, store.ledger, Interval.H1, pages, "sandbox")


def put_bare_commits(store: Store, count: int, candles: int) -> None:
    """Commits that name the one stored candle many times."""
    key: commits.Key = {"symbol": "BTC/USDT", "interval": "1h", "newest": START}
    put_hour(store, 0, "BTC/USDT")
    with store.ledger.write() as connection:
        for _ in range(count):
            commits.record(connection, store.ledger, "candles", 0, [key] * candles, 0)
