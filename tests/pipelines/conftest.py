"""The whole platform as a user starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.demo import Demo

SCHEDULE = "7 */5 * * *"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running `headwater demo` in an empty home, shared by the tests of a module. Of what stands
    in its .env the environment says otherwise of all but the schedule; its proxy does not answer."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    running = Demo(Path(tmp_path_factory.mktemp("home")), **proxies)
    running.folder = tmp_path_factory.mktemp("started")
    (running.folder / ".env").write_text(
        "HEADWATER_PROVIDERS=live\n"
        "HEADWATER_TOP_N_CRYPTOS=9\n"
        f"HEADWATER_COLLECTION_SCHEDULE={SCHEDULE}\n"
    )
    running.start()
    try:
        yield running
    finally:
        running.stop()
        running.close()
