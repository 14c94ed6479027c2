"""What the arguments of several commands share."""

import argparse
import sys
from typing import TYPE_CHECKING, TypeAlias

from resources.errors import InvalidInput

if TYPE_CHECKING:
    from resources.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
_MODES = ("sandbox", "live")


def add_providers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--providers",
        choices=_MODES,
        help="whose home; default: the setting's, else the one that there is",
    )


def settings_of(parsed: argparse.Namespace) -> "Settings":
    """The settings of the home that `add_providers` has let the user choose.

    Where neither the command nor a setting says which, it is the one that there is. Raises
    InvalidInput where there are two and not just one of them runs.
    """
    from resources.settings import load_settings  # noqa: PLC0415 (--help does not need it)

    if parsed.providers:
        return load_settings(providers=parsed.providers)
    settings = load_settings()
    if settings.home is not None or "providers" in settings.model_fields_set:
        return settings
    homes = {mode: load_settings(providers=mode) for mode in _MODES}
    stored = {mode: one for mode, one in homes.items() if (one.home_dir / "ledger.db").exists()}
    if len(stored) > 1:
        stored = {mode: one for mode, one in stored.items() if _runs(one)} or stored
    if len(stored) > 1:
        raise InvalidInput("there is a home of the sandbox and a live one: choose by --providers")
    for mode, found in stored.items():
        if mode != settings.providers:
            sys.stderr.write(f"headwater: of {found.home_dir}\n")
        return found
    return settings


def _runs(settings: "Settings") -> bool:
    from pipelines.home import port_of_running  # noqa: PLC0415 (as above)

    return port_of_running(settings) is not None
