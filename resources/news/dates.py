"""When something was published, in the spellings that feeds have."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Nothing about crypto is older; a time before it is one that nobody has set.
_FIRST = datetime(2009, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
# Numbers from here on are milliseconds.
_MILLISECONDS = 10**11


def published(text: str | None) -> tuple[datetime | None, str | None]:
    """The time (UTC, whole milliseconds) of a text and what is peculiar about it: None, or one of the news' flags.

    Takes RFC 822 ("Wed, 18 Feb 2026 20:17:58 +0000", "… GMT", "… EST"), ISO 8601 with or without
    dashes ("2026-02-18T20:17:58Z", "20260218T201758Z", "2026-02-18 20:17:58") and numbers of
    seconds or milliseconds since 1970. Without a zone it is UTC.
    """
    text = (text or "").strip()
    if not text:
        return None, "no_date"
    found = _read(text)
    if found is None:
        return None, "bad_date"
    flag = None if found.tzinfo else "no_zone"
    try:
        at = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None, "bad_date"
    if not _FIRST <= at < _LAST:
        return None, "bad_date"
    return at.replace(microsecond=at.microsecond // 1000 * 1000), flag


def _read(text: str) -> datetime | None:
    if (
        text.isascii()
        and text.isdigit()
        and len(text) in range(9, 14)
        and not text.startswith("20")
    ):
        number = int(text)
        return datetime.fromtimestamp(number / (1000 if number >= _MILLISECONDS else 1), UTC)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text)
        except (ValueError, OverflowError, IndexError):
            continue
    return None
