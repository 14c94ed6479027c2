"""Nodes of chains with gas, asked over JSON-RPC: fees, the newest block, and what it moves."""

from statistics import median
from typing import Any, Generic, TypeVar

import msgspec
import polars as pl

from resources.errors import MalformedResponse
from resources.providers.base import Call, Question, Source, now
from resources.providers.families.chains import (
    WEIS,
    block_frame,
    bounded,
    gwei,
    metric_frame,
    metrics,
    quantity,
    transfer_frame,
)
from resources.providers.parsing import read
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE, TRANSFERS_PAGE

T = TypeVar("T")

FEE = "gwei"
_PERCENTILES = (10, 50, 90)
_LATEST_TIME = 9 * 10**12  # seconds: still within int64 when made milliseconds
_MOST_WEI = 2**256


class _Error(msgspec.Struct):
    message: str = ""


class _Answer(msgspec.Struct, Generic[T]):
    result: T | None = None
    error: _Error | None = None


class _FeeHistory(msgspec.Struct, rename="camel"):
    base_fee_per_gas: list[str]
    reward: list[tuple[str, str, str]]


class _Block(msgspec.Struct):
    number: str
    hash: str
    timestamp: str
    size: str
    transactions: list[str]


class _Transaction(msgspec.Struct):
    hash: str
    value: str


class _Full(msgspec.Struct):
    number: str
    timestamp: str
    transactions: list[_Transaction]


_PRICE = msgspec.json.Decoder(_Answer[str])
_HISTORY = msgspec.json.Decoder(_Answer[_FeeHistory])
_BLOCK = msgspec.json.Decoder(_Answer[_Block])
_FULL = msgspec.json.Decoder(_Answer[_Full])


def rpc(method: str, *params: Any) -> Call:
    question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    return Call("", body=msgspec.json.encode(question))


def node_sources(chain: str, provider: str) -> tuple[Source, ...]:
    """All that a node tells. Of transfers it sees those of its newest block alone."""
    price = Question(rpc("eth_gasPrice"), lambda body: _gas_price(body, chain, provider))
    tiers = Question(
        rpc("eth_feeHistory", "0x5", "latest", list(_PERCENTILES)),
        lambda body: _fee_history(body, chain, provider),
    )
    newest = Question(
        rpc("eth_getBlockByNumber", "latest", False), lambda body: _block(body, chain, provider)
    )
    moved = Question(
        rpc("eth_getBlockByNumber", "latest", True), lambda body: _transfers(body, chain, provider)
    )
    return (
        Source(ONCHAIN_PAGE, now(price, tiers)),
        Source(BLOCKS_PAGE, now(newest)),
        Source(TRANSFERS_PAGE, now(moved)),
    )


def _result(decoder: msgspec.json.Decoder[_Answer[T]], body: bytes, provider: str) -> T:
    """Errors come with 200."""
    answer = read(decoder, body, provider)
    if answer.result is None:
        said = answer.error.message if answer.error else "no result"
        raise MalformedResponse(f"{provider} refused: {said}"[:300], provider, 200)
    return answer.result


def _gas_price(body: bytes, chain: str, provider: str) -> pl.DataFrame:
    """
    In wei:

        {"jsonrpc":"2.0","id":1,"result":"0x1dfd14000"}
    """
    price = _wei(_result(_PRICE, body, provider), provider)
    return metric_frame(metrics(chain, FEE, None, gas_price=gwei(price)))


def _fee_history(body: bytes, chain: str, provider: str) -> pl.DataFrame:
    """
    Of some blocks the base fee, at last that of the next one, and what was paid on top by the
    lowest tenth, half and nine tenths of their gas, in wei:

        {"jsonrpc":"2.0","id":1,"result":{"oldestBlock":"0x1322455",
          "baseFeePerGas":["0x98b93fcb3","0x951a2f41d"],"gasUsedRatio":[0.3970],
          "reward":[["0x5f5e100","0x3b9aca00","0x77359400"]]}}
    """
    history = _result(_HISTORY, body, provider)
    if not history.base_fee_per_gas:
        raise MalformedResponse(f"{provider} answered no fees", provider)
    base = _wei(history.base_fee_per_gas[-1], provider)
    tips = zip(*([_wei(tip, provider) for tip in block] for block in history.reward), strict=True)
    # A node that keeps no transactions has no rewards.
    slow, medium, fast = [base + median(tip) for tip in tips] or [None] * len(_PERCENTILES)
    return metric_frame(
        metrics(
            chain,
            FEE,
            None,
            base_fee=gwei(base),
            fee_fast=gwei(fast),
            fee_medium=gwei(medium),
            fee_slow=gwei(slow),
        )
    )


def _block(body: bytes, chain: str, provider: str) -> pl.DataFrame:
    """
    With the hashes of its transactions:

        {"jsonrpc":"2.0","id":1,"result":{"number":"0x1322455","hash":"0x7f2b…","size":"0x2aa",
          "timestamp":"0x66a0d5f7","baseFeePerGas":"0x98b93fcb3","transactions":["0x5c50…"], ...}}
    """
    block = _result(_BLOCK, body, provider)
    height, size = (bounded(quantity(n, provider), provider) for n in (block.number, block.size))
    count = len(block.transactions)
    return block_frame(
        [(chain, height, block.hash.lower(), _time(block.timestamp, provider), count, size)]
    )


def _transfers(body: bytes, chain: str, provider: str) -> pl.DataFrame:
    """
    With its transactions, of which `value` is in wei:

        {"jsonrpc":"2.0","id":1,"result":{"number":"0x1322455","timestamp":"0x66a0d5f7",
          "transactions":[{"hash":"0x5c50…","from":"0xa7d9…","to":"0xf02c…",
          "value":"0xf3dbb76162000", ...}], ...}}
    """
    block = _result(_FULL, body, provider)
    height = bounded(quantity(block.number, provider), provider)
    at = _time(block.timestamp, provider)
    return transfer_frame(
        chain,
        [
            (one.hash.lower(), _wei(one.value, provider) / WEIS, height, at)
            for one in block.transactions
        ],
    )


def _wei(text: str, provider: str) -> int:
    return bounded(quantity(text, provider), provider, _MOST_WEI)


def _time(text: str, provider: str) -> int:
    """ms of a block's seconds."""
    return bounded(quantity(text, provider), provider, _LATEST_TIME) * 1000
