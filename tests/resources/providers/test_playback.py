"""Every parser over every recorded answer of its endpoint, compared with what the payload says.

What the payload says is read a second time in recorded/, with json alone. Recordings are real
answers; examples are bodies from documentations, for shapes of which there is no recording.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from resources.errors import MalformedResponse, ProviderError
from resources.providers import load_providers
from tests.resources.providers.endpoints import ENDPOINTS, Key, call_of, parser, served
from tests.resources.providers.recorded.base import Recorded, at

Line = Mapping[str, str]


def lines(folder: Path, endpoint: Recorded) -> Iterator[tuple[Path, Line]]:
    """The endpoint's own of a folder's index."""
    with (folder / "INDEX.csv").open() as index:
        for line in csv.DictReader(index):
            own = re.fullmatch(endpoint.url, line["host"] + line["path"])
            if (own or line["file"] in endpoint.examples) and line["file"] not in endpoint.left_out:
                yield folder / line["file"], line


@pytest.mark.parametrize("key", ENDPOINTS, ids="-".join)
def test_a_parser_reads_every_recording_as_its_payload_says(key: Key, shared: Path) -> None:
    endpoint = ENDPOINTS[key]
    recordings = list(lines(shared / "data/wire", endpoint))
    examples = list(lines(shared / "data/wire_docs_examples", endpoint))
    assert bool(recordings) != bool(endpoint.unrecorded)
    assert recordings or examples or endpoint.unrecorded
    for file, line in (*recordings, *examples):
        body, market = file.read_bytes(), endpoint.market_of(line)
        parse = parser(key, market)
        if line.get("status", "200") == "200":
            assert parse(body).rows() == endpoint.rows(json.loads(body), market), file
        else:
            with pytest.raises(ProviderError):
                parse(body)


def test_every_endpoint_of_every_provider_is_played_back() -> None:
    assert set(ENDPOINTS) == {
        (provider.id, feed) for provider in load_providers().values() for feed in served(provider)
    }


@pytest.mark.parametrize("key", ENDPOINTS, ids="-".join)
def test_recordings_are_of_the_address_that_is_asked(key: Key) -> None:
    base = load_providers()[key[0]].base_url.removeprefix("https://").rstrip("/")
    assert re.fullmatch(ENDPOINTS[key].url, base + call_of(key).path)


@pytest.mark.parametrize(
    ("provider", "file"),
    [
        ("binance", "binance_us/api_v3_klines_symbol_BTCUSDT_interval_1h_limit_1"),
        ("coinbase_exchange", "coinbase_exchange/products_BTC_USDT_candles_granularity_3600"),
    ],
)
def test_candles_mean_what_another_reader_of_them_found(
    provider: str, file: str, shared: Path
) -> None:
    """Beside two recordings stands what ccxt made of them: ms, open, high, low, close, volume."""
    folder = shared / "data/wire"
    frame = parser((provider, "candles"))((folder / f"{file}.json").read_bytes())
    expected = json.loads((folder / f"{file}.expected.json").read_text())
    assert [list(row[:6]) for row in frame.rows()] == [
        [at(ms), *values] for ms, *values in expected
    ]


def test_errors_of_other_endpoints_are_no_prices_either(shared: Path) -> None:
    with (shared / "data/wire/INDEX.csv").open() as index:
        rows = [row for row in csv.DictReader(index) if row["host"] == "api.coingecko.com"]
    failed = [row["file"] for row in rows if row["status"] != "200"]
    assert len(failed) == 4
    for file in failed:
        body = (shared / "data/wire" / file).read_bytes()
        with pytest.raises(MalformedResponse, match=json.loads(body)["error"]):
            parser(("coingecko", "tickers"), "bitcoin")(body)
