"""What is wrong with a rule file: one line that names file, line and term, and what was probably meant."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from rdflib.term import Node

from nesy.checking.lint.turtle_places import Places


@dataclass(frozen=True)
class At:
    """Where a flaw is to be looked for in a file."""

    iri: str = ""
    """A term."""
    beside: str | None = None
    """What stands behind it: an IRI, or the text of a literal."""
    text: str | None = None
    """A query or a message; the term is within it."""
    line: int = 1
    """In that text."""
    all_of: tuple[str, ...] = ()
    """Texts whose lines are all told."""


@dataclass(frozen=True)
class Flaw:
    """A mistake, before it is known in which line it stands."""

    subject: Node | None
    """What is said wrongly, or of what; None: it is the file's."""
    at: At
    term: str
    problem: str
    meant: str = ""
    grave: bool = True
    """Whether the file is refused; else it is only worth a look."""
    follows: bool = False
    """Whether it follows from another flaw of the same subject, if there is one."""


@dataclass(frozen=True)
class Mistake:
    """One mistake of a rule file.

    >>> from pathlib import Path
    >>> print(Mistake(Path("my.ttl"), 7, "sh:mincount", "no such term in SHACL", "sh:minCount"))
    my.ttl: line 7: sh:mincount: no such term in SHACL; did you mean sh:minCount?
    """

    path: Path
    line: int | None
    """From 1; None where the file does not spell it."""
    term: str
    """What is wrong, as the file's prefixes write it; empty where the problem tells it."""
    problem: str
    meant: str = ""
    """What was probably meant; empty where nothing is near."""
    grave: bool = True
    """Whether the file is refused for it; else it is a warning."""

    def __str__(self) -> str:
        """Return it in one line."""
        told = [str(self.path), f"line {self.line}" if self.line else "", self.term, self.problem]
        line = ": ".join(" ".join(part.split()) for part in told if part)
        return f"{line}; did you mean {self.meant}?" if self.meant else line


def placed(flaws: Iterable[Flaw], path: Path) -> list[Mistake]:
    """Return the mistakes of a file in the order of their lines; what is wrong twice stands in two lines."""
    found = Counter((flaw.at, flaw.term, flaw.problem, flaw.meant, flaw.grave) for flaw in flaws)
    if not found:
        return []
    places = Places.of_file(path)
    mistakes: dict[Mistake, None] = {}
    for (at, term, problem, meant, grave), times in found.items():
        lines: list[int | None] = [*_lines(places, at)[:times]]
        for line in lines or [None]:
            mistakes[Mistake(path, line, term, problem + _all_lines(places, at), meant, grave)] = None
    return sorted(mistakes, key=lambda one: (not one.grave, one.line or 0, one.term, one.problem))


def _all_lines(places: Places, at: At) -> str:
    """Return the lines of all texts of a flaw, in words."""
    lines = sorted({line for text in at.all_of for line in places.texts(text)})
    return f" (lines {', '.join(map(str, lines[:-1]))} and {lines[-1]})" if len(lines) > 1 else ""


def _lines(places: Places, at: At) -> list[int]:
    """Return the lines where a flaw can stand, the likeliest first."""
    if at.all_of:
        return sorted(line for text in at.all_of for line in places.texts(text))
    if at.text is not None:
        starts = places.texts(at.text)
        if starts:
            return [start + at.line - 1 for start in starts]
    if not at.iri:
        return []
    if at.beside == "":
        return places.subjects(at.iri)
    found = places.terms(at.iri, at.beside)
    if found or not at.beside:
        return found
    return places.terms(at.beside) or places.texts(at.beside)  # an item of a list stands alone


def nearest(name: str, candidates: Iterable[str], likeness: float = 0.6) -> str:
    """Return what was probably meant by a name; empty where nothing is near.

    >>> nearest("targetclass", ["targetNode", "targetClass"])
    'targetClass'
    """
    spelled = {}
    for candidate in sorted(candidates, reverse=True):
        spelled[candidate.lower().replace("_", "")] = candidate
    found = get_close_matches(name.lower().replace("_", ""), spelled, 1, likeness)
    return spelled[found[0]] if found else ""
