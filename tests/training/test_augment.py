import random

from hypothesis import given
from hypothesis import strategies as st

from training.augment import augmented
from training.data import Row

WORDS = st.sampled_from(["Bitcoin", "falls", "$TSLA", "12.5%", "to", "http", "record", "SEC"])
ROWS = st.lists(
    st.lists(WORDS, min_size=1, max_size=12).map(lambda words: Row(" ".join(words), 1)),
    min_size=1,
    max_size=20,
)


@given(ROWS, st.integers(0, 1_000))
def test_each_row_makes_one_text_of_known_words_the_same_for_the_same_seed(
    rows: list[Row], seed: int
) -> None:
    made = augmented(rows, random.Random(seed))
    assert len(made) == len(rows)
    assert all(made)
    known = {word for row in rows for word in row.text.split()}
    assert {word for text in made for word in text.split()} <= known
    assert made == augmented(rows, random.Random(seed))
