"""BlockCypher: fees, mempool and the newest block of four chains."""

from datetime import datetime
from functools import partial

import msgspec
import polars as pl

from resources.providers.base import Auth, Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.chains import block_frame, gwei, metric_frame, metrics
from resources.providers.families.pages import ms_of
from resources.providers.parsing import Moment, Number, read
from resources.schemas.onchain import BLOCKS_PAGE, ONCHAIN_PAGE

_ID = "blockcypher"
_PATHS = {
    "bitcoin": "/btc/main",
    "ethereum": "/eth/main",
    "litecoin": "/ltc/main",
    "dogecoin": "/doge/main",
}
_GAS = ("ethereum",)
_BYTES = 1000


class _Chain(msgspec.Struct):
    height: Moment
    hash: str
    time: datetime
    unconfirmed_count: Number = None
    high_fee_per_kb: Number = None
    medium_fee_per_kb: Number = None
    low_fee_per_kb: Number = None
    high_gas_price: Number = None
    medium_gas_price: Number = None
    low_gas_price: Number = None
    base_fee: Number = None


_CHAIN = msgspec.json.Decoder(_Chain, strict=False)


def _parse_metrics(chain: str, body: bytes) -> pl.DataFrame:
    """
    Fees in satoshis per 1,000 bytes, of a chain with gas in wei instead; high is paid for one or
    two blocks, medium for three to six, low for more:

        {"name":"BTC.main","height":360060,"time":"2015-06-08T08:57:08.260165627Z",
          "hash":"000000000000000000bf56ff4a81e399374a68344a64d6681039412de78366b8",
          "unconfirmed_count":617,"high_fee_per_kb":46086,"medium_fee_per_kb":29422,
          "low_fee_per_kb":12045, ...}
        {"name":"ETH.main","high_gas_price":40000000000,"medium_gas_price":30000000000,
          "low_gas_price":25000000000,"base_fee":20000000000, ...}
    """
    one = read(_CHAIN, body, _ID)
    if chain in _GAS:
        prices = (one.high_gas_price, one.medium_gas_price, one.low_gas_price)
        fast, medium, slow = (gwei(price) for price in prices)
    else:
        fees = (one.high_fee_per_kb, one.medium_fee_per_kb, one.low_fee_per_kb)
        fast, medium, slow = (None if fee is None else fee / _BYTES for fee in fees)
    return metric_frame(
        metrics(
            chain,
            "gwei" if chain in _GAS else "sat/vB",
            None,
            fee_fast=fast,
            fee_medium=medium,
            fee_slow=slow,
            base_fee=gwei(one.base_fee),
            mempool_transactions=one.unconfirmed_count,
        )
    )


def _parse_block(chain: str, body: bytes) -> pl.DataFrame:
    """The answer is that of fees. Hashes of a chain with gas stand without their 0x."""
    one = read(_CHAIN, body, _ID)
    name = f"0x{one.hash}" if chain in _GAS else one.hash
    return block_frame([(chain, one.height, name, ms_of(one.time), None, None)])


PROVIDER = Provider(
    id=_ID,
    name="BlockCypher",
    category="block_explorer",
    base_url="https://api.blockcypher.com/v1",
    docs_url="https://www.blockcypher.com/dev/",
    limits=(Limit(3, 1), Limit(100, 3600)),
    auth=Auth("query", "token", required=False),
    sources=(
        Source(
            ONCHAIN_PAGE,
            now(
                *(Question(Call(path), partial(_parse_metrics, c)) for c, path in _PATHS.items()),
            ),
        ),
        Source(
            BLOCKS_PAGE,
            now(*(Question(Call(path), partial(_parse_block, c)) for c, path in _PATHS.items())),
        ),
    ),
    endpoints=(Endpoint("onchain", Call("/btc/main")), Endpoint("onchain", Call("/eth/main"))),
    ws_url="wss://socket.blockcypher.com/v1/btc/main",
)
