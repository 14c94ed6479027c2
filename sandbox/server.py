"""Starts the sandbox as a process of its own, on a free port, for as long as it is needed."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
_PATIENCE = 30.0  # seconds until it must answer


@contextmanager
def running(
    config: Mapping[str, Any],
    replay: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Plays the providers of `config`, as in `{"providers": {"binance": {"host": "api.binance.com"}}}`.

    `environment` comes on top of ours. Yields the base URL, without a slash at its end, once the sandbox answers; ends it at exit.
    Raises RuntimeError where it does not start; it says why on stderr.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sandbox.json"
        file.write_text(json.dumps(config))
        # Its frames are small: more threads of polars cost a third more CPU.
        more = {"POLARS_MAX_THREADS": "1", **(environment or {})}
        command = ["env", *(f"{name}={value}" for name, value in more.items()), sys.executable]
        command += ["-m", "sandbox", "--port", "0", "--config", str(file)]
        if replay:
            command += ["--replay", str(replay)]
        process = subprocess.Popen(  # noqa: S603 (only ourselves, with a file of ours)
            command,
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C is for whoever calls us: what still needs the providers ends first.
            start_new_session=True,
        )
        with process:
            try:
                yield _answering(process)
            finally:
                process.kill()


def _answering(process: subprocess.Popen[str]) -> str:
    url = process.stdout.readline().strip() if process.stdout else ""
    if not url:
        raise RuntimeError(f"the sandbox did not start, exit code {process.wait()}")
    # It listens already: a first call waits until the application is up.
    connection = HTTPConnection(url.removeprefix("http://"), timeout=_PATIENCE)
    connection.request("GET", "/_control/requests")
    connection.getresponse().read()
    connection.close()
    return url
