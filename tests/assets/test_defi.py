"""Decentralised finance, collected by real runs."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from assets.defi import defi
from assets.defi_history import chains_without_history, protocols_without_history
from resources.schemas import Table
from resources.schemas.defi import (
    DEFI_CHAINS,
    DEFI_DEX_VOLUMES,
    DEFI_FEES,
    DEFI_PROTOCOL_TVL,
    DEFI_PROTOCOLS,
    DEFI_STABLECOINS,
    DEFI_TABLES,
    DEFI_TVL,
    DEFI_YIELDS,
)
from resources.scope import Scope
from tests.runs import Platform


def day(back: int = 0) -> str:
    return (datetime.now(UTC) - timedelta(days=back)).strftime("%Y-%m-%d")


def midnight(back: int = 0) -> datetime:
    return datetime.fromisoformat(day(back)).replace(tzinfo=UTC)


def now() -> Scope:
    return Scope((), int(datetime.now(UTC).timestamp() * 1000))


def test_a_run_stores_all_tables_and_the_next_of_the_same_hour_nothing_new(
    everyone: Platform,
) -> None:
    result = everyone.run(defi, [day()], checks=True)
    assert result.success
    checks = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert checks == {"duplicates": True, "fresh": True, "rows": True}
    stored = {table.name: everyone.rows(table) for table in DEFI_TABLES}
    for name, rows in stored.items():
        assert rows.height, name
        assert set(rows["mode"]) == {"sandbox"}, name
        assert rows["fetched_at"].null_count() == rows["known_at"].null_count() == 0, name
    assert set(stored["defi_protocols"]["provider"]) == {"defillama"}
    assert "binance-cex" not in stored["defi_protocols"]["slug"]
    assert set(stored["defi_dex_volumes"]["provider"]) == {"defillama", "dexpaprika"}
    assert set(stored["defi_yields"]["provider"]) == {"defillama_yields", "yearn"}
    assert everyone.quarantined() == set()
    everyone.run(defi, [day()])
    for table in (DEFI_PROTOCOLS, DEFI_CHAINS, DEFI_STABLECOINS, DEFI_FEES, DEFI_YIELDS):
        if everyone.rows(table)["at"].n_unique() == 1:  # else the hour has just ended
            assert everyone.rows(table).equals(stored[table.name])


def test_chains_and_protocols_add_up(everyone: Platform) -> None:
    everyone.run(defi, [day()])
    chains = everyone.rows(DEFI_CHAINS)
    latest = everyone.rows(DEFI_TVL).filter(of=midnight())
    whole = latest.filter(chain="all")["tvl"].item()
    assert chains["tvl"].sum() == pytest.approx(whole, rel=0.01)
    protocols = everyone.rows(DEFI_PROTOCOLS)
    parts = protocols.select("slug", "tvl", pl.col("chain_tvl").list.eval(
        pl.element().struct.field("tvl")).list.sum().alias("parts"))  # fmt: skip
    assert parts.filter((pl.col("parts") / pl.col("tvl") - 1).abs() > 1e-9).is_empty()
    volumes = everyone.rows(DEFI_DEX_VOLUMES)
    by_chain = volumes.filter(provider="dexpaprika")["volume_24h"].sum()
    assert 0.8 < by_chain / volumes.filter(dex="all", chain="all")["volume_24h"].item() < 1.2
    fees = everyone.rows(DEFI_FEES).filter(pl.col("fees_24h").is_not_null())
    assert (fees["revenue_24h"] <= fees["fees_24h"] + 1).all()


def test_the_first_run_fetches_the_history_of_chains_and_some_protocols_and_later_ones_the_rest(
    everyone: Platform,
) -> None:
    everyone.run(defi, [day()])
    days = everyone.rows(DEFI_TVL)
    assert days.filter(chain="all")["of"].min() == datetime(2023, 1, 1, tzinfo=UTC)
    with_history = days.filter(of=midnight(30))["chain"].to_list()
    assert len(with_history) == 21
    assert {"all", "Ethereum", "Solana"} <= set(with_history)
    assert chains_without_history(everyone.lake, now()) == []
    protocols = everyone.rows(DEFI_PROTOCOL_TVL)
    told = set(protocols.filter(of=midnight(30))["slug"])
    largest = everyone.rows(DEFI_PROTOCOLS).sort("tvl", descending=True)["slug"].to_list()
    assert told == set(largest[:4])
    asked = protocols_without_history(everyone.lake, now())
    assert len(asked) == 4
    assert not told & set(asked)
    assert set(asked) <= set(largest[:50])
    everyone.run(defi, [day()])
    protocols = everyone.rows(DEFI_PROTOCOL_TVL)
    assert told < set(protocols.filter(of=midnight(30))["slug"])
    # Of those of which nobody was asked there is today's value.
    assert protocols.filter(of=midnight())["slug"].n_unique() == len(largest)


def test_a_gap_in_the_days_of_a_chain_is_asked_for(everyone: Platform) -> None:
    everyone.run(defi, [day()])
    hole = (pl.col("chain") == "Base") & (pl.col("of") == midnight(7))
    everyone.lake.rewrite(
        DEFI_TVL, {"year": day(7)[:4]}, lambda rows: rows.filter(~hole)
    )  # fmt: skip
    assert chains_without_history(everyone.lake, now()) == ["Base"]
    everyone.run(defi, [day()])
    assert everyone.rows(DEFI_TVL).filter(hole).height == 1


def test_a_past_day_is_filled_from_what_providers_know_of_it(everyone: Platform) -> None:
    everyone.run(defi, [day()])
    result = everyone.run(defi, [day(40)])
    assert result.success
    assert everyone.rows(DEFI_CHAINS)["day"].unique().to_list() == [day()]
    of_day = everyone.rows(DEFI_PROTOCOL_TVL).filter(of=midnight(40))
    assert of_day["slug"].n_unique() == 50
    stored = [_before_today(everyone, table) for table in (DEFI_TVL, DEFI_PROTOCOL_TVL)]
    assert everyone.run(defi, [day(41)]).success
    again = [_before_today(everyone, table) for table in (DEFI_TVL, DEFI_PROTOCOL_TVL)]
    assert all(one.equals(other) for one, other in zip(stored, again, strict=True))


def _before_today(platform: Platform, table: Table) -> pl.DataFrame:
    """Today's value is another one each minute."""
    return platform.rows(table).filter(pl.col("of") < midnight())


def test_who_fails_is_replaced_where_there_is_another(everyone: Platform) -> None:
    everyone.fault(provider="defillama_yields", kind="status_5xx")
    everyone.fault(provider="dexpaprika", kind="html_200")
    assert everyone.run(defi, [day()]).success
    assert set(everyone.rows(DEFI_YIELDS)["provider"]) == {"yearn"}
    assert set(everyone.rows(DEFI_DEX_VOLUMES)["provider"]) == {"defillama"}


def test_what_cannot_be_had_keeps_nothing_else_back(everyone: Platform) -> None:
    everyone.fault(provider="defillama_stablecoins", kind="wrong_schema", times=3)
    assert everyone.run(defi, [day()]).success
    # The first try has stored the rest, the second what was missing.
    told = {table.name: min(everyone.rows(table)["fetched_at"].to_list()) for table in DEFI_TABLES}
    late = told.pop("defi_stablecoins")
    assert all(at < late for at in told.values())


def test_providers_that_disagree_stand_side_by_side(everyone: Platform) -> None:
    assert everyone.run(defi, [day()]).success
    before = everyone.rows(DEFI_DEX_VOLUMES).filter(provider="dexpaprika")["volume_24h"].sum()
    everyone.fault(provider="dexpaprika", kind="spike")
    everyone.lake.rewrite(DEFI_DEX_VOLUMES, {"day": day()}, lambda rows: rows.limit(0))
    assert everyone.run(defi, [day()]).success
    rows = everyone.rows(DEFI_DEX_VOLUMES)
    spiked = rows.filter(provider="dexpaprika")["volume_24h"].sum()
    whole = rows.filter(provider="defillama", dex="all")["volume_24h"].item()
    assert spiked == pytest.approx(10 * before, rel=0.01)
    assert before / whole == pytest.approx(1, abs=0.2)
