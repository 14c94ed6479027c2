"""DefiLlama Stablecoins: how much of each circulates, on which chains, and at what price."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.families.largest import largest
from resources.providers.families.pages import percent
from resources.providers.parsing import Number, page_frame, read
from resources.schemas.defi import DEFI_STABLECOINS_PAGE

_ID = "defillama_stablecoins"
# So many are kept of an answer, the largest ones.
STABLECOINS = 100
_DOLLAR = "peggedUSD"


class _Coin(msgspec.Struct):
    circulating: dict[str, Number]
    id: str | None = None
    name: str | None = None
    symbol: str | None = None
    pegType: str | None = None  # noqa: N815 (its spelling)
    pegMechanism: str | None = None  # noqa: N815
    price: Number = None
    circulatingPrevWeek: dict[str, Number] | int | float | None = None  # noqa: N815
    chains: list[str] = []


class _Coins(msgspec.Struct):
    peggedAssets: list[_Coin]  # noqa: N815


_COINS = msgspec.json.Decoder(_Coins, strict=False)


def _parse(body: bytes) -> pl.DataFrame:
    """
    What circulates is told in units of the peg; the price, in dollars, is missing of some.

        {"peggedAssets":[{"id":"1","name":"Tether","symbol":"USDT","gecko_id":"tether",
          "pegType":"peggedUSD","pegMechanism":"fiat-backed","price":0.9990990071106195,
          "circulating":{"peggedUSD":183284099661.94125},
          "circulatingPrevWeek":{"peggedUSD":184464410243.91495},
          "chainCirculating":{...},"chains":["Tron","Ethereum"]}, ...],"chains":[...]}
    """
    coins = largest(read(_COINS, body, _ID).peggedAssets, _dollars, STABLECOINS)
    return page_frame(DEFI_STABLECOINS_PAGE, [_row(coin) for coin in coins])


def _row(coin: _Coin) -> tuple[object, ...]:
    amount = _amount(coin, coin.circulating)
    change = percent(amount, _amount(coin, coin.circulatingPrevWeek))
    described = (coin.id, coin.symbol, coin.name, coin.pegType, coin.pegMechanism, coin.price)
    return (*described, amount, _dollars(coin), change, len(coin.chains))


def _amount(coin: _Coin, circulating: object) -> Number:
    """In units of the peg; before a coin was there it is a plain 0."""
    return circulating.get(coin.pegType or "") if isinstance(circulating, dict) else None


def _dollars(coin: _Coin) -> Number:
    """What circulates in dollars; without a price that of a dollar's coin is taken as 1."""
    amount = _amount(coin, coin.circulating)
    price = 1.0 if coin.price is None and coin.pegType == _DOLLAR else coin.price
    return None if amount is None or price is None else amount * price


PROVIDER = Provider(
    id=_ID,
    name="DefiLlama Stablecoins",
    category="defi",
    base_url="https://stablecoins.llama.fi",
    docs_url="https://api-docs.defillama.com",
    limits=(Limit(500, 60),),
    sources=(
        Source(
            DEFI_STABLECOINS_PAGE,
            now(Question(Call("/stablecoins", {"includePrices": "true"}), _parse)),
        ),
    ),
    endpoints=(
        Endpoint("defi", Call("/stablecoinchains")),
        Endpoint("defi", Call("/stablecoinprices")),
    ),
    health=Call("/stablecoinchains"),
    update="scheduled",
)
