"""Expression of a query -> an expression of Python that gives its value, or raises where it has none."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from nesy.checking.loops import aggregates, string_functions, values
from nesy.checking.loops.casts import CASTS
from nesy.checking.loops.nodes import FALSE, TRUE, Node, Unsupported, constant_node
from nesy.checking.loops.regular_expressions import Unlike, compiled
from nesy.sparql.tree import Aggregate, Call, Exists, Expression, Iri, Literal, Variable

_OWN = {
    values: (
        *("NO_VALUE", "number", "numeric", "bound", "truth", "same", "less", "less_or_same", "either", "each", "first"),
        *("divided", "rounded", "raised", "lowered", "is_kind", "is_numeric", "order_key", "in_order"),
    ),
    aggregates: ("total", "mean", "largest", "smallest", "sample", "concatenated", "distinct"),
    string_functions: (
        *("text", "spelled", "length", "upper", "lower", "contains", "starts", "ends", "before", "after", "part"),
        *(
            "joined",
            "united",
            "matches",
            "searched",
            "replaced",
            "datatype",
            "language",
            "language_matches",
            "with_language",
        ),
        *("iri", "in_url", "digest"),
    ),
}
SPACE: dict[str, object] = {
    "Decimal": Decimal,
    **{name: getattr(module, name) for module, names in _OWN.items() for name in names},
}
"""What the written code may call."""

_FUNCTIONS: dict[str, tuple[str, str]] = {
    "STRLEN": ("length", "number"),
    "UCASE": ("upper", "node"),
    "LCASE": ("lower", "node"),
    "CONTAINS": ("contains", "truth"),
    "STRSTARTS": ("starts", "truth"),
    "STRENDS": ("ends", "truth"),
    "STRBEFORE": ("before", "node"),
    "STRAFTER": ("after", "node"),
    "SUBSTR": ("part", "node"),
    "REPLACE": ("replaced", "node"),
    "DATATYPE": ("datatype", "node"),
    "LANG": ("language", "text"),
    "LANGMATCHES": ("language_matches", "truth"),
    "STRLANG": ("with_language", "node"),
    "IRI": ("iri", "node"),
    "URI": ("iri", "node"),
    "ENCODE_FOR_URI": ("in_url", "text"),
    "ISNUMERIC": ("is_numeric", "truth"),
}
"""Functions on nodes: what they are called here, and what they give."""
_OF_NUMBERS = {"ABS": "abs", "ROUND": "rounded", "CEIL": "raised", "FLOOR": "lowered"}
_DIGESTS = {name: name.lower() for name in ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")}
_ORDER = {"<": ("less", False), ">": ("less", True), "<=": ("less_or_same", False), ">=": ("less_or_same", True)}
_PYTHON = {"=": "==", "!=": "!="}
_KINDS = {"ISIRI": "<", "ISURI": "<", "ISBLANK": "_", "ISLITERAL": '"'}


@dataclass(frozen=True)
class Code:
    """An expression of Python; what it gives, and whether it may have no value."""

    text: str
    kind: str
    """`node`, `number`, `text` or `truth`."""
    sure: bool = False


class Scope(Protocol):
    """What an expression is written in."""

    def read(self, name: str, /) -> str:
        """Return the Python name of a variable; `None` for one that is never bound here."""

    def certain(self, name: str, /) -> bool:
        """Tell whether a variable is bound for certain."""

    def value(self, name: str, /) -> str | None:
        """Return the Python name of the variable's numeric value, where one is kept."""

    def constant(self, value: object, /) -> str:
        """Return a Python name for a value."""

    def exists(self, one: Exists, /) -> str:
        """Return a Python expression for an EXISTS."""

    def aggregate(self, one: Aggregate, /) -> str:
        """Return the Python name that holds an aggregate."""


class Writer:
    """Writes expressions for one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def node(self, expression: Expression) -> str:
        """Write what gives a node."""
        code = self.code(expression)
        match code.kind:
            case "number":
                return f"numeric({code.text})"
            case "text":
                return f"('\"' + {code.text})"
            case "truth":
                return f"({TRUE!r} if {code.text} else {FALSE!r})"
        return code.text

    def number(self, expression: Expression) -> str:
        """Write what gives a number."""
        if isinstance(expression, Variable):
            kept = self._scope.value(expression.name)
            if kept is not None:
                return kept
        code = self.code(expression)
        return code.text if code.kind == "number" else f"number({self.node(expression)})"

    def truth(self, expression: Expression) -> Code:
        """Write what gives true or false."""
        code = self.code(expression)
        match code.kind:
            case "truth":
                return code
            case "text":
                return Code(f"({code.text} != '')", "truth", code.sure)
        return Code(f"truth({self.node(expression)})", "truth")

    def text(self, expression: Expression) -> str:
        """Write what gives a plain text."""
        code = self.code(expression)
        return code.text if code.kind == "text" else f"text({self.node(expression)})"

    def code(self, expression: Expression) -> Code:
        """Write an expression as whatever it is."""
        match expression:
            case Variable(name):
                read = self._scope.read(name)
                if self._scope.certain(name):
                    return Code(read, "node", sure=True)
                return Code(f"bound({read})", "node")
            case Iri() | Literal():
                return self._constant(constant_node(expression))
            case Exists():
                return Code(self._scope.exists(expression), "truth", sure=True)
            case Aggregate():
                return Code(self._scope.aggregate(expression), "node")
            case Call("!", (operand,)):
                code = self.truth(operand)
                return Code(f"(not {code.text})", "truth", code.sure)
            case Call("||" | "&&", _):
                return self._logical(expression)
            case Call("=" | "!=" | "<" | ">" | "<=" | ">=", (left, right)):
                return self._comparison(expression.name, left, right)
            case Call("IN", (value, *listed)):
                return self._in(value, listed)
            case Call("+" | "-" | "*", (left, right)):
                return Code(f"({self.number(left)} {expression.name} {self.number(right)})", "number")
            case Call("/", (left, right)):
                return Code(f"divided({self.number(left)}, {self.number(right)})", "number")
            case Call("-", (operand,)):
                return Code(f"(-{self.number(operand)})", "number")
            case Call("+", (operand,)):
                return Code(f"(0 + {self.number(operand)})", "number")
            case Call(name, operands):
                return self._function(name, operands)
        raise Unsupported("an expression")

    def _constant(self, node: Node) -> Code:
        if isinstance(node, tuple):
            if values.numeric(node[0]) != node:  # xsd:int and the like: its type goes beyond its value
                return Code(self._scope.constant(node), "node", sure=True)
            return Code(self._scope.constant(node[0]), "number", sure=True)
        if node.startswith('"'):
            return Code(repr(node[1:]), "text", sure=True)
        return Code(repr(node), "node", sure=True)

    def _function(self, name: str, operands: tuple[Expression, ...]) -> Code:
        match name, operands:
            case "IF", (condition, yes, no):
                return self._if(condition, yes, no)
            case "STR", (operand,):
                return Code(f"spelled({self.node(operand)})", "text")
            case "CONCAT", _:
                return self._concatenated(operands)
            case "COALESCE", _:
                ways = ", ".join(f"lambda: {self.node(one)}" for one in operands)
                return Code(f"first({ways})", "node")
            case "BOUND", (Variable(variable),):
                return Code(f"({self._scope.read(variable)} is not None)", "truth", sure=True)
            case "SAMETERM", (left, right):
                return Code(f"({self.node(left)} == {self.node(right)})", "truth")
            case "ISIRI" | "ISURI" | "ISBLANK" | "ISLITERAL", (operand,):
                return Code(f"is_kind({self.node(operand)}, {_KINDS[name]!r})", "truth")
            case "REGEX", _:
                return self._regular(operands)
            case "STRDT", _:
                raise Unsupported("the function STRDT")
        if name in _OF_NUMBERS:
            return Code(f"{_OF_NUMBERS[name]}({self.number(operands[0])})", "number")
        if name in _DIGESTS:
            return Code(f"digest({self.node(operands[0])}, {_DIGESTS[name]!r})", "text")
        if name in _FUNCTIONS:
            function, kind = _FUNCTIONS[name]
            return Code(f"{function}({', '.join(map(self.node, operands))})", kind)
        if name in CASTS and len(operands) == 1:
            return Code(f"{self._scope.constant(CASTS[name])}({self.node(operands[0])})", "node")
        raise Unsupported(f"the function {name}")

    def _concatenated(self, operands: tuple[Expression, ...]) -> Code:
        codes = [self.code(one) for one in operands]
        if all(code.kind == "text" for code in codes):
            return Code(f"united({', '.join(code.text for code in codes)})", "text")
        return Code(f"joined({', '.join(map(self.node, operands))})", "node")

    def _regular(self, operands: tuple[Expression, ...]) -> Code:
        """Write REGEX; a pattern that is a constant is read here, once."""
        constants = [one.text for one in operands[1:] if isinstance(one, Literal) and not one.language]
        if len(constants) < len(operands) - 1:
            return Code(f"matches({', '.join(map(self.node, operands))})", "truth")
        try:
            pattern = self._scope.constant(compiled(*constants))
        except (Unlike, re.error) as error:
            raise Unsupported(f"the regular expression {constants[0]}") from error
        return Code(f"searched({self.node(operands[0])}, {pattern})", "truth")

    def _logical(self, expression: Call) -> Code:
        found = [self.truth(one) for one in expression.operands]
        if all(one.sure for one in found):
            word = " or " if expression.name == "||" else " and "
            return Code(f"({word.join(one.text for one in found)})", "truth", sure=True)
        name = "either" if expression.name == "||" else "each"
        return Code(f"{name}({', '.join(f'lambda: {one.text}' for one in found)})", "truth")

    def _comparison(self, sign: str, left: Expression, right: Expression) -> Code:
        one, other = self.code(left), self.code(right)
        if one.kind == other.kind == "number" or ("number" in (one.kind, other.kind) and sign not in _PYTHON):
            return Code(f"({self.number(left)} {_PYTHON.get(sign, sign)} {self.number(right)})", "truth")
        if sign in _PYTHON:
            if _is_iri(left) or _is_iri(right):
                a, b = self.node(left), self.node(right)
                return Code(f"({a} {_PYTHON[sign]} {b})", "truth", one.sure and other.sure)
            negation = "not " if sign == "!=" else ""
            return Code(f"({negation}same({self.node(left)}, {self.node(right)}))", "truth")
        if one.kind == other.kind == "text":
            return Code(f"({one.text} {sign} {other.text})", "truth")
        function, turned = _ORDER[sign]
        a, b = self.node(left), self.node(right)
        return Code(f"{function}({b}, {a})" if turned else f"{function}({a}, {b})", "truth")

    def _in(self, value: Expression, listed: list[Expression]) -> Code:
        if not all(map(_is_iri, listed)):
            ways = ", ".join(f"lambda: {self._comparison('=', value, one).text}" for one in listed)
            return Code(f"either({ways})", "truth")
        nodes = frozenset(f"<{one.value}>" for one in listed if isinstance(one, Iri))
        return Code(f"({self.node(value)} in {self._scope.constant(nodes)})", "truth", self.code(value).sure)

    def _if(self, condition: Expression, yes: Expression, no: Expression) -> Code:
        test = self.truth(condition)
        one, other = self.code(yes), self.code(no)
        write: Callable[[Expression], str] = self.node
        kind = "node"
        if one.kind == "number" or other.kind == "number":
            # A node on one side is a number as well, or the whole is of no use where a number is wanted.
            if {one.kind, other.kind} == {"number"}:
                write, kind = self.number, "number"
        elif one.kind == other.kind == "text":
            write, kind = self.text, "text"
        sure = test.sure and one.sure and other.sure
        return Code(f"({write(yes)} if {test.text} else {write(no)})", kind, sure)


def _is_iri(expression: Expression) -> bool:
    return isinstance(expression, Iri)
