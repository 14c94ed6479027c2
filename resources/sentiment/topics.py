"""What a text of crypto news is about."""

import functools
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from resources.errors import ModelUnavailable
from resources.sentiment.base import tidy
from resources.sentiment.embedded import Embedded
from resources.sentiment.hub import ZeroShot

_log = logging.getLogger(__name__)

# A word ends where a letter does not follow; a star stands for any ending.
KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "regulation": (
        "regulat*", "sec", "cftc", "mica", "lawmaker*", "senat*", "congress*", "parliament", "ban",
        "bans", "banned", "licen*", "legislat*", "bill", "tax*", "central bank*", "cbdc*", "aml",
        "kyc", "compliance", "watchdog*", "treasury department", "fca", "esma", "policy", "finma",
    ),
    "legal": (
        "lawsuit*", "sue", "sues", "sued", "court*", "judge*", "jury", "charged", "charges",
        "indict*", "settle*", "guilty", "sentenc*", "arrest*", "prosecut*", "trial", "subpoena*",
        "bankruptcy", "class action", "plead*", "extradit*",
    ),
    "security": (
        "hack*", "exploit*", "stolen", "steal*", "theft", "drain*", "phishing", "scam*", "rug pull",
        "rug-pull", "vulnerabilit*", "breach*", "attack*", "ransomware", "malware", "fraud*",
        "ponzi", "laundering", "compromised", "audit*", "bug bounty", "backdoor*",
    ),
    "market": (
        "price*", "rall*", "surge*", "soar*", "plunge*", "slump*", "tumbl*", "dip", "dips",
        "all-time high", "all time high", "ath", "market cap", "bull", "bullish", "bear",
        "bearish", "sell-off", "selloff", "resistance", "support level", "correction", "crash*",
        "trader*", "volatil*", "breakout", "inflow*", "outflow*", "whale*",
    ),
    "derivatives": (
        "futures", "options", "open interest", "funding rate*", "liquidat*", "perpetual*", "perps",
        "leverage*", "short squeeze",
    ),
    "etf": ("etf", "etfs", "etp", "etps", "exchange-traded", "spot fund"),
    "exchange": (
        "exchange", "exchanges", "listing*", "lists", "delist*", "withdrawal*", "proof of reserves",
        "proof-of-reserves", "trading pair*", "dex", "dexs", "otc desk",
    ),
    "defi": (
        "defi", "liquidity pool*", "yield*", "lending protocol*", "tvl", "amm", "staking", "restak*",
        "liquid staking", "vault*", "governance", "dao", "daos", "decentralized finance",
        "decentralised finance", "airdrop*",
    ),
    "stablecoins": (
        "stablecoin*", "usdt", "usdc", "dai", "depeg*", "peg", "tether", "reserves backing",
    ),
    "nft": ("nft", "nfts", "non-fungible", "collectible*", "metaverse", "play-to-earn", "gamefi"),
    "mining": (
        "mining", "miner", "miners", "hashrate", "hash rate", "asic*", "halving", "hashprice",
        "proof-of-work", "proof of work", "mining pool*",
    ),
    "technology": (
        "upgrade*", "fork", "forks", "mainnet", "testnet", "layer 2", "layer-2", "l2", "rollup*",
        "zk", "zero-knowledge", "bridge*", "outage*", "validator*", "sharding", "consensus",
        "protocol upgrade", "smart contract*", "interoperab*", "oracle*", "wallet*", "developers",
    ),
    "adoption": (
        "adopt*", "accept*", "partner*", "legal tender", "payment*", "merchant*", "integrat*",
        "rolls out", "pilot*", "visa", "mastercard", "paypal", "bank", "banks", "treasury",
    ),
    "funding": (
        "raises", "raised", "raise", "funding round", "seed round", "series a", "series b",
        "series c", "venture", "valuation", "acquir*", "acquisition*", "invests", "investment*",
        "ipo", "backed by", "merger*", "grant*", "fundrais*",
    ),
    "macro": (
        "inflation", "interest rate*", "federal reserve", "fed", "fomc", "cpi", "recession",
        "jobs report", "rate cut*", "rate hike*", "dollar index", "gdp", "treasur* yield*",
        "ecb", "tariff*",
    ),
    "people": ("appoint*", "ceo", "steps down", "resign*", "hires", "hired", "joins", "layoff*"),
}  # fmt: skip
# Below it a label is named of a text that has nothing to do with it.
_LEAST_ALIKE = 0.25
_MOST = 3


@dataclass(frozen=True, slots=True)
class Topic:
    """`score` in 0..1 says how strongly a text is about it, in the measure of what was asked."""

    name: str
    score: float


def topics(
    text: str, labels: Sequence[str] | None = None, zero_shot: ZeroShot | None = None
) -> list[Topic]:
    """What a text is about, most likely first; none where nothing fits.

    Without `labels` the topics of KEYWORDS, by the keywords that stand in it: n different ones
    give a score of 1 - 2**-n. Where none stands, and with `labels` of the caller's, the three
    whose names the embedded encoder finds most alike, by cosine; nothing where it cannot be
    loaded. `zero_shot` judges in the place of both, by its probability.
    """
    line, _ = tidy(text)
    if not line or (labels is not None and not labels):
        return []
    names = list(KEYWORDS) if labels is None else list(labels)
    if zero_shot is not None:
        fits = zero_shot.fits(line, names)
        return _ranked({name: fit for name, fit in fits.items() if fit >= 0.5})
    counted = {} if labels is not None else _counted(line)
    return _ranked(counted) if counted else _alike(line, names)


def open_zero_shot(model: str | None, token: SecretStr | None = None) -> ZeroShot | None:
    """The zero-shot model that is set; None, with the reason logged, where it does not load."""
    if model is None:
        return None
    try:
        return ZeroShot(model, token)
    except ModelUnavailable as error:
        _log.warning("the topic model %s does not load: %s", model, error)
        return None


def _ranked(scores: Mapping[str, float]) -> list[Topic]:
    best = sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    return [Topic(name, round(score, 4)) for name, score in best]


def _counted(line: str) -> dict[str, float]:
    found = {name: len({*map(str.lower, words.findall(line))}) for name, words in _words().items()}
    return {name: 1 - 0.5**count for name, count in found.items() if count}


@functools.cache
def _words() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(_either(words), re.IGNORECASE) for name, words in KEYWORDS.items()}


def _either(words: Sequence[str]) -> str:
    escaped = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return rf"(?<!\w)(?:{escaped})(?!\w)"


def _alike(line: str, names: Sequence[str]) -> list[Topic]:
    encoder = _encoder()
    if encoder is None:
        return []
    about, *labels = encoder.embed([line, *names])
    cosines = {
        name: sum(a * b for a, b in zip(about, label, strict=True))
        for name, label in zip(names, labels, strict=True)
    }
    return _ranked({n: min(c, 1.0) for n, c in cosines.items() if c >= _LEAST_ALIKE})[:_MOST]


@functools.cache
def _encoder() -> Embedded | None:
    try:
        return Embedded()
    except ModelUnavailable as error:
        _log.warning("topics are known by keywords alone: %s", error)
        return None
