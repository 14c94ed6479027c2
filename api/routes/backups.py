"""Backups of lake and ledger, and putting one back."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import ADMIN
from api.models.base import documented
from api.models.files import BackedUp, LaidReady
from api.routes.exports import BACKUPS, download_url
from api.services import ServicesDep
from resources import backups
from resources.processes import held

router = APIRouter(tags=["data sources"])


@router.post(
    "/api/v2/backup",
    dependencies=[ADMIN],
    status_code=201,
    responses=documented(BackedUp, 409, status=201),
)
def back_up(services: ServicesDep) -> Answer:
    """Make a backup, one archive, while collections and readers go on; it stays until it is
    deleted by `headwater backup delete`."""
    settings = services.settings
    made = backups.create(
        settings.backup_dir,
        services.lake,
        services.ledger,
        mode=settings.providers,
        origin="api",
        whole=True,
    )
    file = f"{BACKUPS}/{made.id}{backups.SUFFIX}"
    told = {"backup_file": file, "download_url": download_url(file)}
    sizes = {"size": made.size, "files": len(made.files)}
    return Answer({"status": "success", **told, **sizes}, status=201)


@router.post("/api/v2/restore", dependencies=[ADMIN], responses=documented(LaidReady, 404, 409))
def restore(
    services: ServicesDep,
    backup_file: Annotated[
        str, Query(max_length=200, description="What a backup answered, or the id of a backup.")
    ],
) -> Answer:
    """Verify a backup and lay it ready beside what is stored; nothing is replaced before that.

    Headwater then stops, puts it in place and starts again. What was stored is kept for a day.
    """
    settings = services.settings
    backups.require_own_ledger(settings.ledger_url, settings.home_dir)
    source = backups.path_of(settings.backup_dir, backup_file.removeprefix(f"{BACKUPS}/"))
    made = backups.lay_ready(settings.home_dir, source, mode=settings.providers)
    # `up` and `demo` write a port, and look for what lies ready; a command's collection does not.
    restarting = bool(held(settings.home_dir / "run" / "lock"))
    follows = (
        "Headwater stops now, puts it in place and starts again, in about half a minute"
        if restarting
        else "the next start of Headwater puts it in place"
    )
    message = f"{made.id} is whole and lies ready; {follows}"
    file = {"backup_file": f"{BACKUPS}/{source.name}", "restarting": restarting}
    return Answer({"status": "success", "message": message, **file})
