"""Query -> what it asks for, once for every way through its UNIONs: its triple patterns, those under EXISTS apart.

Locality is read off these alone: which terms a pattern leads from and to, and over which predicates. Terms are written
as texts that differ as terms do: `?name`, `<iri>`, `_:label`, `"text`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from nesy.sparql.tree import (
    Bind,
    Blank,
    Element,
    Exists,
    Expression,
    Filter,
    Group,
    Iri,
    Link,
    Literal,
    Pattern,
    Query,
    Term,
    Triples,
    Union_,
    Variable,
)
from nesy.sparql.variable_scope import excludes, groups_of, links, parts


@dataclass(frozen=True)
class Asked:
    """One triple pattern."""

    subject: str
    path: frozenset[str]
    """IRIs: more than one of a path; none of a variable, and of a path over any predicates but some."""
    value: str
    plain: bool = True
    """Whether the predicate is one IRI, and no path."""


@dataclass(frozen=True)
class Way:
    """One way through a query."""

    present: tuple[Asked, ...] = ()
    absent: tuple[Asked, ...] = ()
    """Those under EXISTS, whether it is denied or not."""
    others: tuple[Element, ...] = field(default=())
    """What is neither a pattern nor a group for order alone: filters, bindings, whatever else."""


def ways(group: Group) -> list[Way]:
    """Return every way through a group.

    >>> from nesy.sparql import parse
    >>> found = ways(parse("SELECT * { { ?a a ?b } UNION { ?c a ?d } ?e a ?f }").group)
    >>> [[one.subject for one in way.present] for way in found]
    [['?a', '?e'], ['?c', '?e']]
    """
    choices: list[list[Way]] = []
    for element in group.elements:
        match element:
            case Triples(patterns, inner):
                choices.append([Way(present=tuple(map(asked, (*patterns, *inner))))])
            case Union_(groups):
                choices.append([way for one in groups for way in ways(one)])
            case Filter(expression) | Bind(expression):
                choices.append([Way(absent=tuple(_under_exists(expression)), others=(element,))])
            case Query():
                inner_ways = ways(element.group)
                choices.append([Way(way.present, way.absent, (*way.others, element)) for way in inner_ways])
            case _:
                inner_patterns = tuple(_all(groups_of(element)))
                choices.append([Way(present=inner_patterns, others=(element,))])
    return [_joined(choice) for choice in product(*choices)]


def _joined(found: Iterable[Way]) -> Way:
    listed = list(found)
    return Way(
        tuple(one for way in listed for one in way.present),
        tuple(one for way in listed for one in way.absent),
        tuple(one for way in listed for one in way.others),
    )


def _under_exists(expression: Expression) -> Iterator[Asked]:
    for part in parts(expression):
        if isinstance(part, Exists):
            yield from _all([part.group])


def _all(groups: Iterable[Group]) -> Iterator[Asked]:
    """Yield all patterns of some groups, whichever way leads to them."""
    for group in groups:
        for way in ways(group):
            yield from way.present
            yield from way.absent


def asked(one: Pattern) -> Asked:
    """Return a pattern as what it asks for."""
    path = one.path
    plain = isinstance(path, Link) and not path.inverse
    known: frozenset[str] = frozenset() if isinstance(path, Variable) or excludes(path) else links(path)
    return Asked(word(one.subject), known, word(one.object), plain)


def word(term: Term) -> str:
    """Return a term as a text."""
    match term:
        case Variable(name):
            return f"?{name}"
        case Iri(value):
            return f"<{value}>"
        case Blank(label):
            return f"_:{label}"
        case Literal(text, datatype, language):
            return f'"{text}"{language}{datatype}'
