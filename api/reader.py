"""The models that read the texts of callers, each loaded by the first call that needs it."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from pydantic import SecretStr

from resources.errors import ModelUnavailable
from resources.sentiment import Engine, open_engine
from resources.sentiment.hub import ZeroShot
from resources.sentiment.topics import open_zero_shot

T = TypeVar("T")
# Seconds: the embedded model takes about half of one.
_PATIENCE = 3.0


class OnDemand(Generic[T]):
    """Something loaded once, by the first thread that asks for it."""

    def __init__(self, name: str, load: Callable[[], T], patience: float = _PATIENCE) -> None:
        self._name = name
        self._load = load
        self._patience = patience
        self._lock = threading.Lock()
        self._loaded: list[T] = []

    def get(self) -> T:
        """Raises ModelUnavailable where another thread is still loading it after `patience`, in
        seconds: a model that is downloaded must not hold all threads."""
        if not self._loaded:
            if not self._lock.acquire(timeout=self._patience):
                raise ModelUnavailable(f"{self._name} is being loaded: ask again in a minute")
            try:
                if not self._loaded:
                    self._loaded.append(self._load())
            finally:
                self._lock.release()
        return self._loaded[0]

    def loaded(self) -> T | None:
        """What is loaded by now; None where nobody has needed it yet."""
        return next(iter(self._loaded), None)


class Reader:
    """Safe to use from several threads; `zero_shot` names topics, None where keywords do, and
    `loaded` is the engine, None until a text was read."""

    def __init__(self, model: str, topic_model: str | None, token: SecretStr | None) -> None:
        load = partial(open_engine, model, token)
        zero_shot = partial(open_zero_shot, topic_model, token)
        engine = OnDemand[Engine]("the sentiment model", load)
        self.engine, self.loaded = engine.get, engine.loaded
        self.zero_shot = OnDemand[ZeroShot | None]("the topic model", zero_shot).get
