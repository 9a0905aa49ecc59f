"""Scene + Rules + Ontology -> Verdict: which rules the scene breaks, and which words are unknown."""

from collections.abc import Iterable, Mapping

from nesy.checking.given_scene import GivenScene, given_scene
from nesy.checking.rules import Rules
from nesy.checking.scene_data import Engine, Prepared, prepare
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.settings import CheckingSettings
from nesy.verdict import Finding, NotDecided, Verdict

_DEFAULTS = CheckingSettings()

NO_WORD_KNOWN = "no word of the scene is known to the ontology, so no rule about its words can speak"


def check(
    scene: GivenScene,
    rules: Rules | None = None,
    ontology: Ontology | None = None,
    engine: Engine = "compiled",
    *,
    settings: CheckingSettings = _DEFAULTS,
) -> Verdict:
    """Return what the rules say of the scene; the shipped rules and ontology unless others are given.

    A finding's `claims` are the ids in conflict, sorted; a conflict that two results tell is one finding.
    Findings are ordered by severity, rule, claims. Words that the ontology does not know break no rule for being
    unknown; they are listed in `unknown_labels`. Where it knows no word of the scene at all, no rule can speak, and the
    verdict's status is `unknown`; a scene without claims says nothing that could be wrong, and is consistent.

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
        settings: of these, how many findings of a rule are told, and how long a rule may take.

    Raises:
        InputError: what is given is no scene.
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    scene = given_scene(scene)
    rules = Rules.load() if rules is None else rules  # a pack with every rule off is empty, not missing
    return verdict_of(prepare(scene, ontology, rules, settings.seconds_per_rule), rules, settings, engine)


def verdict_of(prepared: Prepared, rules: Rules, settings: CheckingSettings, engine: Engine = "compiled") -> Verdict:
    """Return what rules say of data made beforehand; told as `check` does."""
    results = prepared.results(rules, engine)
    findings, more = prepared.reported(rules, results, settings.findings_per_rule)
    undecided = _undecided(prepared.undecided, rules)
    severities = {*(finding.severity for finding in findings), *(one.severity for one in undecided)}
    labels = _labels(prepared.scene, prepared.ontology)
    verdict = Verdict(
        consistent="violation" not in severities,
        findings=findings,
        more=more,
        undecided=undecided,
        unknown_labels=tuple(sorted({label for label, known in labels if not known})),
    )
    return verdict.doubted(NO_WORD_KNOWN if labels and not any(known for _, known in labels) else "")


def _undecided(stopped: Mapping[str, str], rules: Rules) -> tuple[NotDecided, ...]:
    if not stopped:
        return ()
    severities = {rule.iri: rule.severity for rule in rules}
    return tuple(
        NotDecided(rule=iri, severity=severities.get(iri, "violation"), reason=reason)
        for iri, reason in sorted(stopped.items())
    )


def check_rule(prepared: Prepared, rules: Rules, name: str) -> tuple[Finding, ...]:
    """Return the findings of one rule alone: its IRI, or the last part of it.

    Raises:
        InputError: there is no such rule.
    """
    return prepared.findings(rules.only(name))


def _labels(scene: Scene, ontology: Ontology) -> list[tuple[str, bool]]:
    """Return every category, predicate, part and state as written, and whether the ontology knows it."""
    used: Iterable[tuple[str, str]] = (
        *(("category", entity.category) for entity in scene.entities),
        *(("part", state.part) for state in scene.part_states),
        *(("state", state.state) for state in scene.part_states),
        *(("predicate", relation.predicate) for relation in scene.relations),
        *(("category", count.category) for count in scene.counts),
    )
    return [(label, ontology.concept(kind, label) is not None) for kind, label in used]
