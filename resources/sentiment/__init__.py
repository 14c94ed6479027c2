"""The sentiment of news: three engines behind one interface, loaded when first opened."""

from resources.sentiment.base import LABELS, Engine, EngineName, Label, Score
from resources.sentiment.engines import open_engine

__all__ = ["LABELS", "Engine", "EngineName", "Label", "Score", "open_engine"]
