"""`nesy query`: SPARQL put to a store of analyses, a file of RDF or an endpoint; rows, a graph, or yes and no out."""

import json
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from nesy.cli.console import notice, result, table
from nesy.cli.input_files import standard_input
from nesy.encoding import decoded
from nesy.errors import InputError

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

    from nesy.graph.query import Found

_PATIENCE_S = 10.0
"""How long to wait for another process to let go of the store."""


class AnswerFormat(StrEnum):
    """How `query` prints an answer."""

    TEXT = "text"
    JSON = "json"
    TURTLE = "turtle"


def query(
    store: Annotated[
        str,
        typer.Argument(
            metavar="STORE",
            help="A store (`nesy analyze --store`), a .ttl, .trig, .nt or .nq file, or an endpoint (http://...).",
            show_default=False,
        ),
    ],
    sparql: Annotated[
        str, typer.Argument(metavar="SPARQL", help="The query; - for standard input.", show_default=False)
    ],
    form: Annotated[
        AnswerFormat, typer.Option("--format", help="JSON is SPARQL's for rows, yes and no, and JSON-LD for a graph.")
    ] = AnswerFormat.TEXT,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.0, help="How long the answer may take; 0: as long as it takes.")
    ] = 30.0,
    memory: Annotated[
        float,
        typer.Option(metavar="MIB", min=0.0, help="How much memory the answer may take (Linux); 0: all there is."),
    ] = 2048.0 if sys.platform.startswith("linux") else 0.0,
) -> None:
    """Ask analyses in SPARQL: SELECT prints a table, ASK yes or no, CONSTRUCT and DESCRIBE Turtle.

    The default graph is the union of the named graphs, the rounds of an analysis included: what was said in any round.
    GRAPH ?g { ... } asks them one by one; the graph of a final scene is the nesy:final of its nesy:Analysis. (An
    endpoint has a default graph of its own.) Known prefixes: nesy, rules, label, prov, oa, dcterms, rdf, rdfs, xsd.
    Queries only read, and fetch nothing: updates and SERVICE are refused.
    """
    query = _read(sparql)
    if store.lower().startswith(("http://", "https://")):
        from nesy.graph.endpoint import ask_endpoint

        found = ask_endpoint(store, query, *([timeout] if timeout else []))
        _tell(_written(found, form), query, is_empty=not found)
        return
    from nesy.graph.limits import Limits, within
    from nesy.graph.query import query_form

    query_form(query)  # what is no query needs no process
    limits = Limits(timeout or None, memory or None)
    shown, is_empty = within(limits, partial(_answer, store, query, form))
    _tell(shown, query, is_empty=is_empty)


def _tell(shown: str | Table, query: str, *, is_empty: bool) -> None:
    """Print an answer; where nothing was found, tell which terms of the query do not exist."""
    result(shown)
    if is_empty:
        from nesy.graph.query_terms import unknown_terms

        for line in unknown_terms(query):
            notice(line)


def _read(sparql: str) -> str:
    if sparql != "-":
        return sparql
    return decoded(standard_input().read(), "standard input")


def _answer(store: str, sparql: str, form: AnswerFormat) -> tuple[str | Table, bool]:
    """Open a store or a file, ask it, and lay out the answer; and tell whether it is empty.

    It is the work of a process of its own.
    """
    from nesy.graph.query import ask_store, read_file
    from nesy.graph.store import Store

    path = Path(store)
    if path.is_file():
        found = ask_store(read_file(path), sparql)
    else:
        with Store(path, create=False, wait_s=_PATIENCE_S) as opened:
            found = opened.query(sparql)
    return _written(found, form), not found


def _written(found: "Found", form: AnswerFormat) -> str | Table:
    from nesy.graph.query import Rows

    if isinstance(found, bool):
        _refuse_turtle(form, "ASK gives yes or no")
        return json.dumps({"head": {}, "boolean": found}) if form is AnswerFormat.JSON else "yes" if found else "no"
    if isinstance(found, Rows):
        _refuse_turtle(form, "SELECT gives rows")
        if form is AnswerFormat.JSON:
            return found.to_json(indent=2)
        return table(found.variables, [[_shown(value) for value in row] for row in found])
    return _graph(found, "json-ld" if form is AnswerFormat.JSON else "turtle")


def _refuse_turtle(form: AnswerFormat, what: str) -> None:
    if form is AnswerFormat.TURTLE:
        raise InputError(f"--format turtle: {what}, which is no graph; text or json would be right, or CONSTRUCT")


def _graph(graph: "Graph", form: str) -> str:
    from nesy.graph.terms import ill_typed_allowed

    with ill_typed_allowed():
        return graph.serialize(format=form)


def _shown(value: "Node | None") -> str:
    """Write a value for a reader: literals bare, IRIs with a known prefix where one fits."""
    from rdflib import BNode, URIRef

    from nesy.graph.query import PREFIXES

    if value is None:
        return ""
    if isinstance(value, BNode):
        return f"_:{value}"
    if isinstance(value, URIRef):
        for prefix, namespace in PREFIXES.items():
            name = value.removeprefix(namespace)
            if name != value and name.replace("_", "").isalnum():
                return f"{prefix}:{name}"
        return f"<{value}>"
    return str(value)
