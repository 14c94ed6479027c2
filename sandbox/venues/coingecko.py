"""CoinGecko: prices of coins by id in many currencies; what it does not know it leaves out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.exchange import Source, Ticker
from sandbox.listings import Rules
from sandbox.venue import Answer, RequestError, Venue

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
}  # fmt: skip
_CURRENCIES = ("USD", "EUR", "GBP", "JPY", "TRY", "KRW", "BRL", "AUD", "CAD", "CHF", "BTC", "ETH")
_SUPPLY_TURNS = 30  # days of turnover that a coin's value is taken to be


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
                yield f"{currency}_market_cap", ticker.day.quote_volume * _SUPPLY_TURNS
            if query.get("include_24hr_vol") == "true":
                yield f"{currency}_24h_vol", ticker.day.quote_volume
            if query.get("include_24hr_change") == "true":
                yield f"{currency}_24h_change", _change(ticker)
        if query.get("include_last_updated_at") == "true":
            yield "last_updated_at", now // 1_000


VENUE = CoinGecko


def _price(number: float) -> float | int:
    """Whole from 10,000 on, cents from 1 on, six digits below."""
    if number >= 10_000:
        return round(number)
    return round(number, 2) if number >= 1 else float(f"{number:.6g}")


def _change(ticker: Ticker) -> float:
    return (ticker.last / ticker.day.open - 1) * 100


def _error(message: str, status: int) -> RequestError:
    return RequestError(Answer({"error": message}, status))
