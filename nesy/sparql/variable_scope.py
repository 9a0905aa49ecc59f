"""Parts of a query -> which variables they bind, read and mention, and what they are made of."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from nesy.sparql.tree import (
    Aggregate,
    Bind,
    Bracket,
    Call,
    Choice,
    Element,
    Excluded,
    Exists,
    Expression,
    Filter,
    Group,
    Link,
    Minus,
    Named,
    Optional_,
    Path,
    Pattern,
    Query,
    Repeated,
    Span,
    Steps,
    Triples,
    Union_,
    Values,
    Variable,
)


def links(path: Path) -> frozenset[str]:
    """Return the predicates that a path names, those that it excludes left out."""
    match path:
        case Link(iri):
            return frozenset({iri})
        case Steps(paths) | Choice(paths):
            return frozenset().union(*map(links, paths))
        case Repeated(inner):
            return links(inner)
        case Excluded():
            return frozenset()


def excludes(path: Path | Variable) -> bool:
    """Tell whether a path may lead over any predicate at all."""
    match path:
        case Steps(paths) | Choice(paths):
            return any(map(excludes, paths))
        case Repeated(inner):
            return excludes(inner)
        case _:
            return isinstance(path, (Excluded, Variable))


def parts(expression: Expression) -> list[Expression]:
    """Return an expression and all within it, groups of EXISTS apart."""
    found = [expression]
    for one in found:  # the list grows as it is read
        match one:
            case Call(_, operands):
                found += operands
            case Bracket(inner):
                found.append(inner)
            case Aggregate(_, operand) if operand is not None:
                found.append(operand)
            case _:
                pass
    return found


def free(expression: Expression) -> set[str]:
    """Return the variables that an expression reads outside of aggregates and of EXISTS."""
    match expression:
        case Variable(name):
            return {name}
        case Call(_, operands):
            return set().union(*map(free, operands))
        case Bracket(inner):
            return free(inner)
        case _:
            return set()


def names(expression: Expression) -> set[str]:
    """Return every variable that an expression may read, those of EXISTS groups too."""
    found = set()
    for part in parts(expression):
        if isinstance(part, Variable):
            found.add(part.name)
        elif isinstance(part, Exists):
            found |= mentioned(part.group)
    return found


def bound_by(element: Element) -> set[str]:
    """Return the variables that an element can bind."""
    match element:
        case Triples(patterns, inner):
            return set().union(*map(_of_pattern, (*patterns, *inner)))
        case Pattern():
            return _of_pattern(element)
        case Bind(_, name):
            return {name}
        case Filter() | Minus():
            return set()
        case Optional_(group):
            return bound_in(group)
        case Union_(groups):
            return set().union(*map(bound_in, groups))
        case Named(_, name, group):
            return bound_in(group) | ({name.name} if isinstance(name, Variable) else set())
        case Values(told):
            return set(told)
        case Query():
            return {name for name, _ in element.selected}


def _of_pattern(one: Pattern) -> set[str]:
    return {end.name for end in (one.subject, one.path, one.object) if isinstance(end, Variable)}


def bound_in(group: Group) -> set[str]:
    """Return the variables that a group can bind."""
    return set().union(*map(bound_by, group.elements))


def mentioned(group: Group) -> set[str]:
    """Return every variable that occurs in a group, but for those that a nested query keeps to itself."""
    found = bound_in(group)
    for element in group.elements:
        if isinstance(element, (Bind, Filter)):
            found |= names(element.expression)
        for inner in groups_of(element):
            found |= mentioned(inner)
    return found


def groups_of(element: Element) -> tuple[Group, ...]:
    """Return the groups right within an element; not those of EXISTS, nor of a nested query."""
    match element:
        case Optional_(group) | Minus(group) | Named(_, _, group):
            return (group,)
        case Union_(groups):
            return groups
        case _:
            return ()


def expressions_of(query: Query) -> Iterator[Expression]:
    """Yield the expressions around the group of a query: selected, keys, HAVING, ORDER BY."""
    yield from (value for _, value in query.selected)
    yield from (key.expression for key in query.keys)
    yield from query.having
    yield from (order.expression for order in query.order)


def grouped(query: Query) -> bool:
    """Tell whether rows are put together."""
    return bool(query.keys) or any(isinstance(part, Aggregate) for one in expressions_of(query) for part in parts(one))


def everything(query: Query) -> Iterator[Element | Query]:
    """Yield a query and every element at any depth, those under EXISTS and in nested queries too."""
    yield query
    for expression in expressions_of(query):
        yield from _under_exists(expression)
    yield from _within(query.group)


def _within(group: Group) -> Iterator[Element | Query]:
    for element in group.elements:
        if isinstance(element, Query):
            yield from everything(element)
            continue
        yield element
        if isinstance(element, (Bind, Filter)):
            yield from _under_exists(element.expression)
        for inner in groups_of(element):
            yield from _within(inner)


def _under_exists(expression: Expression) -> Iterator[Element | Query]:
    for part in parts(expression):
        if isinstance(part, Exists):
            yield from _within(part.group)


def every_part(query: Query) -> Iterator[object]:
    """Yield a query and every part of it, down to its terms."""
    waiting: list[object] = [query]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple) and not isinstance(part, Span):
            waiting += part
        elif is_dataclass(part):
            yield part
            waiting += [getattr(part, one.name) for one in fields(part)]
