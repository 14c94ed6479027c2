"""`python -m sandbox --port 8900 --config FILE.json [--replay DIR]`: plays providers on loopback."""

import argparse
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from resources import log_lines
from sandbox.app import create_app
from sandbox.config import ConfigError, read


class _Protocol(HttpToolsProtocol):
    """Hands the application the transport, which some faults break."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["transport"] = self.transport


def main() -> None:
    """Prints its base URL in one line once it listens; port 0 takes any free one."""
    parser = argparse.ArgumentParser(prog="sandbox")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--replay", type=Path)
    given = parser.parse_args()
    log_lines.configure("warning")
    try:
        app = create_app(read(given.config), given.replay)
    except ConfigError as error:
        sys.exit(f"sandbox: {error}")
    listening = socket.create_server(("127.0.0.1", given.port))
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        # Each provider tells the time of its own clock.
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    # Ctrl-C ends it in order, and uvicorn raises it once more after that.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
