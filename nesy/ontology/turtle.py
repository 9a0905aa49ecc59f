"""A Turtle file's path -> its triples; whatever is wrong with the file becomes one line of KnowledgeError."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rdflib import Graph
from rdflib.plugins.parsers.notation3 import BadSyntax

from nesy import assets
from nesy.encoding import read_text
from nesy.errors import InputError, KnowledgeError
from nesy.ontology.shipped_turtle import read_shipped
from nesy.ontology.well_formed import refuse_broken_terms

# rdflib writes out a decimal that it reads, all the zeros of 1E999999999 too
_HUGE = re.compile(r"""["'][+-]?[\d._]{0,40}[eE][+-]?[\d_]{5,}["']""")

DIGITS = 4300
"""Python reads no whole number of more digits."""
_TOO_LONG = re.compile(rf"(?<![\w])\d{{{DIGITS + 1},}}(?!\w)")


def read_turtle(path: str | Path, into: Graph | None = None) -> Graph:
    """Parse one Turtle file; raises KnowledgeError naming the path and, for bad syntax, the line.

    Args:
        into: graph that the triples are added to, and which is returned; a new one if left out. Reading ten files into
            one graph takes two thirds of the time of reading and merging them.
    """
    path = Path(path)
    graph = Graph(bind_namespaces="none") if into is None else into
    if _is_shipped(path) and path.is_file() and read_shipped(path, graph):
        return graph
    try:
        text = read_text(path)
    except InputError as error:
        raise KnowledgeError(str(error)) from None
    refuse_long_numbers(text, path)
    try:
        with silent():
            graph.parse(data=text, format="turtle", publicID=path.resolve().as_uri())
    except BadSyntax as error:
        reason = " ".join(str(error._why).split())
        raise KnowledgeError(f"{path}: line {error.lines + 1}: not Turtle: {reason}") from None
    except IndexError as error:  # the parser looks past the end of a text that stops within a statement
        last = len(text.splitlines())
        raise KnowledgeError(f"{path}: line {last}: not Turtle: the text ends within a statement") from error
    except RecursionError:
        raise KnowledgeError(f"{path}: its brackets are nested too deeply to be read") from None
    # On other bad text the parser raises whatever it stumbles over: AssertionError, AttributeError, KeyError ...
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise KnowledgeError(f"{path}: not Turtle: {reason[:200]}") from error
    refuse_broken_terms(graph, path)
    return graph


def refuse_long_numbers(text: str, path: Path) -> None:
    """Look at a text in any syntax of RDF for numbers that rdflib would take for ever, or refuse, to read.

    Raises:
        KnowledgeError: there is one; path and line.
    """
    for found in (_HUGE.search(text), _TOO_LONG.search(text)):
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            long = f"a number of {len(found[0])} digits; at most {DIGITS} are read"
            told = long if found[0].isdigit() else f"{found[0]!r} is a number of too many digits"
            raise KnowledgeError(f"{path}: line {line}: {told}")


def _is_shipped(path: Path) -> bool:
    """Tell whether the tests have looked at a file: it came with the package."""
    return assets.rules() in path.parents or assets.ontologies() in path.parents


@contextmanager
def silent() -> Iterator[None]:
    """Keep rdflib from writing a traceback to the terminal for every literal that its datatype forbids.

    Such a literal is refused, or means nothing, where it is read.
    """
    log = logging.getLogger("rdflib.term")
    before = log.disabled
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = before
