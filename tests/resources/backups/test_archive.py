"""An archive that is not bit for bit what was made is refused, and the live state is as it was."""

import random
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import backups
from resources.backups import archive, manifest
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import PRICES
from tests.resources.backups.conftest import Home, stocked
from tests.resources.backups.forged import Forger, made, refusal, unpacked

FLIPS = 400


def test_what_another_tar_makes_of_the_same_files_is_the_same(home: Home) -> None:
    path = made(home)
    again = Forger.of(path).forge(home.path / "again.tar")
    assert backups.lay_ready(home.path, again, mode="sandbox").tables
    backups.give_up(home.path)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, bytes]]:
    with stocked(tmp_path_factory.mktemp("sample")) as home:
        yield home, made(home).read_bytes()


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_is_refused_wherever_it_is(sample: tuple[Home, bytes], seed: int) -> None:
    home, data = sample
    picked = random.Random(seed)
    for _ in range(FLIPS // 4):
        position, bit = picked.randrange(len(data)), picked.randrange(8)
        damaged = bytearray(data)
        damaged[position] ^= 1 << bit
        path = home.path / "damaged.tar"
        path.write_bytes(damaged)
        assert refusal(home, path), (position, bit)


@settings(max_examples=60)
@given(st.data())
def test_cut_at_any_byte_or_longer_it_is_refused(
    sample: tuple[Home, bytes], data: st.DataObject
) -> None:
    home, content = sample
    length = data.draw(st.integers(0, len(content) + 1024).filter(lambda n: n != len(content)))
    path = home.path / "cut.tar"
    path.write_bytes((content + bytes(1024))[:length])
    assert refusal(home, path)


def test_at_each_block_s_edge_it_is_refused(sample: tuple[Home, bytes]) -> None:
    home, content = sample
    path = home.path / "cut.tar"
    for length in range(0, len(content), 512 * 7):
        path.write_bytes(content[:length])
        assert refusal(home, path)


def test_an_archive_made_while_others_write_has_all_that_was_acknowledged(home: Home) -> None:
    """Rows of each commit that was there when the backup began are in it, and what its own ledger
    acknowledges is in its lake."""
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            home.store_price()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.5)
        acknowledged = home.newest_version()
        path = made(home)
    finally:
        ended.set()
        writer.join()
    assert backups.verify(home.folder, path.name) == []
    new = home.path / "new"
    new.mkdir()
    backups.lay_ready(new, path, mode="sandbox")
    backups.put_in_place(new)
    lake = Lake(str(new / "lake"))
    ledger = Ledger(f"sqlite:///{new / 'ledger.db'}")
    with ledger.read() as connection:
        told = connection.exec_driver_sql("SELECT max(version) FROM commits").scalar() or 0
    ledger.close()
    assert lake.version(PRICES) >= told >= acknowledged > 0
    # The table is made in version 0; each minute is one version and one row.
    assert lake.scan(PRICES, {}).collect().height == lake.version(PRICES)


def test_the_file_is_for_its_owner_alone_and_any_tar_reads_it(home: Home) -> None:
    path = made(home)
    assert path.stat().st_mode & 0o077 == 0
    files = unpacked(path)
    assert list(files)[:2] == [manifest.NAME, manifest.CHECKSUM]
    with archive.opened(path) as (found, _):
        assert [file.path for file in found.files] == list(files)[2:]
