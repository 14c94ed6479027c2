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
        "regulat*", "sec", "cftc", "fdic", "fca", "esma", "finma", "mica", "lawmaker*", "senat*",
        "congress*", "parliament*", "ban", "bans", "banned", "licen*", "legislat*", "bill", "tax*",
        "central bank*", "cbdc*", "aml", "kyc", "complian*", "watchdog*", "crackdown", "policy",
        "hearing", "consultation", "ministry", "minister*", "sanction*", "treasury secretary",
    ),
    "legal": (
        "lawsuit*", "suit", "sue", "sues", "sued", "court*", "judge*", "jury", "charged", "charges",
        "indict*", "settlement", "guilty", "sentenced", "arrest*", "prosecut*", "trial",
        "subpoena*", "bankrupt*", "class action", "plead*", "extradit*", "prison", "fraud*",
    ),
    "security": (
        "hack", "hacks", "hacked", "hacker*", "hacking", "exploit*", "stolen", "steal*", "theft",
        "thief", "thieves", "drain*", "phishing", "scam*", "rug pull", "rug-pull", "vulnerab*",
        "breach*", "attack*", "ransomware", "malware", "ponzi", "laundering", "compromised",
        "audit*", "bounty", "bounties", "white hat", "white-hat", "flaw*", "backdoor*", "bug",
    ),
    "market": (
        "price*", "rall*", "surg*", "soar*", "plung*", "slump*", "tumbl*", "slid*", "dip", "dips",
        "all-time high", "ath", "market cap*", "bull", "bulls", "bullish", "bear", "bears",
        "bearish", "sell-off", "selloff", "resistance", "support level", "correction", "crash*",
        "volatil*", "breakout", "inflow*", "outflow*", "whale*", "chart*", "gains", "rebound*",
        "bottom", "trading volume*", "weekly recap", "dominance", "death cross",
    ),
    "derivatives": (
        "futures", "options", "open interest", "funding rate*", "liquidat*", "perpetual*", "perps",
        "leverage*", "short squeeze", "derivatives",
    ),
    "etf": ("etf", "etfs", "etp", "etps", "exchange-traded", "spot fund*"),
    "exchange": (
        "exchange", "exchanges", "listing*", "lists", "to list", "delist*", "withdrawal*", "venue*",
        "proof of reserves", "proof-of-reserves", "trading pair*", "dex", "dexs", "otc", "broker*",
        "token sale*", "presale*", "public sale", "community sale", "launchpad*", "ido", "ico",
        "initial offering*",
    ),
    "defi": (
        "defi", "liquidity", "yield*", "lending", "lender*", "tvl", "amm", "staking", "restak*",
        "vault*", "governance", "dao", "daos", "decentralized finance", "decentralised finance",
        "airdrop*", "farming", "buyback*", "collateral*", "swap*",
    ),
    "stablecoins": (
        "stablecoin*", "usdt", "usdc", "dai", "pyusd", "depeg*", "peg", "tether", "reserves",
        "dollar token*", "dollar coin*", "euro token*", "yen token*", "dollar-pegged",
    ),
    "nft": (
        "nft", "nfts", "non-fungible", "collectible*", "collection*", "metaverse", "play-to-earn",
        "gamefi", "minted", "digital art", "avatar*", "ordinals", "virtual land",
    ),
    "mining": (
        "mining", "miner", "miners", "mines", "mined", "hashrate", "hash rate", "asic*", "halving",
        "hashprice", "proof-of-work", "proof of work", "megawatt*", "mw", "difficulty", "rig",
        "rigs", "hosting cent*",
    ),
    "technology": (
        "upgrade*", "fork", "forks", "mainnet", "testnet", "layer 1", "layer 2", "layer-2", "l2",
        "rollup*", "zk", "zero-knowledge", "bridge*", "validator*", "sharding", "consensus",
        "smart contract*", "interoperab*", "oracle*", "wallet*", "developer*", "evm", "sequencer*",
        "node", "nodes", "gas limit", "protocol*", "client", "sdk", "open-source*", "lightning",
    ),
    "outage": (
        "outage*", "offline", "halt*", "glitch*", "downtime", "goes down", "stuck", "fault*",
        "failure*", "degraded", "back online",
    ),
    "adoption": (
        "adopt*", "accept*", "partner*", "legal tender", "payment*", "pay", "pays", "merchant*",
        "integrat*", "rolls out", "pilot*", "visa", "mastercard", "paypal", "bank", "banks",
        "retailer*", "customers", "allocation", "pension*",
    ),
    "funding": (
        "raise", "raises", "raised", "raising", "funding", "seed round", "series a", "series b",
        "series c", "venture*", "valuation*", "valued", "acquir*", "acquisition*", "invests",
        "invest", "investment*", "investor*", "ipo", "backed by", "backs", "merger*", "grant*",
        "fundrais*", "takeover", "buys stake",
    ),
    "macro": (
        "inflation", "interest rate*", "federal reserve", "fed", "fomc", "cpi", "recession",
        "jobs report", "payrolls", "rate cut*", "rate hike*", "dollar index", "gdp", "ecb",
        "tariff*", "treasuries", "treasury yield*", "jackson hole", "carry trade", "powell",
    ),
    "people": (
        "appoint*", "ceo", "cfo", "cto", "coo", "chief", "steps down", "step back", "resign*",
        "hire", "hires", "hired", "hiring", "joins", "layoff*", "lay off*", "founder*", "departs",
        "promotes", "interview*", "in conversation", "q&a", "job", "jobs", "staff",
    ),
}  # fmt: skip
# The same topics in words that the encoder understands better than their names.
_MEANINGS: Mapping[str, str] = {
    "regulation": "government regulation and law of cryptocurrency",
    "legal": "lawsuit in court, criminal charges",
    "security": "hack, theft and security bug",
    "market": "price moves of bitcoin and coins",
    "derivatives": "futures and options trading",
    "etf": "exchange-traded fund",
    "exchange": "crypto exchange lists a token, token sale",
    "defi": "decentralized finance, lending and yield",
    "stablecoins": "stablecoin pegged to the dollar",
    "nft": "NFT collections, digital art and games",
    "mining": "bitcoin mining machines and electricity",
    "technology": "blockchain protocol and software development",
    "outage": "network outage, service goes offline",
    "adoption": "companies and shops accept cryptocurrency",
    "funding": "startup raises money from investors",
    "macro": "economy, inflation and interest rates",
    "people": "executive appointed or leaves a company",
}
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
    that the embedded encoder finds most alike, by cosine; nothing where it cannot be loaded. `zero_shot` judges in the place of both, by its probability.
    """
    line, _ = tidy(text)
    if not line or (labels is not None and not labels):
        return []
    names = list(KEYWORDS) if labels is None else list(labels)
    if zero_shot is not None:
        fits = zero_shot.fits(line, names)
        return _ranked({name: fit for name, fit in fits.items() if fit >= 0.5})
    if labels is not None:
        return _alike(line, dict(zip(names, names, strict=True)))
    counted = _counted(line)
    return _ranked(counted) if counted else _alike(line, _MEANINGS)


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


def _alike(line: str, meanings: Mapping[str, str]) -> list[Topic]:
    """By the cosine of what the text and each meaning are about."""
    encoder = _encoder()
    if encoder is None:
        return []
    (about,) = encoder.embed([line])
    cosines = {
        name: sum(a * b for a, b in zip(about, _vector(encoder, meaning), strict=True))
        for name, meaning in meanings.items()
    }
    return _ranked({n: min(c, 1.0) for n, c in cosines.items() if c >= _LEAST_ALIKE})[:_MOST]


@functools.lru_cache(maxsize=256)
def _vector(encoder: Embedded, meaning: str) -> list[float]:
    return encoder.embed([meaning])[0]


@functools.cache
def _encoder() -> Embedded | None:
    try:
        return Embedded()
    except ModelUnavailable as error:
        _log.warning("topics are known by keywords alone: %s", error)
        return None
