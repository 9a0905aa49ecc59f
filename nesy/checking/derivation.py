"""Inferences -> what each adds, and whether it can be told from the claims that what it adds names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rdflib import RDF

from nesy.checking.dependencies import names, reading_of
from nesy.checking.query_ways import Asked, Way, asked, ways
from nesy.ontology.namespaces import NESY
from nesy.sparql import parse
from nesy.sparql.tree import Blank, Bracket, Call, Expression, Filter, Pattern, Query, Term, Variable

_TYPE, _BECAUSE = str(RDF.type), str(NESY.because)


@dataclass(frozen=True)
class Additions:
    """What inferences add."""

    nodes: tuple[tuple[frozenset[str], frozenset[str] | None], ...] = ()
    """Of each new node: the predicates that it gets, and whose categories it hangs on beside the claims that it names
    with nesy:because; None where it hangs on more."""
    links: frozenset[str] = frozenset()
    """The predicates of what is said of nodes that are there already."""
    steps: frozenset[str] = frozenset()
    """Of these, the ones that only lead from a relation to another that goes on from it with the same predicate."""


def additions(inferences: Iterable[str]) -> Additions:
    """Read the inferences.

    Args:
        inferences: CONSTRUCT queries, with their prefixes.
    """
    nodes: list[tuple[frozenset[str], frozenset[str] | None]] = []
    links: set[str] = set()
    steps: set[str] = set()
    others: set[str] = set()
    for query in map(parse, inferences):
        template = list(map(asked, query.template))
        made_nodes = {end.label for one in query.template for end in _ends_of(one) if isinstance(end, Blank)}
        new = [one for one in template if one.subject.startswith("_:")]
        old = [one for one in template if one not in new]
        if new:
            made = frozenset(predicate for one in new for predicate in one.path) - {_TYPE}
            # of two new nodes one may name the claims that the other hangs on: that is not looked into
            nodes.append((made, _reach_of_node(new, query) if len(made_nodes) == 1 else None))
        links |= {predicate for one in old for predicate in one.path}
        (steps if _is_step(template, query) else others).update(p for one in old for p in one.path)
    return Additions(tuple(nodes), frozenset(links), frozenset(steps - others))


def _ends_of(one: Pattern) -> tuple[Term, Term]:
    return one.subject, one.object


def _reach_of_node(new: Sequence[Asked], query: Query) -> frozenset[str] | None:
    """Return whose categories a new node hangs on beside the claims that it names; None where it hangs on more.

    What it names with nesy:because plays the part that ?value plays in a rule: the inference must read no other claim.
    """
    named = frozenset(one.value for one in new if one.path == {_BECAUSE})
    found: frozenset[str] = frozenset()
    for way in ways(query.group):
        reading = reading_of(query, way, named)
        if not named or reading is None or not names(reading):
            return None
        found |= reading.ends
    return found


def _is_step(template: Sequence[Asked], query: Query) -> bool:
    """Tell whether an inference leads from a relation to one that begins where it ends, and asks of nothing else.

    Of the entities it may ask only that they are not the same. Such a step hangs on the two relations alone: as long as
    both stay, so does the step, and a circle of steps stays as long as its relations do.
    """
    through = ways(query.group)
    if len(template) != 1 or len(through) != 1:
        return False
    (way,), one, other = through, template[0].subject, template[0].value
    if way.absent or not all(isinstance(element, Filter) for element in way.others):
        return False
    told = [(p.subject, next(iter(p.path)), p.value) for p in way.present if len(p.path) == 1]

    def value_of(subject: str, link: str) -> str | None:
        found = {value for at, path, value in told if (at, path) == (subject, link)}
        return found.pop() if len(found) == 1 else None

    subject, predicate, object_ = str(NESY.subject), str(NESY.predicate), str(NESY.object)
    same, middle = value_of(one, predicate), value_of(one, object_)
    if None in (same, middle) or (same, middle) != (value_of(other, predicate), value_of(other, subject)):
        return False
    ends = {middle, value_of(one, subject), value_of(other, object_)}
    of_claims = {subject, predicate, object_}
    rest = [p for p in way.present if not (p.subject in (one, other) and p.path <= of_claims)]
    # that a relation is one of the scene's says nothing; all else must be said of the predicate, in the ontology
    of_predicate = [p for p in rest if p.path != {str(NESY.hasRelation)}]
    return all(p.subject == same and p.plain and p.path for p in of_predicate) and _apart(way, ends)


def _apart(way: Way, ends: set[str | None]) -> bool:
    """Tell whether the filters of a way only say which of these entities are, or are not, the same."""
    return all(isinstance(one, Filter) and _tells_apart(one.expression, ends) for one in way.others)


def _tells_apart(expression: Expression, ends: set[str | None]) -> bool:
    match expression:
        case Bracket(inner) | Call("!", (inner,)):
            return _tells_apart(inner, ends)
        case Call("&&", operands):
            return all(_tells_apart(one, ends) for one in operands)
        case Call("=" | "!=", (Variable(left), Variable(right))):
            return {f"?{left}", f"?{right}"} <= ends
    return False
