r"""Tree -> text of SPARQL that every engine reads alike: names in full, brackets everywhere, no escapes but the plain.

Engines are given this and never what somebody wrote, because they do not read all texts alike: some undo `\\u0022`
before they look for the end of a text, so that a part of it becomes a clause.
"""

import re
from collections.abc import Iterable

from nesy.sparql.tree import (
    XSD,
    Aggregate,
    Bind,
    Blank,
    Bracket,
    Call,
    Choice,
    Element,
    Excluded,
    Exists,
    Expression,
    Filter,
    Group,
    Iri,
    Link,
    Literal,
    Minus,
    Named,
    Optional_,
    Path,
    Pattern,
    Query,
    Repeated,
    Steps,
    Term,
    Triples,
    Union_,
    Values,
    Variable,
)

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\x7f-\x9f\ud800-\udfff]*")
_LANGUAGE = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*")
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_HUGE = re.compile(r"\s*[+-]?[\d._]*[eE][+-]?[\d_]{5,}\s*")
_SPECIAL = re.compile(r"\\[uU]?|[\"\n\r\t\b\f]")


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI without anything that could end it (SPARQL 1.1, IRIREF; RFC 3987).

    >>> is_iri("urn:a"), is_iri("urn:a b"), is_iri("urn:a> ."), is_iri("a")
    (True, False, False, False)
    """
    return _IRI.fullmatch(text) is not None


def iri_text(value: str) -> str:
    """Return an IRI in angles.

    Raises:
        ValueError: it is none.
    """
    if not is_iri(value):
        raise ValueError(f"{value!r} is no IRI")
    return f"<{value}>"


def literal_text(text: str, datatype: str = XSD + "string", language: str = "") -> str:
    r"""Return a literal in quotes.

    >>> print(literal_text('a "b"\n', language="en"), literal_text("1", "urn:t"))
    "a \"b\"\n"@en "1"^^<urn:t>

    Raises:
        ValueError: its datatype is no IRI, its language no tag, or it holds half a character.
    """
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(f"{text!r} holds half of a character")
    if datatype == XSD + "decimal" and _HUGE.fullmatch(text):
        raise ValueError(f"{text!r} is no decimal, and rdflib would write out all its digits")
    quoted = f'"{_SPECIAL.sub(_escape, text)}"'
    if language:
        if not _LANGUAGE.fullmatch(language):
            raise ValueError(f"{language!r} is no language tag")
        return f"{quoted}@{language}"
    return quoted if datatype == XSD + "string" else f"{quoted}^^{iri_text(datatype)}"


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    # An engine that undoes \u first would find one in `\\u0022`, and an end of the text in that.
    return _ESCAPED[sign] if len(sign) == 1 else f"\\\\\\U{ord(sign[1]):08X}"


def written(query: Query) -> str:
    """Return a query as text.

    >>> from nesy.sparql import parse
    >>> written(parse("PREFIX : <urn:> ASK { ?s :p $o FILTER (?o > 1 && ?s) }")).replace(XSD, "xsd:")
    'ASK WHERE { ?s <urn:p> ?o . FILTER (((?o > "1"^^<xsd:integer>) && ?s)) }'

    Raises:
        ValueError: it holds what is no IRI.
    """
    return _Writer().query(query)


class _Writer:
    def __init__(self) -> None:
        self._blank: dict[str, str] = {}

    def query(self, query: Query) -> str:
        if query.form == "CONSTRUCT":
            head = f"CONSTRUCT {{ {self._patterns(query.template)} }}"
        elif query.form == "SELECT":
            head = f"SELECT {'DISTINCT ' if query.distinct else ''}{self._selected(query)}"
        elif query.form == "DESCRIBE":
            told = [*(f"?{name}" for name, _ in query.selected), *map(self.term, query.described)]
            head = f"DESCRIBE {'*' if query.star else ' '.join(told)}"
        else:
            head = query.form
        sources = [f"FROM {'NAMED ' if named else ''}{iri_text(one)}" for one, named in query.sources]
        return " ".join([head, *sources, f"WHERE {self.group(query.group)}", *self._modifiers(query)])

    def _selected(self, query: Query) -> str:
        if query.star:
            return "*"
        return " ".join(
            f"?{name}" if isinstance(value, Variable) and value.name == name
            else f"({self.expression(value)} AS ?{name})"
            for name, value in query.selected
        )  # fmt: skip

    def _modifiers(self, query: Query) -> Iterable[str]:
        if query.keys:
            yield f"GROUP BY {' '.join(map(self._key, ((key.expression, key.name) for key in query.keys)))}"
        if query.having:
            yield f"HAVING {' '.join(f'({self.expression(one)})' for one in query.having)}"
        if query.order:
            told = (f"{'DESC' if one.descending else 'ASC'}({self.expression(one.expression)})" for one in query.order)
            yield f"ORDER BY {' '.join(told)}"
        if query.limit is not None:
            yield f"LIMIT {query.limit}"
        if query.offset:
            yield f"OFFSET {query.offset}"
        if query.values is not None:
            yield self.element(query.values)

    def _key(self, key: tuple[Expression, str]) -> str:
        expression, name = key
        if isinstance(expression, Variable):
            return f"?{expression.name}"
        return f"({self.expression(expression)}{f' AS ?{name}' if name else ''})"

    # --- groups ---

    def group(self, group: Group) -> str:
        return f"{{ {' '.join(map(self.element, group.elements))} }}"

    def element(self, element: Element) -> str:
        match element:
            case Triples(patterns, inner):
                return self._patterns((*patterns, *inner))
            case Pattern():
                return self._patterns((element,))
            case Filter(expression):
                return f"FILTER ({self.expression(expression)})"
            case Bind(expression, name):
                return f"BIND ({self.expression(expression)} AS ?{name})"
            case Optional_(group):
                return f"OPTIONAL {self.group(group)}"
            case Minus(group):
                return f"MINUS {self.group(group)}"
            case Union_(groups):
                return " UNION ".join(map(self.group, groups))
            case Named(keyword, name, group):
                return f"{keyword} {self.term(name)} {self.group(group)}"
            case Values(names, rows):
                heads = " ".join(f"?{name}" for name in names)
                told = ("(" + " ".join("UNDEF" if one is None else self.term(one) for one in row) + ")" for row in rows)
                return f"VALUES ({heads}) {{ {' '.join(told)} }}"
            case Query():
                return self.query(element)

    def _patterns(self, patterns: Iterable[Pattern]) -> str:
        return " ".join(
            f"{self.term(one.subject)} {self._verb(one.path)} {self.term(one.object)} ." for one in patterns
        )

    def _verb(self, path: Path | Variable) -> str:
        return self.term(path) if isinstance(path, Variable) else self.path(path)

    def path(self, path: Path) -> str:
        match path:
            case Link(iri, inverse):
                return f"{'^' if inverse else ''}{iri_text(iri)}"
            case Steps(paths):
                return f"({'/'.join(map(self.path, paths))})"
            case Choice(paths):
                return f"({'|'.join(map(self.path, paths))})"
            case Repeated(inner, least, once):
                return f"(({self.path(inner)}){'?' if once else '+' if least else '*'})"
            case Excluded(forward, backward):
                told = [*map(iri_text, sorted(forward)), *(f"^{iri_text(one)}" for one in sorted(backward))]
                return f"(!({'|'.join(told)}))"

    def term(self, term: Term) -> str:
        match term:
            case Variable(name):
                return f"?{name}"
            case Iri(value):
                return iri_text(value)
            case Literal(text, datatype, language):
                return literal_text(text, datatype, language)
            case Blank(label):
                return f"_:{self._blank.setdefault(label, f'b{len(self._blank)}')}"

    # --- expressions ---

    def expression(self, expression: Expression) -> str:
        match expression:
            case Bracket(inner):
                return self.expression(inner)
            case Exists(group, denied):
                return f"{'NOT ' if denied else ''}EXISTS {self.group(group)}"
            case Aggregate(name, operand, distinct, separator):
                told = "*" if operand is None else self.expression(operand)
                behind = f"; SEPARATOR = {literal_text(separator)}" if name == "GROUP_CONCAT" else ""
                return f"{name}({'DISTINCT ' if distinct else ''}{told}{behind})"
            case Call(name, operands, distinct):
                return self._call(name, [self.expression(one) for one in operands], distinct)
            case _:
                return self.term(expression)

    def _call(self, name: str, operands: list[str], distinct: bool) -> str:
        if name in ("IN", "NOT IN"):
            return f"({operands[0]} {name} ({', '.join(operands[1:])}))"
        is_named = name[0] == "<" and name[-1] == ">"  # and no comparison
        if name[0].isalpha() or is_named:
            head = iri_text(name[1:-1]) if is_named else name
            return f"{head}({'DISTINCT ' if distinct else ''}{', '.join(operands)})"
        return f"({name} {operands[0]})" if len(operands) == 1 else f"({f' {name} '.join(operands)})"
