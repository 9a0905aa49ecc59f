"""WordNet's lists of synonyms and of irregular forms in, base forms and synonym sets of English words out."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from nesy.errors import InputError

# Endings that WordNet's own morphology takes off, with what it puts in their place.
_ENDINGS = (
    ("ies", "y"), ("ves", "f"), ("ves", "fe"), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"),
    ("shes", "sh"), ("men", "man"), ("es", "e"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""),
    ("ing", "e"), ("ing", ""), ("er", ""), ("er", "e"), ("est", ""), ("est", "e"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class WordNet:
    """The two tables, as the SPICE metric ships them.

    Args:
        synsets: word ("tennis_racket") -> the numbers of its synonym sets.
        irregular: inflected form -> its base forms.
    """

    synsets: dict[str, frozenset[str]]
    irregular: dict[str, tuple[str, ...]]

    def base_forms(self, word: str) -> frozenset[str]:
        """Return the word itself and every base form that WordNet knows for it; the word in lower case."""
        return _base_forms(self, word)

    def meanings(self, words: str) -> frozenset[str]:
        """Return the numbers of the synonym sets that some words, or a base form of theirs, belong to."""
        joined = "_".join(words.lower().split())
        return frozenset().union(*(self.synsets.get(form, frozenset()) for form in self.base_forms(joined)))

    def synonyms(self, one: str, other: str) -> bool:
        """Tell whether two words are the same or share a synonym set."""
        return one == other or bool(self.meanings(one) & self.meanings(other))


@functools.lru_cache(maxsize=100_000)
def _base_forms(wordnet: WordNet, word: str) -> frozenset[str]:
    found = {word, *wordnet.irregular.get(word, ())}
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)] + instead
            doubled = len(stem) > 3 and stem[-1] == stem[-2]  # "running"
            found.update(form for form in (stem, stem[:-1] if doubled else stem) if form in wordnet.synsets)
    return frozenset(found)


@functools.cache
def wordnet(folder: Path) -> WordNet:
    """Read english.synsets and english.exceptions, once.

    Args:
        folder: the folder `factual` of the data sets. The tables are under the WordNet licence.

    Raises:
        InputError: one of the two cannot be read.
    """
    try:
        synsets = (folder / "english.synsets").read_text(encoding="utf-8").splitlines()
        exceptions = (folder / "english.exceptions").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error
    irregular: dict[str, tuple[str, ...]] = {}
    for base, forms in zip(exceptions[::2], exceptions[1::2], strict=False):
        for form in forms.split():
            irregular[form] = (*irregular.get(form, ()), base)
    numbers = {word: frozenset(line.split()) for word, line in zip(synsets[::2], synsets[1::2], strict=False)}
    return WordNet(numbers, irregular)
