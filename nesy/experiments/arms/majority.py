"""Several descriptions of one image -> the scene that most of them agree on.

Source: self-consistency (X. Wang et al., Self-Consistency Improves Chain of Thought Reasoning in Language Models, ICLR
2023), where the answers of several samples are put to a vote; here claim by claim. Entities of two descriptions are one
when they agree in category and their boxes overlap by at least 0.5 (intersection over union).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from nesy.experiments.scoring.metrics import pair
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene

_Key = tuple[str | int | None, ...]
_Said = Claim | str


def vote(scenes: Sequence[Scene], ontology: Ontology | None = None) -> Scene:
    """Return the claims that more than half of the scenes make, in the words of the first that makes them.

    A claim's confidence is the share of the scenes that make it.

    >>> one = Scene(entities=[Entity(id="cup_1", category="cup", box=(0, 0, 0.5, 0.5))])
    >>> two = Scene(entities=[Entity(id="dog_1", category="dog", box=(0.5, 0.5, 1, 1)), *one.entities])
    >>> [(entity.id, round(entity.confidence, 2)) for entity in vote([one, two, two]).entities]
    [('cup_1', 1.0), ('dog_1', 0.67)]
    """
    known = Scene(entities=())
    words = ontology or Ontology.default()
    votes: dict[_Key, set[int]] = defaultdict(set)
    first: dict[_Key, _Said] = {}
    for number, scene in enumerate(scenes):
        known, called = _called(scene, known, words)
        for key, said in _keyed(scene, called, words):
            votes[key].add(number)
            first.setdefault(key, said)
    won = {key: len(by) / len(scenes) for key, by in votes.items() if 2 * len(by) > len(scenes)}
    return _scene(scenes[0], won, first)


def _called(scene: Scene, known: Scene, ontology: Ontology) -> tuple[Scene, dict[str, str]]:
    """Return the names of a scene's entities among those known so far, and these with the new ones."""
    called = pair(scene, known, ontology=ontology)
    taken = {entity.id for entity in known.entities}
    fresh = []
    for entity in scene.entities:
        if entity.id not in called:
            called[entity.id] = _free(entity.id, taken)
            taken.add(called[entity.id])
            fresh.append(entity.model_copy(update={"id": called[entity.id]}))
    return known.model_copy(update={"entities": (*known.entities, *fresh)}), called


def _keyed(scene: Scene, called: dict[str, str], ontology: Ontology) -> Iterator[tuple[_Key, _Said]]:
    """Yield what each claim says, for the count of votes, and the claim (or attribute) under the known names."""
    word = ontology.canonical
    for entity in scene.entities:
        yield ("entity", called[entity.id]), entity
        for attribute in entity.attributes:
            yield ("attribute", called[entity.id], word("attribute", attribute)), attribute
    for p in scene.part_states:
        towards = None if p.object is None else called[p.object]
        state = p.model_copy(update={"entity": called[p.entity], "object": towards})
        yield ("part_state", state.entity, word("part", p.part), word("state", p.state), towards), state
    for r in scene.relations:
        relation = r.model_copy(update={"subject": called[r.subject], "object": called[r.object]})
        yield ("relation", relation.subject, word("predicate", r.predicate), relation.object), relation
    for c in scene.counts:
        yield ("count", word("category", c.category), c.value), c


def _scene(base: Scene, won: Mapping[_Key, float], first: Mapping[_Key, _Said]) -> Scene:
    present = {key[1] for key in won if key[0] == "entity"}
    lists: dict[str, list[Claim]] = {"entities": [], "part_states": [], "relations": [], "counts": []}
    for key, share in won.items():
        said = first[key]
        match said:
            case Entity():
                worn = tuple(str(first[k]) for k in won if k[:2] == ("attribute", key[1]))
                new = {"id": key[1], "attributes": worn, "confidence": share}
                lists["entities"].append(said.model_copy(update=new))
            case PartState() if said.entity in present and said.object in {*present, None}:
                _add(lists["part_states"], said, "p", share)
            case Relation() if {said.subject, said.object} <= present:
                _add(lists["relations"], said, "r", share)
            case Count():
                _add(lists["counts"], said, "n", share)
            case _:
                continue  # an attribute, told with its entity; or a claim about an entity that few saw
    return base.model_copy(update={name: tuple(claims) for name, claims in lists.items()})


def _add(claims: list[Claim], claim: Claim, prefix: str, share: float) -> None:
    claims.append(claim.model_copy(update={"id": f"{prefix}{len(claims) + 1}", "confidence": share}))


def _free(name: str, taken: set[str]) -> str:
    """Return an id that is not taken yet: the given one, or the next number of its kind."""
    if name not in taken:
        return name
    stem = name.rstrip("0123456789")
    return next(f"{stem}{n}" for n in range(1, len(taken) + 2) if f"{stem}{n}" not in taken)
