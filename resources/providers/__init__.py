"""The outside services, one file each: the folder is the registry."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from resources.providers.base import Provider


@functools.cache
def load_providers() -> Mapping[str, Provider]:
    """Every provider by id: the PROVIDER of each module of this package that has one."""
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if info.name not in ("base", "parsing")
    )
    return {module.PROVIDER.id: module.PROVIDER for module in modules}
