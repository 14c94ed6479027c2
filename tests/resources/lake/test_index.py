"""Which files of a table are told of."""

from pathlib import Path

from resources.lake import Lake
from resources.schemas import NEWS
from tests.articles import article, articles


def test_files_of_partitions_whose_names_a_path_cannot_hold_are_found(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    rows = [article(n, 0, period=period) for n, period in enumerate(["a b", "BTC/USDT", "50%"])]
    lake.merge(NEWS, articles(rows))
    assert all(Path(file).is_file() for file in lake.files(NEWS))
    assert lake.scan(NEWS, {}).collect().sort("id").equals(articles(rows))
