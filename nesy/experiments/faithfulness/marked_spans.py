"""Texts in which people marked what is hallucinated, with references -> how well claims without support find it.

HAT (Petryk et al., ALOHa, NAACL 2024) marks words of captions, with five captions of people as references;
DiscourseFOIL (Lin et al., DiscoSG, EMNLP 2025) marks passages of long descriptions, with a long one of a person.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nesy.experiments.scoring.detection import Detection
from nesy.grounding import ground
from nesy.interchange.json_rows import reading, rows
from nesy.language.parsing import parse_many
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Status

Span = tuple[int, int]
READINGS: dict[str, tuple[frozenset[Status], bool]] = {
    "contradicted": (frozenset({"contradicted"}), False),
    "contradicted, COCO closed": (frozenset({"contradicted"}), True),
    "not supported": (frozenset({"contradicted", "unknown"}), False),
}
"""What is flagged: the claims of which status, and whether what no reference names of COCO's categories is absent."""


@dataclass(frozen=True)
class Marked:
    """A text with what people marked in it."""

    text: str
    marks: tuple[Span, ...]
    """Characters [start, end)."""
    references: tuple[str, ...]


class MarkReport(BaseModel):
    """How well flags agree with marks, by word, by text and by mark."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: int
    words: dict[str, Detection]
    """Reading -> words that are part of a flagged claim, against the marked words."""
    whole: dict[str, Detection]
    """Reading -> texts with any flag, against texts with any mark."""
    hit: dict[str, float]
    """Reading -> share of the marks that a flag touches."""
    flagged_words: dict[str, float]
    """Reading -> share of all words that are flagged: what a mark of one word is hit by at random."""


def load_hat(folder: Path) -> list[Marked]:
    """Return the captions of HAT.

    Raises:
        InputError: the file cannot be used.
    """
    found = []
    for place, row in rows(folder / "hat" / "hat.jsonl"):
        with reading(place):
            spans = list(word_spans(row["text"]))
            marks = tuple(spans[i] for i in row["hallucinated"])
            found.append(Marked(row["text"], marks, tuple(r for r in row["references"] if r.strip())))
    return found


def load_foil(folder: Path) -> list[Marked]:
    """Return the descriptions of DiscourseFOIL that have a mark which can be found in them.

    Raises:
        InputError: the file cannot be used.
    """
    found = []
    for place, row in rows(folder / "discourse_foil" / "discourse_foil.jsonl"):
        with reading(place):
            if row["fixed"] != "true":
                continue
            text = row["hall_caption"]
            parts = row["hallucination"].removeprefix("hallucination:").split(";")
            marks = [located(part.strip(), text) for part in parts if part.strip()]
            if kept := tuple(mark for mark in marks if mark is not None):
                found.append(Marked(text, kept, (row["reference"],)))
    return found


def word_spans(text: str) -> Iterator[Span]:
    """Yield where the words between blanks stand.

    >>> list(word_spans("A red  car."))
    [(0, 1), (2, 5), (7, 11)]
    """
    return (match.span() for match in re.finditer(r"\S+", text))


def located(part: str, text: str) -> Span | None:
    """Return where a passage stands in a text, or the most of it that does; None for less than half of it.

    >>> located("red roof", "It has a red roof."), located("blue door!", "A blue door."), located("sea", "A road.")
    ((9, 17), (2, 11), None)
    """
    at = text.find(part)
    if at >= 0:
        return at, at + len(part)
    match = SequenceMatcher(None, text, part, autojunk=False).find_longest_match()
    return (match.a, match.a + match.size) if 2 * match.size >= len(part) else None


def measure_marks(texts: Sequence[Marked]) -> MarkReport:
    """Flag the claims of every text that its references do not support, and compare with the marks."""
    words = dict.fromkeys(READINGS, Detection())
    whole = dict.fromkeys(READINGS, Detection())
    hits, marks = dict.fromkeys(READINGS, 0), 0
    parsed = parse_many(text for marked in texts for text in (marked.text, *marked.references))
    for marked in texts:
        said, *evidence = islice(parsed, 1 + len(marked.references))
        marks += len(marked.marks)
        for name, (statuses, closed) in READINGS.items():
            flags = flagged(said, evidence, statuses, closed)
            words[name] += _by_word(marked, flags)
            whole[name] += Detection.of(bool(flags), bool(marked.marks))
            hits[name] += sum(any(touches(mark, flag) for flag in flags) for mark in marked.marks)
    return MarkReport(
        texts=len(texts),
        words=words,
        whole=whole,
        hit={name: round(number / marks, 4) if marks else 0.0 for name, number in hits.items()},
        flagged_words={name: round((one.right + one.false) / max(1, one.items), 4) for name, one in words.items()},
    )


def flagged(said: Scene, evidence: Sequence[Scene], statuses: Collection[Status], closed: bool) -> list[Span]:
    """Return where the claims stand that the evidence gives one of these statuses."""
    words = Ontology.default().categories if closed else None
    return [span for j in ground(said, evidence, closed=words) if j.status in statuses for span in j.spans]


def touches(one: Span, other: Span) -> bool:
    """Tell whether two places share a character."""
    return one[0] < other[1] and other[0] < one[1]


def _by_word(marked: Marked, flags: Sequence[Span]) -> Detection:
    return sum(
        (
            Detection.of(any(touches(word, f) for f in flags), any(touches(word, m) for m in marked.marks))
            for word in word_spans(marked.text)
        ),
        Detection(),
    )
