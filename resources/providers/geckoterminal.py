"""GeckoTerminal: the pools of decentralised exchanges that are looked for and traded most."""

import msgspec
import polars as pl

from resources.providers.base import Call, Endpoint, Limit, Provider, Question, Source, now
from resources.providers.coingecko import PROVIDER as COINGECKO
from resources.providers.parsing import Number, page_frame, read
from resources.schemas.trending import TRENDING_PAGE

_ID = "geckoterminal"


class _Day(msgspec.Struct):
    h24: Number = None


class _Figures(msgspec.Struct):
    price: Number = msgspec.field(name="base_token_price_usd", default=None)
    change: _Day | None = msgspec.field(name="price_change_percentage", default=None)
    volume: _Day | None = msgspec.field(name="volume_usd", default=None)


class _Reference(msgspec.Struct):
    id: str


class _Related(msgspec.Struct):
    data: _Reference


class _Relations(msgspec.Struct):
    base_token: _Related


class _Pool(msgspec.Struct):
    attributes: _Figures
    relationships: _Relations

    @property
    def token(self) -> str:
        return self.relationships.base_token.data.id


class _Names(msgspec.Struct):
    name: str
    symbol: str
    coingecko_coin_id: str | None = None


class _Token(msgspec.Struct):
    id: str
    attributes: _Names


class _Pools(msgspec.Struct):
    data: list[_Pool]
    included: list[_Token]


_POOLS = msgspec.json.Decoder(_Pools, strict=False)


def _parse_trending(body: bytes) -> pl.DataFrame:
    """
    The most looked for first; of the pools of one token the first. A token goes by its id at
    CoinGecko where it has one. Price, change and volume are those of the pool, in dollars.

        {"data":[{"id":"solana_EP2ib6dYdEeqD8MfE2ezHCxX3kP3K2eLKkirfPm5eyMx","type":"pool",
          "attributes":{"name":"$WIF / SOL","base_token_price_usd":"0.216341",
          "price_change_percentage":{"h24":"-11.76", ...},"volume_usd":{"h24":"41413570.131944", ...}, ...},
          "relationships":{"base_token":{"data":{"id":"solana_EKpQGS...","type":"token"}}, ...}}, ...],
          "included":[{"id":"solana_EKpQGS...","type":"token","attributes":{"name":"dogwifhat",
          "symbol":"$WIF","coingecko_coin_id":"dogwifcoin", ...}}, ...]}
    """
    told = read(_POOLS, body, _ID)
    names = {token.id: token.attributes for token in told.included}
    first = {pool.token: pool.attributes for pool in reversed(told.data) if pool.token in names}
    tokens = list(dict.fromkeys(pool.token for pool in told.data if pool.token in names))
    return page_frame(
        TRENDING_PAGE,
        [
            (
                names[token].coingecko_coin_id or token,
                names[token].symbol.upper(),
                names[token].name,
                place,
                None,
                first[token].price,
                _of_day(first[token].change),
                _of_day(first[token].volume),
            )
            for place, token in enumerate(tokens, 1)
        ],
    )


def _of_day(told: _Day | None) -> Number:
    return told.h24 if told else None


PROVIDER = Provider(
    id=_ID,
    name="GeckoTerminal",
    category="market_data",
    base_url="https://api.geckoterminal.com/api/v2",
    docs_url="https://apiguide.geckoterminal.com",
    limits=(Limit(30, 60),),
    native=COINGECKO.native,
    sources=(
        Source(
            TRENDING_PAGE,
            now(
                Question(
                    Call("/networks/trending_pools", {"include": "base_token", "page": "1"}),
                    _parse_trending,
                )
            ),
        ),
    ),
    endpoints=(
        Endpoint("trending", Call("/networks/eth/trending_pools", {"page": "1"})),
        Endpoint(
            "prices",
            Call("/simple/networks/eth/token_price/0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"),
        ),
    ),
    update="periodic",
)
