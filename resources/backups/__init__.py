"""Backups: what lake and ledger held at one moment, with a checksum of every file."""

from resources.backups.archive import SUFFIX
from resources.backups.create import create
from resources.backups.exchange import Exchanged, forget_replaced, put_in_place
from resources.backups.manifest import Manifest, StoredFile, StoredTable
from resources.backups.restore import (
    give_up,
    is_begun,
    lay_ready,
    require_own_ledger,
    source_of,
    waits,
)
from resources.backups.store import Backup, delete, path_of, prune, read_all
from resources.backups.verify import verify

__all__ = [
    "SUFFIX",
    "Backup",
    "Exchanged",
    "Manifest",
    "StoredFile",
    "StoredTable",
    "create",
    "delete",
    "forget_replaced",
    "give_up",
    "is_begun",
    "lay_ready",
    "path_of",
    "prune",
    "put_in_place",
    "read_all",
    "require_own_ledger",
    "source_of",
    "verify",
    "waits",
]
