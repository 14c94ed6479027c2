"""The command line: `headwater COMMAND`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipelines.costs import planned_cost
from pipelines.session import run_session
from pipelines.supervisor import say
from resources.errors import HeadwaterError, InvalidInput
from resources.ledger import Ledger, keys
from resources.market import Interval
from resources.plan import Window
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
    _add_plan(commands)
    _add_keys(commands)
    return parser


def _add_plan(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    plan = commands.add_parser("plan", help="tell what candles cost each provider, asking none")
    plan.add_argument("symbols", metavar="SYMBOL", nargs="*", help="default: all active markets")
    plan.add_argument("--interval", help="default: HEADWATER_COLLECTION_INTERVAL")
    plan.add_argument("--start", metavar="DATE", help="default: HEADWATER_COLLECTION_START_DATE")
    plan.add_argument("--end", metavar="DATE", help="the last day, YYYY-MM-DD, UTC; default: now")
    plan.add_argument(
        "--providers", choices=("sandbox", "live"), help="whose home; default: the setting's"
    )
    plan.set_defaults(run=_plan)


def _plan(parsed: argparse.Namespace) -> None:
    settings = _settings(parsed)
    interval = Interval.parse(parsed.interval or settings.collection_interval)
    start = parsed.start or settings.collection_start_date.isoformat()
    end = _end_of_day(parsed.end) if parsed.end else int(datetime.now(UTC).timestamp() * 1000)
    window = Window(int(_day(start).timestamp() * 1000), end)
    planned = planned_cost(settings, _ledger(settings), parsed.symbols, interval, window)
    for provider, cost in planned.items():
        say(f"{provider}: {cost}")
    if not planned:
        say("nothing is missing")


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
    ledger = _ledger(_settings(parsed))
    expires = _end_of_day(parsed.expires) if parsed.expires else None
    if expires and expires <= datetime.now(UTC).timestamp() * 1000:
        raise InvalidInput(f"--expires {parsed.expires} lies in the past")
    say(keys.create(ledger, parsed.name, tuple(parsed.scopes or ["read"]), parsed.tier, expires))


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no date like 2027-01-31") from error


def _end_of_day(text: str) -> int:
    return int((_day(text) + timedelta(days=1)).timestamp() * 1000)


def _settings(parsed: argparse.Namespace) -> Settings:
    return load_settings(**({"providers": parsed.providers} if parsed.providers else {}))


def _ledger(settings: Settings) -> Ledger:
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    return ledger


if __name__ == "__main__":
    main()
