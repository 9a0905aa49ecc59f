"""Expression of a query -> an expression of Python that gives its value, or raises where it has none."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from nesy.checking.loops import values
from nesy.checking.loops.tree import FALSE, TRUE, Aggregate, Call, Constant, Exists, Expression, Unwritten, Variable

SPACE: dict[str, object] = {
    "Decimal": Decimal,
    "NO_VALUE": values.NO_VALUE,
    **{
        name: getattr(values, name)
        for name in (
            *(
                "number",
                "numeric",
                "bound",
                "text",
                "spelled",
                "truth",
                "same",
                "less",
                "less_or_same",
                "either",
                "each",
            ),
            *("first", "divided", "is_kind", "total", "largest", "smallest", "joined", "distinct"),
        )
    },
}
"""What the written code may call."""

_ORDER = {"<": ("less", False), ">": ("less", True), "<=": ("less_or_same", False), ">=": ("less_or_same", True)}
_PYTHON = {"=": "==", "!=": "!="}
_KINDS = {"ISIRI": "<", "ISBLANK": "_", "ISLITERAL": '"'}


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
        if code.kind == "node":
            return f"number({code.text})"
        if code.kind != "number":
            raise Unwritten("a number that is none")
        return code.text

    def truth(self, expression: Expression) -> Code:
        """Write what gives true or false."""
        code = self.code(expression)
        match code.kind:
            case "truth":
                return code
            case "node":
                return Code(f"truth({code.text})", "truth")
        raise Unwritten("a condition that is a number or a text")

    def text(self, expression: Expression) -> str:
        """Write what gives a plain text."""
        code = self.code(expression)
        if code.kind == "node":
            return f"text({code.text})"
        if code.kind != "text":
            raise Unwritten("a text that is none")
        return code.text

    def code(self, expression: Expression) -> Code:
        """Write an expression as whatever it is."""
        match expression:
            case Variable(name):
                read = self._scope.read(name)
                if self._scope.certain(name):
                    return Code(read, "node", sure=True)
                return Code(f"bound({read})", "node")
            case Constant(node):
                if isinstance(node, tuple):
                    return Code(self._scope.constant(node[0]), "number", sure=True)
                if node.startswith('"'):
                    return Code(repr(node[1:]), "text", sure=True)
                return Code(repr(node), "node", sure=True)
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
            case Call("IF", (condition, yes, no)):
                return self._if(condition, yes, no)
            case Call("STR", (operand,)):
                return Code(f"spelled({self.node(operand)})", "text")
            case Call("CONCAT", operands):
                return Code(f"({' + '.join(map(self.text, operands)) or repr('')})", "text")
            case Call("COALESCE", operands):
                ways = ", ".join(f"lambda: {self.node(one)}" for one in operands)
                return Code(f"first({ways})", "node")
            case Call("BOUND", (Variable(name),)):
                return Code(f"({self._scope.read(name)} is not None)", "truth", sure=True)
            case Call("SAMETERM", (left, right)):
                return Code(f"({self.node(left)} == {self.node(right)})", "truth")
            case Call("ISIRI" | "ISBLANK" | "ISLITERAL", (operand,)):
                return Code(f"is_kind({self.node(operand)}, {_KINDS[expression.name]!r})", "truth")
        raise Unwritten(getattr(expression, "name", "an expression"))

    def _logical(self, expression: Call) -> Code:
        left, right = (self.truth(one) for one in expression.operands)
        if left.sure and right.sure:
            word = "or" if expression.name == "||" else "and"
            return Code(f"({left.text} {word} {right.text})", "truth", sure=True)
        name = "either" if expression.name == "||" else "each"
        return Code(f"{name}(lambda: {left.text}, lambda: {right.text})", "truth")

    def _comparison(self, sign: str, left: Expression, right: Expression) -> Code:
        one, other = self.code(left), self.code(right)
        if "truth" in (one.kind, other.kind):
            raise Unwritten("conditions that are compared")
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
            raise Unwritten("IN with other things than IRIs")
        nodes = frozenset(one.node for one in listed if isinstance(one, Constant))
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
    return isinstance(expression, Constant) and type(expression.node) is str and expression.node[0] == "<"
