"""A claim about a drawn scene -> True, False, or None where the drawing does not settle it.

A drawing states what was drawn, not all that may be said of it: who drinks from a cup holds it, and who holds a cup may
be said to carry it or not. So a claim that is not stated is false only where that is sure: of what is stated between
two things the tables below say what holds as well and what may be said or not, and of a pair of which nothing is stated
only what cannot be seen from afar is false. A stated verb that has no row yet makes no other verb false.
"""

from nesy.ontology import Ontology
from nesy.ontology.alternatives import listed
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, term


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ALSO: dict[str, frozenset[str]] = {
    "drink_with": _set("hold"),
    "read": _set("hold"),
    "carry": _set("hold"),
    "drag": _set("hold pull"),
    "fly": _set("hold"),
    "swing": _set("hold"),
}
"""Stated relation -> what holds on the same pair as well."""

_IN_HAND = _set("carry lift pick_up inspect open swing wield wear set move touch")
_AT_AN_ANIMAL = _set("hug kiss groom scratch feed dry wash hose train inspect hold touch herd")
OPEN: dict[str, frozenset[str]] = {
    "hold": _IN_HAND | _set("stand_under spin catch throw block lose repair sign"),
    "drink_with": _IN_HAND | _set("sip smell fill pour"),
    "read": _IN_HAND,
    "carry": _IN_HAND | _set("pack load hug"),
    "drag": _set("move pack load walk touch"),
    "ride": _set(
        "on on_top_of above over straddle hop_on race jump run train grind flip touch control turn hold sit_on"
    )
    | _set("drive direct pet"),
    "sit_on": _set("on on_top_of above over straddle touch inspect lean_on at"),
    "kick": _set("dribble hit block touch move serve throw"),
    "walk": _AT_AN_ANIMAL | _set("run chase pull drag push direct race"),
    "pet": _AT_AN_ANIMAL | _set("walk chase"),
    "push": _set("move walk hold touch control turn park drive direct run pull drag inspect"),
    "feed": _AT_AN_ANIMAL | _set("pet milk"),
    "wear": _IN_HAND | _set("hold pack load hug"),
    "fly": _IN_HAND | _set("pull launch control direct run assemble"),
    "swing": _IN_HAND | _set("hit serve spin"),
    "type_on": _IN_HAND | _set("hold operate control read watch text_on repair"),
    "on": frozenset(),
    "under": frozenset(),
}
"""Stated relation -> what may be said of the pair as well, or not; whatever else a person does is then false."""

_FROM_AFAR = _set(
    "inspect watch chase greet wave point direct herd no_interaction block park check sit_at eat_at"
) | _set("stand_under talk_to teach hunt control train run race stop_at move")
"""Verbs that need no contact, or hardly any: of a pair of which nothing is stated they are neither true nor false."""

_SETTLED = _set("on under inside")
"""Positions that a drawing states wherever they are drawn; others are false only against a stated one."""

_ALSO_IN_STATE: dict[str, frozenset[str]] = {
    "hold_in_both_hands": _set("hold touch"),
    "hold": _set("touch"),
    "carry": _set("hold touch"),
    "pull": _set("hold touch"),
    "straddle": _set("is_close_with"),
}
_OPEN_IN_STATE: dict[str, frozenset[str]] = {
    "hold": _set("hold_in_both_hands carry lift squeeze pinch press raise(over_head) pull"),
    "hold_in_both_hands": _set("carry lift squeeze press catch_with_something throw"),
    "carry": _set("lift hold_in_both_hands pull pull_with_something"),
    "pull": _set("pull_with_something carry push"),
    "touch": _set("reach_for scratch press hold feed point_to push"),
    "press": _set("hold push write_on pinch twist squeeze"),
    "push": _set("pull hold press carry lift"),
    "feed": _set("hold throw pour_into throw_out"),
    "shoulder_carry": _set("hug swing"),
    "swing": _set("shoulder_carry hug martial_art dance"),
    "sit_on": _set("sit_in bend"),
    "stand_on": _set("tread_on jump_with"),
    "tread_on": _set("stand_on"),
    "kick": _set("dribble run_with run_to"),
    "walk_with": _set("walk_to run_with run_to"),
    "straddle": _set("bend"),
    "drink_with": _set("smell inspect blow lick kiss"),
    "inspect": _set("listen"),
}
"""The same for the states of one body part towards one thing."""

_NEARNESS = _set("touch is_close_with be_close_with be_close_to reach_for bend no_interaction")
_STATES_FROM_AFAR = _NEARNESS | _set(
    "inspect listen talk_to talk_with_something gesture_to point_to point_with walk_to run_to walk_away"
    " use_something_to_point_to"
)
_LIMBS = ({"hand", "arm"}, {"foot", "leg", "hip"}, {"head"})


def holds(claim: Claim, scene: Scene, ontology: Ontology) -> bool | None:
    """Return whether a claim is true of a drawn scene; None where the drawing does not settle it.

    Args:
        claim: between entities of the scene; an entity stands for what is inside its box.
        scene: what is stated of the drawing.
        ontology: what its words mean.
    """
    match claim:
        case Relation():
            return _relation(claim, scene, ontology)
        case PartState():
            return _state(claim, scene, ontology)
        case Entity():
            return _category(claim, scene, ontology)
        case Count():
            return claim.value == len(listed(scene, claim.category, ontology))


def _between(scene: Scene, subject: str, target: str | None) -> frozenset[str]:
    """Return what is stated of a pair, relations and part states alike."""
    told = {term(r.predicate) for r in scene.relations if (r.subject, r.object) == (subject, target)}
    return frozenset(told | {term(p.state) for p in scene.part_states if (p.entity, p.object) == (subject, target)})


def _relation(claim: Relation, scene: Scene, ontology: Ontology) -> bool | None:
    predicate = ontology.canonical("predicate", claim.predicate)
    told = _between(scene, claim.subject, claim.object)
    back = _between(scene, claim.object, claim.subject)
    if predicate in told or any(predicate in _ALSO.get(one, ()) or predicate in ontology.entails(one) for one in told):
        return True
    inverse = ontology.inverse(predicate)
    if inverse in back:
        return True
    if predicate in ontology.verbs:
        if not ontology.is_a(scene.entity(claim.subject).category, "person"):
            return False
        if back:  # of two persons: one may do it to the other without the other doing it to the one
            return False if predicate in back and ontology.is_asymmetric(predicate) else None
        if not told:
            return None if predicate in _FROM_AFAR else False
        stated = {term(r.predicate) for r in scene.relations if (r.subject, r.object) == (claim.subject, claim.object)}
        settled = stated and all(one in OPEN and predicate not in OPEN[one] for one in stated)
        return False if settled else None
    if told & ontology.opposites(predicate) or (predicate in back and ontology.is_asymmetric(predicate)):
        return False
    return False if predicate in _SETTLED and not told and not back else None


def _state(claim: PartState, scene: Scene, ontology: Ontology) -> bool | None:
    state = ontology.canonical("state", claim.state)
    if not ontology.is_a(scene.entity(claim.entity).category, "agent"):
        return False
    stated = [
        (p.part, term(p.state)) for p in scene.part_states if (p.entity, p.object) == (claim.entity, claim.object)
    ]
    own = {s for part, s in stated if part == claim.part}
    if state in own or any(state in _ALSO_IN_STATE.get(one, ()) for one in own):
        return True
    if claim.object is None or not any(claim.part in limb for limb in _LIMBS):
        return None  # towards nothing in particular, or the left or right one of two: no drawing says
    if not _between(scene, claim.entity, claim.object):
        return None if state in _STATES_FROM_AFAR else False
    limb = next(limb for limb in _LIMBS if claim.part in limb)
    if any(part in limb and part != claim.part and state in (s, *_ALSO_IN_STATE.get(s, ())) for part, s in stated):
        return None
    if state not in ontology.part_states.get(claim.part, frozenset()):
        return False
    if not own or state in _NEARNESS:
        return None
    return None if any(one not in _OPEN_IN_STATE or state in _OPEN_IN_STATE[one] for one in own) else False


def _category(claim: Entity, scene: Scene, ontology: Ontology) -> bool | None:
    real = scene.entity(claim.id).category
    if ontology.is_a(real, claim.category):
        return True
    return None if ontology.is_a(claim.category, real) else False
