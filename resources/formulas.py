"""Texts of spreadsheets: what a program would run as a formula is kept a text."""

# What begins a formula, also as a wide character of East Asian fonts, or brings one to the
# beginning (OWASP, CSV Injection). Excel drops blanks before it.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 (wide)


def neutral(text: str) -> str:
    """A text that a spreadsheet shows as it is: with an apostrophe before it, where it would be
    taken for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINNINGS) else text
