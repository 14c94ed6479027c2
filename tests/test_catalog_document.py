"""docs/catalog.md is what the providers are."""

from resources.providers import load_providers
from tests.catalog_document import FILE, catalog_markdown


def test_the_catalog_stands_in_the_documents() -> None:
    """Where it does not: `python -m tests.catalog_document`."""
    assert FILE.read_text() == catalog_markdown(load_providers().values())
