"""Metrics as they are collected: a family is a name, a sentence, and values by labels."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Collected: TypeAlias = Iterator[Metric]
Values: TypeAlias = Iterable[tuple[tuple[str, ...], float | None]]


def gauge(name: str, told: str, labels: tuple[str, ...], values: Values) -> Metric:
    """What goes up and down; where a value is not known there is none."""
    family = GaugeMetricFamily(f"headwater_{name}", told, labels=labels)
    for of, value in values:
        if value is not None:
            family.add_metric(of, value)
    return family


def counter(name: str, told: str, labels: tuple[str, ...], values: Values) -> Metric:
    """What only goes up; its name gets the ending _total."""
    family = CounterMetricFamily(f"headwater_{name}", told, labels=labels)
    for of, value in values:
        if value is not None:
            family.add_metric(of, value)
    return family


def plain(name: str, told: str, value: float | None) -> Metric:
    """A gauge without labels."""
    return gauge(name, told, (), [((), value)])
