"""A scene before and after, and the truth -> what became of every claim: made right, made wrong, withdrawn, added.

A claim is right when `nesy.experiments.scoring.metrics` says so: it says a true fact that no claim before it says. A
claim of the scene after is the same as one before when it says the same; else when it has the same id and is about the
same things; else when it is about the same things. What a claim is about: an entity its box, a relation its two
entities in either order, a part state its entity and part, an attribute its entity, a count its category.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from nesy.experiments.scoring.metrics import KINDS, Fact, facts, pair
from nesy.geometry import iou
from nesy.ontology import Ontology
from nesy.scene import Entity, Scene

TRANSITIONS = (
    "right -> right",
    "right -> wrong",
    "right -> withdrawn",
    "wrong -> right",
    "wrong -> wrong",
    "wrong -> withdrawn",
    "added right",
    "added wrong",
)
Key = tuple[str, str]
"""Kind of a claim as `metrics.KINDS` has it, and its id (an attribute: its entity's id and the word)."""


@dataclass(frozen=True)
class Account:
    """What became of the claims of one scene; see `TRANSITIONS`.

    >>> both = Account(Counter({("relations", "right -> wrong"): 1})) + Account(collateral=2)
    >>> both.of("right -> wrong", "right -> withdrawn"), both.collateral
    (1, 2)
    """

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(kind, transition) -> how many claims."""
    collateral: int = 0
    """Claims that say something else or are gone though no conflict and no question named them."""

    def __add__(self, other: "Account") -> "Account":
        return Account(self.moves + other.moves, self.collateral + other.collateral)

    def of(self, *transitions: str, kinds: Collection[str] = KINDS) -> int:
        """Return how many claims of these kinds made one of these transitions."""
        return sum(n for (kind, move), n in self.moves.items() if move in transitions and kind in kinds)


@dataclass(frozen=True)
class Judged:
    """The claims of one scene, each with what it says, what it is about and whether that is right."""

    says: dict[Key, Fact]
    about: dict[Key, Fact]
    right: frozenset[Key]


def account(
    before: Scene,
    after: Scene,
    truth: Scene,
    conflict: Collection[str] = (),
    ontology: Ontology | None = None,
) -> Account:
    """Tell what became of every claim between two scenes of one picture.

    >>> import nesy
    >>> person = nesy.Entity(id="person_1", category="person", box=(0.1, 0.1, 0.5, 0.9))
    >>> horse = nesy.Entity(id="horse_1", category="horse", box=(0.1, 0.4, 0.6, 1.0))
    >>> rides = nesy.Relation(id="r1", subject="person_1", predicate="ride", object="horse_1")
    >>> truth = nesy.Scene(entities=[person, horse], relations=[rides])
    >>> found = account(truth, truth.without(frozenset({"r1"})), truth)  # a true claim was withdrawn
    >>> found.of("right -> withdrawn"), found.of("right -> right"), found.collateral
    (1, 2, 1)

    Args:
        before: the earlier scene.
        after: the later scene.
        truth: what is there.
        conflict: ids of the claims (of `before`) that findings named or questions were about.
        ontology: whose words are known; the shipped one if None.
    """
    moves: Counter[tuple[str, str]] = Counter()
    collateral = 0
    for (kind, claim), (move, changed) in fates(before, after, truth, ontology).items():
        moves[kind, move] += 1
        collateral += changed and claim.split(" ")[0] not in conflict
    return Account(moves, collateral)


def fates(before: Scene, after: Scene, truth: Scene, ontology: Ontology | None = None) -> dict[Key, tuple[str, bool]]:
    """Return for every claim its transition, and whether it was there and now says something else or is gone.

    What was added stands under its kind and id with a `+`.
    """
    if after == before:
        stays = judged(before, truth, ontology=ontology)
        return {key: (("right -> right" if key in stays.right else "wrong -> wrong"), False) for key in stays.says}
    same = _same_entities(before, after)
    old = judged(before, truth, ontology=ontology)
    new = judged(after, truth, {theirs: mine for mine, theirs in same.items()}, ontology)
    became = _aligned(old, new)
    found: dict[Key, tuple[str, bool]] = {}
    for key in old.says:
        was = "right" if key in old.right else "wrong"
        now = became.get(key)
        move = f"{was} -> {'withdrawn' if now is None else 'right' if now in new.right else 'wrong'}"
        found[key] = move, now is None or new.says[now] != old.says[key]
    for kind, claim in new.says.keys() - set(became.values()):
        found[kind, f"+{claim}"] = f"added {'right' if (kind, claim) in new.right else 'wrong'}", False
    return found


def judged(
    scene: Scene, truth: Scene, called: dict[str, str] | None = None, ontology: Ontology | None = None
) -> Judged:
    """Judge every claim of a scene.

    Args:
        scene: what is claimed.
        truth: what is there.
        called: names of the scene's entities under which its claims are compared with those of another scene.
        ontology: whose words are known; the shipped one if None.
    """
    true = {kind: set(said.values()) for kind, said in facts(truth, None, ontology).items()}
    right = set()
    for kind, said in facts(scene, pair(scene, truth, ontology=ontology), ontology).items():
        for key, fact in said.items():
            if fact in true[kind]:
                true[kind].discard(fact)  # said twice it is right once
                right.add((kind, key))
    names = {entity.id: entity.id for entity in scene.entities}
    if called is not None:
        names = {mine: called.get(mine, f"+{mine}") for mine in names}
    word = (ontology or Ontology.default()).canonical
    category = {names[entity.id]: word("category", entity.category) for entity in scene.entities}
    says, about = {}, {}
    for kind, said in facts(scene, names, ontology).items():
        for key, fact in said.items():
            says[kind, key] = (*fact, category[fact[0]]) if kind == "objects" else fact
            about[kind, key] = _about(kind, fact)
    return Judged(says, about, frozenset(right))


def _about(kind: str, fact: Fact) -> Fact:
    match kind:
        case "relations":
            return tuple(sorted((fact[0], fact[2])))
        case "part_states":
            return fact[:2]
        case _:
            return fact[:1]


def _aligned(old: Judged, new: Judged) -> dict[Key, Key]:
    """Return for each claim that is still there which one it is now."""
    became: dict[Key, Key] = {}
    left = dict.fromkeys(new.says)

    def match(candidates: Iterator[tuple[Key, Key]]) -> None:
        for mine, theirs in candidates:
            if mine not in became and theirs in left:
                became[mine] = theirs
                del left[theirs]

    pairs = [(mine, theirs) for mine in old.says for theirs in new.says if mine[0] == theirs[0]]
    match((m, t) for m, t in pairs if old.says[m] == new.says[t] and m == t)
    match((m, t) for m, t in pairs if old.says[m] == new.says[t])
    match((m, t) for m, t in pairs if m == t and old.about[m] == new.about[t])
    match((m, t) for m, t in pairs if old.about[m] == new.about[t])
    return became


def _same_entities(before: Scene, after: Scene) -> dict[str, str]:
    """Return the id before -> the id after of what is the same entity: the same id and box, else the nearest box."""
    same = {e.id: e.id for e in before.entities for other in after.entities if (e.id, e.box) == (other.id, other.box)}
    overlaps = sorted(
        (
            (_overlap(mine, theirs), mine.id, theirs.id)
            for mine in before.entities
            for theirs in after.entities
            if mine.id not in same and theirs.id not in same.values()
        ),
        key=lambda row: (-row[0], row[1] != row[2], row[1], row[2]),
    )
    for overlap, mine, theirs in overlaps:
        if overlap >= 0.5 and mine not in same and theirs not in same.values():
            same[mine] = theirs
    return same


def _overlap(mine: Entity, theirs: Entity) -> float:
    if mine.box is None or theirs.box is None:
        return float(mine.id == theirs.id)
    return iou(mine.box, theirs.box)
