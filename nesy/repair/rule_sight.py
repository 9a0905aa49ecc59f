"""A rule -> what the repair must know of it: the words it turns on, and whether more claims only ever break it more.

A repair that takes a thing out of a rule's sight mends nothing: the cup with two colours is no better for being called
a bottle. So of a change that makes a thing belong to fewer classes it is asked whether the rule names one of them.

A rule *grows* when what breaks it stays broken whatever else is claimed. What breaks it then is a set of claims, and
every repair changes one of them: the clause that says so loses none (`nesy.repair.search`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rdflib import RDF, RDFS, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.checking import Rules
from nesy.ontology.namespaces import NESY
from nesy.sparql import parse
from nesy.sparql.tree import (
    Bind,
    Bracket,
    Call,
    Exists,
    Expression,
    Filter,
    Group,
    Pattern,
    Query,
    Triples,
    Union_,
    Variable,
)
from nesy.sparql.variable_scope import excludes, grouped, links, parts

_SAYS_NOTHING = (SH.message, SH.name, SH.description, RDFS.comment, RDFS.label)
_FORBIDS = (SH.sparql, SH["not"], SH.xone, SH.disjoint, SH.maxCount, SH.qualifiedMaxCount)
_OF_A_THING = frozenset(map(str, (RDF.type, NESY.category, NESY.label, NESY.confidence, NESY.id)))
_KINDS = tuple(map(str, (RDF.type, NESY.category, NESY.label)))
_KNOWLEDGE = tuple(map(str, (RDFS, SKOS)))


@dataclass(frozen=True)
class Sight:
    """What a rule looks at."""

    words: frozenset[str]
    """The last parts of all IRIs that it names, and the words of its queries."""
    demands: bool
    """Whether it is a shape of SHACL Core that says what kinds of things must be there, and forbids none."""
    grows: bool
    """Whether more claims never mend it."""

    def loses(self, classes: Iterable[Node]) -> bool:
        """Tell whether the rule names one of these classes, so that what is no longer of them is out of its sight."""
        return any(_last(str(node)) in self.words for node in classes)


@lru_cache(maxsize=256)
def sight_of(rules: Rules, iri: str) -> Sight | None:
    """Return what one of the rules, named by its IRI, looks at; None for a rule that is not among them."""
    if all(rule.iri != iri for rule in rules):
        return None
    shape = rules.shape(iri)
    told = [value for _, link, value in shape if link not in _SAYS_NOTHING]
    words = {_last(str(value)) for value in told if isinstance(value, URIRef)} | {_last(iri)}
    words |= {word for value in told if isinstance(value, Literal) for word in re.findall(r"[\w%-]+", str(value))}
    forbids = any((None, link, None) in shape for link in _FORBIDS)
    of_kinds = (None, SH["class"], None) in shape or not words.isdisjoint(map(_last, _KINDS))
    return Sight(frozenset(words), of_kinds and not forbids, _grows(rules, iri, shape))


def _last(iri: str) -> str:
    return re.split("[#/]", iri)[-1]


# --- does it grow? Read on the safe side: what is not understood does not.


def _grows(rules: Rules, iri: str, shape: Graph) -> bool:
    plan = next((one for one in rules.plans if one.iri == iri), None)
    if plan is None or (None, SH.targetNode, None) in shape:
        return False
    texts = [*(one.source for one in plan.selections), *([plan.source] if plan.source else [])]
    inferred = frozenset().union(*(_added(one.text) for one in rules.inferences))
    return all(_query_grows(parse(text), inferred) for text in texts)


@lru_cache(maxsize=256)
def _added(text: str) -> frozenset[str]:
    """Return the predicates of what an inference adds; none where more claims never make it add less."""
    query = parse(text)
    if _query_grows(query, frozenset()):
        return frozenset()
    kinds = {word for one in query.template for word in [getattr(one.object, "value", "")] if word}
    return frozenset(kinds).union(*(links(one.path) for one in query.template if not isinstance(one.path, Variable)))


def _query_grows(query: Query, withheld: frozenset[str]) -> bool:
    if grouped(query) or query.limit is not None or query.offset or query.values is not None or query.sources:
        return False
    return _group_grows(query.group, withheld - _OF_A_THING)


def _group_grows(group: Group, withheld: frozenset[str]) -> bool:
    bound = {name for one in _patterns(group) for end in (one.subject, one.object) if (name := _name(end))}
    for element in group.elements:
        match element:
            case Triples() | Pattern():
                if not all(_plain(one, withheld) for one in _patterns(Group((element,)))):
                    return False
            case Union_(groups):
                if not all(_group_grows(one, withheld) for one in groups):
                    return False
            case Filter(expression):
                if not _holds_on(expression, withheld, bound | {"this"}, denied=False):
                    return False
            case Bind(expression):
                if any(isinstance(part, Exists) for part in parts(expression)):
                    return False
            case _:
                return False
    return True


def _holds_on(expression: Expression, withheld: frozenset[str], bound: set[str], *, denied: bool) -> bool:
    """Tell whether a condition that is met (or, denied, is not) stays so whatever else is claimed."""
    match expression:
        case Bracket(inner):
            return _holds_on(inner, withheld, bound, denied=denied)
        case Call("&&" | "||", operands):
            return all(_holds_on(one, withheld, bound, denied=denied) for one in operands)
        case Call("!", (inner,)):
            return _holds_on(inner, withheld, bound, denied=not denied)
        case Exists(group, negated):
            return _settled(group, bound) if negated is not denied else _group_grows(group, withheld)
        case _:
            return not any(isinstance(part, Exists) for part in parts(expression))


def _settled(group: Group, bound: set[str]) -> bool:
    """Tell whether a group asks of things that are bound elsewhere alone, and of them what they are themselves."""
    return all(isinstance(element, (Triples, Pattern)) for element in group.elements) and all(
        not excludes(one.path)
        and _name(one.subject) in bound
        and all(link in _OF_A_THING or link.startswith(_KNOWLEDGE) for link in _links(one))
        for one in _patterns(group)
    )


def _plain(one: Pattern, withheld: frozenset[str]) -> bool:
    if excludes(one.path) or isinstance(one.path, Variable):
        return False
    named = {*_links(one), str(getattr(one.object, "value", ""))}
    return not named & withheld and str(NESY.position) not in named


def _links(one: Pattern) -> frozenset[str]:
    return frozenset() if isinstance(one.path, Variable) else links(one.path)


def _name(term: object) -> str | None:
    return term.name if isinstance(term, Variable) else None


def _patterns(group: Group) -> Iterator[Pattern]:
    for element in group.elements:
        match element:
            case Pattern():
                yield element
            case Triples(own, inner):
                yield from (*own, *inner)
            case Union_(groups):
                for one in groups:
                    yield from _patterns(one)
