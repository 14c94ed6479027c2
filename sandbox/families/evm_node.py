"""A node of a chain with gas: JSON-RPC by POST to the address itself, numbers in hexadecimal."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from sandbox.chains import CHAINS, Block, digest
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError, Venue

_GWEI = 10**9
_WEI = 10**18
_SMALL = 20  # transactions of a block that stand for all the small ones


class _Call(msgspec.Struct):
    method: str
    id: int | str | None = None
    params: list[Any] = []


class EvmNode(Venue):
    rules = Rules({"USD": 1.0}, share=1.0)
    content_type = "application/json"
    chain: ClassVar[str] = "ethereum"

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        del path, query, now
        raise RequestError(Answer({"error": "Method Not Allowed"}, 405))

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"retry-after": str(wait)} if wait else {}
        error = {"code": -32005, "message": "rate limit exceeded"}
        return Answer({"jsonrpc": "2.0", "id": None, "error": error}, status, headers=headers)

    def post(self, path: str, body: bytes, now: int) -> Answer:
        if path.strip("/"):
            raise RequestError(Answer({"error": "Not Found"}, 404))
        try:
            call = msgspec.json.decode(body, type=_Call)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            error = {"code": -32700, "message": "parse error"}
            raise RequestError(Answer({"jsonrpc": "2.0", "id": None, "error": error})) from None
        said, rows = self._said(call, now)
        return Answer({"jsonrpc": "2.0", "id": call.id, **said}, rows=rows)

    def _said(self, call: _Call, now: int) -> tuple[dict[str, Any], list[Any]]:
        chain = CHAINS[self.chain]
        match call.method, call.params:
            case "eth_blockNumber", _:
                return {"result": hex(chain.at(now).height)}, []
            case "eth_gasPrice", _:
                return {"result": _weis(chain.fees(now)[1])}, []
            case "eth_feeHistory", [_, "latest", list(percentiles)]:
                return {"result": self._fees(len(percentiles), now)}, []
            case "eth_getBlockByNumber", ["latest", bool(whole)]:
                block = _block(chain.at(now), whole=whole)
                return {"result": block}, [block]
        error = {"code": -32601, "message": f"the method {call.method} does not exist"}
        return {"error": error}, []

    def _fees(self, tiers: int, now: int) -> dict[str, Any]:
        chain = CHAINS[self.chain]
        fast, medium, slow = chain.fees(now)
        base = slow * 0.9
        tips = [slow - base, medium - base, fast - base][:tiers]
        newest = chain.at(now).height
        return {
            "oldestBlock": hex(newest - 4),
            "baseFeePerGas": [_weis(base)] * 6,
            "gasUsedRatio": [0.5] * 5,
            "reward": [[_weis(tip) for tip in tips]] * 5,
        }


def _weis(gwei: float) -> str:
    return hex(round(gwei * _GWEI))


def _block(block: Block, *, whole: bool) -> dict[str, Any]:
    small = [_small(block, place) for place in range(block.transactions - len(block.transfers))]
    large = [
        {
            "hash": f"0x{one.hash}",
            "from": f"0x{one.sender}",
            "to": f"0x{one.recipient}",
            "value": hex(round(one.amount * 10**6) * (_WEI // 10**6)),
        }
        for one in block.transfers
    ]
    transactions = [*large, *small]
    return {
        "number": hex(block.height),
        "hash": f"0x{block.hash}",
        "parentHash": f"0x{block.chain.block(block.number - 1).hash}",
        "timestamp": hex(block.time // 1_000),
        "size": hex(block.size),
        "baseFeePerGas": _weis(block.chain.fees(block.time)[2] * 0.9),
        "transactions": transactions if whole else [one["hash"] for one in transactions],
    }


def _small(block: Block, place: int) -> dict[str, Any]:
    """Nobody looks at these closely: of each block some are told again and again."""
    name = digest("small", block.chain.id, str(block.number), str(place % _SMALL))
    tail = f"{place:04x}"
    value = hex(int(name[:4], 16) * 10**14)
    return {"hash": f"0x{name[:-4]}{tail}", "from": f"0x{name[:40]}", "to": None, "value": value}
