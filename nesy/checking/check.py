"""Scene + Rules + Ontology -> Verdict: runs the engine and names the exact claims in conflict."""

from collections.abc import Iterable

from rdflib import Literal, URIRef

from nesy.checking.engine import Result, run
from nesy.checking.facts import data_graph
from nesy.checking.rules import Rule, Rules
from nesy.checking.wording import filled, plain
from nesy.finding import Finding, Verdict
from nesy.graph.build import claim_iri
from nesy.ontology import Ontology
from nesy.ontology_names import label_iri, predicate_iri
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene

_ORDER = {"violation": 0, "warning": 1, "info": 2}


def check(scene: Scene, rules: Rules | None = None, ontology: Ontology | None = None) -> Verdict:
    """Return what the rules say of the scene; the shipped rules and ontology unless others are given.

    A finding's `claims` are the ids in conflict, sorted; a conflict that two results tell is one finding.
    Findings are ordered by severity, rule, claims. Words that the ontology does not know break no rule for being
    unknown; they are listed in `unknown_labels`.
    """
    rules = Rules.load() if rules is None else rules  # a pack with every rule off is empty, not missing
    ontology = Ontology.default() if ontology is None else ontology
    claims = {claim.id: claim for claim in scene.claims()}
    findings: dict[tuple[str, tuple[str, ...], str], Finding] = {}
    for result in run(data_graph(scene, ontology), rules.shapes):
        finding = _finding(result, rules.owners[result.shape], scene, claims)
        key = (finding.rule, finding.claims, "" if finding.claims else finding.message)
        if key not in findings or finding.message < findings[key].message:
            findings[key] = finding
    ordered = sorted(findings.values(), key=lambda f: (_ORDER[f.severity], f.rule, f.claims, f.message))
    return Verdict(
        consistent=all(finding.severity != "violation" for finding in ordered),
        findings=tuple(ordered),
        unknown_labels=unknown_labels(scene, ontology),
    )


def unknown_labels(scene: Scene, ontology: Ontology) -> tuple[str, ...]:
    """Return the labels of categories, predicates, parts and states that the ontology lacks, as written, sorted."""
    used: Iterable[tuple[str, str]] = (
        *(("category", entity.category) for entity in scene.entities),
        *(("part", state.part) for state in scene.part_states),
        *(("state", state.state) for state in scene.part_states),
        *(("predicate", relation.predicate) for relation in scene.relations),
        *(("category", count.category) for count in scene.counts),
    )
    return tuple(sorted({label for kind, label in used if ontology.iri(kind, label) is None}))


def _finding(result: Result, rule: Rule, scene: Scene, claims: dict[str, Claim]) -> Finding:
    conflicting = _claims(result, scene, claims)
    names = {claim_iri(claim_id): claim_id for claim_id in claims}
    focus = names.get(result.focus) if isinstance(result.focus, URIRef) else None
    if focus is None:
        focus = _about(claims[conflicting[0]]) if conflicting else "scene"
    values = {"this": result.focus, "value": result.value, "path": result.path}
    # Shapes inside a rule, and all of SHACL Core, come with a message of the engine's; the rule's own is meant.
    text = result.message if str(result.shape) == rule.iri and result.message else rule.message
    text = filled(text, {name: node for name, node in values.items() if node is not None})
    return Finding(
        rule=rule.iri,
        name=rule.name,
        severity=rule.severity,
        focus=focus,
        claims=conflicting,
        message=plain(text, claims),
    )


def _about(claim: Claim) -> str:
    """Return the entity that a claim is about; a count is about itself."""
    match claim:
        case Relation():
            return claim.subject
        case PartState():
            return claim.entity
        case Entity() | Count():
            return claim.id


def _claims(result: Result, scene: Scene, claims: dict[str, Claim]) -> tuple[str, ...]:
    """Return the claims that a result names.

    A query names them by id in ?value. For other shapes they are the claims among focus and value; else the
    relations that the path stands for; else the entity in focus.
    """
    if isinstance(result.value, Literal) and result.path is None:
        told = str(result.value).split()
        if told and all(claim_id in claims for claim_id in told):
            return tuple(sorted(set(told)))
    names = {claim_iri(claim_id): claim_id for claim_id in claims}
    involved = [names[node] for node in (result.focus, result.value) if isinstance(node, URIRef) and node in names]
    direct = {claim_id for claim_id in involved if not isinstance(claims[claim_id], Entity)}
    if direct:
        return tuple(sorted(direct))
    stated = {relation.id for relation in scene.relations if _is_triple_of(relation, result, names)}
    return tuple(sorted(stated or set(involved[:1])))


def _is_triple_of(relation: Relation, result: Result, names: dict[URIRef, str]) -> bool:
    """Tell whether focus, path and value (any, when the result has none) are the triple that `relation` states."""
    if result.path not in (predicate_iri(relation.predicate), label_iri(relation.predicate)):
        return False
    if not isinstance(result.focus, URIRef) or names.get(result.focus) != relation.subject:
        return False
    return not isinstance(result.value, URIRef) or names.get(result.value, relation.object) == relation.object
