"""A process that tells the webhooks of a ledger until it is killed."""

import asyncio
import sys

from api.telling import Telling
from resources.ledger import Ledger

if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    asyncio.run(Telling(Ledger(sys.argv[1]), ["127.0.0.1"]).run(asyncio.Event()))
