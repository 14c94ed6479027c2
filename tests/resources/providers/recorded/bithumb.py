"""What is recorded of bithumb: only of its former interface."""

from tests.resources.providers.recorded.upbit import recorded

RECORDED = recorded(
    r"api\.bithumb\.com", "on no recording; documentation read: https://apidocs.bithumb.com"
)
