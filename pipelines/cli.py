"""The command line: `headwater COMMAND`.

What a command needs is imported when it runs: a refused start should not wait for it.
"""
# ruff: noqa: PLC0415

import argparse
import sys
from collections.abc import Sequence
from typing import Literal

from pipelines import backups, candle_sets, doctor, keys
from pipelines.arguments import Commands, add_providers, settings_of
from resources.errors import HeadwaterError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; an error of ours ends it with one sentence and exit code 1."""
    parsed = _parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except HeadwaterError as error:
        sys.exit(f"headwater: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="headwater", description="The command line: `headwater COMMAND`."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="run everything on the sandbox, without internet")
    demo.set_defaults(run=lambda _: _session("sandbox"))
    up = commands.add_parser("up", help="run everything against the real providers")
    up.set_defaults(run=lambda _: _session("live"))
    _add_collect(commands)
    _add_plan(commands)
    candle_sets.add_commands(commands)
    keys.add_commands(commands)
    backups.add_commands(commands)
    doctor.add_commands(commands)
    return parser


def _session(providers: Literal["sandbox", "live"]) -> None:
    from pipelines.session import run_session
    from resources.settings import load_settings

    run_session(load_settings(providers=providers))


def _add_collect(commands: Commands) -> None:
    made = commands.add_parser("collect", help="collect candles now, or tell what it would cost")
    made.add_argument(
        "what", metavar="status", nargs="?", choices=("status",), help="how the last one goes"
    )
    made.add_argument("--mode", help="backward: from the start date to yesterday; forward: "
                      "from the last stored candle to now; gap_fill: what lies between stored candles")  # fmt: skip
    made.add_argument("--start", metavar="DATE", help="the first day, YYYY-MM-DD, UTC")
    made.add_argument("--end", metavar="DATE", help="the last day, YYYY-MM-DD, UTC")
    made.add_argument("--symbols", metavar="A,B", help="default: the largest and the watchlist's")
    made.add_argument("--interval", help="default: all that are collected")
    made.add_argument("--dry-run", action="store_true", help="tell what it would cost, ask nobody")
    add_providers(made)
    made.set_defaults(run=_collect)


def _collect(parsed: argparse.Namespace) -> None:
    from pipelines.collect import collect

    collect(parsed, settings_of(parsed))


def _add_plan(commands: Commands) -> None:
    plan = commands.add_parser("plan", help="tell what candles cost each provider, asking none")
    plan.add_argument("symbols", metavar="SYMBOL", nargs="*",
                      help="default: the largest and the watchlist's")  # fmt: skip
    plan.add_argument("--interval", help="default: all that are collected")
    plan.add_argument("--start", metavar="DATE", help="default: HEADWATER_COLLECTION_START_DATE")
    plan.add_argument(
        "--end", metavar="DATE", help="the last day, YYYY-MM-DD, UTC; default: yesterday"
    )
    add_providers(plan)
    plan.set_defaults(run=_plan)


def _plan(parsed: argparse.Namespace) -> None:
    from pipelines.collect import plan

    plan(parsed, settings_of(parsed))


if __name__ == "__main__":
    main()
