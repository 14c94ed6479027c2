"""What docs/news.md says of the news is so."""

import re

from resources.news.titles import ALIKE
from resources.schemas.news import FLAGS
from sandbox.news.stories import wording
from tests.markdown import read, section


def test_each_flag_is_told() -> None:
    told = section(read("docs/news.md"), "Flags")
    assert set(re.findall(r"`(\w+)`", told)) == FLAGS.keys()


def test_the_figures_are_those_of_the_code() -> None:
    text = read("docs/news.md")
    assert "three quarters of the words" in text
    assert ALIKE == 0.75
    told = wording()
    foreign = [title for one in told.foreign for title in one.titles]
    count = sum(map(len, (told.rises, told.falls, told.good, told.bad, told.plain, foreign)))
    assert f"one of {count} sentences" in text
