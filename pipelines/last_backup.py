"""The backup that is made when Headwater is stopped, where the settings want one."""

import subprocess
import sys

from pipelines.output import say
from resources.settings import Settings, child_environment

# Who waits for longer takes it for hung; what is half made then goes with the next backup.
SECONDS = 120.0


def last_backup(settings: Settings, seconds: float = SECONDS) -> None:
    """Make a backup and say where it lies, or why there is none; takes `seconds` at most.

    In a process of its own, which can be ended whatever it does, and which Ctrl-C does not reach.
    """
    say(f"A last backup is made, for at most {seconds:.0f} s …")
    command = [sys.executable, "-m", "pipelines.cli", "backup", "create", "--at-shutdown"]
    try:
        done = subprocess.run(  # noqa: S603 (our own command)
            command,
            env=child_environment(settings, {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        say(f"  it was not made in {seconds:.0f} s: ./dev headwater backup create takes its time")
        return
    told = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    say(f"  {told[-1] if told else 'it was not made'}")
