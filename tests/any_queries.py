"""Seed -> a SPARQL query of any shape at all, and a small graph to ask; for engines that must say the same."""

from random import Random

import pyoxigraph as ox
from rdflib import Graph

PREFIX = "PREFIX : <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
EVERYWHERE = ':x9 :n 1 , 3 , 2.5 ; :s "one" , "two" , 7 ; :p :x9 , :x1 , :x3 ; :q :x2 , :x4 .'
"""Paths of no length begin at what is in the graph; so what queries name is always in it."""
TEXTS = ('"one"', '"two"', '""', "true", "false", '"one"@en', '"Two"@en-GB', '"2.5"', '"a.b"')
PATTERNS = ('"[a-n]+"', '"^o"', '"E$"', '"(t|n)."', '"a.b"', '"\\\\d"', '"o|w"')
NUMBERS = ("1", "2", "2.5", "0.5", "-1.5", "35e-1")


def any_graph(seed: str) -> Graph:
    """Return a graph of a few nodes with numbers, texts and circles."""
    rng, lines = Random(seed), [EVERYWHERE]
    nodes = [f":x{number}" for number in range(1, 5)]
    for one in nodes:
        lines += [f"{one} {rng.choice((':p', ':q'))} {other} ." for other in nodes if rng.random() < 0.5]
        lines += [f"{one} :n {rng.choice(NUMBERS)} ." for _ in range(rng.randrange(3))]
        lines += [f"{one} :s {rng.choice(TEXTS)} ." for _ in range(rng.randrange(2))]
    return Graph().parse(data="@prefix : <http://example.org/> .\n" + "\n".join(lines))


def any_query(seed: str) -> str:
    """Return a query that selects $this."""
    rng = Random(seed)
    while True:
        query = PREFIX + random_query(rng)
        try:
            ox.Store().query(query)
        except SyntaxError:  # BIND to what has a value already, a key that is no key ...
            continue
        return query


def random_query(rng: Random) -> str:
    """Return the text of a query without its prefix, which may not be well-formed."""
    return _Writer(rng).select(2)


class _Writer:
    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._fresh = 0

    def _one(self, *ways: str) -> str:
        return self._rng.choice(ways)

    def _variable(self) -> str:
        return self._one("?this", "?a", "?b", "?c", "?d")

    def _link(self) -> str:
        return self._one(":p", ":p", ":q", ":q", ":n", ":s")

    def _path(self, depth: int = 2) -> str:
        chance = self._rng.random()
        if depth == 0 or chance < 0.65:
            return self._link()
        if chance < 0.72:
            return "^" + self._link()
        if chance < 0.79:
            return f"({self._path(depth - 1)}/{self._path(depth - 1)})"
        return "(:p|:q)" if chance < 0.86 else f"({self._path(depth - 1)}){self._one('*', '+', '?')}"

    def _triple(self) -> str:
        chance = self._rng.random()
        target = self._variable() if chance < 0.8 else self._one(":x1", ":x2", "1", "2.5", '"one"', '"two"')
        subject = self._variable() if self._rng.random() < 0.93 else self._one(":x1", ":x3", "[]")
        return f"{subject} {self._path()} {target} ."

    def _number(self, depth: int) -> str:
        chance = self._rng.random()
        if depth == 0 or chance < 0.45:
            return self._one(self._variable(), self._variable(), "1", "2", "2.5", "0", "5e-1")
        if chance < 0.6:
            of_number = f"{self._one('ABS', 'ROUND', 'CEIL', 'FLOOR', '-', '+')}({self._number(depth - 1)})"
            cast = f"xsd:{self._one('integer', 'decimal', 'double')}({self._one(self._variable(), self._text())})"
            return self._one(of_number, of_number, f"STRLEN({self._text()})", cast)
        if chance < 0.8:
            return f"({self._number(depth - 1)} {self._one(*'+-*/')} {self._number(depth - 1)})"
        if chance < 0.9:
            return f"IF({self._truth(depth - 1)}, {self._number(depth - 1)}, {self._number(depth - 1)})"
        return f"COALESCE({self._number(depth - 1)}, {self._number(depth - 1)})"

    def _text(self) -> str:
        one, other = self._variable(), self._variable()
        if self._rng.random() < 0.6:
            return self._one(f"STR({one})", one, '"one"', f'CONCAT({one}, "-", {other})')
        inner = self._one(one, f"STR({one})", f"CONCAT({one}, {other})")
        return self._one(
            f"{self._one('UCASE', 'LCASE', 'LANG', 'xsd:string', 'ENCODE_FOR_URI')}({inner})",
            f"SUBSTR({inner}, {self._one('1', '2', '0', '-1')}{self._one('', ', 2', ', ?c')})",
            f"{self._one('STRBEFORE', 'STRAFTER')}({inner}, {self._one(chr(34) + 'o' + chr(34), chr(34) * 2, other)})",
            f"REPLACE({inner}, {self._pattern()}, {self._one(chr(34) * 2, chr(34) + '-' + chr(34))})",
            f'STRLANG({inner}, "en")',
            f"STR(DATATYPE({one}))",
        )

    def _pattern(self) -> str:
        return self._one(*PATTERNS)

    def _truth(self, depth: int) -> str:
        one, other = self._variable(), self._variable()
        is_same = self._one("=", "!=")
        plain = [
            f"({self._number(1)} {self._one('<', '>', '<=', '>=', '=', '!=')} {self._number(1)})" if depth else "true",
            f"({one} {is_same} {other})",
            f"({one} {is_same} {self._one(':x1', ':x2')})",
            f"BOUND({one})",
            f"({one} {self._one('IN', 'NOT IN')} (:x1, :x2, :x4))",
            f"({self._text()} {self._one('=', '<', '>=')} {self._text()})",
            f"{self._one('isIRI', 'isLiteral', 'isBlank', 'isNumeric')}({one})",
            f"REGEX({self._text()}, {self._pattern()}{self._one('', ', ' + chr(34) + 'i' + chr(34))})",
            f"{self._one('CONTAINS', 'STRSTARTS', 'STRENDS')}({self._text()}, {self._text()})",
            f"LANGMATCHES(LANG({one}), {self._one(chr(34) + 'en' + chr(34), chr(34) + '*' + chr(34))})",
            f"(DATATYPE({one}) = {self._one('xsd:string', 'xsd:integer', 'xsd:decimal')})",
            f"({one} {self._one('IN', 'NOT IN')} (1, 2.5, {other}, {self._number(0)}))",
            f"xsd:boolean({one})",
            f"sameTerm({one}, {other})",
            one,
        ]
        if depth == 0 or self._rng.random() < 0.55:
            return self._one(*plain)
        inner, chance = self._truth(depth - 1), self._rng.random()
        if chance < 0.2:
            return f"(!{inner})"
        if chance < 0.55:
            return f"({inner} {self._one('&&', '||')} {self._truth(depth - 1)})"
        return f"{self._one('', 'NOT ')}EXISTS {{ {self._group(depth - 1, self._one('1', '2'))} }}"

    def _group(self, depth: int, size: str) -> str:
        return " ".join(self._element(depth, number == 0) for number in range(int(size)))

    def _element(self, depth: int, is_first: bool) -> str:
        chance = self._rng.random()
        if (is_first and chance < 0.8) or chance < 0.5:
            return self._triple()
        if chance < 0.68:
            return f"FILTER ({self._truth(min(depth, 2))})"
        if chance < 0.76:
            self._fresh += 1
            name = self._one(f"?k{self._fresh}", "?k", "?d")
            made = self._one(self._number(1), self._text(), self._variable(), self._truth(1))
            asked = f" FILTER ({name} {self._one('=', '>', '!=')} {self._one('1', '2.5', '?a', name)})"
            return f"BIND ({made} AS {name})" + self._one("", asked)
        if depth == 0:
            return self._triple()
        if chance < 0.78:
            return f"VALUES {self._one('?a', '?b', '?k')} {{ :x1 1 2.5 :x3 }}"
        inner = self._group(depth - 1, self._one("1", "2"))
        if chance < 0.84:
            return f"OPTIONAL {{ {inner} }}"
        if chance < 0.9:
            return f"{{ {inner} }} UNION {{ {self._group(depth - 1, '1')} }}"
        return f"{{ {inner} }}" if chance < 0.94 else f"{{ {self.select(depth - 1)} }}"

    def select(self, depth: int) -> str:
        """Write a query, as a whole or nested."""
        names = [name for name in ("?a", "?b", "?c", "?d", "?k") if self._rng.random() < 0.5]
        group = f"?this {self._path()} ?a . {self._group(depth, self._one('1', '2', '3'))}"
        if self._rng.random() < 0.6:
            return f"SELECT {self._one('', 'DISTINCT ')}?this {' '.join(names)} WHERE {{ {group} }}"
        told = self._one(
            "COUNT(*)",
            "COUNT(?a)",
            "COUNT(DISTINCT ?b)",
            "SUM(?c)",
            "MAX(?c)",
            "MIN(?a)",
            "MAX(?d)",
            "AVG(?c)",
            f"SUM({self._number(1)})",
        )
        keys, having = " ".join(names[:2]), self._one("", f" HAVING ({told} > 1)")
        return f"SELECT ?this {keys} ({told} AS ?g) WHERE {{ {group} }} GROUP BY ?this {keys}{having}"
