"""What docs/consensus.md says of figures, reasons and its example is what the code does."""

from datetime import timedelta

import polars as pl

from resources.price_rules import REASONS, RULES
from tests.assets.said import concluded, quotes
from tests.markdown import read, rows, section

TEXT = read("docs/consensus.md")


def test_each_parameter_stands_with_its_value() -> None:
    told = {row[0]: row[1] for row in rows(section(TEXT, "Parameters"))}
    assert told == {name: str(value) for name, value in RULES.told().items()}


def test_each_reason_is_told() -> None:
    assert [row[0] for row in rows(section(TEXT, "Reasons"))] == list(REASONS)


def test_the_example_comes_out_as_it_is_told() -> None:
    told = rows(section(TEXT, "An example"))
    answers = [
        quotes(name, ("BTC", quote, float(price)), age=timedelta(seconds=int(age)))
        for name, price, quote, age, _, _ in told
    ]
    answers += [
        quotes(f"t{n}", ("USDT", "USD", rate)) for n, rate in enumerate((0.9997, 0.9998, 0.9999))
    ]
    found = concluded(answers, {"BTC": 62_990.0})
    of_bitcoin = found.observations.filter(pl.col("symbol") == "BTC")
    shown = of_bitcoin.select("provider", pl.col("price") * pl.col("rate"), "reason")
    assert {name: (f"{usd:.3f}", reason or "") for name, usd, reason in shown.iter_rows()} == {
        row[0]: (row[4], row[5]) for row in told
    }
    [price] = found.prices.filter(pl.col("symbol") == "BTC").to_dicts()
    assert (price["price"], price["quality"]) == (63_010.0, "consensus")
    assert f"{price['spread_bps']:.1f}" == "4.0"
