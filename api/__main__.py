"""Serves the API with uvicorn: `python -m api`, host and port from the settings."""

import sys

import uvicorn

from api.connections import raise_descriptors
from api.live.conversation import SERVER_OPTIONS
from api.one_process import require_one_worker
from resources.errors import StartRefused
from resources.settings import load_settings

_GRACEFUL_SECONDS = 3


def main() -> None:
    # A server with several workers would start them again and again.
    require_one_worker()
    raise_descriptors()
    settings = load_settings()
    uvicorn.run(
        "api.app:app",
        host=settings.host,
        port=settings.port,
        log_level="warning",
        # Ours are the lines of resources/log_lines.py, for requests as well.
        log_config=None,
        access_log=False,
        # Whose software it is helps nobody but attackers.
        server_header=False,
        # Whose word of the client counts is said by HEADWATER_TRUSTED_PROXIES.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACEFUL_SECONDS,
        **SERVER_OPTIONS,
    )


if __name__ == "__main__":
    try:
        main()
    except StartRefused as error:
        sys.exit(f"headwater: {error}")
