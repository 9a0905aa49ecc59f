"""Scene + Rules + Ontology -> Verdict: which rules the scene breaks, and which words are unknown."""

from collections.abc import Iterable

from nesy.checking.given_scene import GivenScene, given_scene
from nesy.checking.rules import Rules
from nesy.checking.scene_data import Engine, Prepared, prepare
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Finding, Verdict


def check(
    scene: GivenScene, rules: Rules | None = None, ontology: Ontology | None = None, engine: Engine = "compiled"
) -> Verdict:
    """Return what the rules say of the scene; the shipped rules and ontology unless others are given.

    A finding's `claims` are the ids in conflict, sorted; a conflict that two results tell is one finding.
    Findings are ordered by severity, rule, claims. Words that the ontology does not know break no rule for being
    unknown; they are listed in `unknown_labels`.

    >>> import nesy
    >>> cup, table = nesy.Entity(id="cup_1", category="cup"), nesy.Entity(id="table_1", category="dining table")
    >>> on = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="table_1")
    >>> under = nesy.Relation(id="r2", subject="table_1", predicate="on", object="cup_1")
    >>> verdict = nesy.check(nesy.Scene(entities=[cup, table], relations=[on, under]))
    >>> verdict.consistent, [(finding.claims, finding.message) for finding in verdict.violations]
    (False, [(('r1', 'r2'), 'cup_1 is on table_1 and table_1 is on cup_1; one of the two cannot hold.')])

    Args:
        scene: or the path of its JSON file, or the data of it.
        rules: the shipped ones if None.
        ontology: the shipped one if None.
        engine: `compiled`, or `pyshacl`, the slow reference that says the same.

    Raises:
        InputError: what is given is no scene.
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    scene = given_scene(scene)
    rules = Rules.load() if rules is None else rules  # a pack with every rule off is empty, not missing
    prepared = prepare(scene, ontology, rules)
    findings = prepared.findings(rules, engine)
    return Verdict(
        consistent=all(finding.severity != "violation" for finding in findings),
        findings=findings,
        unknown_labels=unknown_labels(scene, prepared.ontology),
    )


def check_rule(prepared: Prepared, rules: Rules, name: str) -> tuple[Finding, ...]:
    """Return the findings of one rule alone: its IRI, or the last part of it.

    Raises:
        InputError: there is no such rule.
    """
    return prepared.findings(rules.only(name))


def unknown_labels(scene: Scene, ontology: Ontology) -> tuple[str, ...]:
    """Return the labels of categories, predicates, parts and states that the ontology lacks, as written, sorted."""
    used: Iterable[tuple[str, str]] = (
        *(("category", entity.category) for entity in scene.entities),
        *(("part", state.part) for state in scene.part_states),
        *(("state", state.state) for state in scene.part_states),
        *(("predicate", relation.predicate) for relation in scene.relations),
        *(("category", count.category) for count in scene.counts),
    )
    return tuple(sorted({label for kind, label in used if ontology.concept(kind, label) is None}))
