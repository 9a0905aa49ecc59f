"""The path of an ontology file, in any of the common syntaxes of RDF -> its triples, its text, and where a term stands.

Nothing is fetched: what a file imports is left alone, and a JSON-LD context that lies elsewhere is refused.
"""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from rdflib import Graph
from rdflib.term import Node

from nesy.encoding import decoded
from nesy.errors import InputError, KnowledgeError
from nesy.ontology.remote_contexts import remote_contexts
from nesy.ontology.turtle import read_turtle

_SYNTAXES = {
    ".ttl": "turtle", ".turtle": "turtle", ".n3": "turtle", ".nt": "nt", ".ntriples": "nt",
    ".rdf": "xml", ".rdfs": "xml", ".xml": "xml", ".jsonld": "json-ld", ".json": "json-ld",
}  # fmt: skip
_NAMES = {"turtle": "Turtle", "nt": "N-Triples", "xml": "RDF/XML", "json-ld": "JSON-LD"}
_READABLE = "Turtle (.ttl), RDF/XML (.rdf, .owl), N-Triples (.nt) and JSON-LD (.jsonld)"
_OTHERS = (
    (re.compile(r"<(?:\w+:)?Ontology[\s>]"), "OWL/XML"),
    (re.compile(r"^\s*(?:Prefix\(|Ontology\()", re.MULTILINE), "OWL functional syntax"),
    (re.compile(r"^\s*(?:Prefix:|Ontology:|Class:)", re.MULTILINE), "Manchester syntax"),
    (re.compile(r"^format-version:", re.MULTILINE), "OBO format"),
)
"""Syntaxes of OWL that are no syntax of RDF, by how their files begin."""


@dataclass(frozen=True)
class OwnFile:
    """An ontology file that is not shipped; equal to another of the same path and content."""

    path: Path
    sha256: str
    """Of the file."""
    text: str = field(compare=False, repr=False)
    graph: Graph = field(compare=False, repr=False)

    def at(self, term: Node) -> str:
        """Return `PATH:LINE` where something is said of a term, else where it is named; else the path alone."""
        local = re.escape(local_name(term))
        if not local:
            return str(self.path)
        named = re.compile(rf"(?<![\w.%-]){local}(?![\w%-])")
        begins = re.compile(rf"\s*(?:<\S*|[\w.-]*:)?{local}(?![\w%-])")
        lines = [
            (begins.match(line) is None, number)
            for number, line in enumerate(self.text.splitlines(), start=1)
            if named.search(line) and not line.lstrip().startswith(("#", "@prefix", "PREFIX"))
        ]
        return f"{self.path}:{min(lines)[1]}" if lines else str(self.path)

    def shown(self, term: Node) -> str:
        """Return an IRI as the file may write it: `ex:Drone`, or in full."""
        for prefix, namespace in sorted(self.graph.namespaces(), key=lambda pair: -len(pair[1])):
            name = str(term).removeprefix(str(namespace))
            if str(namespace) and name != str(term) and re.fullmatch(r"[\w.-]+", name):
                return f"{prefix}:{name}"
        return f"<{term}>"


def local_name(term: Node) -> str:
    """Return the end of an IRI behind its last `#`, `/` or `:`."""
    return re.split(r"[#/:]", str(term))[-1]


def read_own(path: str | Path) -> OwnFile:
    """Read one ontology file.

    Raises:
        KnowledgeError: it cannot be read, is in no syntax of RDF, or wants something fetched; path and line where
            the syntax tells one.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise KnowledgeError(f"{str(path)!r}: no file can have this name") from None
    try:
        text = decoded(data, str(path))
    except InputError as error:
        raise KnowledgeError(str(error)) from None
    if not text.strip():
        raise KnowledgeError(f"{path}: empty; an ontology is expected, in {_READABLE}")
    syntax = _syntax(path, text)
    graph = _turtle(path, text) if syntax == "turtle" else _parsed(path, text, syntax)
    if not graph:
        raise KnowledgeError(f"{path}: holds no statement; an ontology is expected, in {_READABLE}")
    return OwnFile(path, sha256(data).hexdigest(), text, graph)


def _syntax(path: Path, text: str) -> str:
    """Return rdflib's name of the syntax, by the end of the name, else by how the text begins.

    `.owl` says nothing of the syntax, and what is no RDF is told by its text.
    """
    head = re.sub(r"<!--.*?-->|<\?.*?\?>", "", text[:20_000], flags=re.DOTALL)
    for begins, name in _OTHERS:
        if begins.search(head):
            raise KnowledgeError(
                f"{path}: is {name}, which is not read here; save it as Turtle (ROBOT and Protégé can)"
            )
    by_name = _SYNTAXES.get(path.suffix.lower())
    if by_name is not None:
        return by_name
    start = head.lstrip()
    if start.startswith(("<rdf:RDF", "<!DOCTYPE", "<RDF")) or "<rdf:RDF" in head:
        return "xml"
    if start.startswith(("{", "[{")) or re.match(r'\[\s*\{\s*"', start):
        return "json-ld"
    return "turtle"


def _turtle(path: Path, text: str) -> Graph:
    del text  # the one reader of Turtle opens the file itself
    return read_turtle(path)


def _parsed(path: Path, text: str, syntax: str) -> Graph:
    graph = Graph(bind_namespaces="none")
    if syntax == "json-ld":
        text = _whole_json(path, text)
    try:
        graph.parse(data=text, format=syntax, publicID=path.resolve().as_uri())
    # The parsers of rdflib raise whatever they stumble over: SAXParseException, ParseError, AttributeError ...
    except Exception as error:  # noqa: BLE001  told in one line
        reason = " ".join(str(error).replace(str(path.resolve().as_uri()), "").replace("<unknown>:", "").split())
        line = getattr(error, "getLineNumber", lambda: None)()
        where = f"{path}:{line}" if line else str(path)
        raise KnowledgeError(f"{where}: not {_NAMES[syntax]}: {(reason or type(error).__name__)[:200]}") from None
    return graph


def _whole_json(path: Path, text: str) -> str:
    """Return JSON-LD that needs nothing fetched."""
    try:
        read = json.loads(text)
        contexts = list(remote_contexts(read))
    except json.JSONDecodeError as error:
        raise KnowledgeError(f"{path}:{error.lineno}: not JSON-LD: {error.msg}") from None
    except RecursionError:
        raise KnowledgeError(f"{path}: not JSON-LD: nested too deep") from None
    for context in contexts:
        lines = [n for n, line in enumerate(text.splitlines(), start=1) if context in line]
        where = f"{path}:{lines[0]}" if lines else str(path)
        raise KnowledgeError(
            f"{where}: the context {context!r} lies elsewhere and nothing is fetched; write it out here"
        )
    return json.dumps(read)
