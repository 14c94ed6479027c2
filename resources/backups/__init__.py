"""Backups: what lake and ledger held at one moment, with a checksum of every file."""

from resources.backups.create import create
from resources.backups.manifest import Manifest, StoredFile, StoredTable
from resources.backups.store import Backup, delete, prune, read_all
from resources.backups.verify import verify

__all__ = [
    "Backup",
    "Manifest",
    "StoredFile",
    "StoredTable",
    "create",
    "delete",
    "prune",
    "read_all",
    "verify",
]
