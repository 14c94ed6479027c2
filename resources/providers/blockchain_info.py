"""Blockchain.com's explorer: the newest transactions of Bitcoin that wait for a block."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.chains import SATOSHIS, transfer_frame
from resources.providers.parsing import Moment, Number, read
from resources.schemas.onchain import TRANSFERS_PAGE

_ID = "blockchain_info"
_CHAIN = "bitcoin"


class _Output(msgspec.Struct):
    value: Number


class _Transaction(msgspec.Struct):
    hash: str
    time: Moment
    out: list[_Output]


class _Waiting(msgspec.Struct):
    txs: list[_Transaction]


_WAITING = msgspec.json.Decoder(_Waiting, strict=False)


def _parse_waiting(body: bytes) -> pl.DataFrame:
    """
    About a hundred, in satoshis; the time is when it was first seen:

        {"txs":[{"hash":"1db6251a9afce7025a2061a19e63c700dffc3bec368bd1883decfac353357a9d",
          "size":234,"weight":936,"fee":0,"time":1313042188,"inputs":[...],
          "out":[{"value":5000000000,"addr":"15WvMGm9qG1wDb54TMcvgzZsfvz9KdxzoN", ...},
            {"value":25000000000,"addr":"1PJJygLB42VsaTgo2twFPgRT8CNz1bpGNE", ...}]}]}
    """
    rows = [(one.hash, _total(one), None, one.time * 1000) for one in read(_WAITING, body, _ID).txs]
    return transfer_frame(_CHAIN, rows)


def _total(transaction: _Transaction) -> float | None:
    values = [output.value for output in transaction.out]
    return sum(value or 0.0 for value in values) / SATOSHIS if None not in values else None


PROVIDER = Provider(
    id=_ID,
    name="Blockchain.com Explorer",
    category="block_explorer",
    base_url="https://blockchain.info",
    docs_url="https://www.blockchain.com/explorer/api/q",
    limits=(Limit(1, 20),),
    sources=(
        Source(
            TRANSFERS_PAGE,
            now(Question(Call("/unconfirmed-transactions", {"format": "json"}), _parse_waiting)),
        ),
    ),
    endpoints=(
        Endpoint("onchain", Call("/q/getdifficulty")),
        Endpoint("onchain", Call("/q/getblockcount")),
    ),
    health=Call("/q/getblockcount"),
    ws_url="wss://ws.blockchain.info/inv",
)
