"""What a SPARQL query is made of, as far as it can become loops.

A node is written as one hashable value: an IRI `<...>`, a blank node `_:...`, a text `"...` (a tag in front, nothing
behind), a number as the pair of value and type, any other literal `^datatype^text`. So two nodes are one term exactly
when they are equal.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Union

Number = int | float | Decimal
Node = str | tuple[Number, str]

TRUE, FALSE = "^http://www.w3.org/2001/XMLSchema#boolean^true", "^http://www.w3.org/2001/XMLSchema#boolean^false"


class Unwritten(Exception):
    """A part of SPARQL that is not written as loops; its name."""


class Undecided(Exception):
    """Raised while loops run: what a literal means that is neither text nor number nor truth is left to a store."""


# --- paths ---


@dataclass(frozen=True)
class Link:
    """One predicate, forwards or backwards."""

    predicate: str
    inverse: bool = False


@dataclass(frozen=True)
class Steps:
    """One path after the other."""

    paths: tuple["Path", ...]


@dataclass(frozen=True)
class Ways:
    """One path or another."""

    paths: tuple["Path", ...]


@dataclass(frozen=True)
class Repeated:
    """A path any number of times, at least `least`; at most once where `once`."""

    path: "Path"
    least: int
    once: bool = False


Path = Link | Steps | Ways | Repeated


def links(path: Path) -> frozenset[str]:
    """Return the predicates of a path."""
    match path:
        case Link(predicate):
            return frozenset({predicate})
        case Steps(paths) | Ways(paths):
            return frozenset().union(*map(links, paths))
        case Repeated(inner):
            return links(inner)


# --- expressions ---


@dataclass(frozen=True)
class Variable:
    """A variable by its name, without question mark."""

    name: str


@dataclass(frozen=True)
class Constant:
    """A node."""

    node: Node


@dataclass(frozen=True)
class Call:
    """An operator or a function with its operands: `<`, `&&`, `STR`, `IF`, `IN` ..."""

    name: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True)
class Exists:
    """Whether a group has a solution."""

    group: "Group"


@dataclass(frozen=True)
class Aggregate:
    """COUNT, SUM, MIN, MAX or GROUP_CONCAT; without an operand: of all rows."""

    name: str
    operand: Union["Expression", None]
    distinct: bool = False
    separator: str = " "


Expression = Variable | Constant | Call | Exists | Aggregate


# --- groups and queries ---


@dataclass(frozen=True)
class Pattern:
    """Subject, path, object; ends are variables or constants."""

    subject: Variable | Constant
    path: Path
    object: Variable | Constant


@dataclass(frozen=True)
class Bind:
    """BIND (expression AS ?name)."""

    expression: Expression
    name: str


@dataclass(frozen=True)
class Filter:
    """FILTER expression."""

    expression: Expression


@dataclass(frozen=True)
class Optional_:
    """OPTIONAL group."""

    group: "Group"


@dataclass(frozen=True)
class Union_:
    """Groups of which any may hold; a single one is a group within a group."""

    groups: tuple["Group", ...]


Element = Union[Pattern, Bind, Filter, Optional_, Union_, "Query"]


@dataclass(frozen=True)
class Group:
    """What stands between two braces, in order."""

    elements: tuple[Element, ...]


@dataclass(frozen=True)
class Query:
    """A SELECT query; what a CONSTRUCT query matches is told as one."""

    selected: tuple[tuple[str, Expression], ...]
    """Names, with what they stand for."""
    group: Group
    distinct: bool = False
    keys: tuple[str, ...] = ()
    """The variables of GROUP BY."""
    having: Expression | None = None

    @property
    def aggregates(self) -> bool:
        """Tell whether rows are put together."""
        told = [expression for _, expression in self.selected] + ([self.having] if self.having else [])
        return bool(self.keys) or any(isinstance(part, Aggregate) for one in told for part in parts(one))


@dataclass(frozen=True)
class Construct:
    """A CONSTRUCT query: triples for each solution; names in front of which `_:` stands are new nodes of each."""

    template: tuple[tuple[Variable | Constant, Variable | Constant, Variable | Constant], ...]
    query: Query = field(default_factory=lambda: Query((), Group(())))


def parts(expression: Expression) -> list[Expression]:
    """Return an expression and all within it, groups of EXISTS apart."""
    found = [expression]
    if isinstance(expression, Call):
        found += [part for operand in expression.operands for part in parts(operand)]
    if isinstance(expression, Aggregate) and expression.operand is not None:
        found += parts(expression.operand)
    return found


def names(expression: Expression) -> set[str]:
    """Return every variable that an expression may read, those of EXISTS groups too."""
    found = {part.name for part in parts(expression) if isinstance(part, Variable)}
    for part in parts(expression):
        if isinstance(part, Exists):
            found |= mentioned(part.group)
    return found


def bound_by(element: Element) -> set[str]:
    """Return the variables that an element can bind."""
    match element:
        case Pattern(subject, _, target):
            return {end.name for end in (subject, target) if isinstance(end, Variable)}
        case Bind(_, name):
            return {name}
        case Filter():
            return set()
        case Optional_(group):
            return bound_in(group)
        case Union_(groups):
            return set().union(*(bound_in(group) for group in groups))
        case Query(selected):
            return {name for name, _ in selected}


def bound_in(group: Group) -> set[str]:
    """Return the variables that a group can bind."""
    return set().union(*(bound_by(element) for element in group.elements))


def mentioned(group: Group) -> set[str]:
    """Return every variable that occurs in a group."""
    found = bound_in(group)
    for element in group.elements:
        match element:
            case Bind(expression, _) | Filter(expression):
                found |= names(expression)
            case Optional_(inner):
                found |= mentioned(inner)
            case Union_(groups):
                found |= set().union(*map(mentioned, groups))
            case _:
                pass
    return found
