"""CoinGecko: prices of coins by id in many currencies, what they are worth, what is searched for.

What it does not know it leaves out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.exchange import Source, Ticker
from sandbox.families.numbers import iso
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError, Venue
from sandbox.worth import Worth, looked_for, supply_of, total, worths

# Its ids by our tickers.
IDS = {
    "USDT": "tether", "USDC": "usd-coin", "DAI": "dai", "FDUSD": "first-digital-usd",
    "TUSD": "true-usd", "BUSD": "binance-usd", "PYUSD": "paypal-usd", "USDE": "ethena-usde",
    "BTC": "bitcoin", "ETH": "ethereum", "BNB": "binancecoin", "XRP": "ripple", "SOL": "solana",
    "TRX": "tron", "DOGE": "dogecoin", "ADA": "cardano", "BCH": "bitcoin-cash",
    "LINK": "chainlink", "XLM": "stellar", "ZEC": "zcash", "XMR": "monero", "LTC": "litecoin",
    "AVAX": "avalanche-2", "SUI": "sui", "HBAR": "hedera-hashgraph", "SHIB": "shiba-inu",
    "TON": "the-open-network", "DOT": "polkadot", "UNI": "uniswap", "TAO": "bittensor",
    "AAVE": "aave", "NEAR": "near", "PEPE": "pepe", "ICP": "internet-computer",
    "ETC": "ethereum-classic", "ENA": "ethena", "ONDO": "ondo-finance", "WLD": "worldcoin-wld",
    "APT": "aptos", "POL": "polygon-ecosystem-token", "ALGO": "algorand", "ATOM": "cosmos",
    "TRUMP": "official-trump", "ARB": "arbitrum", "RENDER": "render-token", "FIL": "filecoin",
    "VET": "vechain", "QNT": "quant-network", "SKY": "sky", "SEI": "sei-network", "BONK": "bonk",
    "JUP": "jupiter-exchange-solana", "PENGU": "pudgy-penguins", "OP": "optimism",
    "INJ": "injective-protocol", "STX": "blockstack", "IMX": "immutable-x",
    "CRV": "curve-dao-token", "TIA": "celestia", "LDO": "lido-dao", "GRT": "the-graph",
    "FET": "fetch-ai", "DASH": "dash", "STRK": "starknet", "XTZ": "tezos", "IOTA": "iota",
    "CHZ": "chiliz", "FLOKI": "floki", "ENS": "ethereum-name-service", "PYTH": "pyth-network",
    "WIF": "dogwifcoin", "SAND": "the-sandbox", "THETA": "theta-token", "GALA": "gala",
    "FLOW": "flow", "MANA": "decentraland", "AXS": "axie-infinity", "NEO": "neo",
    "APE": "apecoin", "EGLD": "elrond-erd-2", "COMP": "compound-governance-token",
    "RUNE": "thorchain", "SNX": "havven", "S": "sonic-3", "LUNC": "terra-luna",
    "USTC": "terrausd", "LUNA2": "terra-luna-2", "STEPN": "stepn", "BEAMX": "beam-2",
    "EOS": "eos", "MATIC": "matic-network", "FTM": "fantom", "FTT": "ftx-token", "KAS": "kaspa",
    "CRO": "crypto-com-chain", "HYPE": "hyperliquid", "MNT": "mantle", "GOMINING": "gmt-token",
    "LEO": "leo-token", "WLFI": "world-liberty-financial", "BGB": "bitget-token", "OKB": "okb",
    "ASTER": "aster-2", "PAXG": "pax-gold", "KCS": "kucoin-shares", "GT": "gatechain-token",
    "NEXO": "nexo", "XDC": "xdce-crowd-sale", "FLR": "flare-networks", "MORPHO": "morpho",
    "CAKE": "pancakeswap-token", "AERO": "aerodrome-finance", "VIRTUAL": "virtual-protocol",
    "TWT": "trust-wallet-token", "CFX": "conflux-token", "BAT": "basic-attention-token",
    "GNO": "gnosis", "KAIA": "kaia", "PENDLE": "pendle", "FARTCOIN": "fartcoin",
    "JASMY": "jasmycoin", "ZRO": "layerzero", "DCR": "decred", "HNT": "helium", "RAY": "raydium",
    "1INCH": "1inch", "EIGEN": "eigenlayer",
}  # fmt: skip
_CURRENCIES = ("USD", "EUR", "GBP", "JPY", "TRY", "KRW", "BRL", "AUD", "CAD", "CHF", "BTC", "ETH")
_USUAL_PAGE, _LARGEST_PAGE = 100, 250
_SEARCHED = 15


class CoinGecko(Venue):
    rules = Rules(dict.fromkeys(_CURRENCIES, 1.0), share=1.0, most_decimals=12)
    content_type = "application/json; charset=utf-8"

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        tickers = {name.partition("/")[0] for name in source.listed}
        self._tickers = {IDS[ticker]: ticker for ticker in tickers if ticker in IDS}

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Answer:
        match path.rstrip("/"):
            case "/api/v3/ping":
                return Answer({"gecko_says": "(V3) To the Moon!"})
            case "/api/v3/simple/price":
                return self._simple_price(query, now)
            case "/api/v3/coins/markets":
                return self._markets(query, now)
            case "/api/v3/global":
                return self._global(now)
            case "/api/v3/search/trending":
                return self._trending(now)
        raise _error("Incorrect path. Please check https://www.coingecko.com/api/", 404)

    def refusal(self, status: int, wait: int, now: int) -> Answer:
        del now
        text = (
            "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing"
        )
        payload = {"status": {"error_code": status, "error_message": text}}
        return Answer(payload, status, headers={"retry-after": str(wait)} if wait else {})

    def _simple_price(self, query: Mapping[str, str], now: int) -> Answer:
        for name in ("ids", "vs_currencies"):
            if not query.get(name):
                raise _error(f"Missing parameter {name}", 422)
        # Blanks are not stripped: "bitcoin, ethereum" asks for one coin that there is.
        ids = sorted({coin for coin in query["ids"].split(",") if coin in self._tickers})
        currencies = query["vs_currencies"].lower().split(",")
        payload = {coin: dict(self._quote(coin, currencies, query, now)) for coin in ids}
        return Answer(payload, rows=list(payload.values()))

    def _quote(
        self, coin: str, currencies: Sequence[str], query: Mapping[str, str], now: int
    ) -> Iterator[tuple[str, Any]]:
        names = [f"{self._tickers[coin]}/{currency.upper()}" for currency in currencies]
        for ticker in self.source.tickers([n for n in names if n in self.source.listed], now):
            currency = ticker.name.partition("/")[2].lower()
            yield currency, _price(ticker.last)
            if query.get("include_market_cap") == "true":
                yield f"{currency}_market_cap", ticker.last * supply_of(self._tickers[coin])
            if query.get("include_24hr_vol") == "true":
                yield f"{currency}_24h_vol", ticker.day.quote_volume
            if query.get("include_24hr_change") == "true":
                yield f"{currency}_24h_change", _change(ticker)
        if query.get("include_last_updated_at") == "true":
            yield "last_updated_at", now // 1_000

    def _worths(self, now: int) -> list[Worth]:
        names = {coin: f"{ticker}/USD" for coin, ticker in self._tickers.items()}
        listed = {coin: name for coin, name in names.items() if name in self.source.listed}
        return worths(self.source, listed, now)

    def _markets(self, query: Mapping[str, str], now: int) -> Answer:
        if query.get("vs_currency", "").lower() != "usd":
            raise _error("Missing parameter vs_currency", 422)
        size, page = _number(query.get("per_page"), _USUAL_PAGE), _number(query.get("page"), 1)
        size = min(size, _LARGEST_PAGE)
        changes = query.get("price_change_percentage", "").split(",")
        ranked = list(enumerate(self._worths(now), 1))[(page - 1) * size : page * size]
        rows = [_market(one, rank, changes, now) for rank, one in ranked]
        return Answer(rows, rows=rows)

    def _global(self, now: int) -> Answer:
        sums = total(self._worths(now))
        told = {
            "active_cryptocurrencies": sums.coins,
            "markets": 1,
            "total_market_cap": {"usd": sums.cap},
            "total_volume": {"usd": sums.volume},
            "market_cap_percentage": {"btc": sums.btc, "eth": sums.eth},
            "market_cap_change_percentage_24h_usd": sums.change_24h,
            "updated_at": now // 1_000,
        }
        return Answer({"data": told}, rows=[told])

    def _trending(self, now: int) -> Answer:
        told = self._worths(now)
        ranks = {one.coin: rank for rank, one in enumerate(told, 1)}
        bitcoin = next((one.price for one in told if one.coin == "bitcoin"), 1.0)
        rows = [
            {"item": _searched(one, ranks[one.coin], place, bitcoin)}
            for place, one in enumerate(looked_for(told, now)[:_SEARCHED])
        ]
        return Answer({"coins": rows, "nfts": [], "categories": []}, rows=rows)


VENUE = CoinGecko


def _market(one: Worth, rank: int, changes: Sequence[str], now: int) -> dict[str, Any]:
    asked = {"1h": one.change_1h, "24h": one.change_24h, "7d": one.change_7d}
    return {
        "id": one.coin,
        "symbol": one.symbol.lower(),
        "name": one.name,
        "current_price": one.price,
        "market_cap": round(one.cap),
        "market_cap_rank": rank,
        "total_volume": round(one.volume),
        "price_change_percentage_24h": round(one.change_24h, 5),
        "circulating_supply": one.supply,
        "last_updated": iso(now),
        **{
            f"price_change_percentage_{name}_in_currency": change
            for name, change in asked.items()
            if name in changes
        },
    }


def _searched(one: Worth, rank: int, score: int, bitcoin: float) -> dict[str, Any]:
    return {
        "id": one.coin,
        "name": one.name,
        "symbol": one.symbol,
        "market_cap_rank": rank,
        "price_btc": one.price / bitcoin,
        "score": score,
        "data": {
            "price": one.price,
            "price_btc": f"{one.price / bitcoin:.18f}",
            "price_change_percentage_24h": {"usd": one.change_24h},
            "market_cap": f"${one.cap:,.0f}",
            "total_volume": f"${one.volume:,.0f}",
        },
    }


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) else usual


def _price(number: float) -> float | int:
    """Whole from 10,000 on, cents from 1 on, six digits below."""
    if number >= 10_000:
        return round(number)
    return round(number, 2) if number >= 1 else float(f"{number:.6g}")


def _change(ticker: Ticker) -> float:
    return (ticker.last / ticker.day.open - 1) * 100


def _error(message: str, status: int) -> RequestError:
    return RequestError(Answer({"error": message}, status))
