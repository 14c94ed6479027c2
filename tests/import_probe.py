"""Imports every module of the packages given, and prints what they did besides.

A program of its own, for a process in which nothing is imported yet. What a library does when
it is imported is its own affair: only what a file of the project called for counts.
"""

import importlib
import os
import pkgutil
import sys
import threading
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
DEEDS = (
    "os.mkdir", "os.remove", "os.rename", "os.putenv", "os.unsetenv", "os.chdir", "os.fork",
    "os.posix_spawn", "subprocess.Popen", "socket.connect", "socket.bind", "sqlite3.connect",
    "_thread.start_new_thread", "signal.signal",
)  # fmt: skip


def watch(event: str, arguments: tuple[object, ...]) -> None:
    wrote = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
    if not wrote and event not in DEEDS:
        return
    if who := ours(sys._getframe(1)):
        print(f"{who}: {event} {arguments!r}"[:200])  # noqa: T201 (what this program is for)


def ours(frame: FrameType | None) -> str | None:
    """The file of the project that called for it, unless a library did."""
    while frame is not None:
        file = frame.f_code.co_filename
        if "site-packages" in file:
            return None
        if file.startswith(str(ROOT)) and file != __file__:
            return file
        frame = frame.f_back
    return None


def main() -> None:
    sys.addaudithook(watch)
    for room in sys.argv[1:]:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            print(f"a thread is left: {thread}")  # noqa: T201 (what this program is for)


if __name__ == "__main__":
    main()
