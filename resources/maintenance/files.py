"""The files and the logs of the lake's tables: those that nobody needs any more go."""

from collections.abc import Mapping

from deltalake import DeltaTable

from resources.lake import PROPERTIES, Lake

# Hours that a file stays after it was replaced: readers that know it have ended by then, and so
# has a commit that has written but not yet named it.
_KEPT_HOURS = 1


def vacuum(lake: Lake) -> int:
    """Delete the files that no newest version names since an hour, what killed writers have left
    included; returns how many those were."""
    count = 0
    for table in lake.tables():
        with lake.held(table) as delta:
            _configure(delta)
            # It commits twice even where there is nothing to delete.
            if _vacuumed(delta, dry_run=True):
                count += len(_vacuumed(delta, dry_run=False))
    return count


def checkpoint(lake: Lake) -> int:
    """Write a checkpoint of every table's newest version, and delete the log before it that is
    older than 12 hours; returns how many tables there are."""
    tables = lake.tables()
    for table in tables:
        with lake.held(table) as delta:
            _configure(delta)
            delta.create_checkpoint()
            delta.cleanup_metadata()
    return len(tables)


def _vacuumed(delta: DeltaTable, *, dry_run: bool) -> list[str]:
    return delta.vacuum(_KEPT_HOURS, dry_run=dry_run, enforce_retention_duration=False, full=True)


def _configure(delta: DeltaTable) -> None:
    """Tables that are older than our properties get them."""
    configuration: Mapping[str, str | None] = delta.metadata().configuration
    if any(configuration.get(name) != value for name, value in PROPERTIES.items()):
        delta.alter.set_table_properties(dict(PROPERTIES))
