"""Esplora and mempool.space, which is made of it: blocks, mempool and fees of chains like Bitcoin."""

import msgspec
import polars as pl

from resources.providers.base import Call, Question
from resources.providers.families.chains import block_frame, metric_frame, metrics
from resources.providers.parsing import Count, Moment, Number, read

FEE = "sat/vB"


class _Block(msgspec.Struct):
    id: str
    height: Moment
    timestamp: Moment
    tx_count: Count = None
    size: Count = None


class _Recommended(msgspec.Struct, rename="camel"):
    fastest_fee: Number
    half_hour_fee: Number
    hour_fee: Number


class _Hashrate(msgspec.Struct, rename="camel"):
    current_hashrate: Number
    current_difficulty: Number


_BLOCKS = msgspec.json.Decoder(list[_Block], strict=False)
_RECOMMENDED = msgspec.json.Decoder(_Recommended, strict=False)
_HASHRATE = msgspec.json.Decoder(_Hashrate, strict=False)


def newest_block(chain: str, provider: str, path: str) -> Question:
    """Out of some blocks, the newest first."""

    def parse(body: bytes) -> pl.DataFrame:
        """
        [{"id":"00000000000000000003fcc4eb2ffb3b37e1f43bb0b2a1d6d0cc3b6f6bd0c5d1",
          "height":730000,"version":536870912,"timestamp":1648829449,"tx_count":1627,
          "size":1210916,"weight":3993515,"difficulty":28587155782195.1, ...}]
        """
        blocks = read(_BLOCKS, body, provider)
        return block_frame(
            [(chain, b.height, b.id, b.timestamp * 1000, b.tx_count, b.size) for b in blocks]
        )

    return Question(Call(path), parse)


def recommended(chain: str, provider: str) -> Question:
    """The fees that mempool.space advises."""

    def parse(body: bytes) -> pl.DataFrame:
        """
        {"fastestFee":3,"halfHourFee":1,"hourFee":1,"economyFee":1,"minimumFee":1}
        """
        fees = read(_RECOMMENDED, body, provider)
        return metric_frame(
            metrics(
                chain,
                FEE,
                None,
                fee_fast=fees.fastest_fee,
                fee_medium=fees.half_hour_fee,
                fee_slow=fees.hour_fee,
            )
        )

    return Question(Call("/v1/fees/recommended"), parse)


def hash_rate(chain: str, provider: str) -> Question:
    """How hard its blocks are to find."""

    def parse(body: bytes) -> pl.DataFrame:
        """
        {"hashrates":[{"timestamp":1652486400,"avgHashrate":236950976000000000000}],
         "difficulty":[{"time":1652468330,"difficulty":31251101365711.12,"height":736249}],
         "currentHashrate":252529232679926750000,"currentDifficulty":31251101365711.12}
        """
        now = read(_HASHRATE, body, provider)
        rate, difficulty = now.current_hashrate, now.current_difficulty
        return metric_frame(metrics(chain, FEE, None, difficulty=difficulty, hash_rate=rate))

    return Question(Call("/v1/mining/hashrate/3d"), parse)
