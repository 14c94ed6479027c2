"""How perpetual futures become pages."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.market import Symbol, load_registry
from resources.providers.base import Call, Funding, FundingHistory, Perpetuals
from resources.providers.families.perpetuals import perpetual_sources
from resources.providers.parsing import funding_frame
from resources.scope import Scope

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000  # 2023-11-15, 00:00 UTC
ASSETS = tuple(load_registry().active(40))
NOW = Scope(ASSETS, START)
PAST = Scope(ASSETS, START + 5 * DAY, (START, START + DAY))


def native(symbol: Symbol) -> str | None:
    return f"{symbol.base}-{symbol.quote}" if symbol.quote in ("USD", "USDT") else None


def call(natives: Sequence[str]) -> Call:
    return Call("/rates", {"of": ",".join(natives)})


def times(body: bytes, natives: Sequence[str]) -> pl.DataFrame:
    """Of the first perpetual what was paid at these hours, which the body lists."""
    hours = [int(text) for text in body.decode().split()]
    return funding_frame([(natives[0], 0.001, None, START + hour * HOUR) for hour in hours])


def history(batch: int = 1) -> Perpetuals:
    told = FundingHistory(batch, lambda natives, _start, _end: call(natives), times)
    return Perpetuals(native, funding_history=told)


def funding(batch: int) -> Perpetuals:
    def parse(_: bytes, natives: Sequence[str]) -> pl.DataFrame:
        return funding_frame([(natives[0], 0.001, 8.0, None), ("OTHER-USD", 1.0, 8.0, None)])

    return Perpetuals(native, funding=Funding(batch, call, parse))


def asked(perpetuals: Perpetuals, scope: Scope) -> list[str]:
    (source,) = perpetual_sources(perpetuals)
    return [question.call.params["of"] for question in source.questions(scope)]


def test_where_a_call_tells_of_one_the_main_ones_of_the_largest_are_asked() -> None:
    names = asked(funding(1), NOW)
    assert names[:2] == ["BTC-USDT", "ETH-USDT"]
    assert len(names) == 10
    assert not [name for name in names if name.startswith(("USDT-", "USDC-"))]


def test_where_a_call_tells_of_many_all_are_asked_in_batches() -> None:
    names = [name for batch in asked(funding(7), NOW) for name in batch.split(",")]
    assert {"BTC-USD", "BTC-USDT"} <= set(names)
    assert len(names) == 2 * sum(asset.kind == "coin" for asset in ASSETS)


def test_a_perpetual_that_nobody_asked_for_is_left_out() -> None:
    (source,) = perpetual_sources(funding(1000))
    (question,) = source.questions(NOW)
    (row,) = question.parse(b"").to_dicts()
    assert (row["contract"], row["asset"], row["quote"]) == ("BTC-USDT", "BTC", "USDT")
    assert row["paid"] is False


def test_the_past_is_asked_of_those_alone_who_tell_it() -> None:
    assert asked(funding(1), PAST) == []
    assert len(asked(history(), PAST)) == 10
    assert asked(history(), NOW) == []


@pytest.mark.parametrize(
    ("body", "hours"),
    [
        (b"0 8 16", [8.0, 8.0, 8.0]),
        (b"16 8 0", [8.0, 8.0, 8.0]),
        (b"0 4 8 16", [4.0, 4.0, 4.0, 8.0]),
        (b"8", [None]),
        (b"8 8", [None, None]),
        (b"-8 0 8 16 24", [8.0, 8.0, 8.0]),
    ],
)
def test_hours_that_are_not_told_are_those_between_payments(
    body: bytes, hours: list[float | None]
) -> None:
    (source,) = perpetual_sources(history())
    frame = source.questions(PAST)[0].parse(body)
    assert frame["hours"].to_list() == hours
    assert frame["paid"].all()


@given(st.lists(st.integers(-48, 48)))
def test_only_what_was_paid_that_day_is_kept(hours: list[int]) -> None:
    (source,) = perpetual_sources(history())
    frame = source.questions(PAST)[0].parse(" ".join(map(str, hours)).encode())
    kept = (frame["funding_at"].dt.epoch("ms") - START) // HOUR
    assert kept.to_list() == sorted(hour for hour in hours if 0 <= hour < 24)
