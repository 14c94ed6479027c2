"""Blockstream's Esplora: Bitcoin's fees, mempool and blocks."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.chains import metric_frame, metrics
from resources.providers.families.esplora import FEE, newest_block
from resources.providers.parsing import Number, read
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE

_ID = "blockstream"
_CHAIN = "bitcoin"
_TEN_MINUTES, _HALF_AN_HOUR, _AN_HOUR = "1", "3", "6"  # in blocks


class _Mempool(msgspec.Struct):
    count: Number
    vsize: Number


_FEES = msgspec.json.Decoder(dict[str, Number], strict=False)
_MEMPOOL = msgspec.json.Decoder(_Mempool, strict=False)


def _parse_fees(body: bytes) -> pl.DataFrame:
    """
    By the blocks until a transaction is confirmed, from 1 to 1008:

        {"1":87.882,"2":87.882,"3":87.882,"4":87.882,"5":81.129,"6":68.285,"144":1.027,"1008":1.027}
    """
    fees = read(_FEES, body, _ID)
    return metric_frame(
        metrics(
            _CHAIN,
            FEE,
            None,
            fee_fast=fees.get(_TEN_MINUTES),
            fee_medium=fees.get(_HALF_AN_HOUR),
            fee_slow=fees.get(_AN_HOUR),
        )
    )


def _parse_mempool(body: bytes) -> pl.DataFrame:
    """
    In virtual bytes:

        {"count":8134,"vsize":3444604,"total_fee":29204625,
          "fee_histogram":[[53.01,102131],[38.56,110990]]}
    """
    pool = read(_MEMPOOL, body, _ID)
    return metric_frame(
        metrics(_CHAIN, FEE, None, mempool_transactions=pool.count, mempool_size=pool.vsize)
    )


PROVIDER = Provider(
    id=_ID,
    name="Blockstream Esplora",
    category="block_explorer",
    base_url="https://blockstream.info/api",
    docs_url="https://github.com/Blockstream/esplora/blob/master/API.md",
    limits=(Limit(60, 60),),  # undocumented
    sources=(
        Source(
            ONCHAIN_PAGE,
            now(
                Question(Call("/fee-estimates"), _parse_fees),
                Question(Call("/mempool"), _parse_mempool),
            ),
        ),
        Source(BLOCKS_PAGE, now(newest_block(_CHAIN, _ID, "/blocks"))),
    ),
    endpoints=(Endpoint("onchain", Call("/fee-estimates")),),
    health=Call("/blocks/tip/height"),
    update="periodic",
)
