"""What parsers of chains share: rows of their figures, blocks and transfers."""

import math
from collections.abc import Sequence

import polars as pl

from resources.errors import MalformedResponse
from resources.market.chains import CHAINS
from resources.providers.parsing import page_frame
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE, TRANSFERS_PAGE

SATOSHIS = 1e8
WEIS = 1e18
_GWEI = 1e9
_UNITS = {
    "mempool_transactions": "transactions",
    "mempool_size": "bytes",
    "difficulty": "1",
    "hash_rate": "H/s",
    "transactions_24h": "transactions",
}

# Chain, metric, value, unit, and the ms at which it was told.
Metric = tuple[str, str, float | None, str, int | None]
# Chain, height, hash, the ms of its clock, transactions, and size in bytes.
Block = tuple[str, int, str, int | None, int | None, int | None]


def metrics(chain: str, fee: str, at: int | None, **values: float | None) -> list[Metric]:
    """Figures of a chain at a time (ms); `fee` is the unit of those that have no unit of their
    own. What is not told is left out."""
    return [
        (chain, name, value, _UNITS.get(name, fee), at)
        for name, value in values.items()
        if value is not None
    ]


def metric_frame(rows: list[Metric]) -> pl.DataFrame:
    return page_frame(ONCHAIN_PAGE, rows)


def block_frame(rows: list[Block]) -> pl.DataFrame:
    """Of each chain the highest."""
    newest = {row[0]: row for row in sorted(rows, key=lambda row: row[1])}
    return page_frame(BLOCKS_PAGE, list(newest.values()))


def transfer_frame(
    chain: str, rows: Sequence[tuple[str, float | None, int | None, int | None]]
) -> pl.DataFrame:
    """Of (hash, coins, height, ms) those that are large; what is no number stays, for the rules."""
    known = CHAINS[chain]
    large = [
        (chain, name, known.asset, amount, height, at)
        for name, amount, height, at in rows
        if amount is None or not amount < known.large
    ]
    return page_frame(TRANSFERS_PAGE, large)


def quantity(text: str, provider: str) -> int:
    """A hexadecimal number as nodes spell it, 0x1a; raises MalformedResponse."""
    try:
        return int(text, 16)
    except ValueError as error:
        raise MalformedResponse(f"{provider} answered {text!r:.40}, no number", provider) from error


def bounded(number: int, provider: str, most: int = 2**63 - 1) -> int:
    """A whole number that a column holds; raises MalformedResponse."""
    if not 0 <= number <= most:
        raise MalformedResponse(
            f"{provider} answered a number of {number.bit_length()} bits", provider
        )
    return number


def gwei(weis: float | None) -> float | None:
    return None if weis is None or math.isinf(weis) else weis / _GWEI
