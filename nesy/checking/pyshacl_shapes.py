"""Rules -> the shapes that pySHACL is given: names in full, numbers as scenes write them, one message for a query."""

import re
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite

from rdflib import RDF, SH, XSD, Graph, Literal, URIRef
from rdflib.term import BNode, Node

from nesy.checking.loops.nodes import written
from nesy.checking.prefixes import Prefixes
from nesy.ontology.languages import in_language
from nesy.ontology.namespaces import NESY
from nesy.sparql.tokens import tokens

OWN_MESSAGE = NESY.message
_NO_IRI = re.compile(r'[<>"{}|^`\\\x00-\x20]')
_EXACT = (XSD.decimal, XSD.integer)
_BOUNDS = frozenset({SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive})
_QUERIES = (SH.select, SH.ask, SH.construct)


def with_own_prefixes(graph: Graph) -> Graph:
    """Return a graph of shapes, changed in place: the names in its queries are written in full, without prefixes.

    pySHACL knows no owl:imports, and where a node is no ontology it mixes prefixes of others in; rdflib forgets one of
    two prefixes for the same namespace.
    """
    prefixes = Prefixes(graph)
    for node in set(graph.subjects(SH.prefixes)):
        known = prefixes.known(node)
        for kind in _QUERIES:
            for text in list(graph.objects(node, kind)):
                graph.remove((node, kind, text))
                graph.add((node, kind, Literal(in_full(str(text), known))))
    graph.remove((None, SH.prefixes, None))
    return graph


def in_full(text: str, known: Mapping[str, str]) -> str:
    """Return a query with its names written as IRIs, but for those whose prefix it declares itself.

    Numbers are written as scenes write them: rdflib tells 0.90 and 0.9 apart.

    >>> in_full("SELECT $this { $this a my:Cat ; my:size 0.90 }", {"my": "https://example.org/"})
    'SELECT $this { $this a <https://example.org/Cat> ; <https://example.org/size> 0.9 }'

    Raises:
        ValueError: what a name stands for is no IRI.
    """
    found = tokens(text)
    declares = [one.kind == "word" and one.text == "PREFIX" for one in found]
    own = {name.text for declaring, name in zip(declares, found[1:], strict=False) if declaring}
    parts, end = [], 0
    for declared, one in zip([False, *declares], found, strict=False):
        prefix, _, local = one.text.partition(":")
        if one.kind == "name" and not declared and prefix + ":" not in own and prefix in known:
            plain = re.sub(r"\\(.)", r"\1", local)
            if _NO_IRI.search(known[prefix] + plain):
                raise ValueError(f"{one.text} stands for {known[prefix] + plain}, which is no IRI")
            new = f"<{known[prefix]}{plain}>"
        elif one.kind == "number" and "." in one.text and "e" not in one.text.lower():
            new = written(Decimal(one.text))
        else:
            continue
        parts += [text[end : one.start], new]
        end = one.end
    return "".join([*parts, text[end:]])


def with_plain_numbers(graph: Graph) -> Graph:
    """Return a graph of shapes, changed in place: decimals and whole numbers are written as scenes write them.

    A bound that is a double becomes the decimal of the same digits: Python tells 0.9e0 and a decimal 0.9 apart.
    """
    for subject, predicate, value in list(graph):
        if predicate in _BOUNDS and isinstance(value, Literal) and isinstance(value.value, float):
            if isfinite(value.value):
                graph.remove((subject, predicate, value))
                exact = Literal(written(Decimal(repr(value.value))), datatype=XSD.decimal, normalize=False)
                graph.add((subject, predicate, exact))
            continue
        if isinstance(value, Literal) and value.datatype in _EXACT and isinstance(value.value, (int, Decimal)):
            plain = Literal(written(value.value), datatype=value.datatype, normalize=False)
            if str(plain) != str(value):
                graph.remove((subject, predicate, value))
                graph.add((subject, predicate, plain))
    return graph


def with_one_message(graph: Graph, rule: URIRef, language: str) -> Graph:
    """Return a graph of shapes, changed in place: every query of the rule has its one message, and no shape has any.

    pySHACL reports the messages of a query beside those of the shape around it. What a shape says itself is kept as
    OWN_MESSAGE. A query that two shapes share is copied, since it may speak for either.
    """
    own = {shape: in_language(graph.objects(shape, SH.message), language) for shape in set(graph.subjects(SH.message))}
    for shape, constraint in list(graph.subject_objects(SH.sparql)):
        graph.remove((shape, SH.sparql, constraint))
        copy = BNode()
        graph.add((shape, SH.sparql, copy))
        for predicate, value in list(graph.predicate_objects(constraint)):
            if predicate != SH.message:
                graph.add((copy, predicate, value))
        message = own.get(constraint) or own.get(shape) or own.get(rule)
        if message:
            graph.add((copy, SH.message, Literal(message)))
    for shape, message in own.items():
        if not _speaks_for_itself(graph, shape):
            graph.remove((shape, SH.message, None))
            if shape != rule:
                graph.add((shape, OWN_MESSAGE, Literal(message)))
    return graph


def _speaks_for_itself(graph: Graph, node: Node) -> bool:
    """Tell whether a node that has a message is no shape: a constraint component, or its validator."""
    links = (SH.validator, SH.nodeValidator, SH.propertyValidator, SH.sparql)
    return any((None, link, node) in graph for link in links) or (node, RDF.type, SH.ConstraintComponent) in graph
