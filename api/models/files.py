"""Version 2: files of exports and backups."""

from typing import Any, Literal

from pydantic import Field

from api.models.base import Model, Stamped, Time, absent, example

_STAMP = {"timestamp": "2026-11-22T03:14:46.135Z"}
_EXPORT = "exports/snapshots_20261122T031446Z_5f0c9a1e.json"
_BACKUP = "backups/20261122T031446Z.tar"


class Exported(Stamped):
    """A file that was written."""

    status: Literal["success"]
    filepath: str = Field(description="What /api/v2/download takes as `file`.")
    download_url: str

    model_config = example(
        {
            "status": "success",
            "filepath": _EXPORT,
            "download_url": f"/api/v2/download?file={_EXPORT}",
            **_STAMP,
        }
    )


class ExportFile(Model):
    """What a JSON file of an export holds; of one provider `history` is a list."""

    exported_at: Time
    mode: Literal["sandbox", "live"]
    apis: dict[str, Any] = absent("The newest answer of each, by its id.")
    history: dict[str, list[Any]] | list[Any] = absent("Snapshots, newest first.")
    api_id: str = absent("Of an export of one provider's history.")
    count: int = absent("How many snapshots there are.")

    model_config = example(
        {
            "exported_at": "2026-11-22T03:14:46.120Z",
            "mode": "sandbox",
            "api_id": "binance",
            "history": [],
            "count": 0,
        }
    )


class BackedUp(Stamped):
    """A backup that was made: one archive, with a checksum of every file in it."""

    status: Literal["success"]
    backup_file: str = Field(description="What /api/v2/download and /api/v2/restore take.")
    download_url: str
    size: int = Field(description="Bytes of the files in it.")
    files: int

    model_config = example(
        {
            "status": "success",
            "backup_file": _BACKUP,
            "download_url": f"/api/v2/download?file={_BACKUP}",
            "size": 25_400_000,
            "files": 812,
            **_STAMP,
        }
    )


class LaidReady(Stamped):
    """A backup that was verified, and of which all is laid ready."""

    status: Literal["success"]
    message: str = Field(description="What happens now.")
    backup_file: str
    restarting: bool = Field(
        description="Whether Headwater starts again with it at once; else its next start does."
    )

    model_config = example(
        {
            "status": "success",
            "message": "20261122T031446Z is whole and lies ready; Headwater stops now, puts it in "
            "place and starts again, in about half a minute",
            "backup_file": _BACKUP,
            "restarting": True,
            **_STAMP,
        }
    )
