"""Every provider that has no venue of its own: plausible content by path and body, as pure as theirs."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sandbox.exchange import Exchange
from sandbox.news.articles import articles
from sandbox.news.feeds import feed
from sandbox.noise import fraction, key_of
from sandbox.venue import Answer, RequestError, Venue

_ITEMS = 5
_BLOCK = 12_000  # ms
_FEED_WORDS = ("rss", "feed", "atom", "outboundfeeds")


class Generic(Venue):
    """One host whose format nobody reads in detail."""

    content_type = "application/json"

    def __init__(self, host: str, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(Exchange({}), limits)
        self._host = host

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        """News where host or path say so, else a JSON object with a few items."""
        if told := articles(self._host, path, query, now):
            return told
        words = path.lower().replace(".", "/").split("/")
        if words[-1] == "xml" or any(word in _FEED_WORDS for word in words):
            body, kind = feed(self._host, words, now)
            return Answer(body, content_type=kind)
        return self._object(path, now)

    def post(self, path: str, body: bytes, now: int) -> Answer:
        """A result to a JSON-RPC call or a batch of them, data to a GraphQL query, else an object."""
        try:
            asked = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise RequestError(Answer({"error": "the body is not JSON"}, 400)) from None
        if isinstance(asked, list) and asked and all(_is_call(call) for call in asked):
            return Answer([self._result(call, now) for call in asked])
        if _is_call(asked):
            return Answer(self._result(asked, now))
        answer = self._object(path, now)
        if isinstance(asked, dict) and isinstance(asked.get("query"), str):
            answer.payload = {"data": answer.payload}
        return answer

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        headers = {"retry-after": str(wait)} if wait else {}
        return Answer({"status": "error", "error": "Too many requests"}, status, headers=headers)

    def _object(self, path: str, now: int) -> Answer:
        rows: list[Any] = [self._item(path, number, now) for number in range(1, _ITEMS + 1)]
        payload = {"status": "ok", "host": self._host, "path": path, "time": now, "data": rows}
        return Answer(payload, rows=rows)

    def _item(self, path: str, number: int, now: int) -> dict[str, Any]:
        """Its value stays for an hour, and within a hundredth from one hour to the next."""
        base = 10 ** (4 * fraction("base", self._host, path, str(number)) - 1)
        hour = str(now // 3_600_000)
        move = 0.01 * (fraction("move", self._host, path, str(number), hour) - 0.5)
        return {
            "id": f"{key_of(self._host, path, str(number)):016x}",
            "rank": number,
            "value": f"{base * (1 + move):.6f}",
            "change": f"{100 * move:.4f}",
            "time": now // 60_000 * 60_000,
        }

    def _result(self, call: Mapping[str, Any], now: int) -> dict[str, Any]:
        method = str(call["method"])
        block = key_of("genesis", self._host) % 10**7 + now // _BLOCK
        if method == "getHealth":
            result: Any = "ok"
        elif method in ("eth_gasPrice", "eth_maxPriorityFeePerGas"):
            result = hex(int(10**9 * (1 + fraction("gas", self._host, str(now // _BLOCK)))))
        elif method.startswith(("eth_", "net_", "zks_")):
            result = hex(block)
        elif method.lower().startswith(("get", "suix_", "sui_")):
            result = block
        else:
            result = {"method": method, "height": block, "time": now // _BLOCK * _BLOCK}
        return {"jsonrpc": "2.0", "id": call.get("id"), "result": result}


def _is_call(asked: Any) -> bool:
    return isinstance(asked, dict) and isinstance(asked.get("method"), str)
