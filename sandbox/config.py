"""What the sandbox is told at start: data alone, handed over by whoever starts it."""

from pathlib import Path

import msgspec

from sandbox.noise import fraction


class ConfigError(Exception):
    """One clear sentence of what cannot be played."""


class Provider(msgspec.Struct, forbid_unknown_fields=True):
    """One provider to play, below `path` of its `host`; `limits` are (amount of weight, seconds)."""

    host: str
    path: str = ""
    limits: list[tuple[int, int]] = []
    latency_ms: float | None = None


class Config(msgspec.Struct, forbid_unknown_fields=True):
    """`providers` by id, the name of a file in sandbox/venues, or played generically.

    `latency_ms` is that of all providers which name none of their own.
    """

    providers: dict[str, Provider]
    latency_ms: float | None = None


def read(file: Path) -> Config:
    """Raises ConfigError."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Config)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{file} cannot be read as a sandbox configuration: {error}") from None


def latency(provider_id: str, provider: Provider, usual: float | None = None) -> float:
    """Seconds before it answers: as configured, else 20 to 60 ms, always the same for an id."""
    for given in (provider.latency_ms, usual):
        if given is not None:
            return given / 1_000
    return 0.02 + 0.04 * fraction("latency", provider_id)
