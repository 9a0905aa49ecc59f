"""A scene -> plain English sentences: what there is, who does what and what is where."""

import re
from collections import Counter
from collections.abc import Mapping

from nesy.rendering.plain import on_one_line
from nesy.scene import Count, Entity, PartState, Relation, Scene

NOTHING = "Nothing is seen in the picture."
_PLACES = frozenset(
    (
        *(
            "on",
            "in",
            "under",
            "above",
            "below",
            "behind",
            "near",
            "next",
            "left",
            "right",
            "to",
            "at",
            "with",
            "beside",
        ),
        *("inside", "outside", "over", "along", "between", "against", "around", "of", "by", "front", "beneath", "off"),
        *("underneath", "across", "among", "atop", "within", "part", "away", "close", "opposite", "upon", "adjacent"),
        *("beyond", "through", "toward", "towards", "from"),
    )
)
"""What a position begins with: a thing *is* on another, and somebody *rides* one."""
_IRREGULAR = {"be": "is", "have": "has", "do": "does", "go": "goes"}


def scene_sentences(scene: Scene) -> str:
    """Return what a scene claims, a sentence each.

    >>> from nesy.scene import Scene
    >>> print(scene_sentences(Scene.from_json('''{"entities": [
    ...     {"id": "person_1", "category": "person"}, {"id": "horse_1", "category": "horse", "attributes": ["brown"]},
    ...     {"id": "horse_2", "category": "horse"}],
    ...     "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"},
    ...         {"subject": "horse_2", "predicate": "left of", "object": "person_1"}]}''')))
    There is a person, horse 1 (brown) and horse 2.
    The person rides horse 1. Horse 2 is left of the person.
    """
    if not any(scene.claims()):
        return NOTHING
    names = _names(scene)
    told: list[str] = []
    lines: list[str] = []
    if scene.entities:
        some = [_introduced(entity, names[entity.id]) for entity in scene.entities]
        listed = " and ".join((", ".join(some[:-1]), some[-1])) if len(some) > 1 else some[0]
        lines.append(f"There is {listed}.")
    for claim in scene.claims():
        match claim:
            case Relation():
                told.append(f"{names[claim.subject]} {_done(claim.predicate)} {names[claim.object]}")
            case PartState():
                towards = "" if claim.object is None else f" {names[claim.object]}"
                told.append(f"{names[claim.entity]}'s {_word(claim.part)} {_done(claim.state)}{towards}")
            case Count() if claim.value != _listed(scene, claim.category):
                told.append(f"the number of things called {_word(claim.category)} is {claim.value}")
    if told:
        lines.append(" ".join(f"{words[:1].upper()}{words[1:]}." for words in told))
    return _lines(lines)


def _listed(scene: Scene, category: str) -> int:
    return sum(_word(entity.category) == _word(category) for entity in scene.entities)


def _lines(lines: list[str]) -> str:
    """Return lines as one text; whatever would break one of them is shown escaped."""
    return "\n".join(on_one_line(line) for line in lines)


def _names(scene: Scene) -> Mapping[str, str]:
    """Return how each entity is called: by its kind where it is the only one, else with a number."""
    kinds = Counter(_word(entity.category) for entity in scene.entities)
    so_far: Counter[str] = Counter()
    names = {}
    for entity in scene.entities:
        kind = _word(entity.category)
        so_far[kind] += 1
        names[entity.id] = f"the {kind}" if kinds[kind] == 1 else f"{kind} {so_far[kind]}"
    return names


def _introduced(entity: Entity, name: str) -> str:
    said = [_word(word) for word in entity.attributes]
    if name.startswith("the "):
        words = " ".join((*said, name.removeprefix("the ")))
        return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"
    return f"{name} ({', '.join(said)})" if said else name


def _done(predicate: str) -> str:
    """Return a predicate as it is said of one thing.

    >>> [_done(word) for word in ("ride", "sit_on", "carry", "left of", "watch", "riding", "have", "made of")]
    ['rides', 'sits on', 'carries', 'is left of', 'watches', 'is riding', 'has', 'is made of']
    """
    words = _word(predicate).split(" ")
    verb = words[0]
    if verb in _PLACES or verb.endswith("ing") or (verb.endswith(("ed", "wn")) and verb not in ("feed", "need")):
        return " ".join(("is", *words))
    if verb in ("is", "are", "made", "stuck", "seen", "held", "worn", "ridden"):
        return " ".join(("is", *(words if verb not in ("is", "are") else words[1:])))
    if verb in _IRREGULAR:
        verb = _IRREGULAR[verb]
    elif re.search(r"[^aeiou]y$", verb):
        verb = f"{verb[:-1]}ies"
    elif re.search(r"(s|x|z|ch|sh|o)$", verb):
        verb = f"{verb}es" if not verb.endswith("s") or verb.endswith("ss") else verb
    else:
        verb = f"{verb}s"
    return " ".join((verb, *words[1:]))


def _word(label: str) -> str:
    return " ".join(label.replace("_", " ").split())
