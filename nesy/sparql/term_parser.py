"""Words of a SPARQL text -> terms: variables, IRIs, literals; the lowest part of the parser."""

import re
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urljoin

from nesy.sparql.error import SparqlError
from nesy.sparql.tokens import Token, tokens
from nesy.sparql.tree import RDF_TYPE, XSD, Iri, Literal, Span, Variable

RDF = RDF_TYPE.removesuffix("type")
_DEPTH = 60
"""So deep may brackets and groups nest: far from where Python's stack ends, and from what anybody writes."""
_LONGEST = 2**20
"""In characters."""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CODE_POINT = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_MEANING = frozenset("\"'\\<>{}|^`")
_HALF = re.compile("[\ud800-\udfff]")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


class Words:
    """The words of a text, and the place up to which they are read."""

    def __init__(self, text: str, prefixes: Mapping[str, str] | None) -> None:
        self._text = text
        self._refuse_what_is_read_otherwise(text)
        self._tokens = tokens(text)
        self._tokens += [Token("end", "", len(text), len(text))] * 2
        self._at = 0
        self._depth = 0
        self._parts = 0
        self._open = prefixes is None
        self._prefixes = dict(prefixes or {})
        self._base = ""

    def _refuse(self, reason: str, token: Token | None = None) -> NoReturn:
        raise SparqlError(self._text, (token or self._tokens[self._at]).start, reason)

    def _expected(self, what: str) -> NoReturn:
        token = self._tokens[self._at]
        self._refuse(f"{self._text[token.start : token.end]!r} where {what} is expected" if token.text
                     else f"the query ends where {what} is expected")  # fmt: skip

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind == "end":
            self._expected("more")
        self._at += 1
        return token

    def _take(self, wanted: str) -> Token:
        token = self._tokens[self._at]
        if token.text != wanted or token.kind == "text":
            self._expected(wanted)
        self._at += 1
        return token

    def _is(self, *wanted: str) -> bool:
        token = self._tokens[self._at]
        return token.text in wanted and token.kind in ("sign", "word")

    def _met(self, wanted: str) -> bool:
        token = self._tokens[self._at]
        if token.text != wanted or token.kind not in ("sign", "word"):
            return False
        self._at += 1
        return True

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEPTH:
            self._refuse(f"nested deeper than {_DEPTH} levels")

    def _more(self) -> None:
        """Count a part of the query."""
        self._parts += 1

    @staticmethod
    def _refuse_what_is_read_otherwise(text: str) -> None:
        r"""Refuse what no engine should be given.

        An escape `\\u0022` may stand for a quotation mark anywhere in a text (SPARQL 1.1, 19.2), where some undo it
        before they look for the end of a literal or of a comment, and others afterwards.
        """
        if len(text) > _LONGEST:
            raise SparqlError(text, _LONGEST, f"longer than {_LONGEST} characters")
        for found in _CODE_POINT.finditer(text):
            number = int(found[1] or found[2], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                raise SparqlError(text, found.start(), "an escape that stands for no character")
            if number <= 0x20 or 0x7F <= number < 0xA0 or chr(number) in _MEANING:
                reason = f"the escape {found[0]} of a character that has a meaning of its own; write it as it is"
                raise SparqlError(text, found.start(), reason)
        half = _HALF.search(text)
        if half is not None:
            raise SparqlError(text, half.start(), "half of a character (a surrogate)")

    def _span(self, first: int) -> Span:
        """Return the place of what was read since a word."""
        return Span(self._tokens[first].start, self._tokens[self._at - 1].end)

    # --- terms ---

    def _variable(self) -> Variable:
        token = self._tokens[self._at]
        if token.kind != "variable":
            self._expected("a variable")
        self._at += 1
        return Variable(token.text[1:], Span(token.start, token.end))

    def _iri(self) -> Iri:
        token = self._tokens[self._at]
        if token.kind == "iri":
            value = self._resolved(self._unescaped(token.text[1:-1], token))
        elif token.kind == "name":
            value = self._full(token)
        else:
            self._expected("an IRI")
        self._at += 1
        return Iri(value, Span(token.start, token.end))

    def _resolved(self, iri: str) -> str:
        return urljoin(self._base, iri) if self._base and not _ABSOLUTE.match(iri) else iri

    def _full(self, token: Token) -> str:
        prefix, _, local = token.text.partition(":")
        if prefix not in self._prefixes:
            if self._open:
                return token.text
            self._refuse(f"the prefix {prefix}: is not declared", token)
        if "\\" in local:
            local = re.sub(r"\\(.)", r"\1", local)
        return self._prefixes[prefix] + local

    def _unescaped(self, text: str, token: Token) -> str:
        if "\\" not in text:
            return text

        def meant(found: re.Match[str]) -> str:
            if found[3] is not None:
                if found[3] not in _ESCAPES:
                    self._refuse(f"the escape \\{found[3]} is none of SPARQL's", token)
                return _ESCAPES[found[3]]
            number = int(found[1] or found[2], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                self._refuse("an escape that stands for no character", token)
            return chr(number)

        return _ESCAPE.sub(meant, text)

    def _string(self) -> str:
        token = self._tokens[self._at]
        if token.kind != "text":
            self._expected("a text in quotes")
        self._at += 1
        quotes = 3 if token.text[:3] in ('"""', "'''") else 1
        return self._unescaped(token.text[quotes:-quotes], token)

    def _literal(self) -> Literal | None:
        """Read a literal, if one stands here."""
        first, token = self._at, self._tokens[self._at]
        if token.kind == "number":
            return self._number("", token.start)
        if token.kind == "word" and token.text in ("TRUE", "FALSE"):
            self._at += 1
            return Literal(token.text.lower(), XSD + "boolean", span=Span(token.start, token.end))
        if token.kind == "sign" and token.text in "+-" and self._tokens[self._at + 1].kind == "number":
            self._at += 1
            return self._number(token.text, token.start)
        if token.kind != "text":
            return None
        text = self._string()
        if self._tokens[self._at].kind == "language":
            language = self._next().text[1:].lower()
            return Literal(text, RDF + "langString", language, self._span(first))
        if self._met("^^"):
            datatype = self._iri().value
            return Literal(text, datatype, span=self._span(first))
        return Literal(text, span=Span(token.start, token.end))

    def _number(self, sign: str, start: int) -> Literal:
        token = self._next()
        kind = "double" if "e" in token.text.lower() else "decimal" if "." in token.text else "integer"
        return Literal(sign + token.text, XSD + kind, span=Span(start, token.end))
