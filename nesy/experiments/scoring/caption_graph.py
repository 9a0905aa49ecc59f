"""A scene that was read from a text in, the graph by names out that annotators write for the same text.

FACTUAL (Li et al., Findings of ACL 2023) and DiscoSG name things and do not number them: two men are (men, is, 2).
"""

import re
from collections import Counter

from nesy.experiments.scoring.graph_match import Graph
from nesy.scene import Entity, PartState, Scene

_PART = re.compile(r"\b(?:(?:left|right) )?(?:hands?|arms?|feet|foot|legs?|heads?|hips?)\b", re.IGNORECASE)


def told_graph(scene: Scene, text: str) -> Graph:
    """Return the tuples of a scene: (subject, predicate, object), (object, "is", attribute) and (object,).

    Members of a set that the text only names together have the name that the text gives the set, and their number as
    its attribute. Counts of 0 are claims that annotators do not write, nor what a sign says;
    doubts they do not tell.

    Args:
        text: what the spans of the scene point into.
    """
    both_ways = {(r.subject, r.predicate, r.object) for r in scene.relations}
    mutual = {s for s, predicate, o in both_ways if (o, predicate, s) in both_ways}  # one name does, to annotators
    together = Counter(entity.spans for entity in scene.entities if entity.id not in mutual)

    def name(entity: Entity) -> str:
        if together[entity.spans] < 2 or not entity.spans:
            return entity.category
        start, end = entity.spans[0]
        return " ".join(text[start:end].lower().split())

    names = {entity.id: name(entity) for entity in scene.entities}
    found: set[tuple[str, ...]] = {(names[r.subject], r.predicate, names[r.object]) for r in scene.relations}
    for entity in scene.entities:
        found |= {
            (names[entity.id], "is", attribute.removeprefix("perhaps "))
            for attribute in entity.attributes
            if '"' not in attribute
        }
        if together[entity.spans] > 1 and entity.spans:
            found.add((names[entity.id], "is", str(together[entity.spans])))
    for state in scene.part_states:
        found |= _as_things(names, state, text)
    told = {part for t in found for part in (t[0], *(t[2:] if t[1] != "is" else ()))}
    return frozenset(found | {(one,) for one in names.values() if one not in told})


def _as_things(names: dict[str, str], state: PartState, text: str) -> Graph:
    """Return a part state as annotators write it: the part is a thing that its owner has and that holds another."""
    start, end = state.spans[-1] if state.spans else (0, 0)
    found = sorted(_PART.finditer(text), key=lambda one: min(abs(one.start() - end), abs(one.end() - start)))
    if state.object is None or not found:
        return frozenset()
    part, said = found[0][0].lower(), text[start:end].lower()
    owned = (names[state.entity], "have", part)
    if " " in said or said not in ("in", "on", "with", "under", "over", "around", "at"):
        return frozenset([owned])
    before = found[0].start() < start
    thing = names[state.object]
    return frozenset([owned, (part, said, thing) if before else (thing, said, part)])
