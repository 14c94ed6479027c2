"""Zips that providers answer: one file of one name, whole, and no more of it than was expected."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import MalformedResponse
from resources.providers.archives import unzipped

NAME = "candles.csv"
MB = 1_000_000


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def encrypted() -> bytes:
    """The flag of both headers says so."""
    body = bytearray(zipped((NAME, b"1,2,3\n")))
    body[6] |= 1
    body[body.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(body)


SOUND = zipped((NAME, b"1,2,3\n" * 50))


@given(st.binary(max_size=2_000))
def test_what_was_packed_is_unpacked(content: bytes) -> None:
    assert unzipped(zipped((NAME, content)), NAME, 2_000, "acme") == content


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1,2,3\n",
        b"<Error><Code>NoSuchKey</Code></Error>",
        zipped(),
        zipped(("other.csv", b"1,2,3\n")),
        zipped((f"../{NAME}", b"1,2,3\n")),
        zipped((NAME, b"1,2,3\n"), ("other.csv", b"")),
        zipped((NAME, b"1,2,3\n"), method=zipfile.ZIP_BZIP2),
        zipped((NAME, b"1,2,3\n"), method=zipfile.ZIP_LZMA),
        encrypted(),
        SOUND[:-30],
        SOUND[: len(SOUND) // 2],
    ],
    ids=[
        "nothing",
        "no zip",
        "an error",
        "no file",
        "another name",
        "a name in another folder",
        "several files",
        "bzip2",
        "lzma",
        "encrypted",
        "without its end",
        "half of it",
    ],
)
def test_anything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedResponse) as caught:
        unzipped(body, NAME, MB, "acme")
    assert caught.value.provider == "acme"


def test_a_bomb_is_not_unpacked_beyond_its_bound() -> None:
    bomb = zipped((NAME, bytes(200 * MB)))
    assert len(bomb) < MB
    with pytest.raises(MalformedResponse, match="more than 1000 bytes"):
        unzipped(bomb, NAME, 1000, "acme")


@given(st.binary(max_size=300))
def test_any_bytes_are_malformed(body: bytes) -> None:
    with pytest.raises(MalformedResponse):
        unzipped(body, NAME, MB, "acme")


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
def test_a_flipped_byte_is_unpacked_the_same_or_malformed(place: int, byte: int) -> None:
    body = bytearray(SOUND)
    body[place] = byte
    with contextlib.suppress(MalformedResponse):
        assert unzipped(bytes(body), NAME, MB, "acme") == b"1,2,3\n" * 50
