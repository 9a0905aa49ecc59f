"""Inferences -> what each adds, and whether it can be told from the claims that what it adds names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rdflib import RDF

from nesy.checking.patterns import Pattern, patterns, ways
from nesy.checking.query_text import Token, tokens
from nesy.checking.reading import names, reading_of
from nesy.ontology.namespaces import NESY

_TYPE, _BECAUSE = str(RDF.type), str(NESY.because)
_DIFFERENT = frozenset("!=&()")


@dataclass(frozen=True)
class Traced:
    """What inferences add."""

    nodes: tuple[tuple[frozenset[str], frozenset[str] | None], ...] = ()
    """Of each new node: the predicates that it gets, and whose categories it hangs on beside the claims that it names
    with nesy:because; None where it hangs on more."""
    links: frozenset[str] = frozenset()
    """The predicates of what is said of nodes that are there already."""
    steps: frozenset[str] = frozenset()
    """Of these, the ones that only lead from a relation to another that goes on from it with the same predicate."""


def traced(inferences: Iterable[str]) -> Traced:
    """Read the inferences.

    Args:
        inferences: CONSTRUCT queries, with their prefixes.
    """
    nodes: list[tuple[frozenset[str], frozenset[str] | None]] = []
    links: set[str] = set()
    steps: set[str] = set()
    others: set[str] = set()
    for text in inferences:
        words = tokens(text)
        known = _declared(words)
        head = next((place for place, word in enumerate(words) if word.text == "CONSTRUCT"), 0)
        where = next((place for place, word in enumerate(words) if word.text == "WHERE"), len(words))
        template, body = list(patterns(words[head:where], known)), words[where:]
        new = [one for one in template if one.subject == "[" or one.subject.startswith("_:")]
        old = [one for one in template if one not in new]
        if new:
            made = frozenset(predicate for one in new for predicate in one.path) - {_TYPE}
            single = sum(word.text == "[" or word.kind == "blank" for word in words[head:where]) == 1
            nodes.append((made, _ends(new, body, known) if single else None))
        links |= {predicate for one in old for predicate in one.path}
        (steps if _is_step(template, body, known) else others).update(p for one in old for p in one.path)
    return Traced(tuple(nodes), frozenset(links), frozenset(steps - others))


def _ends(new: Sequence[Pattern], body: Sequence[Token], known: dict[str, str]) -> frozenset[str] | None:
    """Return whose categories a new node hangs on beside the claims that it names; None where it hangs on more."""
    named = frozenset(one.value for one in new if one.path == (_BECAUSE,))
    found: frozenset[str] = frozenset()
    for way in ways(body):
        reading = reading_of(way, known, named)
        if not named or reading is None or not names(reading):
            return None
        found |= reading.ends
    return found


def _is_step(template: Sequence[Pattern], body: Sequence[Token], known: dict[str, str]) -> bool:
    """Tell whether an inference leads from a relation to one that begins where it ends, and asks of nothing else.

    Of the entities it may ask only that they are not the same.
    """
    if len(template) != 1 or any(word.text in ("EXISTS", "UNION", "BIND", "OPTIONAL", "MINUS") for word in body):
        return False
    one, other = template[0].subject, template[0].value
    asked = [(p.subject, p.path, p.value) for p in patterns(body, known)]
    told = {(subject, path[0], value) for subject, path, value in asked if len(path) == 1}

    def value_of(subject: str, link: str) -> str | None:
        found = [value for at, path, value in told if (at, path) == (subject, link)]
        return found[0] if len(found) == 1 else None

    subject, predicate, object_ = str(NESY.subject), str(NESY.predicate), str(NESY.object)
    same, middle = value_of(one, predicate), value_of(one, object_)
    if None in (same, middle) or (same, middle) != (value_of(other, predicate), value_of(other, subject)):
        return False
    ends = {middle, value_of(one, subject), value_of(other, object_)}
    of_claims = {subject, predicate, object_}
    rest = [p for p in patterns(body, known) if not (p.subject in (one, other) and set(p.path) <= of_claims)]
    of_predicate = [p for p in rest if p.path != (str(NESY.hasRelation),)]
    place = next((place for place, word in enumerate(body) if word.text == "FILTER"), len(body))
    tests = [word for word in body[place:] if word.text not in ("FILTER", "{", "}", ".")]
    return all(p.subject == same and p.plain and p.path for p in of_predicate) and all(
        word.text in ends or word.text in _DIFFERENT for word in tests
    )


def _declared(words: Sequence[Token]) -> dict[str, str]:
    """Return the prefixes that a whole query declares."""
    return {
        words[place + 1].text.removesuffix(":"): words[place + 2].text.strip("<>")
        for place, word in enumerate(words[:-2])
        if word.text == "PREFIX"
    }
