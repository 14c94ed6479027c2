"""The outside services, one file each: the folder is the registry."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from resources.errors import NotFound
from resources.providers.base import Provider


@functools.cache
def load_providers() -> Mapping[str, Provider]:
    """Every provider by id: the PROVIDER of each module of this package that has one."""
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if info.name != "base"
    )
    return {module.PROVIDER.id: module.PROVIDER for module in modules}


def find_provider(spelling: str) -> Provider:
    """By id or display name, without regard to case; raises NotFound."""
    wanted = spelling.casefold()
    for provider in load_providers().values():
        if wanted in (provider.id.casefold(), provider.name.casefold()):
            return provider
    raise NotFound(f"no provider is called {spelling!r}")
