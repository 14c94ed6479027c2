"""The engine that reads the texts of callers, loaded with the first of them."""

import threading

from pydantic import SecretStr

from resources.sentiment import Engine, open_engine
from resources.sentiment.hub import ZeroShot
from resources.sentiment.topics import open_zero_shot


class Reader:
    """Safe to use from several threads; loading takes about half a second, once."""

    def __init__(self, model: str, topic_model: str | None, token: SecretStr | None) -> None:
        self._model = model
        self._topic_model = topic_model
        self._token = token
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._zero_shot: ZeroShot | None = None

    def engine(self) -> Engine:
        return self._loaded()[0]

    def zero_shot(self) -> ZeroShot | None:
        """What names topics, None where keywords do."""
        return self._loaded()[1]

    @property
    def loaded(self) -> Engine | None:
        """The engine where anyone has needed it."""
        return self._engine

    def _loaded(self) -> tuple[Engine, ZeroShot | None]:
        with self._lock:
            if self._engine is None:
                self._zero_shot = open_zero_shot(self._topic_model, self._token)
                self._engine = open_engine(self._model, self._token)
            return self._engine, self._zero_shot
