"""JSON arrays of one market, read and written piece by piece.

    [[1735689600000,94401.1,94509.4,94210.2,94401.1,755.99], …]

Open time in ms since 1970, open, high, low, close, volume.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import polars as pl

from resources.candle_sets.shape import PRICES, Frames, Made, completed, refuse, since_1970
from resources.candle_sets.tables import readable
from resources.errors import InvalidInput

_Number = float | None
# What 64 bits hold; polars takes no more.
_Time = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_ROWS = msgspec.json.Decoder(list[tuple[_Time, _Number, _Number, _Number, _Number, _Number]])
_RAW = {"time": pl.Int64(), **{name: pl.Float64() for name in PRICES}}
_PLACE = re.compile(r"(?P<what>.*) - at `\$\[(?P<row>\d+)\](?:\[(?P<column>\d)\])?.*`")
_BYTE = re.compile(r"\(byte (\d+)\)")
_BLOCK = 4 * 2**20
# Bytes without the end of a row: it is no such file.
_LONGEST = 64 * 2**20


def read_arrays(path: Path) -> Frames:
    """Raises InvalidInput that names the row that is none of six numbers, or that is cut short."""
    first = 0
    for text in _parts(path):
        rows = _decoded(text, first)
        raw = pl.DataFrame(rows, schema=_RAW, orient="row")
        yield completed(raw.with_columns(open_time=since_1970(raw["time"], first, "ms")))
        first += len(rows)


def write_arrays(frames: Made, path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"[")
        between = b""
        for frame in frames():
            rows = frame.select(pl.col("open_time").dt.epoch("ms"), *PRICES).rows()
            if rows:
                file.write(between + msgspec.json.encode(rows)[1:-1])
                between = b","
        file.write(b"]")


def _parts(path: Path) -> Iterator[bytes]:
    """The text of whole rows, with the commas between them."""
    with readable("JSON"), path.open("rb") as file:
        rest = file.read(_BLOCK).lstrip()
        if rest[:1] != b"[":
            raise InvalidInput("it is no JSON array of arrays")
        rest = rest[1:]
        while block := file.read(_BLOCK):
            end = rest.rfind(b"],")
            if end >= 0:
                yield rest[: end + 1]
                rest = rest[end + 2 :]
            rest += block
            if len(rest) > _LONGEST:
                raise InvalidInput("it is no JSON array of arrays of six numbers")
    yield rest.rstrip().removesuffix(b"]")


def _decoded(
    text: bytes, first: int
) -> list[tuple[int, _Number, _Number, _Number, _Number, _Number]]:
    try:
        return _ROWS.decode(b"[" + text + b"]")
    except msgspec.ValidationError as error:
        place = _PLACE.fullmatch(str(error))
        if place is None:
            raise InvalidInput(f"it is no JSON array of arrays: {error}") from error
        column = place["column"]
        names = ("time", *PRICES)
        which = f"{names[int(column)]}: " if column else ""
        raise refuse(first + int(place["row"]), f"{which}{place['what']}") from error
    except msgspec.DecodeError as error:
        told = _BYTE.search(str(error))
        sound = text[: int(told[1])] if told else text
        row = first + sound.count(b"],")
        raise InvalidInput(f"the JSON after row {row} is cut short or broken") from error
