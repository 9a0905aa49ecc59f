"""Rules -> nothing, or KnowledgeError: every rule is run once on a tiny scene before it is trusted."""

from collections.abc import Sequence
from contextlib import suppress

from rdflib import SH, Graph, URIRef

from nesy.checking.budget import OverBudget, Watch
from nesy.checking.compiler import read
from nesy.checking.location import rule_at
from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.checking.rule import Rule
from nesy.checking.rule_graph import rule_graph
from nesy.errors import KnowledgeError
from nesy.graph.triples import scene_iri
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.sparql import SparqlError

_SECONDS = 2.0
"""Of the processor, for a trial."""


def try_rules(rules: Sequence[Rule], shapes: Graph) -> None:
    """Parse and run each rule alone; the first bad one raises KnowledgeError with its path and IRI."""
    if not rules:
        return
    from nesy.checking.data_graph import data_graph
    from nesy.checking.pyshacl_engine import Reference, run

    scene = Scene.model_validate(
        {
            "entities": [{"id": "person_1", "category": "person"}, {"id": "bicycle_1", "category": "bicycle"}],
            "relations": [{"subject": "person_1", "predicate": "ride", "object": "bicycle_1"}],
        }
    )
    data = data_graph(scene, Ontology.default())
    prefixes = Prefixes(shapes)
    for rule in rules:
        _check_queries(rule, shapes, prefixes)
        try:
            reference = Reference([(rule.iri, rule_graph(shapes, URIRef(rule.iri)))])
            with Watch(_SECONDS) as watch, suppress(OverBudget):  # a check will tell that it cannot be decided
                watch.rule = rule.iri
                run(data, reference.shapes, only=[rule.iri], focus=[str(scene_iri())])
                watch.rule = ""
        # The engine and the SPARQL parser raise a dozen unrelated types, plain Exception among them.
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise KnowledgeError(f"{rule_at(rule.path, rule.iri)} is no valid SHACL: {reason[:300]}") from error


def _check_queries(rule: Rule, shapes: Graph, prefixes: Prefixes) -> None:
    """Refuse a query that is no SPARQL with its place in it, which the engine would tell of a longer text."""
    for constraint in shapes.objects(URIRef(rule.iri), SH.sparql):
        for query in map(str, shapes.objects(constraint, SH.select)):
            try:
                read(query, with_prefixes(query, prefixes.known(constraint)))
            except ValueError as error:
                where = "its query, " if isinstance(error, SparqlError) else ""
                raise KnowledgeError(f"{rule_at(rule.path, rule.iri)} is no valid SHACL: {where}{error}") from error
