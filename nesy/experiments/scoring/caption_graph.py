"""A scene that was read from a text in, the graph by names out that annotators write for the same text.

FACTUAL (Li et al., Findings of ACL 2023) and DiscoSG name things and do not number them: two men are (men, is, 2).
"""

from collections import Counter

from nesy.experiments.scoring.graph_match import Graph
from nesy.scene import Entity, Scene


def told_graph(scene: Scene, text: str) -> Graph:
    """Return the tuples of a scene: (subject, predicate, object), (object, "is", attribute) and (object,).

    Members of a set that the text only names together have the name that the text gives the set, and their number as
    its attribute. Counts of 0 are claims that annotators do not write.

    Args:
        text: what the spans of the scene point into.
    """
    together = Counter(entity.spans for entity in scene.entities)

    def name(entity: Entity) -> str:
        if together[entity.spans] < 2 or not entity.spans:
            return entity.category
        start, end = entity.spans[0]
        return " ".join(text[start:end].lower().split())

    names = {entity.id: name(entity) for entity in scene.entities}
    found: set[tuple[str, ...]] = {(names[r.subject], r.predicate, names[r.object]) for r in scene.relations}
    for entity in scene.entities:
        found |= {(names[entity.id], "is", attribute) for attribute in entity.attributes}
        if together[entity.spans] > 1 and entity.spans:
            found.add((names[entity.id], "is", str(together[entity.spans])))
    told = {part for t in found for part in (t[0], *(t[2:] if t[1] != "is" else ()))}
    return frozenset(found | {(one,) for one in names.values() if one not in told})
