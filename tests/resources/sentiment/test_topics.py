"""What a text is about: keywords first, then the encoder; labels of the caller by the encoder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.sentiment.topics import KEYWORDS, Topic, open_zero_shot, topics
from tests.resources.sentiment.conftest import HARD_TEXTS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SEC delays decision again", "regulation"),
        ("Judge dismisses class action against founder", "legal"),
        ("Bridge exploited, attacker drains funds", "security"),
        ("Ether rallies past $4,000", "market"),
        ("Open interest climbs as longs are liquidated", "derivatives"),
        ("Spot ETFs see record day", "etf"),
        ("Coin to be delisted next week", "exchange"),
        ("TVL of lending protocols doubles", "defi"),
        ("USDC depegs for an hour", "stablecoins"),
        ("NFT sales fall", "nft"),
        ("Hashrate falls as miners unplug", "mining"),
        ("Mainnet upgrade scheduled", "technology"),
        ("Retailer accepts coins at 400 shops", "adoption"),
        ("Start-up raises $12M in seed round", "funding"),
        ("Fed holds interest rates", "macro"),
        ("CEO steps down", "people"),
        ("Chain is back online after seven hours", "outage"),
        ("Boutique shoppers hold art on a chain", "nft"),
    ],
)
def test_keywords_name_the_topic(text: str, name: str) -> None:
    assert name in {topic.name for topic in topics(text)}


def test_more_keywords_make_a_topic_stronger() -> None:
    first, second = topics("Miners fear the halving; hashrate falls as an NFT sells")
    assert (first, second) == (Topic("mining", 0.875), Topic("nft", 0.5))


@pytest.mark.parametrize("text", ["Secretary buys NFT", "NFT on a banner", "NFT: 1 billion"])
def test_a_keyword_is_a_whole_word(text: str) -> None:
    assert topics(text) == [Topic("nft", 0.5)]


def test_labels_of_the_caller_are_found_by_what_they_mean() -> None:
    found = topics(
        "Machines that secure the network use less electricity",
        ["energy use", "football", "poetry"],
    )
    assert found[0].name == "energy use"
    assert all(0 <= topic.score <= 1 for topic in found)


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_any_text_is_taken(text: str) -> None:
    assert all(topic.name in KEYWORDS for topic in topics(text))
    assert len(topics(text, ["hacks", "prices"])) <= 2


def test_no_text_and_no_labels_have_no_topics() -> None:
    assert topics("") == topics("  ") == topics("Bitcoin falls", []) == []


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_topics_come_strongest_first(text: str) -> None:
    scores = [topic.score for topic in topics(text)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_without_a_zero_shot_model_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    assert open_zero_shot(None) is None
    assert open_zero_shot("/no/such/folder") is None
    assert "the topic model /no/such/folder does not load: " in caplog.text
