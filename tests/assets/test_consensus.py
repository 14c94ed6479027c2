"""One price in USD out of several quotes."""

import math
from datetime import timedelta

import pytest

from resources.price_rules import (
    AHEAD,
    FAR_FROM_LAST,
    NO_AGREEMENT,
    NO_RATE,
    OUTLIER,
    SAME_SOURCE,
    STALE,
)
from resources.schemas import PRICE_OBSERVATIONS, PRICES
from tests.assets.said import MINUTE, NOW, concluded, dollars, prices, quotes, rejected

MINUTES = timedelta(minutes=1)


def test_the_price_is_the_median_of_those_who_agree() -> None:
    found = concluded(dollars((100.0, 100.1, 100.2, 900.0)))
    [row] = found.prices.to_dicts()
    assert row["price"] == 100.1
    assert math.isclose(row["spread_bps"], 0.2 / 100.1 * 10_000)
    assert (row["n_sources"], row["quality"]) == (3, "consensus")
    assert row["providers"] == ["p0", "p1", "p2"]
    assert (row["minute"], row["day"], row["observed_at"]) == (MINUTE, "2026-05-01", NOW)
    assert rejected(found) == {"p3": OUTLIER}


def test_each_observation_is_kept_as_it_was_quoted_under_the_time_of_its_price() -> None:
    tethers = quotes("t", ("BTC", "USDT", 50.0), age=timedelta(seconds=20))
    found = concluded([tethers, *dollars((0.5, 0.5, 0.5), "USDT")])
    assert (found.prices.schema, found.observations.schema) == (
        PRICES.schema,
        PRICE_OBSERVATIONS.schema,
    )
    [row] = [row for row in found.observations.to_dicts() if row["symbol"] == "BTC"]
    assert row == {
        "day": "2026-05-01",
        "symbol": "BTC",
        "minute": MINUTE,
        "provider": "t",
        "price": 50.0,
        "quote": "USDT",
        "rate": 0.5,
        "observed_at": NOW - timedelta(seconds=20),
        "used": True,
        "reason": None,
        "mode": "live",
        "fetched_at": NOW,
        "known_at": NOW,
    }
    assert set(found.prices["known_at"]) == {NOW}


@pytest.mark.parametrize(
    ("values", "last", "quality"),
    [
        ((5.0, 5.0, 5.0), None, "consensus"),
        ((5.0, 5.0), None, "unconfirmed"),
        ((5.0,), None, "unconfirmed"),
        ((5.0, 5.0), 5.1, "pair"),
        ((5.0,), 5.1, "single"),
    ],
)
def test_the_quality_says_how_many_agree_and_whether_anything_confirms_them(
    values: tuple[float, ...], last: float | None, quality: str
) -> None:
    [row] = concluded(dollars(values), {"BTC": last} if last else None).prices.to_dicts()
    assert (row["quality"], row["n_sources"]) == (quality, len(values))
    assert (row["spread_bps"] is None) == (len(values) == 1)


# Who is wrong by ten times, before and after there is a last price of 100: what is the price?
@pytest.mark.parametrize(
    ("values", "last", "price", "reasons"),
    [
        # One of several, or two: the others agree without them.
        ((100, 101, 1000), None, 100.5, {"p2": OUTLIER}),
        ((100, 101, 102, 103, 10), None, 101.5, {"p4": OUTLIER}),
        ((100, 101, 102, 10, 1000), None, 101.0, {"p3": OUTLIER, "p4": OUTLIER}),
        ((100, 100, 100, 1000, 1000), None, 100.0, {"p3": OUTLIER, "p4": OUTLIER}),
        # Half and half: nobody can know, but for the last price.
        ((100, 100, 1000, 1000), None, None, dict.fromkeys(("p0", "p1", "p2", "p3"), NO_AGREEMENT)),
        ((100, 100, 1000, 1000), 100, 100.0, dict.fromkeys(("p2", "p3"), FAR_FROM_LAST)),
        ((100, 1000), None, None, dict.fromkeys(("p0", "p1"), NO_AGREEMENT)),
        ((100, 1000), 100, 100.0, {"p1": FAR_FROM_LAST}),
        # Alone, or as two, nobody moves a price so far; three who all agree do.
        ((1000,), 100, None, {"p0": FAR_FROM_LAST}),
        ((1000, 1000), 100, None, dict.fromkeys(("p0", "p1"), FAR_FROM_LAST)),
        ((1000, 1001, 1002), 100, 1001.0, {}),
        ((70, 70.1, 70.2, 70.3, 100), 100, 70.15, {"p4": OUTLIER}),
        # Most say that it moved, more than a third that it did not.
        (
            (1000, 1000, 1000, 100, 100),
            100,
            None,
            {
                **dict.fromkeys(("p0", "p1", "p2"), FAR_FROM_LAST),
                **dict.fromkeys(("p3", "p4"), NO_AGREEMENT),
            },
        ),
        # No two agree.
        ((1, 10, 100), None, None, dict.fromkeys(("p0", "p1", "p2"), NO_AGREEMENT)),
    ],
)
def test_a_disagreement_by_ten_times_comes_out_right_or_as_no_price_with_the_reasons(
    values: tuple[float, ...], last: float | None, price: float | None, reasons: dict[str, str]
) -> None:
    found = concluded(dollars(values), {"BTC": last} if last else None)
    assert prices(found) == ({} if price is None else {"BTC": pytest.approx(price)})
    assert rejected(found) == reasons


def test_equal_quotes_leave_room_for_one_that_differs_a_little() -> None:
    found = concluded(dollars((100.0, 100.0, 100.0, 100.0, 100.4)))
    assert rejected(found) == {}
    assert rejected(concluded(dollars((100.0, 100.0, 100.0, 100.0, 100.6)))) == {"p4": OUTLIER}


def test_scattered_quotes_agree_within_five_percent_at_most() -> None:
    assert rejected(concluded(dollars((100.0, 103.0, 105.0, 150.0)))) == {"p3": OUTLIER}
    assert prices(concluded(dollars((100.0, 112.0)))) == {}


def test_a_last_price_of_more_than_an_hour_ago_is_none() -> None:
    answers = dollars((1000.0,))
    assert prices(concluded(answers, {"BTC": 100.0}, ago=60 * MINUTES)) == {}
    [row] = concluded(answers, {"BTC": 100.0}, ago=61 * MINUTES).prices.to_dicts()
    assert (row["price"], row["quality"]) == (1000.0, "unconfirmed")


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, milliseconds=1), STALE),
        (-timedelta(minutes=5), None),
        (-timedelta(minutes=5, milliseconds=1), AHEAD),
        (None, None),
    ],
)
def test_a_quote_of_another_time_is_left_out(age: timedelta | None, reason: str | None) -> None:
    found = concluded([*dollars((5.0, 5.0, 5.0)), quotes("x", ("BTC", "USD", 5.0), age=age)])
    assert rejected(found).get("x") == reason


def test_no_price_is_observed_later_than_it_was_fetched() -> None:
    ahead = [quotes(name, ("BTC", "USD", 5.0), age=-4 * MINUTES) for name in "abc"]
    assert concluded(ahead).prices["observed_at"].to_list() == [NOW]


def test_who_repeats_another_is_no_second_opinion() -> None:
    copies = [quotes(name, ("BTC", "USD", 5.0), source="p0") for name in ("a", "b")]
    found = concluded([*copies, *dollars((5.0, 5.0))])
    assert found.prices["providers"].to_list() == [["p0", "p1"]]
    assert rejected(found) == {"a": SAME_SOURCE, "b": SAME_SOURCE}
    assert concluded(copies).prices["providers"].to_list() == [["a"]]


def test_who_says_two_things_has_one_vote_by_the_newest() -> None:
    old, new = (
        quotes("a", ("BTC", "USD", p), age=age) for p, age in ((9.0, MINUTES), (5.0, -MINUTES))
    )
    for answers in ([old, new], [new, old]):
        found = concluded(answers)
        assert (prices(found), found.observations.height) == ({"BTC": 5.0}, 1)


def test_a_broken_quote_has_no_vote_and_keeps_its_reason() -> None:
    broken = quotes("x", ("BTC", "USD", math.nan), reason="not finite")
    found = concluded([*dollars((5.0, 5.0, 5.0)), broken])
    assert (prices(found), rejected(found)) == ({"BTC": 5.0}, {"x": "not finite"})


def test_a_stablecoin_that_lost_its_peg_counts_by_its_own_price() -> None:
    answers = [quotes("b", ("BTC", "USDT", 100.0)), *dollars((0.9, 0.9, 0.9), "USDT")]
    assert prices(concluded(answers)) == {"BTC": 90.0, "USDT": 0.9}
    # From one minute to the next it falls by a tenth.
    assert prices(concluded(answers, {"USDT": 1.0})) == {"BTC": 90.0, "USDT": 0.9}


def test_a_lie_about_a_stablecoin_moves_nothing_quoted_in_it() -> None:
    lies = quotes("x", ("USDT", "USD", 10.0))
    answers = [quotes("b", ("BTC", "USDT", 100.0)), *dollars((1.0, 1.0, 1.0), "USDT"), lies]
    assert prices(concluded(answers)) == {"BTC": 100.0, "USDT": 1.0}


@pytest.mark.parametrize(
    ("said", "last", "ago", "price"),
    [
        # This minute's rate, on which three agree, whatever the last one was.
        ((0.9, 0.9, 0.9), 1.0, 1, 90.0),
        # Fewer tell none, also near the last one, which counts for a quarter of an hour.
        ((0.9,), 0.95, 1, 95.0),
        ((0.9, 0.9), 0.95, 1, 95.0),
        ((0.9, 0.9), 0.95, 16, None),
        ((0.9, 0.9), None, 1, None),
        ((10.0,), 0.95, 1, 95.0),
        ((), 0.95, 15, 95.0),
        ((), 0.95, 16, None),
        ((), None, 1, None),
    ],
)
def test_a_rate_is_measured_or_of_late_or_none(
    said: tuple[float, ...], last: float | None, ago: int, price: float | None
) -> None:
    answers = [quotes("b", ("BTC", "USDT", 100.0)), *dollars(said, "USDT")]
    found = concluded(answers, {"USDT": last} if last else None, ago=ago * MINUTES)
    assert prices(found).get("BTC") == price
    assert rejected(found) == ({} if price else {"b": NO_RATE})


def test_no_answers_make_no_prices() -> None:
    found = concluded([])
    assert (found.prices.height, found.observations.height) == (0, 0)
    assert found.prices.schema == PRICES.schema
