"""SPARQL text -> its words one after the other, with IRIs and literals as nodes."""

import re
from decimal import Decimal

from nesy.checking.loops.tree import FALSE, TRUE, Node, Unwritten
from nesy.checking.query_text import Token, tokens

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGER, _DECIMAL = re.compile(r"[+-]?\d+", re.A), re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.A)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


class Words:
    """A text, and the place up to which it is read."""

    def __init__(self, text: str) -> None:
        self._tokens = _joined(tokens(text))
        self._place = 0
        self._prefixes: dict[str, str] = {}

    def _at(self, ahead: int = 0) -> Token:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else Token("end", "")

    def _take(self, wanted: str = "") -> Token:
        token = self._at()
        if (wanted and token.text != wanted) or token.kind == "end":
            raise Unwritten(f"{token.text or 'the end'} where {wanted or 'more'} is expected")
        self._place += 1
        return token

    def _met(self, wanted: str) -> bool:
        if self._at().text != wanted or self._at().kind == "text":
            return False
        self._place += 1
        return True

    def _variable(self) -> str:
        token = self._take()
        if token.kind != "variable":
            raise Unwritten(f"{token.text} where a variable is expected")
        if not token.text.isascii():  # Python takes some letters for others: `ﬁ` and `fi` are one name to it
            raise Unwritten(f"{token.text}, a name beyond ASCII")
        return token.text[1:]

    def _iri(self, token: Token) -> str:
        if token.kind == "iri":
            return token.text
        prefix, _, local = token.text.partition(":")
        if token.kind != "name" or prefix not in self._prefixes:
            raise Unwritten(f"{token.text} where an IRI is expected")
        return f"<{self._prefixes[prefix]}{local}>"

    def _constant(self) -> Node:
        token = self._take()
        if token.kind == "number":
            if "e" in token.text.lower():
                raise Unwritten("a number in floating point")
            is_whole = token.text.isdecimal()
            return (int(token.text), "integer") if is_whole else (Decimal(token.text), "decimal")
        if token.kind == "word" and token.text in ("TRUE", "FALSE"):
            return TRUE if token.text == "TRUE" else FALSE
        if token.kind == "text":
            return self._literal(token)
        found = self._iri(token)
        if self._at().text == "(":
            raise Unwritten(f"the function {found}")
        return found

    def _literal(self, token: Token) -> Node:
        text = text_of(token)
        if self._at().text == "@":
            raise Unwritten("a text with a language")
        if self._at().text == "^" and self._at(1).text == "^":
            self._place += 2
            node = typed(text, self._iri(self._take())[1:-1])
            if isinstance(node, str) and node[0] == "^" and node not in (TRUE, FALSE):
                raise Unwritten("a literal of another type")
            return node
        return '"' + text


def typed(text: str, datatype: str) -> Node:
    """Return a literal as a node."""
    kind = datatype.removeprefix(_XSD) if datatype.startswith(_XSD) else ""
    if kind == "string":
        return '"' + text
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text), kind
    if kind == "decimal" and _DECIMAL.fullmatch(text):
        return Decimal(text), kind
    return f"^{datatype}^{text}"


def _joined(found: tuple[Token, ...]) -> list[Token]:
    """Put signs of two characters together: `<=`, `!=`, `&&`, `||`."""
    joined: list[Token] = []
    for token in found:
        last = joined[-1] if joined else None
        pair = last is not None and last.kind == "sign" == token.kind and last.start + 1 == token.start
        if last is not None and pair and last.text + token.text in ("<=", ">=", "!=", "&&", "||"):
            joined[-1] = Token("sign", last.text + token.text, last.start)
        else:
            joined.append(token)
    return joined


def text_of(token: Token) -> str:
    """Return what a text in quotes says."""
    if token.kind != "text":
        raise Unwritten(f"{token.text} where a text is expected")
    quotes = 3 if token.text[:3] in ('"""', "'''") else 1
    inside = token.text[quotes:-quotes]
    if re.search(r"\\[^ntr\"'\\]", inside):
        raise Unwritten("an escape in a text")
    return re.sub(r"\\(.)", lambda found: _ESCAPES[found[1]], inside)
