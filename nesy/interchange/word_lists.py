"""Attributes of a thing <-> one text: `red, tall`, and a list of JSON where a word of it would make that ambiguous."""

import json
from collections.abc import Sequence

_BETWEEN = ", "


def joined(words: Sequence[str]) -> str:
    """Return words as one text.

    >>> joined(["red", "tall"]), joined(["black, white"]), joined([])
    ('red, tall', '["black, white"]', '')
    """
    text = _BETWEEN.join(words)
    plain = not text.startswith("[") and [word.strip() for word in text.split(",")] == [*words]
    return text if plain or not words else json.dumps([*words], ensure_ascii=False)


def parted(text: str) -> list[str]:
    """Return the words of such a text.

    >>> parted("red, tall"), parted('["black, white"]'), parted(" ")
    (['red', 'tall'], ['black, white'], [])

    Raises:
        ValueError: it begins as a list of JSON, and is none of words.
    """
    text = text.strip()
    if not text.startswith("["):
        return [word.strip() for word in text.split(",") if word.strip()]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise ValueError(f'{text[:60]!r} is no list of words; `red, tall` or `["red", "tall"]` would be right')
    return found
