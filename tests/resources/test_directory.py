"""Which providers there are."""

from dataclasses import replace

import pytest

from resources.directory import Directory
from resources.errors import UnknownName
from resources.ledger import Ledger, custom_providers, provider_schedules
from resources.pools import living
from resources.providers import load_providers
from resources.providers.base import CATEGORIES, Auth, Provider
from tests.resources.http.played import a_provider

KEYED = a_provider("acme", auth=Auth("header", "X-Key"))


@pytest.fixture
def directory(ledger: Ledger) -> Directory:
    return Directory(ledger)


@pytest.mark.parametrize(
    "spelling", ["coinbase_exchange", "Coinbase-Exchange", "COINBASE exchange"]
)
def test_a_provider_is_found_by_its_id_or_name_in_any_case(
    directory: Directory, spelling: str
) -> None:
    assert directory.provider(spelling).id == "coinbase_exchange"


@pytest.mark.parametrize(("spelling", "nearest"), [("krakn", "kraken"), ("CoinGeko", "coingecko")])
def test_an_unknown_one_is_told_with_what_is_near(
    directory: Directory, spelling: str, nearest: str
) -> None:
    with pytest.raises(UnknownName, match=f"there is no provider '{spelling}'") as raised:
        directory.provider(spelling)
    assert nearest in raised.value.nearest
    assert raised.value.status == 404


def test_what_was_added_is_there_until_it_is_removed(ledger: Ledger, directory: Directory) -> None:
    assert directory.providers() == load_providers()
    custom_providers.add(ledger, KEYED)
    added = directory.provider("Acme")
    assert directory.is_custom(added)
    assert not directory.is_custom(directory.provider("kraken"))
    custom_providers.remove(ledger, "acme")
    assert directory.providers() == load_providers()


def test_what_is_read_is_kept_until_anyone_commits(ledger: Ledger, directory: Directory) -> None:
    before = directory.providers()
    assert directory.providers() is before
    custom_providers.add(ledger, KEYED)
    assert directory.providers() is not before


@pytest.mark.parametrize("own", [True, False])
def test_a_schedule_says_whether_a_provider_is_enabled_before_its_data(
    ledger: Ledger, directory: Directory, own: bool
) -> None:
    provider = next(one for one in directory.providers().values() if one.enabled == own)
    assert directory.enabled(provider) is own
    provider_schedules.change(ledger, provider.id, enabled=not own)
    assert directory.enabled(provider) is not own
    assert living(directory, provider, sandboxed=True) is not own


def test_categories_are_those_of_custom_providers_too(ledger: Ledger, directory: Directory) -> None:
    assert tuple(directory.categories()) == CATEGORIES
    for id_, category in (("a", "My Own"), ("b", "my_own"), ("c", "Rpc Node")):
        provider = of_category(id_, category)
        custom_providers.add(ledger, provider)
    assert directory.categories() == [*CATEGORIES, "My Own"]
    assert directory.category("MY-OWN") == "My Own"
    assert directory.category("RPC Node") == "rpc_node"
    assert {directory.provider(id_).category for id_ in "ab"} == {"My Own"}
    with pytest.raises(UnknownName) as raised:
        directory.category("exchang")
    assert "exchange" in raised.value.nearest


def of_category(id_: str, category: str) -> Provider:
    return replace(a_provider(id_), category=category)


def test_a_key_is_there_where_none_is_needed_or_one_is_set_or_stored(
    ledger: Ledger, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    optional = a_provider(auth=Auth("header", "X-Key", required=False))
    assert directory.has_key(a_provider())
    assert directory.has_key(optional)
    assert not directory.holds_key(optional)
    assert not directory.has_key(KEYED)
    custom_providers.add(ledger, KEYED, "s3cret-s3cret")
    assert directory.has_key(KEYED)
    custom_providers.remove(ledger, "acme")
    assert not directory.has_key(KEYED)
    monkeypatch.setenv("HEADWATER_KEY_ACME", "another")
    assert directory.has_key(KEYED)
