"""Raw results of an engine -> Findings: each names the exact claims of the scene that are in conflict."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from rdflib import Literal, URIRef
from rdflib.term import Node

from nesy.checking.cycles import cycles
from nesy.checking.messages import UNBOUND, chained, fields, filled, plain
from nesy.checking.result import Result
from nesy.checking.rule import Rule
from nesy.graph.triples import claim_iri
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene
from nesy.verdict import Finding, Severity, Unreported

_ORDER = {"violation": 0, "warning": 1, "info": 2}

_Kind = tuple[Severity, tuple[str, ...], str]
"""What results are told as one finding of a rule by: severity, claims, and the message of a shape within."""


class Conflicts:
    """The claims of one scene, and how results name them."""

    def __init__(self, scene: Scene, ontology: Ontology) -> None:
        self._scene = scene
        self._ontology = ontology

    def reported(
        self, results: Iterable[tuple[Rule, Result]], most: int | None = None, *, grave_alone: bool = False
    ) -> tuple[tuple[Finding, ...], tuple[Unreported, ...]]:
        """Return one finding per rule, severity and set of claims, sorted by severity, rule, claims and message.

        Shapes within a rule that have a message of their own are told apart.

        Args:
            results: what breaks the rules.
            most: so many of a rule are put into words at most, the gravest first; how many more there are is counted.
            grave_alone: leave out what is no violation.
        """
        by_rule: dict[Rule, dict[_Kind, list[Result]]] = {}
        for rule, result in results:
            kind = self._kind(result, rule)
            if kind[0] == "violation" or not grave_alone:
                by_rule.setdefault(rule, {}).setdefault(kind, []).append(result)
        found: list[Finding] = []
        more: list[Unreported] = []
        for rule, kinds in by_rule.items():
            told, untold = self._told(rule, kinds, most)
            found += told
            more += (Unreported(rule=rule.iri, severity=grade, number=n) for grade, n in untold.items() if n)
        found.sort(key=lambda f: (_ORDER[f.severity], f.rule, f.claims, f.message))
        return tuple(found), tuple(sorted(more, key=lambda rest: (_ORDER[rest.severity], rest.rule)))

    def _told(
        self, rule: Rule, kinds: Mapping[_Kind, Sequence[Result]], most: int | None
    ) -> tuple[list[Finding], Counter[Severity]]:
        """Return the first findings of a rule, and how many more of which severity there are."""
        if rule.circle_of:
            of_all = (claims for _, claims, _ in kinds)
            circles = sorted(self._circles(rule, set().union(*of_all)), key=lambda f: (f.claims, f.message))
            told = circles[:most]
            return told, Counter({rule.severity: len(circles) - len(told)})
        # What names no claim is known by its message, so all of that is put into words.
        nameless = [
            finding
            for kind, results in kinds.items()
            if not kind[1]
            for finding in {one.message: one for one in (self._finding(r, rule, kind) for r in results)}.values()
        ]
        nameless.sort(key=lambda finding: (_ORDER[finding.severity], finding.message))
        named = sorted((kind for kind in kinds if kind[1]), key=lambda kind: (_ORDER[kind[0]], *kind[1:]))
        left = None if most is None else max(most - len(nameless), 0)
        told = nameless[:most]
        for kind in named[:left]:
            ways = (self._finding(result, rule, kind) for result in kinds[kind])
            told.append(min(ways, key=lambda finding: finding.message))
        every = Counter([finding.severity for finding in nameless] + [kind[0] for kind in named])
        every.subtract(finding.severity for finding in told)
        return told, every

    def _kind(self, result: Result, rule: Rule) -> _Kind:
        """Return which results this one is told with."""
        # What is none of the rule's severities was graded otherwise by whoever loaded it.
        grade = result.severity if result.severity in rule.within else rule.severity
        of_its_own = result.message if str(result.shape) != rule.iri and not rule.circle_of else ""
        claims = self._conflicting(result)
        return grade, claims, of_its_own if claims else ""

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

    def _finding(self, result: Result, rule: Rule, kind: _Kind) -> Finding:
        severity, conflicting, _ = kind
        focus = self._names.get(result.focus)
        return Finding(
            rule=rule.iri,
            name=rule.name,
            severity=severity,
            focus=focus or (_about(self._claims[conflicting[0]]) if conflicting else "scene"),
            claims=conflicting,
            message=plain(
                filled(result.message or rule.message, self._values(result, focus), UNBOUND),
                self._claims,
                self._ontology.own_words,
            ),
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
