import json

from hypothesis import given
from hypothesis import strategies as st

from api.answers import Answer
from api.hot.encoded import EncodedCandles
from tests.api.hot.rows import Row, encoded, row

_TEXTS = st.text(min_size=1, max_size=20)
_NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(0))
_ROWS = st.fixed_dictionaries(
    {"open_time": _TEXTS, "open": _NUMBERS, "closed": st.booleans(), "source": _TEXTS}
)
# An answer's last field.
_STAMP = len(b'"2026-01-01T00:00:00.000Z"}')


@given(st.lists(_ROWS, max_size=12), st.integers(1, 15), _TEXTS)
def test_an_answer_is_what_would_be_encoded_for_itself(
    rows: list[Row], limit: int, requested: str
) -> None:
    kept = EncodedCandles("BTC/USDT", "1h", rows, 15).answer(requested, limit)
    newest = rows[-limit:]
    told = {"success": True, "symbol": "BTC/USDT", "requested": requested, "interval": "1h"}
    sources = sorted({str(one["source"]) for one in newest})
    counted = {"data": newest, "count": len(newest), "source": ",".join(sources) or None}
    expected = Answer({**told, "quote": "USDT", **counted})
    answer = kept.response()
    assert bytes(answer.body)[:-_STAMP] == bytes(expected.body)[:-_STAMP]
    assert sorted(answer.raw_headers) == sorted(expected.raw_headers)
    body = json.loads(bytes(answer.body))
    assert body["data"] == newest
    assert body["timestamp"].endswith("Z")


def test_only_sources_of_the_rows_that_are_told_are_named() -> None:
    rows = [row(0, "kraken"), row(1, "binance"), row(2, "binance")]
    kept = EncodedCandles("BTC/USDT", "1h", rows, 100)
    assert json.loads(kept.answer("BTC", 2).body())["source"] == "binance"
    assert json.loads(kept.answer("BTC", 3).body())["source"] == "binance,kraken"


def test_more_than_was_read_is_not_held_unless_it_was_everything() -> None:
    assert encoded(count=100, asked=100).holds(100)
    assert not encoded(count=100, asked=100).holds(101)
    assert encoded(count=99, asked=100).holds(1000)


def test_many_spellings_take_no_more_room() -> None:
    kept = encoded()
    size = kept.size
    answers = [kept.answer(f"btc{n}", 1) for n in range(1_000)]
    assert kept.size == size
    assert all(answer.rows.nbytes < size for answer in answers)
    assert json.loads(kept.answer("btc1", 1).body())["requested"] == "btc1"
