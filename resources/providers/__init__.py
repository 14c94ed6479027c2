"""The outside services: one file each for those with parsers, and a catalog of the others."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from resources.providers.base import Provider
from resources.providers.catalog import load_catalog


@functools.cache
def load_providers() -> Mapping[str, Provider]:
    """Every built-in provider by id. Raises StartRefused where the catalog is wrong."""
    coded = coded_providers()
    return {**coded, **load_catalog(taken=coded)}


@functools.cache
def coded_providers() -> Mapping[str, Provider]:
    """Those with parsers by id: the PROVIDER of each module of this package that has one."""
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    )
    found = (getattr(module, "PROVIDER", None) for module in modules)
    return {one.id: one for one in found if isinstance(one, Provider)}
