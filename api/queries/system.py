"""What the service is made of: its store, its scheduler, its settings."""

from typing import Any, get_args

import sqlalchemy as sa
from pydantic import SecretStr

from api.queries.database import size
from resources.directory import Directory
from resources.ledger import Ledger
from resources.setting_values import PREFIX
from resources.settings import Settings


def database(ledger: Ledger) -> dict[str, Any]:
    """The ledger, without the password of its address."""
    url = sa.make_url(ledger.url)
    with ledger.read() as connection:
        schema = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return {
        "kind": url.get_backend_name(),
        "url": url.render_as_string(hide_password=True),
        "schema": schema,
        "size_mb": size(ledger)["database_size_mb"],
    }


def configuration(settings: Settings, directory: Directory) -> dict[str, Any]:
    """Every setting by its name, and whose keys are set; of a secret only whether it is set."""
    shown = {
        PREFIX + name.upper(): _shown(field.annotation, getattr(settings, name))
        for name, field in type(settings).model_fields.items()
    }
    if settings.database_url:
        url = sa.make_url(settings.database_url)
        shown[f"{PREFIX}DATABASE_URL"] = url.render_as_string(hide_password=True)
    keyed = [
        provider.id
        for provider in directory.providers().values()
        if provider.auth is not None and directory.holds_key(provider)
    ]
    return {**shown, "keys_set": sorted(keyed)}


def _shown(kind: object, value: Any) -> Any:
    if SecretStr in get_args(kind):
        return "unset" if value is None else "set"
    return value if isinstance(value, bool | int | float | list | dict | None) else str(value)
