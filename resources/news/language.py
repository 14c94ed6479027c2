"""The language of a text, as ISO 639-1."""

import functools
from typing import Any

# As sure as it must be: names and numbers alone are of no language.
_SURE = 0.7
_NAMES = {
    "english": "en", "spanish": "es", "french": "fr", "german": "de", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "russian": "ru", "ukrainian": "uk", "turkish": "tr",
    "arabic": "ar", "persian": "fa", "chinese": "zh", "japanese": "ja", "korean": "ko",
    "vietnamese": "vi", "indonesian": "id", "hindi": "hi", "polish": "pl", "greek": "el",
    "hebrew": "he", "thai": "th", "romanian": "ro", "czech": "cs", "hungarian": "hu",
    "swedish": "sv", "bulgarian": "bg", "urdu": "ur", "bengali": "bn",
}  # fmt: skip


def language_code(told: str | None) -> str | None:
    """The code of what a feed calls its language ("en-US", "EN", "english"); None for others."""
    text = (told or "").strip().lower()
    code = text.replace("_", "-").partition("-")[0]
    return _NAMES.get(text) or (code if code in _NAMES.values() else None)


def language_of(text: str, told: str | None = None) -> str | None:
    """The language that a text is in; where that is not sure, what the feed has told."""
    if any(letter.isalpha() for letter in text):
        code, sureness = _identifier().classify(text)
        if sureness >= _SURE:
            return str(code)
    return told


@functools.cache
def _identifier() -> Any:
    # Half a second and numpy, which only those who collect news need.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    made = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    made.set_languages(sorted(_NAMES.values()))
    return made
