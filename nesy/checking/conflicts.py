"""Raw results of an engine -> Findings: each names the exact claims of the scene that are in conflict."""

from collections.abc import Iterable, Iterator, Set
from functools import cached_property

from rdflib import Literal, URIRef
from rdflib.term import Node

from nesy.checking.cycles import cycles
from nesy.checking.messages import chained, fields, filled, plain
from nesy.checking.result import Result
from nesy.checking.rule import Rule
from nesy.graph.triples import claim_iri
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene
from nesy.verdict import Finding

_ORDER = {"violation": 0, "warning": 1, "info": 2}


class Conflicts:
    """The claims of one scene, and how results name them."""

    def __init__(self, scene: Scene, ontology: Ontology) -> None:
        self._scene = scene
        self._ontology = ontology

    def findings(self, results: Iterable[tuple[Rule, Result]]) -> tuple[Finding, ...]:
        """Return one finding per rule and set of claims, sorted by severity, rule, claims and message."""
        found: dict[tuple[str, tuple[str, ...], str], Finding] = {}
        in_circles: dict[Rule, set[str]] = {}
        for rule, result in results:
            if rule.circle_of:
                in_circles.setdefault(rule, set()).update(self._conflicting(result))
                continue
            finding = self._finding(result, rule)
            key = (finding.rule, finding.claims, "" if finding.claims else finding.message)
            if key not in found or finding.message < found[key].message:
                found[key] = finding
        circling = [finding for rule, claims in in_circles.items() for finding in self._circles(rule, claims)]
        return tuple(
            sorted([*found.values(), *circling], key=lambda f: (_ORDER[f.severity], f.rule, f.claims, f.message))
        )

    def _circles(self, rule: Rule, claims: Set[str]) -> Iterator[Finding]:
        """Yield a finding for each of the shortest circles among the relations that a rule has found."""
        relations = [relation for relation in self._scene.relations if relation.id in claims]
        for circle in cycles(relations, lambda one: self._ontology.node("predicate", one.predicate)):
            links = [filled(rule.circle_of, self._ends(relation)) for relation in circle]
            conflicting = tuple(sorted(relation.id for relation in circle))
            yield Finding(
                rule=rule.iri,
                name=rule.name,
                severity=rule.severity,
                focus=_about(self._claims[conflicting[0]]),
                claims=conflicting,
                message=plain(filled(rule.message, chained(links)), self._claims, self._ontology.own_words),
            )

    def _ends(self, relation: Relation) -> dict[str, Node]:
        told = fields(relation, self._ontology)
        return {"a": told["subject"], "p": told["predicate"], "b": told["object"]}

    @cached_property
    def _claims(self) -> dict[str, Claim]:
        return {claim.id: claim for claim in self._scene.claims()}

    @cached_property
    def _names(self) -> dict[Node, str]:
        return {claim_iri(claim_id): claim_id for claim_id in self._claims}

    def _finding(self, result: Result, rule: Rule) -> Finding:
        conflicting = self._conflicting(result)
        focus = self._names.get(result.focus)
        # Shapes inside a rule, and all of SHACL Core, come with a message of the engine's; the rule's own is meant.
        text = result.message if str(result.shape) == rule.iri and result.message else rule.message
        return Finding(
            rule=rule.iri,
            name=rule.name,
            severity=rule.severity,
            focus=focus or (_about(self._claims[conflicting[0]]) if conflicting else "scene"),
            claims=conflicting,
            message=plain(filled(text, self._values(result, focus)), self._claims, self._ontology.own_words),
        )

    def _values(self, result: Result, focus: str | None) -> dict[str, Node]:
        """Return what a message may name: what the result holds, and the fields of the claim in focus."""
        values: dict[str, Node] = {} if focus is None else fields(self._claims[focus], self._ontology)
        values["this"] = result.focus
        if result.value is not None and not ("value" in values and result.value == result.focus):
            values["value"] = result.value
        if isinstance(result.path, URIRef):
            values["path"] = result.path
        return values

    def _conflicting(self, result: Result) -> tuple[str, ...]:
        """Return the claims that a result names.

        A query names them by id in ?value. For other shapes they are the claims among focus and value; else the
        relations that the path stands for; else the entity in focus.
        """
        if isinstance(result.value, Literal) and result.path is None:
            told = str(result.value).split()
            if told and all(claim_id in self._claims for claim_id in told):
                return tuple(sorted(set(told)))
        involved = [self._names[node] for node in (result.focus, result.value) if node in self._names]
        direct = {claim_id for claim_id in involved if not isinstance(self._claims[claim_id], Entity)}
        if direct:
            return tuple(sorted(direct))
        stated = {relation.id for relation in self._scene.relations if self._states(relation, result)}
        return tuple(sorted(stated or set(involved[:1])))

    def _states(self, relation: Relation, result: Result) -> bool:
        """Tell whether focus, path and value (any, when the result has none) are the triple of `relation`."""
        if result.path != self._ontology.node("predicate", relation.predicate):
            return False
        if self._names.get(result.focus) != relation.subject:
            return False
        if not isinstance(result.value, URIRef):
            return True
        return self._names.get(result.value, relation.object) == relation.object


def _about(claim: Claim) -> str:
    """Return the entity that a claim is about; a count is about itself."""
    match claim:
        case Relation():
            return claim.subject
        case PartState():
            return claim.entity
        case Entity() | Count():
            return claim.id
