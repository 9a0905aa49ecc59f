"""SPARQL text of a rule -> what can be told without running it: prefixes, forbidden words, IRIs that it needs."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from rdflib import OWL, RDF, RDFS, SH, Graph
from rdflib.term import Node

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<iri><[^<>"{}|^`\\\s]*>)
    |(?P<text>\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<blank>_:\w[\w.-]*)
    |(?P<name>(?:[^\W\d_][\w.-]*)?:(?:[\w:%-](?:[\w.:%-]*[\w:%-])?)?)
    |(?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\.?\d+(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d_]\w*)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_PATH_SIGNS = frozenset("|/*+?!^")
_FORBIDDEN = ("MINUS", "VALUES", "SERVICE")
"""Words that SHACL keeps out of constraints, because variables bound beforehand do not reach into them."""
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})


@dataclass(frozen=True)
class Token:
    """A word, sign, IRI, name, variable or text of a query."""

    kind: str
    text: str
    start: int = 0
    """Where it stands in the query, in characters."""


def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of a query without blanks and comments; keywords in capitals, `$x` as `?x`."""
    found = []
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[0]
        if kind == "variable":
            word = "?" + word[1:]
        if kind != "space":
            found.append(Token(kind, word.upper() if kind == "word" and word != "a" else word, match.start()))
    return tuple(found)


class Prefixes:
    """The prefixes that a shapes graph declares, each ontology read once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._ontologies = set(graph.subjects(RDF.type, OWL.Ontology))
        self._of: dict[Node, dict[str, str]] = {}

    def known(self, constraint: Node) -> dict[str, str]:
        """Return the prefixes that `sh:prefixes` gives a constraint, and those that every engine knows.

        An ontology that declares none stands for all ontologies of the graph, as in pySHACL.

        Raises:
            ValueError: a declaration is ill-formed.
        """
        found = {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL)}
        for where in sorted(self._graph.objects(constraint, SH.prefixes), key=str):
            if where not in self._of:
                self._of[where] = self._declared(where)
            found.update(self._of[where])
        return found

    def _declared(self, where: Node) -> dict[str, str]:
        graph = self._graph
        here = set(graph.objects(where, SH.declare))
        if not here or where not in self._ontologies:
            here |= {declared for ontology in self._ontologies for declared in graph.objects(ontology, SH.declare)}
        found = {}
        for declared in sorted(here, key=str):
            prefix, namespace = graph.value(declared, SH.prefix), graph.value(declared, SH.namespace)
            if prefix is None or namespace is None:
                raise ValueError("sh:declare needs one sh:prefix and one sh:namespace")
            found[str(prefix)] = str(namespace)
        return found


def with_prefixes(text: str, known: Mapping[str, str]) -> str:
    """Return the query with its prefixes in front."""
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in known.items()) + text


def forbidden(query: Sequence[Token]) -> str | None:
    """Return what SHACL does not allow in the query of a constraint, or None."""
    for token in query:
        if token.kind == "word" and token.text in _FORBIDDEN:
            return f"the query of a constraint must not contain {token.text}"
    for one, other in pairwise(query):
        if one.text == "AS" and other.text == "?this":
            return "the query of a constraint must not bind $this anew"
    for head in _heads(query)[1:]:
        if "?this" not in head:
            return "a nested SELECT must select $this"
    return None


def selects(query: Sequence[Token]) -> tuple[str, ...]:
    """Return the names that a SELECT query selects, `*` among them if it stands there."""
    heads = _heads(query)
    found = []
    for position, word in enumerate(heads[0] if heads else ()):
        if word == "*" or (word.startswith("?") and not _within(heads[0], position)) or _renamed(heads[0], position):
            found.append(word.removeprefix("?"))
    return tuple(found)


def _heads(query: Sequence[Token]) -> list[list[str]]:
    """Return the words between each SELECT and the brace that follows."""
    heads: list[list[str]] = []
    inside = False
    for token in query:
        if token.kind == "word" and token.text == "SELECT":
            heads.append([])
            inside = True
        elif token.text == "{":
            inside = False
        elif inside:
            heads[-1].append(token.text)
    return heads


def _within(head: Sequence[str], position: int) -> bool:
    before = head[:position]
    return before.count("(") > before.count(")")


def _renamed(head: Sequence[str], position: int) -> bool:
    """Tell whether this is the new name in `(expression AS ?name)`."""
    return head[position].startswith("?") and position > 0 and head[position - 1] == "AS"


def without_template(query: Sequence[Token]) -> tuple[Token, ...]:
    """Return what follows the template of a CONSTRUCT query: its pattern; the short form has no template."""
    depth = 0
    for position, token in enumerate(query):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if token.text == "}" and depth == 0:
            rest = tuple(query[position + 1 :])
            return rest if any(later.text == "{" for later in rest) else tuple(query)
    return tuple(query)


def is_flat(query: Sequence[Token]) -> bool:
    """Tell whether patterns put in front of the others mean the same as binding $this beforehand.

    They do where no group, no nested query and no solution modifier hides $this: only EXISTS may have braces.
    """
    words = {token.text for token in query if token.kind == "word"}
    if words & {"GROUP", "HAVING", "LIMIT", "OFFSET", "ORDER", "OPTIONAL", "UNION", "GRAPH"}:
        return False
    opening = [position for position, token in enumerate(query) if token.text == "{"]
    return all(query[position - 1].text == "EXISTS" for position in opening[1:])


@dataclass(frozen=True)
class Needs:
    """IRIs without which a query has no solution."""

    all_of: frozenset[str] = frozenset()
    any_of: tuple[frozenset[str], ...] = ()
    """Of each of these sets, one at least."""

    def met(self, iris: Set[str]) -> bool:
        """Tell whether data with these IRIs has what is needed."""
        return self.all_of <= iris and not any(iris.isdisjoint(some) for some in self.any_of)


def needed(query: Sequence[Token], known: Mapping[str, str]) -> Needs:
    """Return what the query needs: the IRIs of its outermost triple patterns, and those of `FILTER (?x IN (...))`.

    Whatever is optional, negated, compared or part of a path is left out; so this is never too much, often too little.
    """
    words = {token.text for token in query if token.kind == "word"}
    if words & {"PREFIX", "BASE"} or (words & _AGGREGATES and "GROUP" not in words):
        return Needs()  # names of its own; or a count: counting nothing has a solution, zero
    found = set()
    any_of = []
    for position, token in _outermost(query):
        before, after = query[position - 1], query[position + 1]
        if token.text == "FILTER":
            any_of += _listed(query, position + 1, known)
        if token.kind not in ("iri", "name") or {before.text, after.text} & _PATH_SIGNS or before.text == "FILTER":
            continue
        iri = _full(token, known)
        if iri is not None:
            found.add(iri)
    return Needs(frozenset(found), tuple(any_of))


def _listed(query: Sequence[Token], start: int, known: Mapping[str, str]) -> list[frozenset[str]]:
    """Return the IRIs of `(?x IN (...))`, if just that stands here, and ?x is found in the data, not made by BIND."""
    texts = [token.text for token in query[start:]]
    if len(texts) < 6 or texts[0] != "(" or texts[2:4] != ["IN", "("]:
        return []
    end = texts.index(")")
    if texts[end + 1] != ")" or any(a.text == "AS" and b.text == texts[1] for a, b in pairwise(query)):
        return []
    iris = {_full(token, known) for token in query[start + 4 : start + end] if token.text != ","}
    return [frozenset(iri for iri in iris if iri)] if None not in iris else []


def _outermost(query: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Yield the tokens of the outermost group, outside of brackets, and where each stands.

    Groups within it that are there for order alone count as part of it.
    """
    depth = round_depth = 0
    see_through = _see_through(query)
    for position, token in enumerate(query):
        if position in see_through:
            continue
        if token.text in ("{", "}"):
            depth += 1 if token.text == "{" else -1
        elif token.text in ("(", ")"):
            round_depth += 1 if token.text == "(" else -1
        elif depth == 1 and round_depth == 0:
            yield position, token


def _see_through(query: Sequence[Token]) -> set[int]:
    """Return where the braces stand of groups that are there for order alone: neither optional nor one of several."""
    found: set[int] = set()
    open_braces: list[int] = []
    for position, token in enumerate(query):
        if token.text == "{":
            open_braces.append(position)
        elif token.text == "}" and open_braces:
            start = open_braces.pop()
            after = query[position + 1].text if position + 1 < len(query) else ""
            before = query[start - 1].text if start else ""
            nested = bool(open_braces) and before in ("{", "}", ".", ")") and query[start + 1].text != "SELECT"
            if nested and after != "UNION":
                found |= {start, position}
    return found


def _full(token: Token, known: Mapping[str, str]) -> str | None:
    if token.kind == "iri":
        return token.text[1:-1]
    if token.kind != "name":
        return None
    prefix, _, local = token.text.partition(":")
    return known[prefix] + local if prefix in known else None
