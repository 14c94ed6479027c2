"""Blockscout explorers of chains with gas."""

from datetime import datetime

import msgspec
import polars as pl

from resources.providers.base import Call, Question, Source, now
from resources.providers.families.chains import block_frame, metric_frame, metrics
from resources.providers.families.pages import ms_of
from resources.providers.parsing import Count, Moment, Number, read
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE

_FEE = "gwei"


class _Prices(msgspec.Struct):
    slow: Number = None
    average: Number = None
    fast: Number = None


class _Stats(msgspec.Struct):
    gas_prices: _Prices | None
    gas_price_updated_at: datetime | None = None


class _Block(msgspec.Struct):
    height: Moment
    hash: str
    timestamp: datetime
    transactions_count: Count = None
    size: Count = None


_STATS = msgspec.json.Decoder(_Stats, strict=False)
_BLOCKS = msgspec.json.Decoder(list[_Block], strict=False)


def explorer_sources(chain: str, provider: str) -> tuple[Source, ...]:
    """Gas prices and the newest block."""
    stats = Question(Call("/stats"), lambda body: _gas(body, chain, provider))
    blocks = Question(Call("/main-page/blocks"), lambda body: _newest(body, chain, provider))
    return (Source(ONCHAIN_PAGE, now(stats)), Source(BLOCKS_PAGE, now(blocks)))


def _gas(body: bytes, chain: str, provider: str) -> pl.DataFrame:
    """
    In gwei; null where it has no transactions to tell by:

        {"average_block_time":12000.0,"coin_price":"1807.68",
          "gas_prices":{"slow":19.55,"average":20.41,"fast":25.47},
          "gas_price_updated_at":"2022-11-11T11:09:49.051171Z","total_blocks":"8940150", ...}
    """
    stats = read(_STATS, body, provider)
    prices = stats.gas_prices or _Prices()
    told = stats.gas_price_updated_at
    return metric_frame(
        metrics(
            chain,
            _FEE,
            None if told is None else ms_of(told),
            fee_fast=prices.fast,
            fee_medium=prices.average,
            fee_slow=prices.slow,
        )
    )


def _newest(body: bytes, chain: str, provider: str) -> pl.DataFrame:
    """
    Some blocks, the newest first:

        [{"height":20000000,"hash":"0xd24fd73f794058a3807db926d8898c6481e902b7edb91ce0d479d6760f276183",
          "timestamp":"2024-06-01T20:59:11.000000Z","transactions_count":134,"size":72352,
          "base_fee_per_gas":"5027021887", ...}]
    """
    return block_frame(
        [
            (chain, b.height, b.hash.lower(), ms_of(b.timestamp), b.transactions_count, b.size)
            for b in read(_BLOCKS, body, provider)
        ]
    )
