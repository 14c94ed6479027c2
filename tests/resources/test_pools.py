"""Which pools there are at first, and who is in them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from resources.directory import Directory
from resources.errors import Conflict
from resources.http.rotation import STRATEGIES
from resources.ledger import Ledger
from resources.ledger import pools as rows
from resources.pools import COLLECTED, Pools, candle_priority, membership, seed, serves
from resources.providers import load_providers
from resources.providers.base import CATEGORIES, FEEDS, Auth, Limit, Provider


@pytest.fixture
def providers() -> Mapping[str, Provider]:
    return load_providers()


def members(ledger: Ledger, pool_id: str) -> set[str]:
    return {member.provider for member in rows.read(ledger, pool_id).members}


def test_there_is_a_pool_for_each_category_and_for_each_feed_that_is_served(
    ledger: Ledger, providers: Mapping[str, Provider]
) -> None:
    seed(ledger, providers)
    found = rows.read_all(ledger)
    assert {pool.category for pool in found} == {*CATEGORIES, "feed"}
    living = [provider for provider in providers.values() if provider.enabled]
    served = {feed for feed in FEEDS if any(serves(provider, feed) for provider in living)}
    assert {pool.id for pool in found if pool.category == "feed"} == served
    assert {pool.strategy for pool in found} == set(STRATEGIES)
    assert served >= set(COLLECTED)


def test_members_are_those_of_the_category_or_that_serve_the_feed(
    ledger: Ledger, providers: Mapping[str, Provider]
) -> None:
    few = {name: providers[name] for name in ("binance", "coingecko", "kraken")}
    seed(ledger, few)
    assert members(ledger, "exchange_data") == {"binance", "kraken"}
    assert members(ledger, "ohlcv") == {"binance", "kraken"}
    assert members(ledger, "prices") == {"binance", "coingecko", "kraken"}
    seed(ledger, {**few, "coinbase_exchange": providers["coinbase_exchange"]})
    assert members(ledger, "exchange_data") == {"binance", "kraken", "coinbase_exchange"}


def test_a_provider_that_is_not_enabled_joins_once_it_is(
    ledger: Ledger, providers: Mapping[str, Provider]
) -> None:
    kraken = providers["kraken"]
    seed(ledger, {"kraken": replace(kraken, enabled=False)})
    assert members(ledger, "exchange_data") == set()
    seed(ledger, {"kraken": kraken})
    assert members(ledger, "exchange_data") == {"kraken"}


def test_cheaper_candles_come_first(providers: Mapping[str, Provider]) -> None:
    binance = providers["binance"]
    assert candle_priority(binance) == 20  # 1,000 calls of weight 2, 100 a second
    small = replace(binance, limits=(Limit(60, 60),))
    assert candle_priority(binance) < candle_priority(small)
    assert candle_priority(replace(binance, candles=None)) > candle_priority(small)


def test_candles_of_liquid_exchanges_come_before_cheaper_ones(
    ledger: Ledger, providers: Mapping[str, Provider]
) -> None:
    seed(ledger, providers)
    by_priority = {m.provider: m.priority for m in rows.read(ledger, "ohlcv").members}
    assert candle_priority(providers["htx"]) < candle_priority(providers["binance"])
    order = ["binance", "coinbase_exchange", "htx", "cryptocompare"]
    assert sorted(order, key=by_priority.__getitem__) == order


def test_who_needs_a_key_comes_after_those_who_do_not(
    ledger: Ledger, providers: Mapping[str, Provider]
) -> None:
    kraken = providers["kraken"]
    locked = replace(kraken, id="locked", auth=Auth("query", "key"))
    seed(ledger, {"kraken": kraken, "locked": locked})
    free, keyed = rows.read(ledger, "exchange_data").members
    assert (free.provider, keyed.provider) == ("kraken", "locked")
    assert free.priority < keyed.priority


def test_a_membership_is_what_the_rows_say_now(
    ledger: Ledger, providers: Mapping[str, Provider]
) -> None:
    seed(ledger, {"binance": providers["binance"], "kraken": providers["kraken"]})
    read = membership(ledger, Directory(ledger), "exchange_data", sandboxed=True)
    assert [member.provider.id for member in read().members] == ["binance", "kraken"]
    rows.remove_member(ledger, "exchange_data", "binance")
    rows.add_member(ledger, "exchange_data", rows.StoredMember("gone", 1, 1))
    rows.change(ledger, "exchange_data", strategy="least_used", enabled=False)
    now = read()
    assert [member.provider.id for member in now.members] == ["kraken"]
    assert (now.strategy, now.closed) == ("least_used", "it is disabled")


def test_who_lacks_a_key_is_no_living_member_but_in_the_sandbox(
    ledger: Ledger, providers: Mapping[str, Provider]
) -> None:
    keyed = next(p for p in providers.values() if p.auth and p.auth.required and p.enabled)
    seed(ledger, {keyed.id: keyed})
    (pool,) = (p for p in rows.read_all(ledger) if p.category == keyed.category)
    for sandboxed, expected in ((True, [keyed.id]), (False, [])):
        read = membership(ledger, Directory(ledger), pool.id, sandboxed=sandboxed)
        assert [member.provider.id for member in read().members] == expected


@pytest.mark.parametrize("feed", COLLECTED)
def test_a_pool_that_a_feed_is_collected_through_stays(
    ledger: Ledger, providers: Mapping[str, Provider], feed: str
) -> None:
    seed(ledger, providers)
    pools = Pools(ledger, Directory(ledger), sandboxed=True)
    with pytest.raises(Conflict, match="disable it or remove members"):
        pools.delete(feed)
    pools.delete("nft_markets")
    assert rows.read(ledger, feed).id == feed
