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

from collections.abc import Iterable

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import BNode

from nesy.checking.compiler import read
from nesy.checking.dependencies import END_LINKS, FIELDS, INFERRED, LINKS, OF_ENTITIES, Reading, names, reading_of
from nesy.checking.derivation import Additions, additions
from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.checking.query_ways import Way, ways
from nesy.checking.rule_graph import rule_graph
from nesy.ontology.namespaces import NESY
from nesy.sparql import variable_scope
from nesy.sparql.tree import Bind, Query

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
    prefixes, added = Prefixes(graph), additions(inferences)
    return {iri: _reach(graph, URIRef(iri), prefixes, added) for iri in rules}


def _reach(graph: Graph, rule: URIRef, prefixes: Prefixes, added: Additions) -> frozenset[str] | None:
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
            query = read(text, with_prefixes(text, prefixes.known(node)))
            value = _value(query)
            for way in ways(query.group):
                # each way through a UNION is a query of its own: a finding comes from one of them
                ends = _reach_of_way(query, way, value, added, plain)
                if ends is None:
                    return None
                found |= ends
    return found


def _reach_of_way(
    query: Query, way: Way, value: frozenset[str], added: Additions, links: frozenset[str]
) -> frozenset[str] | None:
    """Return whose categories a way through a query reads, or None.

    Args:
        value: the variables of which its ?value is made.
        links: predicates that inferences give to nodes that are there already, and of which nothing is known.
    """
    reading = reading_of(query, way, value)
    if reading is None:
        return None
    # What an inference says of a node that was there already may hang on any claim at all. Under EXISTS not even a step
    # of a circle will do: that it is there, or is not, would have to be told from claims that nobody names.
    if any(one.path & links for one in reading.present) or any(one.path & added.links for one in reading.absent):
        return None
    inferred = _of_inferred(reading, added)
    if inferred is None or not names(reading, frozenset(map(str, INFERRED))):
        return None
    return reading.ends | inferred


def _of_inferred(reading: Reading, added: Additions) -> frozenset[str] | None:
    """Return whose categories the inferred nodes hang on that a query reads; None where it does not name all claims."""
    found: frozenset[str] = frozenset()
    everything = (*reading.present, *reading.absent)
    for node in {one.subject for one in everything} - reading.about - reading.words:
        asked = {link for one in everything if one.subject == node for link in one.path} - {str(RDF.type)}
        for made, ends in added.nodes:
            # a node may be one of these where the inference makes all that is asked of it: it is taken for one
            if asked and asked <= made:
                if ends is None or node not in reading.named:
                    return None
                found |= ends
    return found


def _value(query: Query) -> frozenset[str]:
    """Return the variables of which ?value is made: itself, or those of the expression bound to it."""
    made = [value for name, value in query.selected if name == "value"]
    made += [bound.expression for bound in _bindings(query) if bound.name == "value"]
    return frozenset({"?value", *(f"?{name}" for one in made for name in variable_scope.names(one))})


def _bindings(query: Query) -> list[Bind]:
    return [part for part in variable_scope.everything(query) if isinstance(part, Bind)]


def _reach_of_shape(shape: Graph, rule: URIRef, added: Additions) -> frozenset[str] | None:
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
