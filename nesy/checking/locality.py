"""Rules -> of each, what its violations hang on beside the claims they name: whose categories, or the whole scene.

A local rule is broken by some claims, and stays broken as long as these claims and the categories of the entities they
are about stay, whatever is added, changed or withdrawn beside them. The repair relies on it when it says that its
result is the cheapest. It is read off the text of a rule and of the inferences, on the safe side: a rule is local when

1. it looks for what is absent only in the ontology and at entities that it has bound, and does not count, except to ask
   whether a total that only grows with more claims is above a bound;
2. every claim that it reads is named in `?value`, and every entity is named or is what a named claim is about;
3. what it reads of an inference names with nesy:because every claim that it was inferred from, and hangs on no others;
   or the rule looks for circles of steps from one relation to the next, which hang on these two relations alone.
"""

from collections.abc import Iterable, Sequence

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import BNode

from nesy.checking.patterns import ways
from nesy.checking.query_text import Prefixes, Token, tokens
from nesy.checking.reading import END_LINKS, FIELDS, INFERRED, LINKS, OF_ENTITIES, Reading, names, reading_of
from nesy.checking.rule_graph import rule_graph
from nesy.checking.tracing import Traced, traced
from nesy.ontology.namespaces import NESY

_CLAIMS = frozenset({NESY.Entity, NESY.Relation, NESY.PartState, NESY.Count})
_BEYOND = (
    *(SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target, SH.node),
    *(SH.validator, SH.nodeValidator, SH.propertyValidator, SH.js),
)


def reach_of(graph: Graph, rules: Iterable[str], inferences: Iterable[str]) -> dict[str, frozenset[str] | None]:
    """Return of every rule whose categories it reads beside the claims it names, or None for one that is not local.

    Whose: `subject`, `object` and `entity` of the claims that it names. A rule of which None is told may be local too,
    only its text does not show it.

    Args:
        graph: the shapes.
        rules: IRIs of the rules.
        inferences: their queries, with their prefixes.
    """
    prefixes, added = Prefixes(graph), traced(inferences)
    return {iri: _reach(graph, URIRef(iri), prefixes, added) for iri in rules}


def _reach(graph: Graph, rule: URIRef, prefixes: Prefixes, added: Traced) -> frozenset[str] | None:
    queries = list(graph.objects(rule, SH.sparql))
    if not queries:
        return _reach_of_shape(rule_graph(graph, rule), rule, added)
    if any((rule, link, None) in graph for link in (SH.property, SH.node, SH["or"], SH["and"], SH["not"], SH.xone)):
        return None
    # the relations of a circle lead from one to the next, whatever else there is
    plain = added.links - added.steps if (rule, NESY.circleOf, None) in graph else added.links
    found: frozenset[str] = frozenset()
    for node in queries:
        for text in map(str, graph.objects(node, SH.select)):
            for way in ways(tokens(text)):
                ends = _reach_of_query(way, prefixes.known(node), added, plain)
                if ends is None:
                    return None
                found |= ends
    return found


def _reach_of_query(
    query: Sequence[Token], known: dict[str, str], added: Traced, links: frozenset[str]
) -> frozenset[str] | None:
    """Return whose categories a query reads, or None.

    Args:
        links: predicates that inferences give to nodes that are there already, and of which nothing is known.
    """
    value = _value(query)
    reading = reading_of(query, known, value)
    if reading is None:
        return None
    if any(one.predicates & links for one in reading.present) or any(
        one.predicates & added.links for one in reading.absent
    ):
        return None
    inferred = _of_inferred(reading, added)
    if inferred is None or not names(reading, frozenset(map(str, INFERRED))):
        return None
    return reading.ends | inferred


def _of_inferred(reading: Reading, added: Traced) -> frozenset[str] | None:
    """Return whose categories the inferred nodes hang on that a query reads; None where it does not name all claims."""
    found: frozenset[str] = frozenset()
    everything = (*reading.present, *reading.absent)
    for node in {one.subject for one in everything} - reading.about - reading.words:
        asked = {link for one in everything if one.subject == node for link in one.path} - {str(RDF.type)}
        for made, ends in added.nodes:
            if asked and asked <= made:
                if ends is None or node not in reading.named:
                    return None
                found |= ends
    return found


def _value(query: Sequence[Token]) -> frozenset[str]:
    """Return the variables of which ?value is made: itself, or those of the expression bound to it."""
    found = {"?value"}
    for place, token in enumerate(query[:-1]):
        if token.text == "AS" and query[place + 1].text == "?value":
            depth, back = 0, place - 1
            while back >= 0 and depth >= 0:
                depth += {")": 1, "(": -1}.get(query[back].text, 0)
                found |= {query[back].text} if query[back].kind == "variable" else set()
                back -= 1
    return frozenset(found)


def _reach_of_shape(shape: Graph, rule: URIRef, added: Traced) -> frozenset[str] | None:
    """Return what a shape of SHACL Core reads that looks at one claim, its fields and its entities' types alone."""
    targets = set(shape.objects(rule, SH.targetClass))
    if not targets or not targets <= _CLAIMS or (None, SH.sparql, None) in shape:
        return None
    backwards = set(shape.objects(None, SH.inversePath))
    if backwards & (FIELDS | LINKS | OF_ENTITIES):
        return None
    steps = {node for link in (SH.path, SH.inversePath) for node in shape.objects(None, link)}
    steps |= set(shape.objects(None, RDF.first))
    paths = {node for node in steps if isinstance(node, URIRef)}
    compound = {link for node in steps if isinstance(node, BNode) for link in shape.predicates(node)}
    known = {RDF.first, RDF.rest, SH.inversePath, SH.path, SH["not"], SH.property, SH["or"], SH["and"]}
    if any(link in compound for link in (SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)):
        return None
    if not compound <= known | set(shape.predicates()):
        return None
    if not all(path in NESY and path not in LINKS | INFERRED and str(path) not in added.links for path in paths):
        return None
    if any((None, link, None) in shape for link in _BEYOND):
        return None
    types = (None, SH["class"], None) in shape or paths & {RDF.type, NESY.category}
    return frozenset(end for end, says in END_LINKS.items() if types and says & set(map(str, paths)))
