"""What was resampled is remembered, and so is how far commits were seen."""

from resources.ledger import Ledger, commits, resampled
from resources.plan import Window

WHAT = ("BTC/USDT", "4h", "1h")


def test_spans_that_touch_are_one(ledger: Ledger) -> None:
    for windows in ([Window(0, 4)], [Window(8, 12)], [Window(4, 8), Window(20, 24)]):
        with ledger.write() as connection:
            resampled.add(connection, [(WHAT, windows), (("ETH/USDT", "4h", "1h"), windows)])
    assert resampled.spans(ledger)[WHAT] == [Window(0, 12), Window(20, 24)]
    assert len(resampled.spans(ledger)) == 2


def test_nothing_done_adds_nothing(ledger: Ledger) -> None:
    with ledger.write() as connection:
        resampled.add(connection, [])
    assert resampled.spans(ledger) == {}


def test_commits_of_candles_are_news_once(ledger: Ledger) -> None:
    def commit(table: str, at: int) -> None:
        with ledger.write() as connection:
            key: commits.Key = {"symbol": "BTC/USDT", "interval": "1h", "newest": at}
            commits.record(connection, ledger, table, 1, [key], 1)

    commit("candles", 1)
    seq, keys = resampled.candle_keys(ledger)
    assert list(keys) == []
    resampled.have_seen(ledger, seq)
    commit("candles", 2)
    commit("prices", 3)
    for _ in range(2):
        seq, keys = resampled.candle_keys(ledger)
        assert [key["newest"] for key in keys] == [2]
    resampled.have_seen(ledger, seq)
    assert list(resampled.candle_keys(ledger)[1]) == []
