"""Terms of rdflib and of a query <-> nodes: what loops compare, look up and reckon with.

A node is written as one hashable value: an IRI `<...>`, a blank node `_:...`, a text `"...` (a tag in front, nothing
behind), a number as the pair of value and type, a text with a language `^@language^text`, any other literal
`^datatype^text`. So two nodes are one term exactly when they are equal; of a number the value counts, and not how it
was written.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from rdflib import XSD, BNode, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node as RdfNode

from nesy.checking.loops.floating_point import Number, floating
from nesy.sparql.tree import Constant, Iri

Node = str | tuple[Number, str]

_XSD = str(XSD)
BOOLEAN = f"^{_XSD}boolean^"
TRUE, FALSE = f"{BOOLEAN}true", f"{BOOLEAN}false"
_TRUTHS = {"true": TRUE, "1": TRUE, "false": FALSE, "0": FALSE}
_INTEGER, _DECIMAL = re.compile(r"[+-]?\d+", re.A), re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.A)
# rdflib writes INF and NaN in small letters
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?(INF|inf)|NaN|nan", re.A)
_DIGITS = 1000
"""A number that is written with more is not reckoned with."""
_RANGES: Mapping[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    **{name: (-(2**bits), 2**bits - 1) for name, bits in (("long", 63), ("int", 31), ("short", 15), ("byte", 7))},
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    **{f"unsigned{name}": (0, 2**bits - 1) for name, bits in (("Long", 64), ("Int", 32), ("Short", 16), ("Byte", 8))},
}
"""Least and most of the types that are whole numbers."""


class Unsupported(Exception):
    """A part of SPARQL that is not written as loops; its name."""


class Undecided(Exception):
    """Raised while loops run: what a literal means that is neither text nor number nor truth is left to pySHACL."""


def typed(text: str, datatype: str) -> Node:
    """Return a literal as a node; one whose text its datatype does not allow is no number, and no truth."""
    if not datatype.startswith(_XSD):
        return f"^{datatype}^{text}"
    kind = datatype.removeprefix(_XSD)
    if len(text) > _DIGITS and kind not in ("string", "boolean"):
        return f"^{datatype}^{text}"
    if kind == "string":
        return '"' + text
    if kind == "decimal" and _DECIMAL.fullmatch(text):
        return Decimal(text), kind
    if kind in _RANGES and _INTEGER.fullmatch(text):
        number, (least, most) = int(text), _RANGES[kind]
        if (least is None or number >= least) and (most is None or number <= most):
            return number, kind
    if kind in ("double", "float") and _DOUBLE.fullmatch(text):
        return floating(float(text), kind), kind
    if kind == "boolean" and text in _TRUTHS:
        return _TRUTHS[text]
    return f"^{datatype}^{text}"


def written(value: Number) -> str:
    """Return a number as text; a decimal as scenes write it, `1.0`."""
    if isinstance(value, Decimal):
        text = format(value.normalize() if value else Decimal(0), "f")
        return text if "." in text else f"{text}.0"
    return str(value)


def constant_node(term: Constant) -> Node:
    """Return a constant of a query as a node."""
    if isinstance(term, Iri):
        return f"<{term.value}>"
    return f"^@{term.language}^{term.text}" if term.language else typed(term.text, term.datatype)


def node_of(term: RdfNode) -> Node:
    """Return a term of rdflib as a node."""
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, BNode):
        return f"_:{term}"
    assert isinstance(term, RdfLiteral), f"no term of RDF: {term!r}"
    if term.language:
        return f"^@{term.language.lower()}^{term}"
    return typed(str(term), str(term.datatype)) if term.datatype else f'"{term}'


def term_of(node: Node) -> RdfNode:
    """Return a node as a term of rdflib."""
    if isinstance(node, tuple):
        value, kind = node
        return RdfLiteral(written(value), datatype=XSD[kind], normalize=False)
    rest = node[1:]
    match node[0]:
        case "<":
            return URIRef(rest[:-1])
        case '"':
            return RdfLiteral(rest)
        case "_":
            return BNode(rest[1:])
    kind, _, text = rest.partition("^")
    if kind.startswith("@"):
        return RdfLiteral(text, lang=kind[1:])
    return RdfLiteral(text, datatype=URIRef(kind), normalize=False)
