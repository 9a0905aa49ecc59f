"""Drawn scenes with seeded mistakes -> correction turns: the real rules' notes, and the answers that are true.

Every note, numbered claim and admissible answer comes from the checker and from `nesy.loop`, so the model learns
on exactly the questions it will be asked. A claim of the drawing is to be kept, also when a note casts doubt on it.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import Random

from lab.training.batches import Turn
from nesy.checking import Rules, check
from nesy.image import Image
from nesy.loop.correction import correct
from nesy.ontology import Ontology
from nesy.perception.prompt import render
from nesy.perception.reply_format import write_patch
from nesy.scene import Count, Entity, PartState, Relation, Scene, term
from nesy.settings import CorrectionSettings
from nesy.synthetic import draw
from nesy.synthetic.groups import MOUNTS
from nesy.turns import NumberedClaim

Mistake = Callable[[Scene, Random], Scene | None]
"""Puts one mistake into a true scene, or returns None where it does not fit."""


def _of(scene: Scene, *categories: str) -> list[Entity]:
    return [e for e in scene.entities if term(e.category) in categories]


def _more(scene: Scene, *relations: Relation) -> Scene:
    kept = (*scene.relations, *relations)
    order = sorted(kept, key=lambda r: [e.id for e in scene.entities].index(r.subject))
    return scene.model_copy(update={"relations": tuple(order)})


def second_use(scene: Scene, rng: Random) -> Scene | None:
    """A person rides, sits on or drinks from a second thing as well."""
    category = {e.id: term(e.category) for e in scene.entities}
    choices = []
    for r in scene.relations:
        kind = {"ride": MOUNTS, "sit_on": _SEATS, "drink_with": ("cup", "bottle")}.get(term(r.predicate), ())
        choices += [(r, other.id) for other in _of(scene, *kind) if other.id != r.object and category[r.object] in kind]
    if not choices:
        return None
    relation, other = rng.choice(choices)
    return _more(scene, Relation(id="r90", subject=relation.subject, predicate=relation.predicate, object=other))


_SEATS = ("chair", "bench", "couch")


def both_ways(scene: Scene, rng: Random) -> Scene | None:
    """A relation is claimed in both directions."""
    if not scene.relations:
        return None
    r = rng.choice(scene.relations)
    return _more(scene, Relation(id="r90", subject=r.object, predicate=r.predicate, object=r.subject))


def turned(scene: Scene, rng: Random) -> Scene | None:
    """A relation is claimed in the wrong direction only."""
    if not scene.relations:
        return None
    r = rng.choice(scene.relations)
    wrong = r.model_copy(update={"subject": r.object, "object": r.subject})
    return scene.model_copy(update={"relations": tuple(wrong if x is r else x for x in scene.relations)})


def impossible_use(scene: Scene, rng: Random) -> Scene | None:
    """The verb of a relation is replaced by one that its object does not allow."""
    people = {e.id for e in _of(scene, "person")}
    found = [r for r in scene.relations if r.subject in people]
    if not found:
        return None
    r = rng.choice(found)
    verb = rng.choice(
        ("ride", "sit_on", "drink_with", "read", "kick", "drive", "eat", "wear", "fly", "feed", "type_on", "swing")
    )
    wrong = r.model_copy(update={"predicate": verb})
    return scene.model_copy(update={"relations": tuple(wrong if x is r else x for x in scene.relations)})


def miscount(scene: Scene, rng: Random) -> Scene | None:
    """A count is one or two off."""
    if not scene.counts:
        return None
    c = rng.choice(scene.counts)
    value = rng.choice([v for v in (c.value - 1, c.value + 1, c.value + 2) if v >= 0])
    wrong = c.model_copy(update={"value": value})
    return scene.model_copy(update={"counts": tuple(wrong if x is c else x for x in scene.counts)})


def overlooked(scene: Scene, rng: Random) -> Scene | None:
    """The last entity of a category is missing from the list, while its count is right."""
    last = {term(e.category): e for e in scene.entities}
    entity = rng.choice(list(last.values()))
    return scene.without(frozenset({entity.id})) if len(scene.entities) > 1 else None


def wrong_owner(scene: Scene, rng: Random) -> Scene | None:
    """A part state is ascribed to a thing."""
    things = [e for e in scene.entities if term(e.category) not in ("person", "dog", "cat", "horse", "cow", "elephant")]
    if not scene.part_states or not things:
        return None
    p = rng.choice(scene.part_states)
    wrong = p.model_copy(update={"entity": rng.choice(things).id, "object": None})
    return scene.model_copy(update={"part_states": tuple(wrong if x is p else x for x in scene.part_states)})


def wrong_part(scene: Scene, rng: Random) -> Scene | None:
    """A part state names a part of the body that cannot do it."""
    if not scene.part_states:
        return None
    p = rng.choice(scene.part_states)
    wrong = p.model_copy(update={"part": rng.choice([x for x in ("foot", "hip", "hand", "head") if x != p.part])})
    return scene.model_copy(update={"part_states": tuple(wrong if x is p else x for x in scene.part_states)})


def wrong_object(scene: Scene, rng: Random) -> Scene | None:
    """A part state names another object than the one it is towards."""
    found = [(p, e) for p in scene.part_states for e in scene.entities if e.id not in (p.object, p.entity)]
    if not found:
        return None
    p, other = rng.choice(found)
    wrong = p.model_copy(update={"object": other.id})
    return scene.model_copy(update={"part_states": tuple(wrong if x is p else x for x in scene.part_states)})


MISTAKES: tuple[Mistake, ...] = (
    second_use,
    second_use,
    both_ways,
    turned,
    impossible_use,
    miscount,
    overlooked,
    wrong_owner,
    wrong_part,
    wrong_object,
)


def right_answer(numbered: NumberedClaim, asked: Scene, truth: Scene) -> str:
    """Return the admissible answer that agrees with the truth; `withdraw` when no other does."""
    claim = next(c for c in asked.claims() if c.id == numbered.claim)
    match claim:
        case Relation():
            facts = {(r.subject, term(r.predicate), r.object) for r in truth.relations}
            options = {"keep": (claim.subject, term(claim.predicate), claim.object)}
            options["swap"] = (claim.object, term(claim.predicate), claim.subject)
            options |= {a: (claim.subject, term(a), claim.object) for a in numbered.answers if a not in _MOVES}
        case PartState():
            facts = {(p.entity, f"{p.part} {term(p.state)}", p.object or "") for p in truth.part_states}
            options = {"keep": (claim.entity, f"{claim.part} {term(claim.state)}", claim.object or "")}
            options |= {
                a: (claim.entity, f"{claim.part} {term(a)}", claim.object or "")
                for a in numbered.answers
                if a not in _MOVES
            }
        case Count():
            facts = {("", term(c.category), str(c.value)) for c in truth.counts}
            options = {"keep": ("", term(claim.category), str(claim.value))}
            options |= {a: ("", term(claim.category), a) for a in numbered.answers if a not in _MOVES}
        case Entity():
            facts = {(e.id, term(e.category), "") for e in truth.entities}
            options = {"keep": (claim.id, term(claim.category), "")}
            options |= {a: (claim.id, term(a), "") for a in numbered.answers if a not in _MOVES}
    return next((a for a in options if a in numbered.answers and options[a] in facts), "withdraw")


_MOVES = ("keep", "withdraw", "swap")


def correction_turn(seed: int, index: int, rules: Rules, ontology: Ontology) -> Turn | None:
    """Draw a scene, put a mistake or two into it, and ask as the pipeline would; None where no rule objects."""
    rng = Random(f"nesy mistake {seed} {index}")
    drawing = draw(seed, index)
    asked: Scene = drawing.scene
    for _ in range(rng.choice((1, 1, 2))):
        asked = rng.choice(MISTAKES)(asked, rng) or asked
    if asked == drawing.scene:
        return None
    image = Image.from_pixels(drawing.image)
    request = correct(image, asked, check(asked, rules, ontology), ontology, CorrectionSettings(), round=1)
    if request is None:
        return None
    answers = {c.number: right_answer(c, asked, drawing.scene) for c in request.claims}
    return Turn(seed, index, render(request, "compact"), write_patch(answers))


def write_turns(path: Path, n: int, seed: int) -> None:
    """Append turns to `path` (JSON lines) until it holds `n` of them; goes on where an earlier run stopped."""
    rules, ontology = Rules.load(), Ontology.default()
    path.parent.mkdir(parents=True, exist_ok=True)
    have = read_turns(path) if path.exists() else []
    index = have[-1].index + 1 if have else 0
    count = len(have)
    with path.open("a", encoding="utf-8") as lines:
        while count < n:
            turn = correction_turn(seed, index, rules, ontology)
            index += 1
            if turn is not None:
                lines.write(json.dumps(asdict(turn), ensure_ascii=False) + "\n")
                lines.flush()
                count += 1


def read_turns(path: Path) -> list[Turn]:
    """Read what `write_turns` wrote."""
    return [Turn(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
