"""The words of a line in, what kind of line it is out: a label, the key of a value, an item, an enumeration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from nesy.language.lexicon import Words, words
from nesy.ontology import Ontology

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_NUMBER = re.compile(r"\d{1,4}$")
_SEPARATOR = re.compile(r"\s*(?:[,;|]|(?<=\s)/(?=\s))\s*(?:(?:and|or|&)\s+)?", re.IGNORECASE)
_BRACKETED = re.compile(r"\([^()]*\)")
_TAIL = re.compile(r"(?:\s*\([^()]*\)|\s+x\s?\d{1,3}|\s*×\s?\d{1,3}|\s*[:=]\s?\d{1,3})\s*$")
_LAST = re.compile(r"\s+(?:and|or|&)\s+", re.IGNORECASE)
_RELATING = frozenset(
    ["relation", "relations", "relationship", "relationships", "attributes", "actions", "interactions", "activities"]
)
_LABEL_WORDS_MOST = 12
_KEY_WORDS_MOST = 3
_ITEM_WORDS_MOST = 4
_NAMED_ITEM_WORDS_MOST = 12


@dataclass(frozen=True)
class Vocabulary:
    """What the lines of a text are told apart by.

    Args:
        table: the lists of the language.
        ontology: whose categories and qualities are known.
    """

    table: Words
    ontology: Ontology

    def is_label(self, key: str) -> bool:
        """Tell whether a key names no thing, but a list, a part of the picture, a property: "Objects in the image"."""
        told = _words(key)
        empty = self.table.labels | self.table.pictures | self.table.regions | self.table.abstract
        idle = self.table.function_words | self.table.clause_words
        full = [word for word in told if word not in idle and not _NUMBER.match(word)]
        return 0 < len(told) <= _LABEL_WORDS_MOST and all(word in empty for word in full)

    def relates(self, key: str) -> bool:
        """Tell whether a label announces what is said of the things of a list: "Relations"."""
        return bool(_RELATING & {*_words(key)})

    def is_key(self, key: str) -> bool:
        """Tell whether some words may be the key of a value, or a heading: few, and no clause."""
        told = _words(key)
        if self.is_label(key):
            return True
        full = [word for word in told if not _NUMBER.match(word)]
        return 0 < len(full) <= _KEY_WORDS_MOST and not any(word in self.table.clause_words for word in full)

    def is_item(self, line: str, named: bool) -> bool:
        """Tell whether a line that no mark begins may be an item of a list.

        Args:
            line: stripped of blanks and commas.
            named: whether a label has announced a list.
        """
        told = _words(line)
        if not told or line[-1] in ".!?:" or told[-1] in self.table.function_words:
            return False
        if named:
            return len(told) <= _NAMED_ITEM_WORDS_MOST
        counted = told[0] in ("a", "an", "the", "some", "several") or self.number(told[0]) is not None
        clause = any(word in self.table.clause_words for word in told[1 if counted else 0 :])
        if told[0] in self.table.function_words and not counted:
            return False
        return len(told) <= (_NAMED_ITEM_WORDS_MOST if counted else _ITEM_WORDS_MOST) and (counted or not clause)

    def enumeration(self, line: str, lenient: bool) -> list[tuple[int, int]]:
        """Return the items of "person, dog and red car", as places in the line; none where it is no enumeration.

        Args:
            line: a line or a part of one.
            lenient: whether a label announced it: then words that nobody knows are items too.
        """
        flat = _BRACKETED.sub(lambda found: "_" * len(found.group()), line.rstrip(".!"))
        cuts = list(_SEPARATOR.finditer(flat))
        spans = [
            (a.end() if a else 0, b.start() if b else len(line))
            for a, b in zip([None, *cuts], [*cuts, None], strict=True)
        ]
        spans = [(start, stop) for start, stop in spans if line[start:stop].strip()]
        if not spans:
            return []
        start, stop = spans[-1]
        parted = _LAST.search(line, start, stop)
        if (
            parted
            and (len(spans) > 1 or lenient)
            and all(self._names(line[a:b], True) for a, b in ((start, parted.start()), (parted.end(), stop)))
        ):
            spans[-1:] = [(start, parted.start()), (parted.end(), stop)]
        if len(spans) < 2:
            return []
        related = len(spans) > 2  # "cup, table, cup on table"
        named = [self._names(line[a:b], lenient) for a, b in spans]
        if not all(self._names(line[a:b], True, related) for a, b in spans):
            return []
        enough = len(spans) if len(spans) == 2 else 2 * len(spans) / 3
        return spans if sum(named) >= enough else []

    def _names(self, piece: str, unknown: bool, related: bool = False) -> bool:
        """Tell whether some words name a thing, "a red car", or two where they may be related: "cup on table"."""
        told = _words(_TAIL.sub("", piece))
        if not told:
            return False
        if told[0] in ("a", "an", "the", "some", "several") or self.number(told[0]) is not None:
            told = told[1:]
        if related and len(told) == 3 and told[1] in self.table.places:
            told = [told[0], told[2]]
        if not 0 < len(told) <= _ITEM_WORDS_MOST or any(word in self.table.clause_words for word in told):
            return False
        if self.is_quality(told[-1]) or told[-1] in self.table.function_words:
            return False
        return unknown or self.ontology.concept("category", told[-1]) is not None

    def is_quality(self, word: str) -> bool:
        """Tell whether a word is known to say how a thing is."""
        return self.ontology.canonical("attribute", word) in self.ontology.attributes

    def number(self, word: str) -> int | None:
        """Return the number that a word is."""
        if _NUMBER.match(word):
            return int(word)
        return self.table.numbers.get(word)

    def tells_on(self, value: str) -> bool:
        """Tell whether a value reads on from its key: "wearing a hat", "on the left"."""
        told = _words(value)
        if not told or self.is_quality(told[0]):
            return False
        first = told[0]
        if first.endswith("ing") and len(first) > 5:
            return True
        after = told[1] if len(told) > 1 else ""
        return first in self.table.places or (first.endswith("ed") and after in self.table.places)

    def is_yes(self, value: str) -> bool:
        """Tell whether a value says no more than that the thing is there."""
        return " ".join(_words(value)) in ("yes", "present", "visible", "true", "seen", "detected", "there")

    def is_no(self, value: str) -> bool:
        """Tell whether a value says that there is nothing of what its label announces."""
        return " ".join(_words(value)) in ("none", "no", "nothing", "n a", "not applicable", "0", "unknown")

    def columns(self, header: list[str], cells: list[str]) -> list[str]:
        """Return what each cell of a row is for: "item", "value", "read on" or "" where it tells nothing.

        Args:
            header: of the table, [] where it has none.
            cells: of the row.
        """
        names = [header[n] if len(header) == len(cells) else "" for n in range(len(cells))]
        if (
            any(name in ("predicate", "relation", "relationship", "verb", "action") for name in names)
            and len(cells) > 2
        ):
            return (
                ["item"] + ["read on"] * (len(cells) - 1)
                if names[0] not in _INDEX
                else ["", "item"] + ["read on"] * (len(cells) - 2)
            )
        found: list[str] = []
        for name, cell in zip(names, cells, strict=True):
            told = _words(cell)
            number = cell.isdigit() or (len(told) == 1 and self.number(told[0]) is not None)
            if (
                not told
                or (name in _INDEX and number)
                or (cell.replace(".", "").replace("%", "").isdigit() and not number)
            ):
                found.append("")
            elif "item" not in found:
                counts = number and len(cells) > 1  # "| 2 | dogs |" reads on
                found.append("item" if not counts or name not in _INDEX else "")
            elif (
                found
                and found[-1] == "item"
                and found.count("item") == 1
                and self._is_number(cells[found.index("item")])
            ):
                found.append("read on")
            elif number and name and name not in _COUNTS:
                found.append("")
            elif self.tells_on(cell) and found[-1] in ("item", "read on"):
                found.append("read on")
            else:
                found.append("value")
        return found

    def _is_number(self, cell: str) -> bool:
        told = _words(cell)
        return len(told) == 1 and self.number(told[0]) is not None


_INDEX = frozenset(["#", "no", "no.", "nr", "id", "index", "number", "item no."])
_COUNTS = frozenset(["count", "counts", "quantity", "number", "amount", "how many", "total", "#", "qty"])


def _words(text: str) -> list[str]:
    return [found.group().lower() for found in _WORD.finditer(text)]


@cache
def vocabulary(language: str = "en") -> Vocabulary:
    """Return the vocabulary of a language."""
    return Vocabulary(words(language), Ontology.default())
