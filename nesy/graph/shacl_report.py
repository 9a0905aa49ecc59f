"""A verdict -> Turtle, as a report of the W3C Shapes Constraint Language (SHACL)."""

from rdflib import DCTERMS, RDF, SH, Graph, Literal, URIRef

from nesy.graph.scene_triples import BASE
from nesy.graph.triples import beside, claim_iri
from nesy.ontology.namespaces import NESY, RULES, VOCABULARY
from nesy.verdict import Severity, Verdict

_SEVERITIES: dict[Severity, URIRef] = {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}


def verdict_turtle(verdict: Verdict, base: str = BASE) -> str:
    """Write a verdict as a `sh:ValidationReport`; each result refers to its claims by `dcterms:references`.

    `sh:conforms` is false as soon as there is a result of any severity, as SHACL wants it; `nesy:consistent` is
    the verdict's own word; where it is unknown for a reason, there is none.

    Args:
        base: what claim ids are appended to; must end in '#' or '/'.

    Source: SHACL, W3C Recommendation 20 July 2017, section 3.6.
    """
    graph = Graph(bind_namespaces="none")
    names = (("sh", SH), ("nesy", VOCABULARY), ("rules", RULES), ("dcterms", DCTERMS))
    for prefix, namespace in names:
        graph.bind(prefix, namespace)
    report = beside(base, "report")
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, Literal(not verdict.findings)))
    if not verdict.why_unknown:
        graph.add((report, NESY.consistent, Literal(verdict.consistent)))
    for place, finding in enumerate(verdict.findings):
        node = beside(base, f"report/{place}")
        graph.add((report, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SH.sourceShape, URIRef(finding.rule)))
        graph.add((node, SH.resultSeverity, _SEVERITIES[finding.severity]))
        graph.add((node, SH.focusNode, claim_iri(finding.focus, base)))
        graph.add((node, SH.resultMessage, Literal(finding.message)))
        for claim in finding.claims:
            graph.add((node, DCTERMS.references, claim_iri(claim, base)))
    return graph.serialize(format="turtle")
