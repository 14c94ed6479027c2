"""Every error that Headwater raises on purpose.

    HeadwaterError
    ├── InvalidInput            422  the caller must change what was asked
    │   ├── NothingLeft              it is there already: nothing is to be done
    │   ├── InvalidEntries           `errors` lists what is wrong with providers that were sent
    │   ├── StatementTooSlow         SQL that takes more time than it may
    │   └── StatementTooLarge        SQL that takes more memory, or answers with more bytes
    ├── TooLarge                413  more was sent than is taken
    ├── TooManyRequests         429  the caller has used its limit up; `seconds` until the next
    ├── Unauthorized            401  no key, or a bad one
    ├── Forbidden               403  the key lacks the scope
    ├── NotFound                404
    │   ├── UnknownSymbol            `nearest` lists spellings that would work
    │   └── UnknownName              likewise, of a provider, category or pool
    ├── Conflict                409
    │   └── AmbiguousSymbol          `candidates` lists ids that would work
    ├── Unavailable             503  try later, nothing is broken for good
    │   ├── StoreUnavailable         lake or ledger cannot be read or written
    │   ├── NoRoom                   what is to be stored does not fit on the disk
    │   ├── ModelUnavailable         a model that reads texts cannot be loaded, or is not yet
    │   ├── Busy                     as many runs as may be go already; `not_before`
    │   ├── NotCalled                nothing was sent; `not_before` says when it may be
    │   │   ├── BreakerOpen
    │   │   ├── BudgetExhausted
    │   │   ├── KeyMissing           the provider wants a key that nobody has set
    │   │   ├── KeyUnreadable        its stored key cannot be decrypted
    │   │   ├── AddressRefused       its address is one that nothing may call
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
from typing import Literal


class HeadwaterError(Exception):
    """Root of the tree; `str(error)` is one clear sentence."""

    status = 500
    title = "Internal error"


class InvalidInput(HeadwaterError):
    status = 422
    title = "Invalid input"


class NothingLeft(InvalidInput):
    """What was asked for leaves nothing to be done."""

    title = "Nothing left"


class InvalidEntries(InvalidInput):
    """`errors` are (entry, field, reason); nothing of what was sent was stored."""

    title = "Invalid providers"

    def __init__(
        self, errors: Sequence[tuple[str, str, str]], warnings: Sequence[str] = ()
    ) -> None:
        entry, field, reason = errors[0]
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        super().__init__(f"{entry}: {field} {reason}".replace(":  ", ": ") + more)
        self.errors = [dict(zip(("entry", "field", "reason"), one, strict=True)) for one in errors]
        self.rejected = len({entry for entry, _, _ in errors})
        self.warnings = list(warnings)


class StatementTooSlow(InvalidInput):
    title = "Statement too slow"


class StatementTooLarge(InvalidInput):
    title = "Statement too large"


class TooLarge(HeadwaterError):
    status = 413
    title = "Too large"


class TooManyRequests(HeadwaterError):
    """`seconds` are those until one more would be answered."""

    status = 429
    title = "Too many requests"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Unauthorized(HeadwaterError):
    status = 401
    title = "Not authenticated"


class Forbidden(HeadwaterError):
    status = 403
    title = "Not allowed"


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


class UnknownName(NotFound):
    """`kind` is what nothing of that name is: provider, category, pool."""

    title = "Unknown name"

    def __init__(self, kind: str, spelling: str, nearest: Sequence[str] = ()) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"there is no {kind} {spelling!r}{hint}")
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


class NoRoom(Unavailable):
    title = "No room"


class ModelUnavailable(Unavailable):
    title = "Model unavailable"


class Busy(Unavailable):
    title = "Busy"

    def __init__(self, message: str, not_before: int) -> None:
        super().__init__(message)
        self.not_before = not_before


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


class KeyUnreadable(NotCalled):
    def __init__(self, provider: str) -> None:
        super().__init__(
            f"the stored key of {provider} cannot be decrypted: HEADWATER_SECRET_KEY, or secret.key "
            "in the home folder, is not what it was encrypted with; put that back, "
            "or remove the provider and add it again with its key"
        )
        self.provider = provider


class AddressRefused(NotCalled):
    """`reason` is the end of a sentence: lies in a private network."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            f"{host} {reason}: it is called only if HEADWATER_ALLOWED_ADDRESSES has it"
        )
        self.host = host
        self.reason = reason


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
    """`kind` says what went wrong: no answer in time, no whole answer, or a bad one."""

    def __init__(
        self,
        message: str,
        provider: str,
        http_status: int | None = None,
        kind: Literal["timeout", "connection", "server_error"] = "server_error",
    ) -> None:
        super().__init__(message, provider, http_status)
        self.kind = kind


class RefusedRequest(ProviderError):
    pass


class MalformedResponse(ProviderError):
    pass


class StartRefused(HeadwaterError):
    title = "Start refused"
