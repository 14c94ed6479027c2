"""What is known of Binance's public data: no file of it is recorded."""

import csv
import io
import zipfile
from typing import Any

from tests.resources.providers.recorded.base import START, Recorded, Rows, at

MINUTE = 60_000
NAME = "BTCUSDT-1m-2023-11"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(opened / 1000), *map(float, prices), float(quote_volume), trades)
        for opened, *prices, _closed, quote_volume, trades, _, _, _ in sorted(payload)
    ]


def rows_of_csv(payload: Any) -> str:
    """The rows as lines; whatever is no row is a line of one field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in payload if isinstance(payload, list) else [payload]:
        writer.writerow(row if isinstance(row, list) else [row])
    return text.getvalue()


def zipped(content: str, name: str = f"{NAME}.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def row(opened: int, *prices: str, quote_volume: str = "37.5", trades: int = 42) -> list[Any]:
    closed = opened + MINUTE * 1000 - 1
    return [opened, *prices, closed, quote_volume, trades, "1", "11", "0"]


RECORDED = {
    "candles": Recorded(
        r"data\.binance\.vision/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-\d{4}-\d\d\.zip",
        candles,
        # Times in µs, as the files of later years have them.
        sound=[
            row(START * 1000, "10.5", "12", "9.25", "11", "3.5"),
            row((START + MINUTE) * 1000, "11", "11", "11", "11", "0", quote_volume="0", trades=0),
        ],
        unrecorded="on no recording at hand: from its documentation and public clients",
        native="BTCUSDT",
        encode=lambda payload: zipped(rows_of_csv(payload)),
    ),
}
