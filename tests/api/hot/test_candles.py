import pytest

from api.hot.candles import HotCandles, Question, question_of
from tests.api.hot.rows import commit, encoded

BTC = Question("BTC", "1h", 100)


def hot(*symbols: str, most_bytes: int = 1_000_000) -> HotCandles:
    """Those of these markets, spelt as they are."""
    kept = HotCandles(most_bytes)
    kept.follow([])
    for symbol in symbols:
        put(kept, symbol)
    return kept


def put(kept: HotCandles, symbol: str) -> None:
    kept.spell(Question(symbol, "1h", 100), symbol, settled=True)
    kept.put(kept.ticket(symbol, "1h"), encoded(symbol))


def known(kept: HotCandles, *symbols: str) -> list[str]:
    return [symbol for symbol in symbols if kept.answer(Question(symbol, "1h", 100))]


@pytest.mark.parametrize(
    ("query", "question"),
    [
        (b"", Question("BTC", "1h", 100)),
        (b"symbol=ETH", Question("ETH", "1h", 100)),
        (b"symbol=ETH%2FUSDT&interval=1d&limit=500", Question("ETH/USDT", "1d", 500)),
        (b"limit=1000&symbol=btc+usdt", Question("btc usdt", "1h", 1000)),
        (b"limit=007", Question("BTC", "1h", 7)),
        # For the route to judge.
        (b"symbol=", None),
        (b"symbol=" + b"x" * 65, None),
        (b"symbol=BTC&symbol=ETH", None),
        (b"interval=2h", None),
        (b"interval=", None),
        (b"limit=0", None),
        (b"limit=1001", None),
        (b"limit=-1", None),
        (b"limit=1e2", None),
        (b"limit=%D9%A1", None),
        (b"limit=", None),
        (b"end=2024-01-01", None),
        (b"forming=true", None),
        (b"fill=flat", None),
        (b"as_of=2024-01-01", None),
        (b"_=1", None),
        (b"symbol=BTC&" + b"x" * 300, None),
    ],
)
def test_only_the_simplest_question_is_understood(query: bytes, question: Question | None) -> None:
    assert question_of(query) == question


@pytest.mark.parametrize(("limit", "size"), [(1, 100), (100, 100), (101, 500), (501, 1000)])
def test_a_little_more_is_read_than_is_asked(limit: int, size: int) -> None:
    assert Question("BTC", "1h", limit).size == size


def test_a_commit_ends_what_is_kept_of_its_markets_alone() -> None:
    kept = hot("BTC/USDT", "ETH/USDT", "SOL/USDT")
    kept.follow([commit("BTC/USDT"), commit("ETH/USDT", table="candles_resampled")])
    assert known(kept, "BTC/USDT", "ETH/USDT", "SOL/USDT") == ["SOL/USDT"]
    kept.follow([commit("SOL/USDT", interval="1d"), commit("SOL/USDT", table="prices")])
    assert known(kept, "SOL/USDT") == ["SOL/USDT"]


def test_what_was_read_before_a_commit_was_seen_is_not_kept() -> None:
    kept = hot("BTC/USDT")
    ticket = kept.ticket("BTC/USDT", "1h")
    kept.follow([commit("BTC/USDT")])
    kept.put(ticket, encoded("BTC/USDT"))
    assert not known(kept, "BTC/USDT")
    put(kept, "BTC/USDT")
    assert known(kept, "BTC/USDT")


def test_of_two_that_read_at_once_the_later_is_kept() -> None:
    kept = hot()
    kept.spell(BTC, "BTC/USDT", settled=True)
    first, second = kept.ticket("BTC/USDT", "1h"), kept.ticket("BTC/USDT", "1h")
    kept.put(first, encoded(count=1))
    assert kept.answer(BTC) is None
    kept.put(second, encoded(count=2))
    answer = kept.answer(BTC)
    assert answer is not None
    assert b'"count":2' in answer.body()


def test_nothing_is_answered_while_nobody_follows_the_commits() -> None:
    kept = HotCandles()
    put(kept, "BTC/USDT")
    assert not known(kept, "BTC/USDT")
    kept.follow([])
    assert known(kept, "BTC/USDT")


def test_what_an_asset_means_is_asked_anew_after_any_commit_until_it_is_settled() -> None:
    kept = hot("ETH/USDT")
    kept.spell(BTC, "ETH/USDT", settled=False)
    assert kept.answer(BTC) is not None
    kept.follow([commit("SOL/USDT")])
    assert kept.answer(BTC) is None
    assert known(kept, "ETH/USDT")


def test_the_least_used_are_forgotten_where_room_ends() -> None:
    size = encoded().size
    kept = hot("BTC/USDT", "ETH/USDT", "SOL/USDT", most_bytes=3 * size)
    known(kept, "BTC/USDT")
    put(kept, "XRP/USDT")
    assert known(kept, "BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT") == [
        "BTC/USDT",
        "SOL/USDT",
        "XRP/USDT",
    ]
    for _ in range(10):
        put(kept, "SOL/USDT")
    assert len(known(kept, "BTC/USDT", "SOL/USDT", "XRP/USDT")) == 3


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    kept = hot("BTC/USDT", most_bytes=encoded().size - 1)
    assert not known(kept, "BTC/USDT")
