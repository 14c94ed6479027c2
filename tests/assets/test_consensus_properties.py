"""What no lie, order or turn of the providers can do to a price."""

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assets.consensus import Consensus
from resources.quotes import Quotes
from tests.assets.said import concluded, dollars, prices, quotes

LEVEL = 100.0
SEVEN = 7
# Venues that differ by up to half a percent, as they do; and such that hardly agree.
CLOSE = st.floats(0.9975, 1.0025).map(lambda share: LEVEL * share)
WIDE = st.floats(0.8, 1.25).map(lambda share: LEVEL * share)
ANY = st.floats(1e-9, 1e12)
LIES = st.lists(ANY | WIDE | st.sampled_from([10 * LEVEL, LEVEL / 10]), min_size=1, max_size=2)
LAST = st.none() | ANY | WIDE
# Rounding to twelve digits.
ROUND = 1e-11


def btc(values: list[float], last: float | None) -> float | None:
    return prices(concluded(dollars(values), {"BTC": last} if last else None)).get("BTC")


def told(found: Consensus) -> object:
    return found.prices.to_dicts(), found.observations.to_dicts()


@given(st.lists(CLOSE, min_size=SEVEN, max_size=SEVEN), LIES, LAST)
def test_one_or_two_liars_of_seven_move_a_price_by_no_more_than_the_honest_differ(
    honest: list[float], lies: list[float], last: float | None
) -> None:
    truth = btc(honest, None)
    price = btc([*lies, *honest[len(lies) :]], last)
    assert truth
    assert price
    assert abs(price - truth) <= max(honest) - min(honest) + ROUND * truth


# Where rejecting the three that are further off would leave the price to the liars.
@example(honest=[98.0, 98.0, 98.0, 100.0, 100.0], lies=[100.01, 100.01], last=None)
@given(st.lists(WIDE, min_size=SEVEN - 2, max_size=SEVEN - 2), LIES, LAST)
def test_with_two_liars_of_seven_any_price_lies_between_honest_quotes(
    honest: list[float], lies: list[float], last: float | None
) -> None:
    price = btc([*honest, *lies, *lies][:SEVEN], last)
    assert price is None or min(honest) * (1 - ROUND) <= price <= max(honest) * (1 + ROUND)


@given(
    st.lists(st.tuples(CLOSE, st.booleans()), min_size=5, max_size=5),
    st.lists(st.tuples(ANY, ANY, st.booleans()), min_size=2, max_size=2),
)
def test_two_liars_of_seven_about_a_stablecoin_too_move_no_price_out_of_the_honest_ones(
    honest: list[tuple[float, bool]], lies: list[tuple[float, float, bool]]
) -> None:
    def said(name: str, price: float, rate: float, *, tethers: bool) -> Quotes:
        return quotes(name, ("BTC", "USDT" if tethers else "USD", price), ("USDT", "USD", rate))

    rates = [price / LEVEL for price, _ in honest]
    answers = [
        said(f"h{n}", price / (price / LEVEL if tethers else 1), rates[n], tethers=tethers)
        for n, (price, tethers) in enumerate(honest)
    ]
    answers += [said(f"l{n}", p, r, tethers=t) for n, (p, r, t) in enumerate(lies)]
    found = prices(concluded(answers))
    assert min(rates) * (1 - ROUND) <= found["USDT"] <= max(rates) * (1 + ROUND)
    values = [LEVEL * found["USDT"] if tethers else price for price, tethers in honest]
    assert min(values) * (1 - ROUND) <= found["BTC"] <= max(values) * (1 + ROUND)


# One provider alone says that the coin cost a fifth more, a minute after all agreed that it did not.
@example(honest=[(LEVEL, True)] * 4, rates=[], lie=1.19, last=1.0)
@example(honest=[(LEVEL, True)] * 4 + [(LEVEL, False)], rates=[], lie=1.19, last=1.0)
@example(honest=[(LEVEL, True)] * 4, rates=[1.0], lie=1.04, last=1.0)
@given(
    st.lists(st.tuples(CLOSE, st.booleans()), min_size=4, max_size=7),
    st.lists(CLOSE.map(lambda price: price / LEVEL), max_size=2),
    ANY | WIDE.map(lambda price: price / LEVEL),
    st.none() | CLOSE.map(lambda price: price / LEVEL),
)
def test_a_liar_about_a_stablecoin_that_few_quote_moves_no_price_out_of_the_honest_ones(
    honest: list[tuple[float, bool]], rates: list[float], lie: float, last: float | None
) -> None:
    answers = [
        quotes(f"h{n}", ("BTC", "USDT" if tethers else "USD", price))
        for n, (price, tethers) in enumerate(honest)
    ]
    answers += [quotes(f"r{n}", ("USDT", "USD", rate)) for n, rate in enumerate(rates)]
    answers.append(quotes("l", ("USDT", "USD", lie)))
    price = prices(concluded(answers, {"USDT": last} if last else None)).get("BTC")
    known = [*rates, *([last] if last else [])]
    values = [v * r for v, tethers in honest for r in (known if tethers else [1.0])]
    assert price is None or min(values) * (1 - ROUND) <= price <= max(values) * (1 + ROUND)


@given(
    st.lists(WIDE | ANY, min_size=1, max_size=9), st.lists(CLOSE, max_size=3), LAST, st.randoms()
)
@settings(max_examples=60)
def test_the_order_of_arrival_does_not_matter(
    values: list[float], rates: list[float], last: float | None, shuffle: random.Random
) -> None:
    answers = dollars(values)
    answers += [quotes(f"t{n}", ("USDT", "USD", rate / LEVEL)) for n, rate in enumerate(rates)]
    answers += [quotes("u", ("BTC", "USDT", LEVEL)), quotes("v", ("BTC", "USD", 5.0), source="p0")]
    shuffled = [
        Quotes(a.provider, a.frame.sample(fraction=1, shuffle=True), a.source) for a in answers
    ]
    shuffle.shuffle(shuffled)
    known = {"BTC": last} if last else None
    assert told(concluded(answers, known)) == told(concluded(shuffled, known))


@given(st.lists(CLOSE, min_size=6, max_size=14), st.integers(3, 7))
def test_as_the_turn_goes_on_a_price_moves_no_further_than_the_venues_lie_apart(
    levels: list[float], quorum: int
) -> None:
    last, first = None, 0
    for _ in range(4):
        asked = [(first + n) % len(levels) for n in range(min(quorum, len(levels)))]
        first = asked[-1] + 1
        price = btc([levels[n] for n in asked], last)
        assert price
        if last:
            assert abs(price - last) <= max(levels) - min(levels) + ROUND * LEVEL
        last = price
