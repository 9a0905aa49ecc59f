"""Group of a query -> in which order its elements become loops, and whether loops mean the same at all."""

from collections.abc import Iterable

from nesy.checking.loops.nodes import Unsupported
from nesy.ontology.namespaces import NESY
from nesy.sparql.tree import (
    Bind,
    Call,
    Element,
    Exists,
    Expression,
    Filter,
    Group,
    Iri,
    Link,
    Literal,
    Optional_,
    Pattern,
    Query,
    Term,
    Union_,
    Values,
    Variable,
)
from nesy.sparql.variable_scope import bound_by, bound_in, names, parts

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_ARITHMETIC = frozenset({"+", "-", "*", "/", "ABS", "ROUND", "CEIL", "FLOOR"})
_NONE: frozenset[str] = frozenset()
UNKNOWN = 9
"""What a pattern costs of which nothing is known."""
_FORWARD = {
    _TYPE: 1.4,
    **dict.fromkeys((f"<{one}>" for one in (NESY.subject, NESY.object, NESY.entity, NESY.category)), 1.2),
    **dict.fromkeys((f"<{one}>" for one in (NESY.predicate, NESY.part, NESY.state)), 1.1),
    **dict.fromkeys((f"<{one}>" for one in (NESY.left, NESY.top, NESY.right, NESY.bottom)), 1.3),
    **dict.fromkeys((f"<{one}>" for one in (NESY.hasEntity, NESY.hasRelation, NESY.hasPartState, NESY.hasCount)), 1.5),
    f"<{NESY.id}>": 1.45,
}
"""What it costs to follow a predicate: more where all claims have it, and most where there are many; else 1."""
_OF_CLAIMS = frozenset(
    f"<{one}>"
    for one in (NESY.subject, NESY.object, NESY.entity, NESY.fromEntity, NESY.toEntity, NESY.because, NESY.predicate)
)
"""Predicates of which few claims have the same object."""


# --- order ---


def cost(pattern: Pattern, known: set[str]) -> float:
    """Return what it costs to write a pattern next: a test least, what finds few next, what finds anything most.

    Args:
        known: the variables that are bound.
    """
    subject, target = is_known(pattern.subject, known), is_known(pattern.object, known)
    if isinstance(pattern.path, Variable):
        return UNKNOWN + 2 if not (subject or target) else 4
    if not isinstance(pattern.path, Link):
        return 3 if subject or target else UNKNOWN + 1
    if pattern.path.inverse:
        subject, target = target, subject
    predicate = f"<{pattern.path.iri}>"
    if subject and target:
        return 0
    if target and isinstance(pattern.object, (Iri, Literal)) and predicate != _TYPE:
        return 0.5
    if subject:
        return _FORWARD.get(predicate, 1)
    return (1.35 if predicate in _OF_CLAIMS else 2) if target else UNKNOWN


def is_known(end: Term, known: set[str]) -> bool:
    """Tell whether an end of a pattern is a constant or a variable that is bound."""
    return not isinstance(end, Variable) or end.name in known


def needed(group: Group) -> set[str]:
    """Return the predicates without which a group has no solution."""
    found: set[str] = set()
    for element in group.elements:
        if isinstance(element, Pattern) and isinstance(element.path, Link):
            found.add(f"<{element.path.iri}>")
        elif isinstance(element, Union_) and len(element.groups) == 1:
            found |= needed(element.groups[0])
    return found


# --- what must hold for loops to mean the same ---


def flat(group: Group) -> list[Element]:
    """Return the elements of a group, with those of groups in it that are there for order alone."""
    found: list[Element] = []
    for element in group.elements:
        if isinstance(element, Union_) and len(element.groups) == 1:
            found += flat(element.groups[0])
        else:
            found.append(element)
    return found


def check_order(group: Group, hidden: frozenset[str] = _NONE, lent: frozenset[str] = _NONE) -> None:
    """Refuse what would mean something else in another order, or where more variables are known than SPARQL shows.

    Args:
        group: with all groups in it but those of EXISTS, in which everything around is known.
        hidden: what is bound around the group; $this is always known.
        lent: what its filters see all the same: those of OPTIONAL see what stands before it.
    """
    own = frozenset(bound_in(group))
    before, maybe = {"this"}, set[str]()
    for element in group.elements:
        match element:
            case Filter(expression) if names(expression) & (hidden - own - lent):
                raise Unsupported("a filter on what is bound around its group")
            case Bind(expression, _) if names(expression) & ((hidden | own) - before):
                raise Unsupported("BIND of what is bound elsewhere")
            case Optional_(inner):
                if lent:
                    raise Unsupported("OPTIONAL in OPTIONAL")
                check_order(inner, (hidden | own) - {"this"}, frozenset(before))
                maybe |= bound_in(inner) - before
            case Union_(groups):
                for one in groups:
                    if any(isinstance(part, Optional_) for part in one.elements):
                        raise Unsupported("OPTIONAL in a group within a group")
                    check_order(one, (hidden | _others(group, element)) - {"this"})
            case _:
                pass
        if not isinstance(element, Optional_) and maybe & bound_by(element):
            raise Unsupported("a pattern behind OPTIONAL")
        before |= bound_by(element)


def _others(group: Group, element: Element) -> set[str]:
    return set().union(*(bound_by(other) for other in group.elements if other is not element))


def has_exists(expression: Expression) -> bool:
    """Tell whether an expression asks for more than one look-up."""
    return any(isinstance(part, Exists) and len(part.group.elements) > 1 for part in parts(expression))


def is_read(name: str, waiting: Iterable[Element]) -> bool:
    """Tell whether something that waits reads a variable; what is only selected can come last."""
    return any(isinstance(one, (Filter, Bind)) and name in names(one.expression) for one in waiting)


def surely(group: Group) -> set[str]:
    """Return the variables that every solution of a group binds."""
    found: set[str] = set()
    for element in group.elements:
        match element:
            case Pattern():
                found |= bound_by(element)
            case Values(told_names, rows) if all(None not in row for row in rows):
                found.update(told_names)
            case Bind(Variable(told), name) if told in found | {"this"}:
                found.add(name)
            case Union_(groups) if len(groups) == 1:
                found |= surely(groups[0])
            case _:
                pass
    return found


def numbers(query: Query) -> set[str]:
    """Return the variables that are reckoned with."""
    found: set[str] = set()

    def look(expression: Expression) -> None:
        for part in parts(expression):
            if isinstance(part, Call) and part.name in _ARITHMETIC:
                found.update(one.name for one in part.operands if isinstance(one, Variable))
            if isinstance(part, Exists):
                through(part.group)

    def through(group: Group) -> None:
        for element in group.elements:
            match element:
                case Filter(expression) | Bind(expression, _):
                    look(expression)
                case Union_(groups):
                    for inner in groups:
                        through(inner)
                case Optional_(inner):
                    through(inner)
                case Query():
                    through(element.group)
                case _:
                    pass

    through(query.group)
    return found
