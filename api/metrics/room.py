"""How much room everything takes, and how often each table of the lake is read."""

from collections.abc import Mapping
from pathlib import Path

from api.metrics.families import Collected, counter, gauge, plain
from api.metrics.scrape import Scrape
from api.seldom import Seldom
from resources.lake import Lake
from resources.monitoring import sizes
from resources.monitoring.sizes import Size

_SECONDS = 60.0


class Occupied:
    """Disk, and tables of lake and ledger; each measured at most once a minute."""

    def __init__(self) -> None:
        self._areas = Seldom[Mapping[str, int]](_SECONDS)
        self._ledger = Seldom[Mapping[str, Size]](_SECONDS)
        self._lake = Seldom[Mapping[str, Size]](_SECONDS)
        self._versions: dict[str, tuple[int, Size]] = {}

    def disk(self, scrape: Scrape) -> Collected:
        home = scrape.services.settings.home_dir
        room = sizes.room(home)
        yield plain("disk_free_bytes", "Free on the disk that the home lies on.", room.free)
        yield plain("disk_size_bytes", "Size of the disk that the home lies on.", room.total)
        yield gauge(
            "disk_used_bytes", "What an area of the home takes on the disk; files that a backup "
            "shares with the lake count for the lake.", ("area",),
            [((area,), used) for area, used in self._used(home).items()],
        )  # fmt: skip

    def tables(self, scrape: Scrape) -> Collected:
        services = scrape.services
        lake = self._lake.get(lambda: self._of_lake(services.lake))
        ledger = self._ledger.get(lambda: sizes.of_ledger(services.ledger))
        labels = ("table",)
        yield gauge("lake_rows", "Rows of a table of the lake.", labels,
                    [((name,), one.rows) for name, one in lake.items()])  # fmt: skip
        yield gauge("lake_bytes", "Bytes of the files of a table's newest version.", labels,
                    [((name,), one.size) for name, one in lake.items()])  # fmt: skip
        yield gauge("lake_files", "Files of a table's newest version.", labels,
                    [((name,), one.files) for name, one in lake.items()])  # fmt: skip
        yield counter("lake_reads", "How often this process has read a table of the lake.", labels,
                      [((name,), count) for name, count in services.lake.reads().items()])  # fmt: skip
        yield gauge("ledger_rows", "Rows of a table of the ledger.", labels,
                    [((name,), one.rows) for name, one in ledger.items()])  # fmt: skip
        yield gauge("ledger_bytes", "Bytes of a table of the ledger and of its indexes.", labels,
                    [((name,), one.size) for name, one in ledger.items()])  # fmt: skip

    def _used(self, home: Path) -> Mapping[str, int]:
        return self._areas.get(lambda: sizes.used(home))

    def _of_lake(self, lake: Lake) -> Mapping[str, Size]:
        found = {}
        for table in lake.tables():
            version = lake.version(table)
            known = self._versions.get(table.name)
            if known is None or known[0] != version:
                self._versions[table.name] = known = (version, sizes.of_lake(lake, table))
            found[table.name] = known[1]
        return found
