"""The models that read the texts of callers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.reader import OnDemand, Reader
from resources.errors import ModelUnavailable


def test_the_engine_is_opened_without_the_topic_model(caplog: pytest.LogCaptureFixture) -> None:
    reader = Reader("lexicon", "/no/such/model", None)
    assert reader.engine() is reader.engine()
    assert caplog.records == []
    for _ in range(2):
        assert reader.zero_shot() is None
    assert len(caplog.records) == 1


def test_who_comes_while_a_model_is_slow_to_load_is_not_kept_waiting() -> None:
    began, goes_on, loads = threading.Event(), threading.Event(), list[int]()

    def load() -> str:
        loads.append(1)
        began.set()
        assert goes_on.wait(30)
        return "model"

    slow = OnDemand("the slow model", load, patience=0.01)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow.get)
        assert began.wait(30)
        with pytest.raises(ModelUnavailable, match="the slow model is being loaded"):
            slow.get()
        goes_on.set()
        assert first.result() == slow.get() == "model"
    assert loads == [1]


def test_what_did_not_load_is_tried_again() -> None:
    fails = [True]

    def load() -> str:
        if fails:
            fails.clear()
            raise MemoryError
        return "model"

    model = OnDemand("the model", load)
    with pytest.raises(MemoryError):
        model.get()
    assert model.get() == "model"
