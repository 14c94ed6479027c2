"""Several ledgers of one database in one process, beside another process."""

import subprocess
import sys
from pathlib import Path

from resources.ledger import Ledger, collections

CLAIMS = """
import sys
from resources.ledger import Ledger, collections
ledger = Ledger(sys.argv[1])
print(collections.claim(ledger, "forward", "api"))
ledger.close()
"""
READS = """
import sys
from resources.ledger import Ledger, collections
print(collections.newest(Ledger(sys.argv[1]))[0].state)
"""


def another_process(code: str, url: str) -> str:
    command = [sys.executable, "-c", code, url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_second_one_ends_no_locks_of_the_first(tmp_path: Path) -> None:
    """Without them another process that ends would take away the log that the first writes."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    first = Ledger(url)
    first.migrate()
    Ledger(url).close()
    collection_id = another_process(CLAIMS, url)
    assert collections.find(first, collection_id) is not None
    collections.end(first, collection_id, "success")
    assert another_process(READS, url) == "success"
    with first.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    first.close()
