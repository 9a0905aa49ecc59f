"""A claim of a scene -> the few other claims that could be meant instead: of it, of its predicate, of its category.

Every change leads to a claim that the scene does not make yet and that the ontology knows. A short list
is on purpose: the model looks again at one question, it does not choose from the whole vocabulary.
"""

from collections.abc import Mapping

from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, term

MOST_CHANGES = 4
"""Changes offered beside keep, withdraw and swap."""

MOST_COUNTED = 10_000
"""The largest value a count may have in a scene."""

SWAP = "swap"
"""The change that turns a relation around."""

_NOT = "not "
"""Before an attribute: the change that takes it back."""

_LIKE_VERBS = {
    # chosen by hand: as what else one still picture may show it, the likeliest first
    "ride": ("straddle", "sit_on", "hop_on", "stand_on", "walk"),
    "straddle": ("ride", "sit_on", "hop_on"),
    "hop_on": ("ride", "straddle", "sit_on"),
    "sit_on": ("ride", "lie_on", "straddle", "stand_on"),
    "lie_on": ("sit_on",),
    "stand_on": ("ride", "sit_on", "jump"),
    "sit_at": ("eat_at",),
    "eat_at": ("sit_at",),
    "walk": ("hold", "push", "pull", "drag", "ride"),
    "push": ("walk", "hold", "drag", "pull"),
    "drag": ("carry", "pull", "hold"),
    "drive": ("ride", "board", "direct", "inspect"),
    "board": ("exit", "ride"),
    "exit": ("board", "ride"),
    "hold": ("carry", "lift", "pick_up", "wear", "swing"),
    "carry": ("hold", "lift", "wear", "drag"),
    "lift": ("hold", "carry", "pick_up"),
    "pick_up": ("hold", "carry", "lift"),
    "wear": ("carry", "hold"),
    "swing": ("hold", "wield"),
    "wield": ("hold", "swing"),
    "eat": ("hold", "cut", "smell", "lick"),
    "cut": ("hold", "eat", "make"),
    "make": ("cut", "hold", "cook"),
    "drink_with": ("hold", "sip", "pour", "fill"),
    "sip": ("drink_with", "hold"),
    "pour": ("fill", "hold", "drink_with"),
    "read": ("hold", "open", "type_on", "text_on"),
    "type_on": ("read", "hold", "text_on"),
    "text_on": ("talk_on", "hold", "read"),
    "talk_on": ("text_on", "hold"),
    "throw": ("catch", "hold", "hit", "serve"),
    "catch": ("throw", "hold", "block"),
    "hit": ("serve", "throw", "catch"),
    "kick": ("dribble", "block"),
    "dribble": ("kick", "hold"),
    "pet": ("hug", "hold", "feed", "groom"),
    "hug": ("hold", "kiss", "pet"),
    "kiss": ("hug", "hold"),
    "feed": ("pet", "hold"),
    "repair": ("inspect", "clean", "wash", "hold"),
    "wash": ("clean", "dry"),
    "inspect": ("repair", "hold"),
}

_LIKE_STATES = {
    "sit_on": ("sit_in", "sit_beside", "be_close_with"),
    "sit_in": ("sit_on", "sit_beside", "be_close_with"),
    "sit_beside": ("sit_on", "be_close_with"),
    "stand_on": ("tread_on", "walk_with", "run_with", "jump_with"),
    "tread_on": ("stand_on",),
    "walk_with": ("walk_to", "run_with", "stand_on", "is_close_with"),
    "run_with": ("walk_with", "run_to", "jump_with"),
    "dribble": ("kick",),
    "kick": ("dribble",),
    "straddle": ("is_close_with", "walk_with"),
    "is_close_with": ("straddle", "walk_with"),
    "hold": ("touch", "reach_for", "carry", "hold_in_both_hands"),
    "carry": ("hold", "hold_in_both_hands", "lift"),
    "touch": ("hold", "reach_for", "press"),
    "reach_for": ("touch", "hold"),
    "push": ("pull", "touch", "hold"),
    "pull": ("push", "hold"),
    "throw": ("hold", "catch_with_something"),
    "eat": ("drink_with", "inspect", "lick", "smell"),
    "drink_with": ("eat", "inspect"),
    "inspect": ("be_close_with", "talk_with_something", "eat"),
    "hug": ("be_close_to", "shoulder_carry"),
}


def changes_of(claim: Claim, scene: Scene, ontology: Ontology) -> tuple[str, ...]:
    """Return the admissible changes of a claim of `scene`, the likeliest first.

    Predicates and categories are written with underscores (`sit_on`), part states in words (`sit on`),
    counts as digits; `swap` turns a relation around.
    """
    match claim:
        case Relation():
            changes = _relation_changes(claim, scene, ontology)
        case PartState():
            changes = _state_changes(claim, scene, ontology)
        case Entity():
            changes = _categories(claim, scene, ontology)
        case Count():
            changes = _values(claim, scene, ontology)
    return tuple(changes)


def changed(claim: Claim, change: str, confidence: float | None) -> Claim:
    """Return the claim as one of its changes has it, under the same id.

    >>> changed(Entity(id="cup_1", category="cup", attributes=("red", "small")), "not red", None).attributes
    ('small',)

    Args:
        claim: as it stands.
        change: as `changes_of` or `taking_back` has it.
        confidence: in the claim as it is then; what takes an attribute back leaves the thing as sure as it was.
    """
    update: dict[str, object]
    match claim:
        case Relation() if change == SWAP:
            update = {"subject": claim.object, "object": claim.subject}
        case Relation():
            update = {"predicate": change}
        case PartState():
            update = {"state": change}
        case Entity() if (taken := _taken_back(claim, change)) is not None:
            return claim.model_copy(update={"attributes": tuple(a for a in claim.attributes if a != taken)})
        case Entity():
            update = {"category": change}
        case Count():
            update = {"value": int(change)}
    return claim.model_copy(update={**update, "confidence": confidence})


def taking_back(attribute: str) -> str:
    """Return the change of an entity that takes an attribute back.

    >>> taking_back("red")
    'not red'
    """
    return f"{_NOT}{attribute}"


def _taken_back(entity: Entity, change: str) -> str | None:
    """Return the attribute that a change takes back; None for another category."""
    return next((said for said in entity.attributes if term(taking_back(said)) == term(change)), None)


def difference(was: Claim, now: Claim) -> str | None:
    """Return the one change that makes a claim what another says, or None where none does; the inverse of `changed`.

    >>> was = Relation(id="r1", subject="person_1", predicate="sit_on", object="chair_1")
    >>> difference(was, was.model_copy(update={"predicate": "hold"}))
    'hold'
    """
    match was, now:
        case Relation(), Relation():
            change = now.predicate if (was.subject, was.object) == (now.subject, now.object) else SWAP
        case PartState(), PartState():
            change = now.state
        case Entity(), Entity() if _category(was) == _category(now):
            gone = [said for said in was.attributes if said not in now.attributes]
            only = len(gone) == 1 and set(now.attributes) <= set(was.attributes)
            return taking_back(gone[0]) if only else None
        case Entity(), Entity():
            change = now.category
        case Count(), Count():
            change = str(now.value)
        case _:
            return None
    reached = changed(was, change, None)
    meant = (content(reached), _category(reached)) == (content(now), _category(now))
    return change if meant and (content(was), _category(was)) != (content(now), _category(now)) else None


def _category(claim: Claim) -> str | None:
    """Return the category that an entity is said to be of, which is no part of its `content`."""
    return term(claim.category) if isinstance(claim, Entity) else None


def wider(entity: Entity, ontology: Ontology) -> tuple[str, ...]:
    """Return the words for what an entity is in less detail, the narrowest first: `puppy` -> `dog`, `animal`.

    Whoever says that it is a puppy has said these too. Classes that are no words for a thing (what can be ridden) are
    left out; a word that the ontology does not know has none.
    """
    own = ontology.canonical("category", entity.category)
    known = {above: found for above in ontology.ancestors(entity.category) if (found := _word(above, ontology))}
    return tuple(sorted((above for above in known if above != own), key=lambda above: (-known[above], above)))


def _word(above: str, ontology: Ontology) -> int:
    """Return how many classes are above the thing that a word names; 0 where it names none."""
    found = ontology.concept("category", above)
    return len(ontology.ancestors(above)) if found is not None and found.exact and found.base == above else 0


def replaced(scene: Scene, claims: Mapping[str, Claim]) -> Scene:
    """Return the scene with these claims, by id, in place of its own; all else stays as it was."""
    if not claims:
        return scene
    update = {
        name: tuple(claims.get(claim.id, claim) for claim in getattr(scene, name))
        for name in ("entities", "part_states", "relations", "counts")
    }
    return scene.model_copy(update=update)


def content(claim: Claim) -> tuple[str | int | None, ...]:
    """Return what a claim says, whatever its id and confidence; an entity says its own id."""
    match claim:
        case Entity():
            return "entity", claim.id
        case PartState():
            return "part_state", claim.entity, term(claim.part), term(claim.state), claim.object
        case Relation():
            return "relation", claim.subject, term(claim.predicate), claim.object
        case Count():
            return "count", term(claim.category), claim.value


def listed(scene: Scene, category: str, ontology: Ontology) -> tuple[Entity, ...]:
    """Return the entities of `scene` that are of `category` or of a kind of it."""
    wanted = ontology.canonical("category", category)
    return tuple(
        e
        for e in scene.entities
        if ontology.canonical("category", e.category) == wanted or ontology.is_a(e.category, wanted)
    )


def _relation_changes(relation: Relation, scene: Scene, ontology: Ontology) -> list[str]:
    category = {e.id: e.category for e in scene.entities}
    subject, object_ = category[relation.subject], category[relation.object]
    predicate = ontology.canonical("predicate", relation.predicate)
    said = {(r.subject, ontology.canonical("predicate", r.predicate), r.object) for r in scene.relations}
    changes = []
    if predicate in ontology.verbs:  # a verb wants a person who does it and an object it is done to
        turns = ontology.is_a(object_, "person") and predicate in ontology.affordances(subject)
    else:
        turns = ontology.is_asymmetric(predicate)
    if turns and relation.subject != relation.object and (relation.object, predicate, relation.subject) not in said:
        changes.append(SWAP)
    if ontology.is_a(subject, "person"):
        afforded = ontology.affordances(object_)
        changes += [
            verb
            for verb in _LIKE_VERBS.get(predicate, ())
            if verb in afforded and (relation.subject, verb, relation.object) not in said
        ][:MOST_CHANGES]
    return changes


def _state_changes(state: PartState, scene: Scene, ontology: Ontology) -> list[str]:
    owner = scene.entity(state.entity).category
    if ontology.concept("category", owner) is not None and not ontology.is_a(owner, "agent"):
        return []  # a cup has no hand, whatever the hand does
    known = ontology.part_states.get(ontology.canonical("part", state.part), frozenset())
    said = {ontology.canonical("state", p.state) for p in scene.part_states if _same_place(p, state, ontology)}
    now = ontology.canonical("state", state.state)
    related = [other for other in _LIKE_STATES.get(now, ()) if other in known]
    if not related and now not in known and len(known) <= MOST_CHANGES + 1:
        related = sorted(known)  # no state of this part at all: show the few that the part has
    return [words(other) for other in related if other not in said and other != "no_interaction"][:MOST_CHANGES]


def _same_place(a: PartState, b: PartState, ontology: Ontology) -> bool:
    parts = (ontology.canonical("part", a.part), ontology.canonical("part", b.part))
    return (a.entity, a.object) == (b.entity, b.object) and parts[0] == parts[1]


def _categories(entity: Entity, scene: Scene, ontology: Ontology) -> list[str]:
    """Return sibling categories, first those that suit what is said to be done to the entity.

    A kind of a category has the siblings of that category: for a puppy a cat is offered, and no dog.
    """
    concept = ontology.concept("category", entity.category)
    above = ontology.ancestors(entity.category)
    if concept is None or not above:
        return []
    now = concept.term
    done = {ontology.canonical("predicate", r.predicate) for r in scene.relations if r.object == entity.id}
    own = ontology.affordances(now)

    def unlike(other: str) -> tuple[int, int, str]:
        theirs = ontology.affordances(other)
        return -len(done & theirs), -len(own & theirs), other

    siblings = [c for c in ontology.categories if c != now and ontology.ancestors(c)[:1] == above[:1]]
    return sorted(siblings, key=unlike)[:MOST_CHANGES]


def _values(count: Count, scene: Scene, ontology: Ontology) -> list[str]:
    seen = len(listed(scene, count.category, ontology))
    wanted = ontology.canonical("category", count.category)
    said = {c.value for c in scene.counts if ontology.canonical("category", c.category) == wanted}
    values = dict.fromkeys((seen, count.value - 1, count.value + 1))
    return [str(value) for value in values if 0 <= value <= MOST_COUNTED and value not in said]


def words(label: str) -> str:
    """Return a term in words.

    >>> words("sit_on")
    'sit on'
    """
    return label.replace("_", " ")
