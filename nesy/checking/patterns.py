"""Words of a query -> its triple patterns, those under EXISTS apart, one list per way through its UNIONs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rdflib import RDF

from nesy.checking.query_text import Token

_JOINING, _CLOSING = frozenset("|/^!"), frozenset("*+?)")


@dataclass(frozen=True)
class Pattern:
    """One pattern: words for subject and object, IRIs for the predicate (more than one in a path)."""

    subject: str
    path: tuple[str, ...]
    value: str
    plain: bool = True
    """Whether the predicate is one IRI, and no path."""

    @property
    def predicates(self) -> frozenset[str]:
        """The IRIs of the predicate or path; none where it is a variable."""
        return frozenset(self.path)


def ways(query: Sequence[Token]) -> list[Sequence[Token]]:
    """Return the query once for every way through its UNIONs.

    >>> from nesy.checking.query_text import tokens
    >>> [" ".join(one.text for one in way) for way in ways(tokens("{ { ?a } UNION { ?b } ?c }"))]
    ['{ { ?a } ?c }', '{ { ?b } ?c }']
    """
    first = next((place for place, token in enumerate(query) if token.text == "UNION"), None)
    if first is None:
        return [query]
    start = _opening(query, first - 1)
    groups, end = [query[start:first]], first
    while end < len(query) and query[end].text == "UNION":
        after = closing(query, end + 1) + 1
        groups.append(query[end + 1 : after])
        end = after
    return [way for group in groups for way in ways([*query[:start], *group, *query[end:]])]


def absent(query: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield what stands between the braces after EXISTS, outermost blocks only."""
    place = 0
    while place < len(query):
        if query[place].text == "EXISTS":
            end = closing(query, place + 1)
            yield query[place + 2 : end]
            place = end
        place += 1


def without_absent(query: Sequence[Token]) -> list[Token]:
    """Return the query without what stands under EXISTS."""
    kept: list[Token] = []
    place = 0
    while place < len(query):
        if query[place].text == "EXISTS":
            place = closing(query, place + 1)
        else:
            kept.append(query[place])
        place += 1
    return kept


def closing(query: Sequence[Token], opening: int) -> int:
    """Return where the bracket that opens at `opening` closes."""
    depth = 0
    for place in range(opening, len(query)):
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(query[place].text, 0)
        if depth == 0:
            return place
    return len(query)


def _opening(query: Sequence[Token], place: int) -> int:
    """Return where the brace that closes at `place` opens."""
    depth = 0
    for here in range(place, -1, -1):
        depth += {"}": 1, "{": -1}.get(query[here].text, 0)
        if depth == 0:
            return here
    return 0


def patterns(query: Sequence[Token], known: dict[str, str]) -> Iterator[Pattern]:
    """Yield the patterns of a query; one whose predicate is a variable has an empty path.

    FILTER and BIND end a pattern and are skipped; braces only group.
    """
    subject, place = "", 0
    start = next((at for at, token in enumerate(query) if token.text == "WHERE"), -1) + 1
    place = start
    while place < len(query):
        token = query[place]
        if token.text in ("FILTER", "BIND", "NOT", "EXISTS"):
            if place + 1 < len(query) and query[place + 1].text in ("(", "{"):
                inner = query[place + 2 : closing(query, place + 1)]
                for at, word in enumerate(inner):  # EXISTS within an expression, or one within another
                    if word.text == "EXISTS":
                        yield from patterns(inner[at + 2 : closing(inner, at + 1)], known)
                if token.text == "EXISTS":
                    yield from patterns(inner, known)
                place = closing(query, place + 1)
            subject, place = "", place + 1
        elif token.text in ("{", "}", ".", "UNION", "CONSTRUCT") or (token.text == "]" and not subject):
            subject, place = "", place + 1
        else:
            if not subject:
                subject, place = token.text, place + 1
                if token.text == "[":
                    place = place + 1 if place < len(query) and query[place].text == "]" else place
            elif token.text == ";":
                place += 1
                if place >= len(query) or query[place].text in (".", "}"):
                    continue
            begin = place
            path, variable, place = _path(query, place, known)
            plain = place == begin + 1
            while place < len(query):
                yield Pattern(subject, () if variable else tuple(path), query[place].text, plain)
                place += 1
                if place < len(query) and query[place].text == ",":
                    place += 1
                    continue
                break


def _path(query: Sequence[Token], place: int, known: dict[str, str]) -> tuple[list[str], bool, int]:
    """Return the IRIs of the predicate or path at `place`, whether it is a variable, and where it ends."""
    path: list[str] = []
    variable = complete = False
    while place < len(query):
        word = query[place]
        if word.text in _JOINING or word.text == "(":
            complete = False
        elif word.text in _CLOSING:
            complete = True
        elif complete:
            break
        else:
            variable |= word.kind == "variable"
            if word.text == "a" or word.kind in ("name", "iri"):
                path.append(_full(word, known))
            complete = True
        place += 1
    return path, variable, place


def _full(token: Token, known: dict[str, str]) -> str:
    if token.text == "a":
        return str(RDF.type)
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, name = token.text.partition(":")
    return known.get(prefix, prefix + ":") + name
