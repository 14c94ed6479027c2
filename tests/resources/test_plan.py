"""Ranges: what is covered, what is missing."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from resources.market import Interval, Symbol
from resources.plan import Cost, Demand, Window, cost, missing, union
from resources.providers.base import Call, Candles, Limit, Provider
from resources.schemas import CANDLE_PAGE

bounds = st.integers(0, 60)
windows = st.lists(st.tuples(bounds, bounds).map(lambda pair: Window(*sorted(pair))), max_size=8)


def points(parts: list[Window]) -> set[int]:
    return {at for part in parts for at in range(part.start, part.end)}


@given(windows)
def test_a_union_holds_the_same_points_in_disjoint_windows_that_do_not_touch(
    parts: list[Window],
) -> None:
    joined = union(parts)
    assert points(joined) == points(parts)
    assert all(a.end < b.start for a, b in pairwise(joined))


@given(windows, st.tuples(bounds, bounds))
def test_missing_and_covered_together_are_what_was_wanted(
    parts: list[Window], pair: tuple[int, int]
) -> None:
    wanted = Window(*sorted(pair))
    gaps = missing(wanted, parts)
    assert points(gaps) == points([wanted]) - points(parts)
    assert all(gap.length > 0 for gap in gaps)


HOUR = Interval.H1.ms
DAY = 24 * HOUR
YEAR = Demand(Symbol("BTC", "USDT"), Interval.H1, Window(0, 8760 * HOUR))


def a_provider(name: str, page: int, weight: int, *limits: tuple[int, int]) -> Provider:
    candles = Candles(
        {Interval.H1: "1h"},
        page,
        call=lambda _: Call("/candles", weight=weight),
        parse=lambda _body, _query: CANDLE_PAGE.to_frame(),
        covered=lambda query, _: (query.start, query.end),
    )
    return Provider(
        id=name,
        name=name,
        category="exchange",
        base_url=f"https://{name}.test",
        docs_url="",
        limits=tuple(Limit(*limit) for limit in limits),
        native=str,
        candles=candles,
    )


def anyone(_provider: Provider, _demand: Demand) -> bool:
    return True


def test_what_fits_the_first_window_costs_no_time() -> None:
    acme = a_provider("acme", 1000, 2, (6000, 60))
    costs = cost([YEAR], [acme], anyone)
    assert [(name, c.requests, c.weight) for name, c in costs.items()] == [("acme", 9, 18)]
    assert costs["acme"].minutes < 0.01


def test_what_does_not_fit_waits_for_the_next_windows() -> None:
    acme = a_provider("acme", 100, 1, (10, 60), (1000, 3600))
    assert cost([YEAR], [acme], anyone) == {"acme": Cost(88, 88, 8.0)}


def test_a_file_costs_its_checksum_too_and_ends_where_it_ends() -> None:
    acme = a_provider("acme", 744, 1, (10, 60))
    assert acme.candles
    files = replace(
        acme.candles,
        reach=lambda query: (query.start // (500 * HOUR) + 1) * 500 * HOUR,
        checksum=lambda _: Call("/checksum", weight=2),
    )
    half = Demand(YEAR.symbol, Interval.H1, Window(250 * HOUR, 1100 * HOUR))
    costs = cost([half], [replace(acme, candles=files)], anyone)
    assert [(of.requests, of.weight) for of in costs.values()] == [(6, 9)]


def test_what_is_worth_no_file_is_planned_in_pages() -> None:
    pages = a_provider("pages", 100, 1, (100, 60))
    assert pages.candles
    files = replace(pages.candles, reach=lambda query: (query.start // DAY + 1) * DAY)
    filed = replace(pages, id="files", candles=files)
    demand = Demand(YEAR.symbol, Interval.H1, Window(0, 2 * DAY + 10 * HOUR))

    def able(provider: Provider, rest: Demand) -> bool:
        return provider is pages or rest.window.length >= DAY

    costs = cost([demand], [filed, pages], able)
    assert {name: of.requests for name, of in costs.items()} == {"files": 2, "pages": 1}
    assert cost([demand], [filed], able) == {"files": Cost(2, 2, costs["files"].minutes)}


def test_several_budgets_are_filled_at_once() -> None:
    one, two = (a_provider(name, 100, 1, (10, 60)) for name in ("one", "two"))
    shared = cost([YEAR], [one, two], anyone)
    assert shared == {"one": Cost(48, 48, 4.0), "two": Cost(40, 40, 3.0)}


def test_the_first_in_the_order_is_asked_while_its_budget_lasts() -> None:
    one, two = (a_provider(name, 1000, 1, (100, 60)) for name in ("one", "two"))
    assert list(cost([YEAR], [two, one], anyone)) == ["two"]


def test_only_those_who_can_are_asked() -> None:
    one, two = (a_provider(name, 1000, 1) for name in ("one", "two"))
    assert list(cost([YEAR], [one, two], lambda p, _: p is two)) == ["two"]
    assert cost([YEAR], [one, two], lambda _p, _d: False) == {}


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 5), st.integers(5, 50)), min_size=1),
    st.integers(0, 5000),
)
def test_all_that_is_wanted_is_planned_and_never_more_than_limits_allow(
    kinds: list[tuple[int, int, int]], hours: int
) -> None:
    providers = [
        a_provider(f"p{i}", page, w, (room, 60)) for i, (page, w, room) in enumerate(kinds)
    ]
    demand = Demand(YEAR.symbol, Interval.H1, Window(0, hours * HOUR))
    planned = cost([demand], providers, anyone)
    pages = {provider.id: kind[0] for provider, kind in zip(providers, kinds, strict=True)}
    assert sum(of.requests * pages[name] for name, of in planned.items()) >= hours
    for name, of in planned.items():
        _, weight, room = kinds[int(name[1:])]
        assert of.weight == of.requests * weight
        assert of.weight <= room * (of.minutes + 1)
