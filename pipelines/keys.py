"""`headwater keys` and `headwater sign-in`: who may call the service."""
# ruff: noqa: PLC0415 (a refused start should not wait for what a command needs)

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.arguments import Commands, add_providers, settings_of
from resources.errors import InvalidInput
from resources.rights import SCOPES, TIERS

if TYPE_CHECKING:
    from resources.ledger import Ledger
    from resources.ledger.key_changes import KeyRow
    from resources.settings import Settings


def add_commands(commands: Commands) -> None:
    kinds = commands.add_parser("keys", help="API keys").add_subparsers(
        required=True, metavar="COMMAND"
    )
    create = kinds.add_parser("create", help="make a key and print it once")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--scope", action="append", choices=SCOPES, dest="scopes")
    create.add_argument(
        "--tier", choices=TIERS, help="default: admin with the scope admin, else free"
    )
    create.add_argument("--expires", metavar="DATE", help="last day it holds, YYYY-MM-DD, UTC")
    create.set_defaults(run=_create)
    list_ = kinds.add_parser("list", help="tell which there are, newest first")
    list_.set_defaults(run=_list)
    revoke = kinds.add_parser("revoke", help="end a key at once")
    revoke.add_argument("id", metavar="ID")
    revoke.set_defaults(run=_revoke)
    rotate = kinds.add_parser("rotate", help="put a new key in a key's place and print it once")
    rotate.add_argument("id", metavar="ID")
    rotate.add_argument(
        "--overlap", metavar="SECONDS", type=int, default=0,
        help="how long the old one holds beside it; default: 0",
    )  # fmt: skip
    rotate.set_defaults(run=_rotate)
    sign_in = commands.add_parser("sign-in", help="print a link that signs a browser in, once")
    sign_in.set_defaults(run=_sign_in)
    for parser in (create, list_, revoke, rotate, sign_in):
        add_providers(parser)


def sign_in_link(settings: "Settings", ledger: "Ledger") -> str:
    """A link that signs one browser in as admin, within ten minutes."""
    from resources.ledger import sign_ins

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/sign-in?token={sign_ins.new_link(ledger)}"


def _create(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.demand import day_end
    from resources.ledger import audit, keys

    expires = day_end(parsed.expires) if parsed.expires else None
    if expires and expires <= int(datetime.now(UTC).timestamp() * 1000):
        raise InvalidInput(f"--expires {parsed.expires} lies in the past")
    scopes = tuple(parsed.scopes or ["read"])
    tier = parsed.tier or ("admin" if "admin" in scopes else "free")
    with _ledger(parsed) as ledger:
        say(keys.create(ledger, parsed.name, scopes, tier, expires))
        audit.note(ledger, f"keys create {parsed.name}")


def _list(parsed: argparse.Namespace) -> None:
    from pipelines.home import reading_ledger
    from pipelines.output import say, table
    from resources.ledger import key_changes

    heads = ("id", "name", "tier", "scopes", "made", "holds")
    with reading_ledger(settings_of(parsed)) as ledger:
        found = key_changes.read(ledger)
    say(table(heads, [_cells(one) for one in found]) if found else "there are no keys")


def _cells(found: "KeyRow") -> tuple[str, ...]:
    key = found.key
    if found.revoked_at is not None:
        holds = f"revoked {_minute(found.revoked_at)}"
    elif key.expires_at is not None:
        holds = f"{'until' if found.valid else 'expired'} {_minute(key.expires_at)}"
    else:
        holds = "until revoked"
    return key.id, key.name, key.tier, ",".join(key.scopes), _minute(found.created_at), holds


def _minute(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _revoke(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.ledger import audit, key_changes

    with _ledger(parsed) as ledger:
        # Who has a shell here can make another one.
        key_changes.revoke(ledger, parsed.id, last=True)
        audit.note(ledger, f"keys revoke {parsed.id}")
    say(f"{parsed.id} is revoked")


def _rotate(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.ledger import audit, key_changes

    if not 0 <= parsed.overlap <= key_changes.OVERLAP_MOST:
        raise InvalidInput(f"--overlap is of 0 to {key_changes.OVERLAP_MOST} seconds")
    with _ledger(parsed) as ledger:
        say(key_changes.rotate(ledger, parsed.id, parsed.overlap).issued.secret)
        audit.note(ledger, f"keys rotate {parsed.id}")


def _sign_in(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.ledger import audit

    with _ledger(parsed) as ledger:
        say(sign_in_link(settings_of(parsed), ledger))
        audit.note(ledger, "sign-in")


@contextmanager
def _ledger(parsed: argparse.Namespace) -> "Iterator[Ledger]":
    from resources.ledger import Ledger

    ledger = Ledger(settings_of(parsed).ledger_url)
    ledger.migrate()
    try:
        yield ledger
    finally:
        ledger.close()
