"""Putting a backup back, in two halves.

`lay_ready` verifies all of a backup and makes of it a whole state beside the live one, which it
does not touch; writers go on meanwhile. `put_in_place` exchanges the two by renames, while nobody
else works in the home. What a crash leaves of the first goes, what it leaves of the second is
finished by the next start.

    home/.laying/     a state that is being made and checked
    home/ready/       one that is whole, and waits for its turn
    home/replaced/    what was there before, by the time of the exchange
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.backups import manifest
from resources.backups.archive import SUFFIX
from resources.backups.contents import check_lake, check_ledger, unpack_ledger
from resources.backups.create import add_file, sha256
from resources.backups.manifest import LEDGER, NAME, PACKED_LEDGER, Manifest
from resources.backups.shape import check_shape
from resources.backups.store import locked, manifest_of
from resources.backups.verify import unpack
from resources.errors import Conflict, HeadwaterError, InvalidInput, NotFound, StoreUnavailable
from resources.ledger import Ledger
from resources.room import require_room

LAYING, READY = ".laying", "ready"
# Which folder of `replaced` an exchange fills, written before its first rename.
TARGET = "replaced.txt"


def lay_ready(home: Path, source: Path, *, mode: str) -> Manifest:
    """Verify a backup, an archive or a folder, and lay its state ready for `put_in_place`.

    Raises NotFound; InvalidInput where it is of the other mode; StoreUnavailable where anything
    about it is wrong; NoRoom; Conflict while a state waits already, or another backup is made.
    Nothing has changed then.
    """
    if not source.exists():
        raise NotFound(f"there is no backup {source}")
    found = manifest_of(source)
    if found.mode != mode:
        raise InvalidInput(f"{source.name} holds {found.mode} data, and this home {mode}")
    if waits(home):
        raise Conflict("a restored state waits already to be put in place by the next start")
    require_room(home, found.size + 2 * found.ledger_size)
    with locked(home / "backups"), _laying(home) as folder:
        if source.is_file():
            unpack(source, folder)
        else:
            _copy(source, found, folder)
        _open_ledger(folder, found)
        if problem := next(check_lake(folder / "lake", found), None):
            raise StoreUnavailable(problem)
        manifest.write(found, folder)
        # A rename may outlast a loss of power that the data before it does not.
        os.sync()
        folder.rename(home / READY)
    return found


def waits(home: Path) -> bool:
    """Whether a restored state waits to be put in place, or one is half in place."""
    return (home / READY / NAME).exists()


def require_own_ledger(ledger_url: str, home: Path) -> None:
    """Raises InvalidInput where the ledger lies elsewhere than in the home: no rename reaches it."""
    if ledger_url != f"sqlite:///{home / LEDGER}":
        raise InvalidInput(
            "the ledger does not lie in the home: nothing can be put back but by hand, "
            "as docs/backups.md tells"
        )


def is_begun(home: Path) -> bool:
    """Whether the state that waits is half in place: it can only be finished."""
    return (home / READY / TARGET).exists()


def give_up(home: Path) -> None:
    """Delete the state that waits. Raises Conflict where it is half in place."""
    if is_begun(home):
        raise Conflict("the restored state is half in place: a start finishes it")
    shutil.rmtree(home / READY, ignore_errors=True)


@contextmanager
def _laying(home: Path) -> Iterator[Path]:
    folder = home / LAYING
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
        (folder / "lake").mkdir()
        yield folder
    except OSError as error:
        raise StoreUnavailable(f"the backup could not be laid ready: {error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(source: Path, found: Manifest, folder: Path) -> None:
    for file in found.files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / file.path).is_symlink():
            raise StoreUnavailable(f"{file.path} is a link")
        add_file(source / file.path, target)
        if target.stat().st_size != file.size or sha256(target) != file.sha256:
            raise StoreUnavailable(f"{file.path} is damaged: its checksum differs")


def _open_ledger(folder: Path, found: Manifest) -> None:
    """Unpack the ledger, bring its schema up to date, and compare it with what ours is."""
    plain = folder / LEDGER
    unpack_ledger(folder / PACKED_LEDGER, plain, found.ledger_size)
    plain.chmod(0o600)
    (folder / PACKED_LEDGER).unlink()
    check_ledger(plain)
    ledger = Ledger(f"sqlite:///{plain}")
    try:
        ledger.migrate()
    except HeadwaterError as error:
        raise StoreUnavailable(f"{LEDGER} cannot be brought up to date: {error}") from error
    finally:
        ledger.close()
    check_shape(plain)


def source_of(folder: Path, named: str) -> Path:
    """The file or folder of a backup that people name: a path, an id, or the name of a file."""
    path = Path(named)
    if path.is_file() or (path.is_dir() and (path / NAME).exists()):
        return path.absolute()
    for found in (folder / f"{named}{SUFFIX}", folder / named):
        if found.parent == folder and found.exists():
            return found
    raise NotFound(f"{named} is neither a file nor a backup in {folder}")
