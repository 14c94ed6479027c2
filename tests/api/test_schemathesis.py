"""What /openapi.json describes is asked for in many ways, wrong ones too, by schemathesis."""

import subprocess
import sys
from pathlib import Path

from tests.api import watched
from tests.api.server import Store, served
from tests.api.world import fill

# Requests of each operation whose values are drawn; those at the bounds of parameters come on top.
_DRAWN = 3
_CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "use_after_free",
)


def test_nothing_that_is_asked_for_breaks_the_service_or_is_answered_as_is_not_described(
    store: Store, tmp_path: Path
) -> None:
    """An admin asks for everything, so that the store is one of the test's own: no 500, no status
    and no field that is not described, and what is wrong is refused."""
    fill(store.lake, store.ledger)
    watched.fill(store.ledger)
    with served(store.settings) as service:
        asked = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                "run",
                f"{service.base_url}/openapi.json",
                *("--header", f"X-API-Key: {store.key('admin')}"),
                *("--phases", "coverage,fuzzing"),
                *("--checks", ",".join(_CHECKS)),
                *("--max-examples", str(_DRAWN)),
                *("--request-timeout", "60"),
                *("--warnings", "off"),
                "--generation-deterministic",
                "--continue-on-failure",
                "--no-shrink",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert asked.returncode == 0, asked.stdout + asked.stderr
