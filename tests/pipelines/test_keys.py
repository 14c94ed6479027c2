"""The commands that say who may call."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.cli import main
from resources.ledger import Ledger, keys, sign_ins
from tests.ledgers import ledger_at

Run = Callable[..., str]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    made = ledger_at(tmp_path / "home" / "ledger.db")
    yield made
    made.close()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: what it says."""

    def say(*arguments: str) -> str:
        main(arguments)
        return capsys.readouterr().out.strip()

    return say


@pytest.mark.parametrize(
    ("options", "scopes", "tier"),
    [
        ((), ("read",), "free"),
        (("--scope", "write", "--tier", "pro"), ("write",), "pro"),
        (("--scope", "admin"), ("admin",), "admin"),
        (("--scope", "admin", "--tier", "free"), ("admin",), "free"),
        (("--scope", "write", "--scope", "read"), ("read", "write"), "free"),
    ],
)
def test_a_key_is_made_and_printed_alone(
    ledger: Ledger, run: Run, options: tuple[str, ...], scopes: tuple[str, ...], tier: str
) -> None:
    found = keys.find(ledger, run("keys", "create", "bot", *options))
    assert found is not None
    assert (found.name, found.scopes, found.tier) == ("bot", scopes, tier)


def test_a_key_is_listed_rotated_and_revoked(ledger: Ledger, run: Run) -> None:
    assert run("keys", "list") == "there are no keys"
    first = run("keys", "create", "bot", "--expires", "2099-12-31")
    found = keys.find(ledger, first)
    assert found is not None
    listed = run("keys", "list")
    assert re.search(rf"^{found.id}  bot .* until 2100-01-01 00:00$", listed, re.MULTILINE)
    second = run("keys", "rotate", found.id, "--overlap", "60")
    newer = keys.find(ledger, second)
    assert newer is not None
    assert keys.find(ledger, first)
    for one in (found, newer):
        assert run("keys", "revoke", one.id) == f"{one.id} is revoked"
    listed = run("keys", "list")
    assert listed.count("revoked ") == 2
    assert "hw_" not in listed
    assert keys.find(ledger, first) is keys.find(ledger, second) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "revoke", "nobody"),
        ("keys", "rotate", "nobody"),
        ("keys", "rotate", "nobody", "--overlap", "-1"),
        ("keys", "create", "bot", "--expires", "2020-01-01"),
        ("keys", "create", "a\nb"),
    ],
)
@pytest.mark.usefixtures("ledger")
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match=r"^headwater: "):
        main(arguments)


def test_a_link_is_printed_that_signs_a_browser_in(ledger: Ledger, run: Run) -> None:
    address, _, link = run("sign-in").partition("?token=")
    assert address == "http://127.0.0.1:8000/sign-in"
    assert sign_ins.redeem(ledger, link)
