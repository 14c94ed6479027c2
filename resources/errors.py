"""Every error that Headwater raises on purpose.

    HeadwaterError
    ├── InvalidInput            422  the caller must change what was asked
    ├── Unauthorized            401  no key, or a bad one
    ├── Forbidden               403  the key lacks the scope
    ├── NotFound                404
    │   └── UnknownSymbol            `nearest` lists spellings that would work
    ├── Conflict                409
    │   └── AmbiguousSymbol          `candidates` lists ids that would work
    ├── Unavailable             503  try later, nothing is broken for good
    │   ├── StoreUnavailable         lake or ledger cannot be read or written
    │   ├── NotCalled                nothing was sent; `not_before` says when it may be
    │   │   ├── BreakerOpen
    │   │   ├── BudgetExhausted
    │   │   ├── KeyMissing           the provider wants a key that nobody has set
    │   │   └── NoneAvailable        no member of a pool may be called
    │   └── ProviderError            a provider was called and did not answer well
    │       ├── RateLimited          429 or 418; `not_before`
    │       ├── TemporaryError       worth another try: time-out, reset, 408, 5xx
    │       ├── RefusedRequest       another 4xx: our request is at fault
    │       └── MalformedResponse    bytes that its parser cannot read
    └── StartRefused            500  a setting, folder or port stops the start

The status is what the API answers when the error reaches a client. Times are
milliseconds since 1970, UTC.
"""

from collections.abc import Sequence


class HeadwaterError(Exception):
    """Root of the tree; `str(error)` is one clear sentence."""

    status = 500
    title = "Internal error"


class InvalidInput(HeadwaterError):
    status = 422
    title = "Invalid input"


class Unauthorized(HeadwaterError):
    status = 401
    title = "Not authenticated"


class Forbidden(HeadwaterError):
    status = 403
    title = "Scope too small"


class NotFound(HeadwaterError):
    status = 404
    title = "Not found"


class UnknownSymbol(NotFound):
    title = "Unknown symbol"

    def __init__(self, spelling: str, nearest: Sequence[str] = ()) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"no asset or market is spelt {spelling!r}{hint}")
        self.spelling = spelling
        self.nearest = tuple(nearest)


class Conflict(HeadwaterError):
    status = 409
    title = "Conflict"


class AmbiguousSymbol(Conflict):
    title = "Ambiguous symbol"

    def __init__(self, spelling: str, candidates: Sequence[str]) -> None:
        super().__init__(f"{spelling!r} means several: {', '.join(candidates)}")
        self.spelling = spelling
        self.candidates = tuple(candidates)


class Unavailable(HeadwaterError):
    status = 503
    title = "Not available now"


class StoreUnavailable(Unavailable):
    title = "Store not available"


class NotCalled(Unavailable):
    def __init__(self, message: str, not_before: int | None = None) -> None:
        super().__init__(message)
        self.not_before = not_before


class BreakerOpen(NotCalled):
    pass


class BudgetExhausted(NotCalled):
    pass


class KeyMissing(NotCalled):
    def __init__(self, provider: str) -> None:
        super().__init__(f"{provider} wants a key: set HEADWATER_KEY_{provider.upper()}")
        self.provider = provider


class NoneAvailable(NotCalled):
    pass


class ProviderError(Unavailable):
    """`provider` is its id; `http_status` is what it answered, None without an answer."""

    def __init__(self, message: str, provider: str, http_status: int | None = None) -> None:
        super().__init__(message)
        self.provider = provider
        self.http_status = http_status


class RateLimited(ProviderError):
    def __init__(self, message: str, provider: str, http_status: int, not_before: int) -> None:
        super().__init__(message, provider, http_status)
        self.not_before = not_before


class TemporaryError(ProviderError):
    pass


class RefusedRequest(ProviderError):
    pass


class MalformedResponse(ProviderError):
    pass


class StartRefused(HeadwaterError):
    title = "Start refused"
