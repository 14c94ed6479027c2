"""What is peculiar about marketplaces of NFTs."""

import json
from typing import Any

import pytest

from resources.errors import MalformedResponse
from resources.schemas.nft import LARGEST, NFT_PAGE
from tests.resources.providers.endpoints import ENDPOINTS, parser

MARKETS = [key for key in ENDPOINTS if key[1] == "page nft"]


def told(provider: str, payload: Any) -> list[dict[str, Any]]:
    return parser((provider, "page nft"))(json.dumps(payload).encode()).to_dicts()


@pytest.mark.parametrize("key", MARKETS, ids="-".join)
def test_a_sound_answer_means_what_its_payload_says(key: tuple[str, str]) -> None:
    endpoint = ENDPOINTS[key]
    frame = parser(key)(json.dumps(endpoint.sound).encode())
    assert frame.rows() == endpoint.rows(endpoint.sound, "")
    assert NFT_PAGE.checked(frame, 0)["reason"].null_count() == frame.height


def test_of_thousands_of_collections_the_most_valuable_are_kept() -> None:
    payload = [
        {"collectionId": f"0x{n}", "name": "x", "floorPrice": n / 10, "totalSupply": 1_000}
        for n in range(1, 2_001)
    ]
    rows = told("defillama_nft", payload)
    assert len(rows) == LARGEST
    assert (rows[0]["collection"], rows[-1]["collection"]) == ("0x2000", "0x1901")


def test_what_is_not_for_sale_has_no_floor() -> None:
    unoffered = {"symbol": "okay_bears", "floorPrice": 0, "listedCount": 0, "volumeAll": 1e9}
    assert told("magic_eden", unoffered)[0]["floor_price"] is None
    without = {"symbol": "okay_bears", "listedCount": 0, "volumeAll": 1_000_000_000}
    row = told("magic_eden", without)[0]
    assert (row["floor_price"], row["volume_total"]) == (None, 1.0)


def test_a_collection_that_was_renamed_keeps_its_key() -> None:
    payload = [{"contract": "KT1", "name": "New", "floor_price": 1, "volume_24h": None}]
    assert told("objkt", {"data": {"fa": payload}})[0]["collection"] == "KT1"


def test_an_error_of_graphql_is_no_empty_list() -> None:
    with pytest.raises(MalformedResponse):
        told("objkt", {"errors": [{"message": "field 'owners' not found in type: 'fa'"}]})


@pytest.mark.parametrize(
    ("symbol", "currency"), [("ETH", "ETH"), ("WETH", "ETH"), ("", "ETH"), (None, "ETH"), ("APE", "APE")]
)  # fmt: skip
def test_a_floor_is_in_the_currency_that_is_named(symbol: str | None, currency: str) -> None:
    total = {"floor_price": 1.5, "floor_price_symbol": symbol, "volume": 1.0}
    assert told("opensea", {"total": total, "intervals": []})[0]["currency"] == currency


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"floor_price": -1}, "floor not positive"),
        ({"floor_price": 1e18}, "insane magnitude"),
        ({"floor_price": None, "volume_24h": None}, "missing value"),
        ({"volume_24h": -5}, "negative volume"),
        ({"items": -1}, "negative count"),
        ({"floor_price": "NaN"}, "floor_price is not finite"),
    ],
)
def test_a_figure_that_cannot_be_has_a_reason(change: dict[str, Any], reason: str) -> None:
    sound = {"contract": "KT1", "name": "x", "floor_price": 1_000, "volume_24h": 5, "items": 3}
    body = json.dumps({"data": {"fa": [{**sound, **change}]}}).encode()
    frame = parser(("objkt", "page nft"))(body)
    assert NFT_PAGE.checked(frame, 0)["reason"].to_list() == [reason]
