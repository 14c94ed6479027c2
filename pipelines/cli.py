"""The command line: `headwater COMMAND`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipelines.session import run_session
from pipelines.supervisor import say
from resources.errors import HeadwaterError
from resources.ledger import Ledger, keys
from resources.settings import Settings, load_settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; an error of ours ends it with one sentence and exit code 1."""
    parsed = _parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except HeadwaterError as error:
        sys.exit(f"headwater: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="headwater", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="run everything on the sandbox, without internet")
    demo.set_defaults(run=lambda _: run_session(load_settings(providers="sandbox")))
    up = commands.add_parser("up", help="run everything against the real providers")
    up.set_defaults(run=lambda _: run_session(load_settings(providers="live")))
    _add_keys(commands)
    return parser


def _add_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("keys", help="API keys").add_subparsers(required=True)
    create = group.add_parser("create", help="make a key and print it once")
    create.add_argument("name")
    create.add_argument("--scope", action="append", choices=keys.SCOPES, dest="scopes")
    create.add_argument("--tier", choices=keys.TIERS, default="free")
    create.add_argument("--expires", metavar="DATE", help="last day it holds, YYYY-MM-DD, UTC")
    create.add_argument(
        "--providers", choices=("sandbox", "live"), help="whose home; default: the setting's"
    )
    create.set_defaults(run=_create_key)


def _create_key(parsed: argparse.Namespace) -> None:
    chosen = {"providers": parsed.providers} if parsed.providers else {}
    ledger = _ledger(load_settings(**chosen))
    expires = _end_of_day(parsed.expires) if parsed.expires else None
    say(keys.create(ledger, parsed.name, tuple(parsed.scopes or ["read"]), parsed.tier, expires))


def _end_of_day(text: str) -> int:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise SystemExit(f"headwater: --expires {text!r} is no date like 2027-01-31") from error
    end = day + timedelta(days=1)
    if end <= datetime.now(UTC):
        raise SystemExit(f"headwater: --expires {text} lies in the past")
    return int(end.timestamp() * 1000)


def _ledger(settings: Settings) -> Ledger:
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    return ledger


if __name__ == "__main__":
    main()
