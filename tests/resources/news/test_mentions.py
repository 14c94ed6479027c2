"""Which assets a sentence mentions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.market import load_registry
from resources.news.mentions import mentioned
from tests.resources.news.work import calls_in

SENTENCES = [
    # Names and tickers.
    ("Bitcoin climbs above $70,000", "BTC"),
    ("bitcoin and ether slip", "BTC ETH"),
    ("BTC/USDT breaks out on three exchanges", "BTC USDT"),
    ("Bitcoin\u2019s hash rate and Ethereum's fees", "BTC ETH"),
    ("Bitcoin-backed loans return", "BTC"),
    ("The #BTC chart that everyone shares", "BTC"),
    ("$btc to the moon", "BTC"),
    ("Ripple wins another motion in court", "XRP"),
    ("XRP holders cheer", "XRP"),
    ("Dogecoin and Shiba Inu lead memecoins", "DOGE SHIB"),
    ("Tether freezes wallets, USDC supply grows", "USDC USDT"),
    ("Cardano (ADA) founder speaks in Buenos Aires", "ADA"),
    ("TRX, XLM and ALGO outperform", "ALGO TRX XLM"),
    ("Pudgy Penguins toys are sold out", "PENGU"),
    # The longest name counts.
    ("Bitcoin Cash forks again", "BCH"),
    ("Ethereum Classic miners celebrate", "ETC"),
    ("Ethereum Name Service votes on fees", "ENS"),
    ("Terra Classic burns tokens", "LUNC"),
    ("Bitcoin SV leaves another exchange", ""),
    # No asset though a part looks like one.
    ("Bitcoin Magazine turns ten", ""),
    ("Download it from bitcoin.com", ""),
    ("Write to @bitcoin or info@solana.com", ""),
    ("The ripple effect of the bankruptcy", ""),
    ("An op-ed on regulation", ""),
    ("Exchanges, brokers etc. must register", ""),
    ("Researchers study etherification and bitcoiners", ""),
    # Words that mean other things too.
    ("The price is near its high", ""),
    ("Near-term outlook stays weak", ""),
    ("NEAR jumps 10% after upgrade", "NEAR"),
    ("NEAR Protocol hires engineers", "NEAR"),
    ("$near is pumping", "NEAR"),
    ("Link in bio", ""),
    ("Follow the link to claim", ""),
    ("LINK gains as oracles spread", "LINK"),
    ("Connect the dot on the map", ""),
    ("DOT slips while dot-com memories return", "DOT"),
    ("One more thing about gas fees", ""),
    ("Natural gas and Bitcoin mining", "BTC"),
    ("A flow of funds into ETFs", ""),
    ("Hedera and Flow join the alliance", "FLOW HBAR"),
    ("Sand in the gears of regulation", ""),
    ("SAND rallies before the land sale", "SAND"),
    ("uni students buy tokens", ""),
    ("UNI holders vote on fees", "UNI"),
    ("The sol system of courts", ""),
    ("SOL price eyes resistance", "SOL"),
    ("Going ape over cartoons", ""),
    ("APE airdrop begins", "APE"),
    ("Optimism grows among investors", ""),
    ("Optimism (OP) unlocks tokens", "OP"),
    ("Solana, Optimism and Arbitrum lead", "ARB OP SOL"),
    ("Base to dump Optimism tech", "OP"),
    ("Compound interest explained", ""),
    ("Compound protocol was exploited", "COMP"),
    ("Avalanche of liquidations hits longs", ""),
    ("Avalanche network halts for an hour", "AVAX"),
    ("Stellar earnings at the exchange", ""),
    ("Stellar slides 1.7% to $0.13", "XLM"),
    ("The yield curve steepens", ""),
    ("Curve pools are drained", "CRV"),
    ("The sky is no limit", ""),
    ("Dash for cash", ""),
    ("A ton of money", ""),
    ("A TON of Bitcoin", "BTC"),
    ("TON price climbs", "TON"),
    ("APT hackers drain a broker", ""),
    ("APT token unlock nears", "APT"),
    ("The HYPE around Bitcoin is real", "BTC"),
    ("HYPE rallies on Hyperliquid", "HYPE"),
    ("DOT fines Tesla", ""),
    ("US DOT exchange of notes", ""),
    ("DOT wallet ships", "DOT"),
    ("Consumer Optimism drops 5% to record low", ""),
    ("Stellar Nvidia gains 3%, stellar quarter ahead", ""),
    ("Sky rallies in Italian Serie A", ""),
    ("Jupiter mission gains $5 billion", ""),
    ("Compound rate explained, Compound exchange rate too", ""),
    ("Pope LEO wallet, Pope LEO and Bitcoin", "BTC"),
    ("Pepe Reina signs", ""),
    ("Sui generis case against Coinbase", ""),
    ("Tron: Ares price at the box office", ""),
    ("TON wallets inside of Telegram", "TON"),
    ("Trump speaks at a conference", ""),
    ("TRUMP memecoin unlock nears", "TRUMP"),
    ("Cosmos is a book about stars", ""),
    ("Quant traders hire", ""),
    ("sui generis rules for tokens", ""),
    ("Sui ETFs start trading", "SUI"),
    ("Die Regel sei klar", ""),
    ("A flare-up of tension lifts oil", ""),
    ("Flare network launches its bridge", "FLR"),
    ("Helium prices rise as gas runs short", ""),
    ("Helium (HNT) token moves to another chain", "HNT"),
    ("Pope Leo speaks of money, LEO satellites orbit", ""),
    ("LEO token burns go on", "LEO"),
    ("BAT shares fall in London", ""),
    ("A piece of cake for virtual cards", ""),
    ("PancakeSwap votes, CAKE rallies", "CAKE"),
    ("Aster overtakes Hyperliquid", "ASTER HYPE"),
    ("El nexo entre bancos", ""),
    # Headlines in capitals.
    ("BITCOIN RISES NEAR RECORD AS ETF MONEY FLOWS IN", "BTC"),
    ("ONE LINK TO CLICK BEFORE YOU DASH TO THE BANK", ""),
    ("BREAKING: $LINK SURGES NEAR ALL-TIME HIGH", "LINK"),
    # Other scripts, where words have no spaces or letters in front.
    ("\u6bd4\u7279\u5e01\u7a81\u7834\u4e03\u4e07\u7f8e\u5143", "BTC"),
    ("Bitcoin\u4ef7\u683c\u4e0a\u6da8", "BTC"),
    ("\u0648\u0627\u0631\u062a\u0641\u0639 \u0627\u0644\u0628\u064a\u062a\u0643\u0648\u064a\u0646 \u0627\u0644\u064a\u0648\u0645", "BTC"),
    ("\u0411\u0438\u0442\u043a\u043e\u0438\u043d \u0438 \u042d\u0444\u0438\u0440\u0438\u0443\u043c \u0440\u0430\u0441\u0442\u0443\u0442", "BTC ETH"),
    ("\u30d3\u30c3\u30c8\u30b3\u30a4\u30f3\u304c\u4e0a\u6607", "BTC"),
    # Currencies of states are no assets.
    ("The US dollar and the euro rise; EUR/USD at a high", ""),
    ("", ""),
    ("\U0001f680\U0001f680\U0001f680", ""),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "tickers"), SENTENCES)
def test_a_sentence_mentions(sentence: str, tickers: str) -> None:
    assert mentioned(sentence) == tickers.split()


@pytest.mark.parametrize("ticker", [a.ticker for a in load_registry().assets if a.kind != "fiat"])
def test_each_asset_is_found_by_its_cashtag_and_with_its_ticker_in_brackets(ticker: str) -> None:
    name = load_registry().asset(ticker).name
    assert ticker in mentioned(f"Why we hold ${ticker.lower()} for long")
    assert ticker in mentioned(f"Traders of {name} ({ticker}) are waiting")


def test_texts_count_together_and_each_asset_once() -> None:
    assert mentioned("Solana halts", None, "SOL and bitcoin fall; Solana is back") == ["BTC", "SOL"]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = mentioned(text)
    assert found == sorted(set(found))


@pytest.mark.parametrize("text", ["BTC OP x ", "$BTC,OP,x ", "OP x "])
def test_a_text_of_nothing_but_unclear_words_is_read_in_linear_time(text: str) -> None:
    few, many = text * 100, text * 200
    assert calls_in(lambda: mentioned(many)) < 2.6 * calls_in(lambda: mentioned(few))
