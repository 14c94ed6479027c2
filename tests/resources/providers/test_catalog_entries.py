"""What the catalog says of real services: enough of them, told apart, and asked no more than they allow."""

import re
from collections import Counter

from resources.providers import coded_providers, load_providers
from resources.providers.base import CATEGORIES, FEEDS, UPDATE_SECONDS, Call, Provider
from resources.providers.catalog import FOLDER

CATALOG = [one for name, one in load_providers().items() if name not in coded_providers()]


def test_there_are_hundreds_and_some_of_each_category() -> None:
    assert len(CATALOG) >= 200
    counts = Counter(one.category for one in CATALOG)
    assert {name: counts[name] >= 5 for name in CATEGORIES if name != "custom"} == {
        name: True for name in CATEGORIES if name != "custom"
    }


def test_each_feed_has_some() -> None:
    assert {endpoint.feed for one in CATALOG for endpoint in one.endpoints} == set(FEEDS)


def test_each_stands_in_the_file_of_its_category() -> None:
    for file in FOLDER.glob("*.toml"):
        told = set(re.findall(r'^category = "(\w+)"$', file.read_text(), re.MULTILINE))
        assert told == {file.stem}


def test_no_two_are_the_same_service() -> None:
    addresses = Counter(
        (one.base_url + one.endpoints[0].call.path, str(one.endpoints[0].call.params))
        for one in CATALOG
    )
    assert [address for address, count in addresses.items() if count > 1] == []
    names = Counter(one.name.lower() for one in load_providers().values())
    assert [name for name, count in names.items() if count > 1] == []


def test_the_rhythm_of_each_takes_at_most_half_of_each_limit() -> None:
    often = [
        f"{one.id}: {limit}"
        for one in CATALOG
        for limit in one.limits
        if 2 * _weight(one) * limit.seconds > limit.amount * UPDATE_SECONDS[one.update]
    ]
    assert often == []
    assert [one.id for one in CATALOG if not one.limits] == []


def _weight(one: Provider) -> int:
    return one.endpoints[0].call.weight


def test_no_call_is_heavier_than_what_is_allowed_at_all() -> None:
    heavy = [
        one.id
        for one in CATALOG
        for call in _calls(one)
        if call.weight > min(limit.amount for limit in one.limits)
    ]
    assert heavy == []


def _calls(one: Provider) -> list[Call]:
    return [*(endpoint.call for endpoint in one.endpoints), *([one.health] if one.health else [])]


def test_each_is_called_encrypted_and_by_name() -> None:
    name = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/|$)")
    assert [one.id for one in CATALOG if not name.match(one.base_url)] == []
    assert [one.id for one in CATALOG if not (one.ws_url or "wss://").startswith("wss://")] == []
    assert [one.id for one in CATALOG if not one.docs_url.startswith("https://")] == []


def test_a_realtime_exchange_is_one_with_a_socket() -> None:
    for one in CATALOG:
        if one.category == "exchange":
            assert (one.update == "realtime") == (one.ws_url is not None), one.id


def test_no_call_carries_a_key() -> None:
    takes = {one.auth.name.lower() for one in CATALOG if one.auth and one.auth.kind == "query"}
    assert {"apikey", "api_key", "auth_token"} <= takes
    # Of these names two mean other things where they take no key.
    given = {name.lower() for one in CATALOG for call in _calls(one) for name in call.params}
    assert given & takes <= {"token", "key"}
    for one in CATALOG:
        assert not one.auth or all(one.auth.name not in call.params for call in _calls(one))
