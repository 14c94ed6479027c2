"""What the arguments of several commands share."""

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from resources.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_providers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--providers", choices=("sandbox", "live"), help="whose home; default: the setting's"
    )


def settings_of(parsed: argparse.Namespace) -> "Settings":
    """The settings of the home that `add_providers` has let the user choose."""
    from resources.settings import load_settings  # noqa: PLC0415 (--help does not need it)

    return load_settings(**({"providers": parsed.providers} if parsed.providers else {}))
