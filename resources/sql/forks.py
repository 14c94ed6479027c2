"""The program that forks a process for every statement: DuckDB is loaded once, and never used here.

Its standard input is a Unix socket; for each descriptor that comes over it, a fork answers there.
It ends when the service closes the socket, or is gone.
"""

import os
import signal
import socket

from resources.sql.child import serve

# Statements leave the processor to those who answer requests.
_NICENESS = 5


def main() -> None:
    control = socket.socket(fileno=0)
    # Nobody waits for the forks.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.nice(_NICENESS)
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        if os.fork() == 0:
            control.close()
            try:
                serve(socket.socket(fileno=descriptors[0]))
            finally:
                os._exit(0)
        os.close(descriptors[0])


if __name__ == "__main__":
    main()
