"""Serves the API with uvicorn: `python -m api`, host and port from the settings."""

import uvicorn

from api.live.conversation import SERVER_OPTIONS
from resources.settings import load_settings

_GRACEFUL_SECONDS = 3


def main() -> None:
    settings = load_settings()
    uvicorn.run(
        "api.app:app",
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=_GRACEFUL_SECONDS,
        **SERVER_OPTIONS,
    )


if __name__ == "__main__":
    main()
