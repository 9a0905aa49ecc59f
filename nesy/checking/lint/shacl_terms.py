"""The words of SHACL in a rule file: those that are misspelt, and those that nothing here runs."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher, get_close_matches

from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, Graph, Literal, URIRef
from rdflib.namespace import DefinedNamespace
from rdflib.term import BNode, Node

from nesy.checking.lint.mistake import At, Flaw, nearest
from nesy.checking.rule_graph import DESCRIBING
from nesy.graph.scene_triples import BASE
from nesy.ontology.namespaces import LABEL, RULES, VOCABULARY

_SHACL, _NESY = str(SH), str(VOCABULARY)
CLOSED: dict[str, type[DefinedNamespace]] = {str(one): one for one in (RDF, RDFS, OWL, XSD, SKOS)}
"""Vocabularies of which every word is known."""
_NAMES: dict[str, str] = {"sh": _SHACL, "nesy": _NESY, **{one.__name__.lower(): space for space, one in CLOSED.items()}}
_BESIDE = (str(RULES), str(LABEL), BASE)
_WHOLE = {space.rstrip("#") for space in (*_NAMES.values(), *_BESIDE)}
"""Namespaces as the names of their ontologies."""

_NO_SPARQL_TARGETS = "is not run: targets are chosen by class, node or property; put the condition into sh:sparql"
_NO_SCRIPTS = "is not run: nothing of a rule is executed but SPARQL; write sh:sparql"
_NO_EXPRESSIONS = "is not run: node expressions are no constraint here; write sh:sparql"
_NO_FUNCTIONS = "is not run: functions of one's own are not known; write the expression into the query"
_OF_REPORTS = "is a word of validation reports and constrains nothing"
_OF_THE_NEXT = "is a word of SHACL 1.2, which is not run; write sh:sparql"
NOT_RUN: dict[str, str] = {
    **dict.fromkeys(("target", "Target", "TargetType", "SPARQLTarget", "SPARQLTargetType"), _NO_SPARQL_TARGETS),
    **dict.fromkeys(("js", "jsFunctionName", "jsLibrary", "jsLibraryURL"), _NO_SCRIPTS),
    **dict.fromkeys(("JSConstraint", "JSConstraintComponent", "JSExecutable", "JSFunction", "JSLibrary"), _NO_SCRIPTS),
    **dict.fromkeys(("JSRule", "JSTarget", "JSTargetType", "JSValidator"), _NO_SCRIPTS),
    **dict.fromkeys(("expression", "filterShape", "nodes", "intersection", "union", "values"), _NO_EXPRESSIONS),
    **dict.fromkeys(("Function", "SPARQLFunction", "returnType"), _NO_FUNCTIONS),
    **dict.fromkeys(("update", "SPARQLUpdateExecutable"), "is not run: a rule changes nothing"),
    "entailment": "is not run: what the ontology says is in the data already",
    **dict.fromkeys(("result", "conforms", "detail", "focusNode", "value", "ValidationReport"), _OF_REPORTS),
    **dict.fromkeys(("ValidationResult", "resultMessage", "resultPath", "resultSeverity"), _OF_REPORTS),
    **dict.fromkeys(("sourceConstraint", "sourceConstraintComponent", "sourceShape"), _OF_REPORTS),
    **dict.fromkeys(("shape", "targetWhere", "memberShape", "minListLength", "maxListLength"), _OF_THE_NEXT),
    **dict.fromkeys(("uniqueMembers", "reifierShape", "reificationRequired", "singleLine", "someValue"), _OF_THE_NEXT),
    **dict.fromkeys(("subsetOf", "rootClass", "nodeByExpression", "uniqueValuesForClass", "severities"), _OF_THE_NEXT),
}
_NOT_RUN = frozenset(URIRef(_SHACL + name) for name in NOT_RUN)
_MEANT = {"value": "hasValue", "values": "in", "shape": "node", "result": "", "nodes": "node", "target": "targetClass"}
_BARE = (XSD.integer, XSD.decimal, XSD.double, XSD.boolean)
_DASH = "http://datashapes.org/dash#"
_CONSTRAINTS_OF_DASH = frozenset(
    {
        "closedByTypes",
        "coExistsWith",
        "hasValueIn",
        "hasClass",
        "nonRecursive",
        "rootClass",
        "singleLine",
        "stem",
        "subSetOf",
        "symmetric",
        "uniqueValueForClass",
        "validateShape",
        "hasValueWithClass",
        "hasMinExclusive",
        "hasMinInclusive",
        "hasMaxExclusive",
        "hasMaxInclusive",
        "minListLength",
        "maxListLength",
        "memberShape",
        "reifiableBy",
    }
)


def misspelt_terms(graph: Graph) -> Iterator[Flaw]:
    """Yield the terms of a graph of shapes that are no word of SHACL, are not run, or of a namespace that is none.

    Words of other vocabularies are let be.
    """
    own = {path for parameter in graph.objects(None, SH.parameter) for path in graph.objects(parameter, SH.path)}
    below = {value for predicate in _NOT_RUN for value in graph.objects(None, predicate) if isinstance(value, BNode)}
    for subject, predicate, value in graph:
        if subject in below:
            continue  # told where it is named
        if predicate in _NOT_RUN:
            yield _not_run(graph, subject, predicate, value)
            continue
        yield from _term(graph, subject, predicate, None, own)
        if isinstance(value, URIRef):
            yield from _term(graph, subject, value, predicate, own)
        elif isinstance(value, Literal) and value.datatype is not None:
            yield from _term(graph, subject, value.datatype, predicate, own)
    for subject in set(graph.subjects()):
        if isinstance(subject, URIRef) and str(subject).startswith(_SHACL):
            at = At(str(subject), "")
            yield Flaw(subject, at, spelled(graph, subject), "is SHACL's own word; name it otherwise")


def _not_run(graph: Graph, subject: Node, predicate: Node, value: Node) -> Flaw:
    """Return the flaw of a statement whose predicate is not run: `sh:target [ a sh:SPARQLTarget ]`."""
    name = str(predicate).removeprefix(_SHACL)
    kinds = sorted(graph.objects(value, RDF.type), key=str) if isinstance(value, BNode) else []
    told = spelled(graph, predicate) + (f" [ a {spelled(graph, kinds[0])} ]" if kinds else "")
    meant = _MEANT.get(name, "")
    return Flaw(subject, At(str(predicate)), told, NOT_RUN[name], f"sh:{meant}" if meant else "")


def _term(graph: Graph, subject: Node, term: Node, predicate: Node | None, own: set[Node]) -> Iterator[Flaw]:
    """Yield what is wrong with a term.

    Args:
        predicate: that of which it is the value; None: it is the predicate itself.
    """
    iri = str(term)
    at = At(iri) if predicate is None else At(str(predicate), iri)
    told = spelled(graph, term) if predicate is None else said(graph, predicate, term)
    if not iri.startswith(_SHACL):
        near = near_namespace(iri)
        if near:
            yield of_namespace(graph, iri, near, at)
        elif iri.startswith(_DASH) and iri.removeprefix(_DASH) in _CONSTRAINTS_OF_DASH and term not in own:
            yield Flaw(subject, at, told, "is not run: DASH's constraints are not known; write sh:sparql")
        return
    name = iri.removeprefix(_SHACL)
    if term in DESCRIBING or not name:
        return
    if name in NOT_RUN:
        yield Flaw(subject, at, told, NOT_RUN[name])
    elif name not in names_of(SH) and predicate != SH.severity:
        meant = nearest(name, shacl_names(predicate))
        yield Flaw(subject, at, told, "no such term in SHACL", f"sh:{meant}" if meant else "")


def shacl_names(predicate: Node | None) -> list[str]:
    """Return the words of SHACL that may stand as a predicate, or as the value of one."""
    known = [word for word in names_of(SH) if word not in NOT_RUN]
    if predicate is None:
        return [word for word in known if word[0].islower()]
    return [word for word in known if word[0].isupper() or word == "this"]


def names_of(vocabulary: type[DefinedNamespace]) -> list[str]:
    """Return the words of a closed vocabulary, without its namespace."""
    return [name for name in (*vocabulary.__annotations__, *vocabulary._extras) if not name.startswith("_")]


def of_namespace(graph: Graph, iri: str, near: str, at: At) -> Flaw:
    """Return the flaw of an IRI whose namespace is nearly one that is known; if a prefix of the file is, of that."""
    problem = "is no namespace of a known vocabulary"
    for prefix, space in graph.namespaces():
        bound = str(space)
        if bound and iri.startswith(bound) and (near_namespace(bound) == near or _plain(bound) == _plain(near)):
            return Flaw(None, At(bound), f"@prefix {prefix}: <{bound}>", problem, f"<{near}>")
    return Flaw(None, at, f"<{iri}>", problem, f"<{near}>")


def near_namespace(iri: str) -> str | None:
    """Return the known namespace that an IRI nearly has; None where it has one, and for others.

    >>> near_namespace("https://www.w3.org/ns/shacl#node")
    'http://www.w3.org/ns/shacl#'
    >>> near_namespace("http://www.w3.org/ns/shaclnode")
    'http://www.w3.org/ns/shacl#'
    >>> near_namespace("https://example.org/shacl#node")
    """
    if any(iri.startswith(space) for space in (*_NAMES.values(), *_BESIDE)) or iri in _WHOLE:
        return None
    plain = _plain(iri)
    ours = re.match(r"w3id\.org/nesy(?:/([a-z]*)|#|$)", plain)
    if ours and (not ours[1] or ours[1].startswith("ontology") or get_close_matches(ours[1], ["ontology"], 1, 0.8)):
        return _NESY
    for space in _NAMES.values():
        wanted = _plain(space)
        if plain.startswith(wanted) and plain[len(wanted) : len(wanted) + 1] not in ("-", "."):
            return space
        named = _plain(re.split(r"[^/#]*$", iri)[0])
        one_letter_off = named.partition("/")[0] == wanted.partition("/")[0] and "/" in named
        if one_letter_off and SequenceMatcher(None, named, wanted).ratio() > 0.9:
            return space
    return None


def _plain(iri: str) -> str:
    return iri.lower().partition("://")[2].removeprefix("www.").rstrip("#/")


def said(graph: Graph, predicate: Node, value: Node) -> str:
    """Return predicate and value as the file would write them; of an item of a list the value alone."""
    told = "[ ... ]" if isinstance(value, BNode) else spelled(graph, value)
    told = told if len(told) <= 60 else f"{told[:40]}..."
    return told if predicate == RDF.first else f"{spelled(graph, predicate)} {told}"


def spelled(graph: Graph, term: Node) -> str:
    """Return a term as the file would write it: `sh:node`, `my:Rule`, `<iri>`, or a literal."""
    if isinstance(term, Literal):
        return str(term) if term.datatype in _BARE else f'"{term}"'
    iri = str(term)
    spaces = {prefix: str(space) for prefix, space in graph.namespaces()}
    usual = ((name, space) for name, space in _NAMES.items() if spaces.get(name, space) == space)
    for name, space in (*usual, *sorted(spaces.items(), key=lambda one: -len(one[1]))):
        if space and iri.startswith(space) and iri != space:
            return f"{name}:{iri.removeprefix(space)}"
    return f"<{iri}>"
