"""Blockchair: many chains in one answer, and their transactions by size."""

from datetime import datetime
from functools import partial

import msgspec
import polars as pl

from resources.market.chains import CHAINS
from resources.providers.base import Auth, Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.chains import (
    SATOSHIS,
    WEIS,
    block_frame,
    metric_frame,
    metrics,
    transfer_frame,
)
from resources.providers.families.pages import ms_of
from resources.providers.parsing import Moment, Number, read
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE, TRANSFERS_PAGE

_ID = "blockchair"
_COINS = ("bitcoin", "litecoin", "dogecoin")
_GAS = ("ethereum",)
_PAGE = 100


class _Options(msgspec.Struct):
    slow: Number = None
    normal: Number = None
    fast: Number = None


class _Stats(msgspec.Struct):
    best_block_height: Moment
    best_block_hash: str
    best_block_time: datetime
    transactions_24h: Number = None
    difficulty: Number = None
    hashrate_24h: Number = None
    mempool_transactions: Number = None
    mempool_size: Number = None
    suggested_transaction_fee_per_byte_sat: Number = None
    suggested_transaction_fee_gwei_options: _Options | None = None


class _Chain(msgspec.Struct):
    data: _Stats


class _Chains(msgspec.Struct):
    bitcoin: _Chain | None = None
    ethereum: _Chain | None = None
    litecoin: _Chain | None = None
    dogecoin: _Chain | None = None


class _AllStats(msgspec.Struct):
    data: _Chains


class _Transaction(msgspec.Struct):
    hash: str
    time: datetime
    block_id: Moment
    output_total: Number = None
    value: Number = None


class _Transactions(msgspec.Struct):
    data: list[_Transaction]


_STATS = msgspec.json.Decoder(_AllStats, strict=False)
_TRANSACTIONS = msgspec.json.Decoder(_Transactions, strict=False)


def _stats(body: bytes) -> list[tuple[str, _Stats]]:
    data = read(_STATS, body, _ID).data
    told = {chain: getattr(data, chain) for chain in (*_COINS, *_GAS)}
    return [(chain, found.data) for chain, found in told.items() if found is not None]


def _parse_metrics(body: bytes) -> pl.DataFrame:
    """
    A chain each; what it advises to pay is for the next blocks, 0 where its mempool is empty:

        {"data":{"bitcoin":{"data":{"best_block_height":690164,
          "best_block_hash":"000000000000000000023fcb3703bf89ddbfc1ef5109f21c2387a9d630b78c6e",
          "best_block_time":"2021-07-08 14:37:00","transactions_24h":229726,
          "difficulty":14363025673660,"hashrate_24h":"92904707138521187685",
          "mempool_transactions":6591,"mempool_size":5076549,
          "suggested_transaction_fee_per_byte_sat":7, ...}},
          "ethereum":{"data":{"suggested_transaction_fee_gwei_options":
          {"sloth":9,"slow":10,"normal":12,"fast":14,"cheetah":16}, ...}}},"context":{"code":200}}
    """
    rows = []
    for chain, one in _stats(body):
        options = one.suggested_transaction_fee_gwei_options or _Options()
        gas = chain in _GAS
        rows += metrics(
            chain,
            "gwei" if gas else "sat/vB",
            ms_of(one.best_block_time),
            fee_fast=options.fast if gas else one.suggested_transaction_fee_per_byte_sat,
            fee_medium=options.normal,
            fee_slow=options.slow,
            mempool_transactions=one.mempool_transactions,
            mempool_size=one.mempool_size,
            transactions_24h=one.transactions_24h,
            **({} if gas else {"difficulty": one.difficulty, "hash_rate": one.hashrate_24h}),
        )
    return metric_frame(rows)


def _parse_blocks(body: bytes) -> pl.DataFrame:
    """The answer is that of fees. Hashes of a chain with gas stand without their 0x."""
    return block_frame(
        [
            (
                chain,
                one.best_block_height,
                f"0x{one.best_block_hash}" if chain in _GAS else one.best_block_hash,
                ms_of(one.best_block_time),
                None,
                None,
            )
            for chain, one in _stats(body)
        ]
    )


def _transfers(chain: str) -> Question:
    """The newest ones that are large."""
    name, unit = ("value", WEIS) if chain in _GAS else ("output_total", SATOSHIS)
    least = f"{CHAINS[chain].large * unit:.0f}"
    params = {"q": f"{name}({least}..)", "s": "id(desc)", "limit": str(_PAGE)}
    return Question(Call(f"/{chain}/transactions", params), partial(_parse_transfers, chain))


def _parse_transfers(chain: str, body: bytes) -> pl.DataFrame:
    """
    In satoshis, of a chain with gas in wei instead:

        {"data":[{"block_id":600000,"id":463396001,"date":"2019-10-19","time":"2019-10-19 00:04:21",
          "hash":"ca06ccf2a6e3d2d7c1ef8ec0a3c3a3ed1b4f3ee5e2ff7ae1ea0c0fc1e5fe2fd5","size":388,
          "is_coinbase":false,"output_total":15000000000,"output_total_usd":1193000, ...}],
          "context":{"code":200,"limit":100, ...}}
        {"data":[{"block_id":8765929,"hash":"0x8cdda43621c13cd6f6f5001c39792aec8602c1bb1fe4065582",
          "time":"2019-10-18 16:27:20","value":"2000000000000000000000", ...}],"context":{...}}
    """
    rows = []
    for one in read(_TRANSACTIONS, body, _ID).data:
        amount, unit = (one.value, WEIS) if chain in _GAS else (one.output_total, SATOSHIS)
        coins = None if amount is None else amount / unit
        rows.append((one.hash, coins, one.block_id, ms_of(one.time)))
    return transfer_frame(chain, rows)


PROVIDER = Provider(
    id=_ID,
    name="Blockchair",
    category="block_explorer",
    base_url="https://api.blockchair.com",
    docs_url="https://blockchair.com/api/docs",
    limits=(Limit(20, 60), Limit(960, 86_400)),
    auth=Auth("query", "key", required=False),
    sources=(
        Source(ONCHAIN_PAGE, now(Question(Call("/stats"), _parse_metrics))),
        Source(BLOCKS_PAGE, now(Question(Call("/stats"), _parse_blocks))),
        Source(TRANSFERS_PAGE, now(*(_transfers(chain) for chain in (*_COINS, *_GAS)))),
    ),
    endpoints=(
        Endpoint("onchain", Call("/bitcoin/stats")),
        Endpoint("onchain", Call("/ethereum/stats")),
    ),
)
