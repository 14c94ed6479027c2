"""What a checksum beside a file may look like."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.candle_answers import checksum_of
from resources.errors import MalformedResponse

DIGEST = hashlib.sha256(b"candles").hexdigest()
READ = checksum_of("a.zip", "acme")


@pytest.mark.parametrize(
    "told",
    [f"{DIGEST}  a.zip", f"{DIGEST}  a.zip\n", f"{DIGEST} *a.zip\r\n", f"{DIGEST.upper()}  a.zip"],
)
def test_a_digest_is_read_as_sha256sum_writes_it(told: str) -> None:
    assert READ(told.encode()) == DIGEST


@pytest.mark.parametrize(
    "told",
    ["", DIGEST, f"{DIGEST}  b.zip", f"{DIGEST[1:]}  a.zip", f"{DIGEST}  a.zip\n{DIGEST}  b.zip",
     "<Error><Code>NoSuchKey</Code></Error>"],
)  # fmt: skip
def test_a_digest_of_another_file_or_none_is_malformed(told: str) -> None:
    with pytest.raises(MalformedResponse) as caught:
        READ(told.encode())
    assert caught.value.provider == "acme"


@given(st.binary(max_size=120))
def test_any_other_bytes_are_malformed(told: bytes) -> None:
    with pytest.raises(MalformedResponse):
        READ(told)
