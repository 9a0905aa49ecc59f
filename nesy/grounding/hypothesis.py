"""A claim put into the evidence -> the rules that it breaks there, which the evidence alone does not."""

from collections.abc import Sequence
from functools import lru_cache

from nesy.checking.rules import Rules
from nesy.checking.scene_data import prepare
from nesy.ontology import Ontology
from nesy.scene import Entity, PartState, Relation, Scene
from nesy.verdict import Finding

DECISIVE = ("PosturesDisagree", "AttributeAgainstUse")
"""Rules that only ask of a scene alone, as either of two claims may be wrong; here one of the two is trusted."""

SAID = "said"


class Trial:
    """Tries claims against the evidence with a rule pack; made once for many claims."""

    def __init__(self, rules: Rules, ontology: Ontology) -> None:
        self._rules, self._ontology = _deciding(rules), ontology

    def relation(self, source: Scene, subject: Entity, predicate: str, thing: Entity) -> Finding | None:
        """Return a rule that `subject predicate thing` breaks in `source`, and does not break by itself.

        Args:
            thing: an entity of the source, or any other.
        """
        around = _around(source, {subject.id, thing.id})
        entities = around.entities if thing in around.entities else (*around.entities, thing)
        name = _fresh(source)
        added = Relation(id=name, subject=subject.id, predicate=predicate, object=thing.id)
        tried = around.model_copy(update={"entities": entities, "relations": (*around.relations, added)})
        findings = [found for found in self._findings(tried) if name in found.claims]
        if not findings:
            return None
        bare = tuple(Entity(id=e.id, category=e.category) for e in entities if e.id in (subject.id, thing.id))
        alone = {found.rule for found in self._findings(Scene(entities=bare, relations=(added,)))}
        return next((found for found in findings if found.rule not in alone), None)

    def attribute(self, source: Scene, entity: Entity, attribute: str) -> Finding | None:
        """Return a rule that is broken when an entity of `source` has one more attribute."""
        around = _around(source, {entity.id})
        so = entity.model_copy(update={"attributes": (*entity.attributes, attribute)})
        entities = tuple(so if e.id == entity.id else e for e in around.entities)
        before = self._findings(around)
        after = self._findings(around.model_copy(update={"entities": entities}))
        return next((found for found in after if entity.id in found.claims and found not in before), None)

    def _findings(self, scene: Scene) -> tuple[Finding, ...]:
        return prepare(scene, self._ontology, self._rules).findings(self._rules)


@lru_cache(maxsize=4)
def _deciding(rules: Rules) -> Rules:
    decisive = [r.iri for r in rules if r.severity == "violation" or r.iri.rsplit("#", 1)[-1] in DECISIVE]
    return rules.only(*decisive)


def _fresh(scene: Scene) -> str:
    taken, number = {claim.id for claim in scene.claims()}, 1
    while f"{SAID}_{number}" in taken:
        number += 1
    return f"{SAID}_{number}"


def _around(source: Scene, ids: set[str]) -> Scene:
    """Return what the source says of these entities: them, their relations and part states, and the other ends."""
    relations: Sequence[Relation] = [r for r in source.relations if {r.subject, r.object} & ids]
    states: Sequence[PartState] = [p for p in source.part_states if {p.entity, p.object} & ids]
    near = ids | {end for r in relations for end in (r.subject, r.object)}
    near |= {end for p in states for end in (p.entity, p.object) if end is not None}
    return Scene(
        entities=tuple(e for e in source.entities if e.id in near),
        relations=tuple(relations),
        part_states=tuple(states),
    )
