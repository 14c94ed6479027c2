"""`headwater backup`: make a backup, tell which there are, check one, put one back, delete one."""
# ruff: noqa: PLC0415 (a refused start should not wait for what a command needs)

import argparse
import sys
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
        "--references",
        action="store_true",
        help="a folder of links to the files of the lake, which keeps them, instead of an archive",
    )
    create.add_argument(
        "--at-shutdown", action="store_true", help="only the newest of such ones are kept"
    )
    create.set_defaults(run=_create)
    list_ = kinds.add_parser("list", help="tell which there are, newest first")
    list_.set_defaults(run=_list)
    verify = kinds.add_parser("verify", help="read all of one, and say whether it is whole")
    verify.add_argument("id", metavar="ID")
    verify.set_defaults(run=_verify)
    restore = kinds.add_parser("restore", help="verify one, and put it in the place of what is")
    restore.add_argument("source", metavar="BACKUP", help="its id, or the file of an archive")
    restore.add_argument("--yes", action="store_true", help="do not ask")
    restore.set_defaults(run=_restore)
    delete = kinds.add_parser("delete", help="delete one")
    delete.add_argument("id", metavar="ID")
    delete.set_defaults(run=_delete)
    for parser in (create, list_, verify, restore, delete):
        add_providers(parser)


def _create(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.backups import create, path_of, prune
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
        origin="shutdown" if parsed.at_shutdown else "command line",
        whole=settings.backup_whole if parsed.at_shutdown else not parsed.references,
    )
    if parsed.at_shutdown:
        prune(settings.backup_dir, settings.backups_kept, made.id, "shutdown")
    path = path_of(settings.backup_dir, made.id)
    say(f"{made.id}  {made.size:,} bytes in {len(made.files):,} files: {path}")


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
    return (backup.id, made.origin, "archive" if made.whole else "references", *figures)


def _verify(parsed: argparse.Namespace) -> None:
    from pipelines.output import say
    from resources.backups import verify

    problems = verify(_home(parsed).backup_dir, parsed.id)
    for problem in problems:
        say(problem)
    if problems:
        raise StoreUnavailable(f"the backup {parsed.id} is not whole")
    say(f"{parsed.id} is whole")


def _restore(parsed: argparse.Namespace) -> None:
    from pipelines import audited
    from pipelines.home import own_home
    from pipelines.output import say
    from pipelines.processes import end_all
    from pipelines.putting_back import put_in_place
    from resources.backups import lay_ready, require_own_ledger, source_of

    settings = settings_of(parsed)
    home = settings.home_dir
    require_own_ledger(settings.ledger_url, home)
    source = source_of(settings.backup_dir, parsed.source)
    with own_home(settings):
        if not parsed.yes:
            _ask(f"{source} takes the place of what is stored in {home}, which is kept for a day")
        made = lay_ready(home, source, mode=settings.providers)
        say(f"{made.id} is whole, {made.size:,} bytes; it is put in place")
        # What a supervisor that was killed has left behind.
        end_all(home, grace=2.0)
        put_in_place(home)
        audited.note(settings, f"restore {made.id}")


def _ask(what: str) -> None:
    from pipelines.output import say

    if not sys.stdin.isatty():
        raise InvalidInput(f"{what}: say --yes")
    say(f"{what}. Go on? [y/N]")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InvalidInput("nothing was changed")


def _delete(parsed: argparse.Namespace) -> None:
    from pipelines import audited
    from pipelines.output import say
    from resources.backups import delete

    settings = _home(parsed)
    delete(settings.backup_dir, parsed.id)
    audited.note(settings, f"backup delete {parsed.id}")
    say(f"{parsed.id} is deleted")


def _home(parsed: argparse.Namespace) -> "Settings":
    """The settings; raises InvalidInput where there is no home, StartRefused where it is another's."""
    from pipelines.home import require_mode

    settings = settings_of(parsed)
    if not settings.home_dir.is_dir():
        raise InvalidInput(f"there is no home {settings.home_dir}: nothing is stored")
    require_mode(settings)
    return settings
