"""Who plays what is asked: by host and base path, and only those are made that are needed."""

import pytest

from pipelines.supervisor import sandbox_config
from resources.providers import load_providers
from sandbox.config import Config, Provider
from sandbox.faults import Faults
from sandbox.request import Request
from sandbox.stage import choose
from sandbox.stages import Stages
from tests.sandbox.conftest import HOSTS, NOW

SHARED = Config(
    {
        "whole": Provider("acme.test"),
        "api": Provider("acme.test", "/api"),
        "models": Provider("acme.test", "/api/models"),
        "binance": Provider("api.binance.com"),
        "binance_again": Provider("api.binance.com"),
    }
)


def stages(config: Config = SHARED) -> Stages:
    return Stages(config, None, Faults(), lambda: NOW)


@pytest.mark.parametrize(
    ("host", "path", "names"),
    [
        ("acme.test", "/", ["whole"]),
        ("acme.test", "/apis", ["whole"]),
        ("acme.test", "/api", ["api"]),
        ("acme.test", "/api/v1", ["api"]),
        ("acme.test", "/api/models/7", ["models"]),
        ("other.test", "/api", ["other.test"]),
        ("api.binance.com", "/", ["binance", "binance_again"]),
    ],
)
def test_the_longest_base_path_of_a_host_plays(host: str, path: str, names: list[str]) -> None:
    assert [stage.name for stage in stages().of(host, path)] == names


@pytest.mark.parametrize(
    ("path", "name"), [("/api/v3/ping", "binance"), ("/other", "binance_again")]
)
def test_of_several_with_one_address_the_first_plays_that_knows_the_call(
    path: str, name: str
) -> None:
    request = Request(path, {}, None, gzipped=False)
    assert choose(stages().of("api.binance.com", path), request).name == name


def test_only_what_was_asked_for_is_made() -> None:
    them = stages()
    assert list(them.made()) == []
    them.of("acme.test", "/api")
    them.of("other.test", "/")
    assert [stage.name for stage in them.made()] == ["api", "other.test"]


def test_strangers_are_forgotten_before_they_fill_the_memory() -> None:
    them = stages()
    for number in range(1_100):
        them.of(f"{number}.test", "/")
    assert len(list(them.made())) == 1_000


def test_each_provider_with_a_parser_has_a_venue() -> None:
    parsed = {
        name
        for name, one in load_providers().items()
        if one.candles or one.tickers or one.markets or one.perpetuals
    }
    assert parsed - HOSTS.keys() == set()


def test_the_configuration_names_each_provider_with_host_path_and_limits() -> None:
    played = sandbox_config()["providers"]
    assert isinstance(played, dict)
    assert played.keys() == load_providers().keys()
    assert played["binance"] == {"host": "api.binance.com", "path": "", "limits": [[6_000, 60]]}
    assert all("{" not in str(one["path"]) for one in played.values())
