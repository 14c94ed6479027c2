"""The only reader of the environment.

Values come from HEADWATER_* variables, over .env, over headwater.toml in the
working folder. A misspelt key is refused in all three.
"""

import difflib
import functools
import os
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from resources.collection_settings import CollectionSettings
from resources.errors import StartRefused
from resources.market.watchlist import Watchlist, read_watchlist
from resources.service_settings import ServiceSettings
from resources.setting_values import PREFIX, named, network

_DOTENV, _TOML = ".env", "headwater.toml"
_FOLDER = "SUPERVISED_HEADWATER_FOLDER"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(CollectionSettings, ServiceSettings):
    """Every setting with its default; `docs/settings.md` is checked against this class."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=_DOTENV, extra="ignore", frozen=True,
        populate_by_name=True, env_parse_none_str="",
    )  # fmt: skip

    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: int = Field(
        8000, ge=1, le=65535, validation_alias=named("PORT"), description="Port of the API."
    )
    dagster_port: int = Field(
        3000, ge=1, le=65535, description="Port of Dagster's web UI, on loopback only."
    )
    sandbox_port: int = Field(
        8900, ge=1, le=65535, description="Port of the sandbox, on loopback only."
    )
    providers: Literal["sandbox", "live"] = Field(
        "sandbox", description="Whom to ask: the providers played on loopback, or the real ones."
    )
    home: Path | None = Field(
        None,
        description="Folder of all that a run writes. Default: .headwater/sandbox or .headwater/live.",
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the ledger. Default: SQLite in the home folder."
    )
    api_key_required: bool = Field(
        True,
        validation_alias=named("API_KEY_REQUIRED"),
        description="false lets every caller from loopback do everything without a key.",
    )
    call_deadline: float = Field(
        20.0, gt=0, description="Seconds a call to a provider may take, retries and waits included."
    )
    max_response_mb: int = Field(
        16, ge=1, description="Largest answer of a provider, decompressed, in MB."
    )
    enable_auto_discovery: bool = Field(
        False,
        validation_alias=named("ENABLE_AUTO_DISCOVERY"),
        description="Ask providers that are switched off once a week, and propose those that work.",
    )
    sandbox_replay: Path | None = Field(
        None, description="Folder of recorded candles (parquet) that the sandbox replays."
    )
    max_sockets: int = Field(2000, ge=1, description="Most sockets open at once.")
    max_sockets_per_address: int = Field(
        20, ge=1, description="Most sockets open at once from one address without a key."
    )
    cors_origins: list[str] = Field(
        [], description="Origins, besides the service's own, that browsers may call from."
    )
    allowed_addresses: list[Annotated[str, AfterValidator(network)]] = Field(
        [],
        description="Hosts and networks that providers may lie on though they are private or local.",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="What encrypts stored keys of providers and signs tokens. Default: a key in the home folder.",
    )
    snapshot_history: int = Field(
        1000, ge=1, description="Most snapshots that are kept of a provider."
    )
    snapshot_days: int = Field(30, ge=1, description="Days that a snapshot is kept at most.")
    snapshot_max_kb: int = Field(
        1000, ge=1, description="Largest answer that a snapshot holds, in kB; more is only noted."
    )
    snapshot_total_mb: int = Field(
        128, ge=1, description="MB that all snapshots take; the oldest of the largest go first."
    )
    backups_kept: int = Field(7, ge=1, description="Daily backups that are kept.")
    backup_whole: bool = Field(
        False,
        description="true makes archives of the daily backups, false folders of links to the lake's files.",
    )

    sentiment_model: str = Field(
        "embedded",
        min_length=1,
        description="What scores the news: embedded, lexicon, or a hub's model (ProsusAI/finbert) or folder.",
    )
    topic_model: str | None = Field(
        None,
        description="Zero-shot model (facebook/bart-large-mnli) that names topics. Default: keywords.",
    )
    huggingface_token: SecretStr | None = Field(
        None,
        validation_alias=named("HUGGINGFACE_TOKEN"),
        description="Token of the Hugging Face hub, for models that want one.",
    )

    @model_validator(mode="after")
    def _possible(self) -> "Settings":
        if not self.api_key_required and self.host not in LOOPBACK:
            raise ValueError("HEADWATER_API_KEY_REQUIRED=false needs HEADWATER_HOST on loopback")
        if "*" in self.cors_origins and not self.api_key_required:
            raise ValueError(
                "HEADWATER_CORS_ORIGINS with * would let every web page do everything "
                "while HEADWATER_API_KEY_REQUIRED=false"
            )
        if self.database_url and not self.database_url.startswith("sqlite:"):
            raise ValueError("HEADWATER_DATABASE_URL must be a sqlite:/// URL: no other works yet")
        if self.collection_start_date > datetime.now(UTC).date():
            raise ValueError("HEADWATER_COLLECTION_START_DATE lies in the future")
        return self

    @property
    def home_dir(self) -> Path:
        return (self.home or Path(".headwater") / self.providers).absolute()

    @property
    def top_n(self) -> int:
        return self.top_n_cryptos or (20 if self.providers == "sandbox" else 100)

    @property
    def watched(self) -> Watchlist:
        """The watchlist; the intervals that it does not name are those that all are collected in."""
        return read_watchlist(self.watchlist, self.collection_intervals)

    @property
    def ledger_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home_dir / 'ledger.db'}"

    @property
    def lake_url(self) -> str:
        return str(self.home_dir / "lake")

    @property
    def dagster_home(self) -> Path:
        return self.home_dir / "dagster"

    @property
    def backup_dir(self) -> Path:
        return self.home_dir / "backups"

    @property
    def export_dir(self) -> Path:
        return self.home_dir / "exports"

    @property
    def sandbox_url(self) -> str | None:
        """Base address of the sandbox, None when the real providers are asked."""
        return f"http://127.0.0.1:{self.sandbox_port}" if self.providers == "sandbox" else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic's signature)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, _folder() / _TOML)
        return init_settings, env_settings, dotenv_settings, toml


def _refuse_misspelt() -> None:
    names = {name.upper() for name in Settings.model_fields}
    given = {
        **{key: ("the environment", value) for key, value in os.environ.items()},
        **{key: (_DOTENV, value) for key, value in dotenv_values(_folder() / _DOTENV).items()},
    }
    for key, (place, value) in given.items():
        if not key.upper().startswith(PREFIX):
            continue
        name = key.upper().removeprefix(PREFIX)
        if name not in names and not name.startswith("KEY_"):
            near = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean {PREFIX}{near[0]}?" if near else ""
            raise StartRefused(f"{key} in {place} is no setting{hint}")
        if name not in names and not sendable_key((value or "").strip()):
            raise StartRefused(f"{key} in {place} has characters that no key has")
    try:
        toml = TomlConfigSettingsSource(Settings, _folder() / _TOML).toml_data
    except tomllib.TOMLDecodeError as error:
        raise StartRefused(f"headwater.toml is not valid TOML: {error}") from error
    for key in toml:
        if key.upper() not in names:
            raise StartRefused(f"{key} in headwater.toml is no setting")


def load_settings(**overrides: Any) -> Settings:
    """Read and check all settings; raises StartRefused with one sentence that names the key."""
    _refuse_misspelt()
    try:
        return Settings(_env_file=_folder() / _DOTENV, **overrides)
    except SettingsError as error:
        name = str(error).partition('field "')[2].partition('"')[0].upper()
        example = '{"symbols": ["BTC"]}' if name == "WATCHLIST" else '["https://example.org"]'
        raise StartRefused(f"{PREFIX}{name} is no JSON such as {example}") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        label = name if name.upper().startswith(PREFIX) else f"{PREFIX}{name.upper()}"
        prefix = f"{label}: " if name else ""
        raise StartRefused(f"{prefix}{first['msg'].removeprefix('Value error, ')}") from error


def sendable_key(key: str) -> bool:
    """Whether a provider can be sent this text as a key: printable ASCII."""
    return key.isascii() and key.isprintable()


def provider_key(provider_id: str) -> str | None:
    """The caller's own key for a provider, from HEADWATER_KEY_<ID>; None where there is none."""
    name = f"{PREFIX}KEY_{provider_id.upper()}"
    return (os.environ.get(name) or _dotenv().get(name) or "").strip() or None


def workers_wanted() -> str:
    """How many processes a server was told to start of the service, as it is spelt."""
    return os.environ.get("WEB_CONCURRENCY") or "1"


def secrets_of(settings: Settings) -> list[str]:
    """All that the settings keep secret: their own secrets, and the keys of providers."""
    own = (getattr(settings, name) for name in Settings.model_fields)
    keys = {**_dotenv(), **os.environ}
    return [
        *(secret.get_secret_value() for secret in own if isinstance(secret, SecretStr)),
        *(key.strip() for name, key in keys.items() if name.startswith(f"{PREFIX}KEY_") and key),
    ]


@functools.cache
def _dotenv() -> Mapping[str, str | None]:
    return dotenv_values(_folder() / _DOTENV)


def return_to_folder() -> None:
    """Work where who started this service did: relative paths of settings go by that."""
    os.chdir(_folder())


def _folder() -> Path:
    """Where the files with settings are: the working folder, of a service that of who started it."""
    return Path(os.environ.get(_FOLDER, ""))


def child_environment(settings: Settings, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: ours, with what was decided here, and `more`."""
    decided = {
        f"{PREFIX}HOME": str(settings.home_dir),
        f"{PREFIX}PROVIDERS": settings.providers,
        "DAGSTER_HOME": str(settings.dagster_home),
        _FOLDER: str(Path.cwd()),
        # Else gRPC asks a proxy of the environment for Dagster's code server, which is here.
        "no_grpc_proxy": "127.0.0.1,localhost",
    }
    return {**os.environ, **decided, **more}
