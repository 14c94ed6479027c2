"""What `headwater import` and `headwater export` take."""
# ruff: noqa: PLC0415 (what a command needs is imported when it runs)

import argparse
from pathlib import Path

from pipelines.arguments import Commands, add_providers, settings_of

_LAYOUTS = "parquet, csv, freqtrade-feather, freqtrade-json, ccxt, vectorbt or vectorbt-wide"


def add_commands(commands: Commands) -> None:
    _add_import(commands)
    _add_export(commands)


def _add_import(commands: Commands) -> None:
    made = commands.add_parser("import", help="store the candles of files")
    made.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="files, or their folders")
    made.add_argument("--layout", required=True, help=_LAYOUTS)
    made.add_argument("--symbol", help="default: as columns or names of files say")
    made.add_argument("--interval", help="default: as columns or names of files say")
    made.add_argument("--source", help="whose candles these are; default: the layout's program")
    add_providers(made)
    made.set_defaults(run=_import)


def _add_export(commands: Commands) -> None:
    made = commands.add_parser("export", help="write stored candles to files")
    made.add_argument("--layout", required=True, help=_LAYOUTS)
    made.add_argument("--to", metavar="FOLDER", type=Path, required=True)
    made.add_argument("--symbols", metavar="A,B", help="default: all that are stored")
    made.add_argument("--interval", default="1h", help="default: 1h")
    made.add_argument("--start", metavar="DATE", help="the first day, YYYY-MM-DD, UTC")
    made.add_argument("--end", metavar="DATE", help="the last day, YYYY-MM-DD, UTC")
    made.add_argument("--overwrite", action="store_true", help="replace files that are there")
    add_providers(made)
    made.set_defaults(run=_export)


def _import(parsed: argparse.Namespace) -> None:
    from pipelines.imports import import_files

    import_files(parsed, settings_of(parsed))


def _export(parsed: argparse.Namespace) -> None:
    from pipelines.exports import export_files

    export_files(parsed, settings_of(parsed))
