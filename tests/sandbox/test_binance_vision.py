"""The files of Binance's public data as the sandbox publishes them."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import httpx
import msgspec
import pytest

from sandbox.venue import RequestError
from tests.sandbox.conftest import NOW, venue

FOLDER = "/data/spot/monthly/klines"
JANUARY = f"{FOLDER}/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip"


def played(path: str, now: int = NOW) -> bytes:
    payload = venue("binance_vision").answer(path, {}, now).payload
    assert isinstance(payload, bytes)
    return payload


def rows(path: str) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(played(path))) as archive:
        assert archive.namelist() == [path.rpartition("/")[2].replace(".zip", ".csv")]
        return list(csv.reader(archive.read(archive.namelist()[0]).decode().splitlines()))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_file_holds_the_klines_of_its_month() -> None:
    query = {
        "symbol": "BTCUSDT",
        "interval": "1h",
        "limit": "1000",
        "startTime": str(ms("2024-01-01")),
        "endTime": str(ms("2024-02-01") - 1),
    }
    klines = venue("binance").answer("/api/v3/klines", query, NOW).payload
    told = json.loads(msgspec.json.encode(klines))
    assert rows(JANUARY) == [[str(value) for value in row] for row in told]


def test_times_are_microseconds_from_2025_on() -> None:
    first = rows(f"{FOLDER}/BTCUSDT/1d/BTCUSDT-1d-2025-01.zip")[0]
    start = ms("2025-01-01") * 1000
    assert (first[0], first[6]) == (str(start), str(start + 86_400_000_000 - 1))


def test_the_checksum_is_that_of_the_file() -> None:
    digest = hashlib.sha256(played(JANUARY)).hexdigest()
    assert played(f"{JANUARY}.CHECKSUM") == f"{digest}  BTCUSDT-1h-2024-01.zip\n".encode()


@pytest.mark.parametrize(
    "path",
    [
        f"{FOLDER}/NOSUCHUSDT/1h/NOSUCHUSDT-1h-2024-01.zip",
        f"{FOLDER}/BTCUSDT/1h/BTCUSDT-1h-2015-01.zip",
        f"{FOLDER}/BTCUSDT/1h/BTCUSDT-1h-2026-03.zip",
        f"{FOLDER}/BTCUSDT/1h/BTCUSDT-1h-2024-13.zip",
        f"{FOLDER}/BTCUSDT/1h/ETHUSDT-1h-2024-01.zip",
        f"{FOLDER}/BTCUSDT/1w/BTCUSDT-1w-2024-01.zip",
        "/",
    ],
    ids=[
        "an unknown market",
        "before it was listed",
        "not over",
        "no month",
        "another market",
        "weeks",
        "nothing",
    ],
)
@pytest.mark.parametrize("end", ["", ".CHECKSUM"])
def test_what_is_not_published_is_not_found(path: str, end: str) -> None:
    with pytest.raises(RequestError) as caught:
        played(path + end)
    assert caught.value.answer.status == 404
    assert b"<Code>NoSuchKey</Code>" in caught.value.answer.payload


def test_a_month_is_published_some_days_after_its_end() -> None:
    path = f"{FOLDER}/BTCUSDT/1d/BTCUSDT-1d-2026-01.zip"
    with pytest.raises(RequestError):
        played(path, ms("2026-02-03T23:59"))
    assert played(path, ms("2026-02-04"))


def test_a_market_that_was_listed_in_the_middle_has_fewer_rows() -> None:
    files = rows(f"{FOLDER}/BTCUSDT/1d/BTCUSDT-1d-2017-08.zip")
    assert len(files) == 15


def test_a_wrong_checksum_is_that_of_no_file(client: httpx.Client) -> None:
    host = "/data.binance.vision"
    order = {"provider": "binance_vision", "kind": "wrong_checksum"}
    client.post("/_control/faults", json=order).raise_for_status()
    digest, name = client.get(f"{host}{JANUARY}.CHECKSUM").text.split()
    file = client.get(f"{host}{JANUARY}").content
    assert (len(digest), name) == (64, "BTCUSDT-1h-2024-01.zip")
    assert digest != hashlib.sha256(file).hexdigest()
    assert file == played(JANUARY)
