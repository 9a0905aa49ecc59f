"""Turtle text -> where its terms stand: the lines of an IRI, however it is written, and of a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from rdflib import RDF

from nesy.encoding import read_text
from nesy.errors import InputError

_TOKEN = re.compile(
    r"""(?P<blank>[\s\ufeff]+|\#[^\n]*)
    |(?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<iri><[^<>\n]*>)
    |(?P<directive>@(?:prefix|base)\b|(?:PREFIX|BASE|prefix|base)(?=\s))
    |(?P<tag>@[A-Za-z][A-Za-z0-9-]*)
    |(?P<name>(?:[^\W\d_](?:[\w·-]|\.(?=[\w·-]))*)?:(?:[\w:%·-]|\\.|\.(?=[\w:%·\\-]))*)
    |(?P<label>_:[\w·-]+)
    |(?P<word>[\w.+-]*\w)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Token(NamedTuple):
    """One term or sign of a Turtle file."""

    kind: str
    value: str
    """Of an IRI: in full; of a text: without quotes and escapes; of all else as it is written."""
    line: int


@dataclass(frozen=True)
class Places:
    """The tokens of one file, in order."""

    tokens: tuple[Token, ...]

    @classmethod
    def of_file(cls, path: Path) -> "Places":
        """Read a file; one that cannot be read has no places."""
        try:
            text = read_text(path)
        except InputError:  # the rules were read from a graph; there is no such file
            return cls(())
        return cls(tuple(_tokens(text, path.resolve().as_uri())))

    def subjects(self, iri: str) -> list[int]:
        """Return the lines where statements about the IRI begin, else those that name it."""
        starts = [token.line for before, token in self._pairs() if token.value == iri and before in (".", "")]
        return starts or self.terms(iri)

    def terms(self, iri: str, beside: str | None = None) -> list[int]:
        """Return the lines of an IRI, first those with this term behind it: an IRI, a text, or a bracket.

        Of several values, separated by commas, one that is not the first has the line where it stands itself.
        """
        near: list[int] = []
        far: list[int] = []
        for place, token in enumerate(self.tokens):
            if token.value == iri and token.kind in ("iri", "namespace"):
                values = [] if beside is None else list(self._values(place + 1))
                found = [one.line for one in values if beside is not None and _alike(one, beside)]
                if found and not _alike(values[0], str(beside)):
                    near.append(found[0])
                else:
                    (near if found or beside is None else far).append(token.line)
        return near + far

    def _values(self, place: int) -> Iterator[Token]:
        """Yield how each of the values begins that a predicate has, from the place behind it."""
        depth, begins = 0, True
        for token in self.tokens[place:]:
            if begins:
                yield token
            begins = False
            if token.kind == "sign" and token.value in "[(":
                depth += 1
            elif token.kind == "sign" and token.value in "])":
                depth -= 1
            elif depth == 0 and token.kind == "sign" and token.value == ",":
                begins = True
            if depth < 0 or (depth == 0 and token.kind in ("sign", "end") and token.value in (".", ";")):
                return

    def texts(self, value: str) -> list[int]:
        """Return the lines where this text begins."""
        return [token.line for token in self.tokens if token.kind == "text" and token.value == value]

    def _pairs(self) -> Iterator[tuple[str, Token]]:
        before = ""
        for token in self.tokens:
            yield before, token
            before = token.value if token.kind in ("sign", "end") else "term"


def _alike(token: Token, term: str) -> bool:
    return token.value == term or (token.kind == "word" and token.value.lstrip("+").lower() == term.lower())


def _tokens(text: str, base: str) -> Iterator[Token]:
    """Yield the tokens; directives are carried out, and yield their namespace and an end."""
    prefixes: dict[str, str] = {}
    line, directive = 1, []
    for found in _TOKEN.finditer(text):
        kind, written = str(found.lastgroup), found[0]
        at, line = line, line + written.count("\n")
        if kind == "blank":
            continue
        if kind == "directive":
            directive = [written.lstrip("@").lower()]
        elif directive:
            directive.append(written)
            if len(directive) == (2 if directive[0] == "base" else 3):
                namespace = urljoin(base, _unescaped(written.strip("<>")))
                if directive[0] == "base":
                    base = namespace
                else:
                    prefixes[directive[1].rstrip(":")] = namespace
                directive = []
                yield Token("namespace", namespace, at)
                yield Token("end", ".", at)
        elif kind == "iri":
            yield Token("iri", urljoin(base, _unescaped(written[1:-1])), at)
        elif kind == "name":
            prefix, _, local = written.partition(":")
            yield Token("iri", prefixes.get(prefix, prefix + ":") + re.sub(r"\\(.)", r"\1", local), at)
        elif kind == "text":
            quotes = 3 if written[:3] in ('"""', "'''") and len(written) >= 6 else 1
            yield Token("text", _unescaped(written[quotes:-quotes]), at)
        elif written == "a":
            yield Token("iri", str(RDF.type), at)
        else:
            yield Token(kind, written, at)


def _unescaped(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return _LETTERS.get(found[3], found[3]) if code is None else chr(min(int(code, 16), 0x10FFFF))

    return _ESCAPE.sub(letter, text) if "\\" in text else text
