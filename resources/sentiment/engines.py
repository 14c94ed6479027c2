"""Which engine reads the news: the one that is set, or the best of those that load."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from resources.errors import ModelUnavailable
from resources.sentiment.base import Engine
from resources.sentiment.embedded import FOLDER, Embedded
from resources.sentiment.hub import HubModel
from resources.sentiment.lexicon import Lexicon

_log = logging.getLogger(__name__)


def open_engine(
    model: str,
    token: SecretStr | None = None,
    *,
    cache: Path | None = None,
    folder: Path = FOLDER,
) -> Engine:
    """The engine of the setting: "embedded", "lexicon", a hub's id or the folder of a model.

    What does not load is logged with the reason, and the next stands in: the model that is set,
    the embedded one, the lexicon. `token` is the hub's, `cache` its folder of downloaded models
    (None: the hub's own default), `folder` where the embedded model lies. Loads the model at
    once: 0.3 s for the embedded one.
    """
    ways: list[tuple[str, Callable[[], Engine]]] = [("embedded", partial(Embedded, folder))]
    if model == "lexicon":
        return Lexicon()
    if model != "embedded":
        ways.insert(0, (model, partial(HubModel, model, token, cache=cache)))
    for name, load in ways:
        try:
            return load()
        except ModelUnavailable as error:
            _log.warning("the sentiment model %s does not load: %s", name, error)
    return Lexicon()
