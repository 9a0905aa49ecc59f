"""What is wrong with a rule file: one line that names file, line and term, and what was probably meant."""

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
    """Return the mistakes of a file in the order of their lines; of one that is told twice, one."""
    found = list(flaws)
    if not found:
        return []
    places = Places.of_file(path)
    mistakes = {
        Mistake(path, _line(places, f.at), f.term, f.problem + _lines(places, f.at), f.meant, f.grave): None
        for f in found
    }
    return sorted(mistakes, key=lambda one: (not one.grave, one.line or 0, one.term, one.problem))


def _lines(places: Places, at: At) -> str:
    """Return the lines of all texts of a flaw, in words."""
    lines = sorted({line for text in at.all_of for line in places.texts(text)})
    return f" (lines {', '.join(map(str, lines[:-1]))} and {lines[-1]})" if len(lines) > 1 else ""


def _line(places: Places, at: At) -> int | None:
    if at.all_of:
        return min((line for text in at.all_of for line in places.texts(text)), default=None)
    if at.text is not None:
        start = places.text(at.text)
        if start is not None:
            return start + at.line - 1
    if not at.iri:
        return None
    if at.beside == "":
        return places.subject(at.iri)
    found = places.term(at.iri, at.beside)
    return places.term(at.beside) if found is None and at.beside else found  # an item of a list stands alone


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
