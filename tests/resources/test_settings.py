"""Settings: where they come from and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from resources.errors import StartRefused
from resources.market import Interval
from resources.settings import child_environment, load_settings, provider_key


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HEADWATER_PORT", "PORT", "HEADWATER_HOME", "TOP_N_CRYPTOS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_environment_is_over_dotenv_over_toml_over_the_default(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().port == 8000
    (empty_folder / "headwater.toml").write_text("port = 8001\n")
    assert load_settings().port == 8001
    (empty_folder / ".env").write_text("HEADWATER_PORT=8002\n")
    assert load_settings().port == 8002
    monkeypatch.setenv("HEADWATER_PORT", "8003")
    assert load_settings().port == 8003


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("PORT", "9000", "port", 9000),
        ("TOP_N_CRYPTOS", "7", "top_n_cryptos", 7),
        ("API_KEY_REQUIRED", "false", "api_key_required", False),
        ("COLLECTION_START_DATE", "2024-02-01", "collection_start_date", date(2024, 2, 1)),
        ("HEADWATER_COLLECTION_INTERVALS", '["4h"]', "collection_intervals", [Interval.H4]),
        ("COLLECTION_SCHEDULE", "30 3 * * 1-5", "collection_schedule", "30 3 * * 1-5"),
        ("HEADWATER_WATCHLIST", '{"symbols": ["sol"]}', "watchlist", {"symbols": ["sol"]}),
    ],
)
def test_customary_names_are_accepted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(), field) == expected


@pytest.mark.parametrize("place", ["environment", "dotenv", "toml"])
def test_a_misspelt_name_is_refused_wherever_it_stands(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "environment":
        monkeypatch.setenv("HEADWATER_DAGSTER_PROT", "1")
    elif place == "dotenv":
        (empty_folder / ".env").write_text("HEADWATER_DAGSTER_PROT=1\n")
    else:
        (empty_folder / "headwater.toml").write_text("dagster_prot = 1\n")
    with pytest.raises(StartRefused, match=r"(?i)dagster_prot in .* is no setting"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEADWATER_PORT", "0"),
        ("HEADWATER_PORT", "x"),
        ("HEADWATER_PROVIDERS", "both"),
        ("HEADWATER_COLLECTION_INTERVALS", '["2h"]'),
        ("HEADWATER_COLLECTION_START_DATE", "2025-13-45"),
        ("HEADWATER_COLLECTION_START_DATE", "2999-01-01"),
        ("HEADWATER_COLLECTION_SCHEDULE", "61 * * * *"),
        ("HEADWATER_WATCHLIST", '{"symbols": ["NOCOIN"]}'),
        ("HEADWATER_WATCHLIST", '{"symbols": ["SOL"], "intervals": ["2h"]}'),
        ("HEADWATER_WATCHLIST", '{"symbol": []}'),
        ("HEADWATER_WATCHLIST", "SOL"),
        ("HEADWATER_DATABASE_URL", "postgresql://x/y"),
        ("HEADWATER_ALLOWED_ADDRESSES", '["10.0.0/8"]'),
        ("HEADWATER_SECRET_KEY", "short"),
        ("HEADWATER_KEY_ACME", "two\nlines"),
    ],
)
def test_a_bad_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StartRefused, match=name):
        load_settings()


def test_a_secret_is_shown_neither_where_it_is_bad_nor_where_it_is_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEADWATER_SECRET_KEY", "s3cret")
    with pytest.raises(StartRefused) as raised:
        load_settings()
    assert "s3cret" not in str(raised.value)
    monkeypatch.setenv("HEADWATER_SECRET_KEY", "s3cret" * 6)
    assert "s3cret" not in repr(load_settings())


def test_a_key_of_a_provider_has_no_space_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_KEY_ACME", " key\n")
    load_settings()
    assert provider_key("acme") == "key"


def test_what_is_no_json_or_toml_is_refused_with_a_sentence(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_CORS_ORIGINS", "http://b")
    with pytest.raises(StartRefused, match="HEADWATER_CORS_ORIGINS is no JSON"):
        load_settings()
    monkeypatch.delenv("HEADWATER_CORS_ORIGINS")
    (empty_folder / "headwater.toml").write_text("port = = 1")
    with pytest.raises(StartRefused, match=r"headwater\.toml is not valid TOML"):
        load_settings()


def test_a_watchlist_without_intervals_is_collected_in_those_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEADWATER_WATCHLIST", '{"symbols": ["sol-usdt", "PEPE"]}')
    watched = load_settings().watched
    assert [str(symbol) for symbol in watched.symbols] == ["PEPE/USDT", "SOL/USDT"]
    assert list(watched.intervals) == [Interval.H1, Interval.D1]


def test_sandbox_and_live_have_homes_of_their_own() -> None:
    assert load_settings(providers="sandbox").home_dir.parts[-2:] == (".headwater", "sandbox")
    assert load_settings(providers="live").home_dir.parts[-2:] == (".headwater", "live")
    assert load_settings(providers="live").sandbox_url is None


def test_a_child_gets_what_was_decided_here() -> None:
    settings = load_settings(providers="live")
    environment = child_environment(settings, {"MORE": "yes"})
    assert environment["HEADWATER_PROVIDERS"] == "live"
    assert environment["HEADWATER_HOME"] == str(settings.home_dir)
    assert environment["MORE"] == "yes"
