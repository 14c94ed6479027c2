"""Texts of spreadsheets: what a program would run as a formula is kept a text."""

# What spreadsheets take for the beginning of a formula, leading blanks left out or not.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 (as wide as they are)


def neutral(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINNINGS) else text
