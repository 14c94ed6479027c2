"""`headwater backup`: make a backup, tell which there are, check one, delete one."""
# ruff: noqa: PLC0415 (a refused start should not wait for what a command needs)

import argparse
from typing import TYPE_CHECKING

from pipelines.arguments import Commands, add_providers, settings_of
from resources.errors import InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from resources.backups import Backup
    from resources.settings import Settings


def add_commands(commands: Commands) -> None:
    group = commands.add_parser("backup", help="backups of lake and ledger")
    kinds = group.add_subparsers(required=True, metavar="COMMAND")
    create = kinds.add_parser("create", help="make one; it stays until it is deleted")
    create.add_argument(
        "--whole", action="store_true", help="copy the files of the lake instead of linking them"
    )
    create.set_defaults(run=_create)
    list_ = kinds.add_parser("list", help="tell which there are, newest first")
    list_.set_defaults(run=_list)
    verify = kinds.add_parser("verify", help="read all of one, and say whether it is whole")
    verify.add_argument("id", metavar="ID")
    verify.set_defaults(run=_verify)
    delete = kinds.add_parser("delete", help="delete one")
    delete.add_argument("id", metavar="ID")
    delete.set_defaults(run=_delete)
    for parser in (create, list_, verify, delete):
        add_providers(parser)


def _create(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.backups import create
    from resources.lake import Lake
    from resources.ledger import Ledger

    settings = _home(parsed)
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    made = create(
        settings.backup_dir,
        Lake(settings.lake_url),
        ledger,
        mode=settings.providers,
        origin="command line",
        whole=parsed.whole or settings.backup_whole,
    )
    say(f"{made.id}  {made.size:,} bytes in {len(made.files):,} files")


def _list(parsed: argparse.Namespace) -> None:
    from pipelines.output import say, table
    from resources.backups import read_all

    found = read_all(_home(parsed).backup_dir)
    if not found:
        say("there is no backup")
        return
    say(table(("id", "made by", "lake", "tables", "files", "bytes"), [_row(one) for one in found]))


def _row(backup: "Backup") -> tuple[str, ...]:
    made = backup.manifest
    if made is None:
        return (backup.id, "damaged", "", "", "", "")
    figures = (f"{n:,}" for n in (len(made.tables), len(made.files), made.size))
    return (backup.id, made.origin, "copied" if made.whole else "linked", *figures)


def _verify(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.backups import verify

    problems = verify(_home(parsed).backup_dir, parsed.id)
    for problem in problems:
        say(problem)
    if problems:
        raise StoreUnavailable(f"the backup {parsed.id} is not whole")
    say(f"{parsed.id} is whole; docs/operations.md tells how to put it back by hand")


def _delete(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.backups import delete

    delete(_home(parsed).backup_dir, parsed.id)
    say(f"{parsed.id} is deleted")


def _home(parsed: argparse.Namespace) -> "Settings":
    """The settings; raises InvalidInput where there is no home, StartRefused where it is another's."""
    from pipelines.home import require_mode

    settings = settings_of(parsed)
    if not settings.home_dir.is_dir():
        raise InvalidInput(f"there is no home {settings.home_dir}: nothing is stored")
    require_mode(settings)
    return settings
