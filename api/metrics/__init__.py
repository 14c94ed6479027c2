"""What /metrics tells: one file an area, all of it collected when somebody asks."""

from api.metrics.exposition import CONTENT_TYPE, Metrics

__all__ = ["CONTENT_TYPE", "Metrics"]
