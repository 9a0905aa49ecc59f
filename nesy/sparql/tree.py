"""What a SPARQL 1.1 query is made of: every part is frozen, equal by what it says, and knows where it stands."""

from dataclasses import dataclass, field
from typing import NamedTuple, Union

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Span(NamedTuple):
    """From one character of the text to before another."""

    start: int
    end: int


NOWHERE = Span(0, 0)
"""The place of a part that was made and not read; where a part stands says nothing of whether two are equal."""


# --- terms ---


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable by its name, without question mark."""

    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Iri:
    """An IRI in full, without the angles."""

    value: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal: its text, its datatype (an IRI; a plain text's is xsd:string), its language if it has one."""

    text: str
    datatype: str = XSD + "string"
    language: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank node: its label, or a made one for `[ ]` and the cells of a list (`label` then begins with a bracket)."""

    label: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Term = Variable | Iri | Literal | Blank
Constant = Iri | Literal


# --- paths ---


@dataclass(frozen=True, slots=True)
class Link:
    """One predicate, forwards or backwards."""

    iri: str
    inverse: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Steps:
    """One path after the other."""

    paths: tuple["Path", ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One path or another."""

    paths: tuple["Path", ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path any number of times, at least `least`; at most once where `once`."""

    path: "Path"
    least: int
    once: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Excluded:
    """Any predicate but these: those that are walked forwards, and those that are walked backwards."""

    forward: frozenset[str]
    backward: frozenset[str]
    both: tuple[bool, bool]
    """Whether it may be walked forwards, and backwards."""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Path = Link | Steps | Choice | Repeated | Excluded


# --- expressions ---


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function with its operands: `<`, `&&`, `NOT IN`, `STR`, or `<IRI>` of a function by its IRI.

    `&&` and `||` have two operands or more, `IN` the value before the list, `-` of one operand turns the sign.
    """

    name: str
    operands: tuple["Expression", ...]
    distinct: bool = False
    """Of a function by its IRI only."""
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    sign: Span = field(default=NOWHERE, compare=False, repr=False)
    """Where an operator stands itself."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """An expression in brackets of its own."""

    inner: "Expression"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether a group has a solution, or has none where it is denied."""

    group: "Group"
    denied: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT, SUM, MIN, MAX, AVG, SAMPLE or GROUP_CONCAT; without an operand: of all rows."""

    name: str
    operand: Union["Expression", None]
    distinct: bool = False
    separator: str = " "
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Expression = Variable | Iri | Literal | Call | Bracket | Exists | Aggregate


# --- groups ---


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern: subject, path (or a variable for the predicate), object."""

    subject: Term
    path: Path | Variable
    object: Term


@dataclass(frozen=True, slots=True)
class Triples:
    """Triple patterns written as one, with `;` and `,`; those within brackets of their own come last."""

    patterns: tuple[Pattern, ...]
    inner: tuple[Pattern, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """FILTER expression."""

    expression: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bind:
    """BIND (expression AS ?name)."""

    expression: Expression
    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Optional_:
    """OPTIONAL group."""

    group: "Group"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Minus:
    """MINUS group."""

    group: "Group"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Union_:
    """Groups of which any may hold; a single one is a group within a group."""

    groups: tuple["Group", ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Named:
    """GRAPH name group, or SERVICE name group."""

    keyword: str
    name: Variable | Iri
    group: "Group"
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Values:
    """VALUES: names, and rows of terms (None where a value is left open)."""

    names: tuple[str, ...]
    rows: tuple[tuple[Constant | None, ...], ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Element = Union[Triples, Pattern, Filter, Bind, Optional_, Minus, Union_, Named, Values, "Query"]
"""A pattern stands by itself where a query was made simpler; the parser gives Triples."""


@dataclass(frozen=True, slots=True)
class Group:
    """What stands between two braces, in order; a nested query stands alone in its braces."""

    elements: tuple[Element, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- queries ---


@dataclass(frozen=True, slots=True)
class Key:
    """A key of GROUP BY: an expression, and the name it gets (that of the variable, or none)."""

    expression: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Order:
    """A condition of ORDER BY."""

    expression: Expression
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query of any form, or one nested in another."""

    form: str
    """`SELECT`, `CONSTRUCT`, `ASK` or `DESCRIBE`."""
    group: Group
    selected: tuple[tuple[str, Expression], ...] = ()
    """Names, with what they stand for; of `*` all names that are in scope. Of DESCRIBE, its variables."""
    star: bool = False
    """Of SELECT and DESCRIBE."""
    distinct: bool = False
    """DISTINCT or REDUCED."""
    template: tuple[Pattern, ...] = ()
    """Of CONSTRUCT."""
    sources: tuple[tuple[str, bool], ...] = ()
    """IRIs of FROM, and whether it is FROM NAMED."""
    keys: tuple[Key, ...] = ()
    having: tuple[Expression, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    values: Values | None = None
    described: tuple[Iri, ...] = ()
    """Of DESCRIBE, beside its variables."""
    parts: int = field(default=0, compare=False, repr=False)
    """Of a whole query: how many patterns, groups, operators, steps of paths and names it is made of at any depth."""
    having_span: Span = field(default=NOWHERE, compare=False, repr=False)
    span: Span = field(default=NOWHERE, compare=False, repr=False)
