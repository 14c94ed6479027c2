"""The last step of a restore, for who holds the home alone: the command line, and every start."""

from pathlib import Path

from pipelines.output import say
from resources import backups
from resources.errors import HeadwaterError, StartRefused


def put_in_place(home: Path) -> None:
    """Put what a restore has laid ready in place, or finish doing so, and say so.

    Where that cannot be begun, what lay ready goes, the live state stays, and the reason is raised.
    Raises StartRefused where it has failed half-way.
    """
    try:
        done = backups.put_in_place(home)
    except (HeadwaterError, OSError) as error:
        if backups.is_begun(home):
            raise StartRefused(
                f"a restore is half done, the next start goes on with it: {error}"
            ) from error
        backups.give_up(home)
        say(f"the restore was given up, what is stored stays as it was: {error}")
        raise
    if done is None:
        return
    say(f"the backup {done.backup} is in place; what was there lies in {done.replaced} for a day")
    if not done.carried:
        say("  the ledger that was there cannot be read: keys that were revoked since the backup")
        say("  hold again, newer ones do not; see ./dev headwater keys list")
