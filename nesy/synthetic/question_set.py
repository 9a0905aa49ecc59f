"""A drawn scene -> questions about it with their exact answers, and the claims that each answer rests on.

Only questions with one right answer are asked: a thing is named so that it is the only one of its name, and sides are
asked about only where the boxes lie clear of each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from nesy.question import Question, Thing
from nesy.scene import Entity, Scene
from nesy.synthetic.objects import DRAW
from nesy.synthetic.referring_expressions import CATEGORIES, GERUNDS, TARGETS, Asker, Triple, a, plural, words
from nesy.synthetic.stage import COLOURS

_CLEAR = 0.04
_LOOSE = {"wear", "type_on"}
"""Of what these are said, other verbs may be said or not; no question has its answer in that."""


@dataclass(frozen=True)
class Asked:
    """One question with its answer. `accepted` are the answers that are as right, `answer` among them."""

    question: Question
    answer: str
    because: tuple[Triple, ...] = ()
    accepted: tuple[str, ...] = ()
    premise: bool = True
    """False: the question takes for granted what is not so (`What is the dog riding?`)."""


def questions(scene: Scene, rng: Random) -> Asked:
    """Return one question about a drawn scene, all kinds about equally often."""
    while True:
        asked = rng.choice(_MAKERS)(Asker(scene, rng))
        if asked is not None:
            return asked


def _yes_no(question: Question, truth: bool, because: tuple[Triple, ...], premise: bool = True) -> Asked:
    return Asked(question, "yes" if truth else "no", because, ("yes" if truth else "no",), premise)


def exists(asker: Asker) -> Asked | None:
    """Ask whether a thing is there, with or without its colour; yes and no equally often."""
    rng = asker.rng
    truth, coloured = rng.random() < 0.5, rng.random() < 0.35
    pairs = {(e.category, asker.colour[e.id]) for e in asker.scene.entities}
    if truth:
        category, colour = rng.choice(sorted(pairs))
    else:
        colour = rng.choice(sorted(COLOURS))
        if coloured:
            category = rng.choice(sorted(asker.number))
            if (category, colour) in pairs:
                return None
        else:
            category = rng.choice([c for c in CATEGORIES if c not in asker.number])
    noun = asker.word(category)
    thing = Thing(noun, (colour,) if coloured else ())
    told = thing.words
    text = rng.choice(
        (
            f"Is there {a(told)}?",
            f"Is there {a(told)} in the picture?",
            f"Do you see {a(told)}?",
            f"Can you see {a(told)} in the image?",
            f"Are there any {' '.join((*thing.attributes, plural(noun)))}?",
        )
    )
    return _yes_no(Question("yes_no", text, thing), truth, ())


def related(asker: Asker) -> Asked | None:
    """Ask whether a relation holds; yes and no equally often."""
    rng, scene = asker.rng, asker.scene
    if rng.random() < 0.5:
        if not scene.relations:
            return None
        r = rng.choice(scene.relations)
        subject, predicate, target = scene.entity(r.subject), r.predicate, scene.entity(r.object)
        category = target.category
        named = asker.the(subject)
        truth = True
        because: tuple[Triple, ...] = ((r.subject, r.predicate, r.object),)
    else:
        found = asker.one("person") if rng.random() < 0.8 else asker.one()
        if found is None:
            return None
        subject, named = found[0], found[1:]
        predicate = rng.choice([p for p in GERUNDS if p not in ("on", "under") or subject.category != "person"])
        category = rng.choice(TARGETS[predicate] if rng.random() < 0.8 else CATEGORIES)
        # What is there is the harder question.
        there = [c for c in TARGETS[predicate] if c in asker.number]
        category = rng.choice(there) if there and rng.random() < 0.6 else category
        if any(asker.category[o] == category for o in asker.of(subject.id, predicate)) or category == subject.category:
            return None
        truth = False
        because = asker.triples(subject.id, predicate, None) or asker.triples(subject.id, None, None)[:1]
    if named is None:
        return None
    noun = asker.word(category)
    only = asker.number[category] == 1
    definite = only and rng.random() < 0.4
    told = f"the {noun}" if definite else a(noun)
    text = rng.choice(
        (f"Is {named[0]} {GERUNDS[predicate]} {told}?",) * 3 + (f"Is {named[0]} {GERUNDS[predicate]} {told} here?",)
    )
    if truth and named[1].label in ("person", "man") and asker.number["person"] > 0 and rng.random() < 0.2:
        text, thing = f"Is anyone {GERUNDS[predicate]} {told}?", Thing("person")
        because = asker.triples(None, predicate, None)[:1] if category != "dining_table" else because
        because = tuple(t for t in because if asker.category[t[2]] == category) or because[:0]
    else:
        thing = named[1]
    question = Question("yes_no", text, thing, predicate, Thing(noun, (), definite))
    return _yes_no(question, truth, because, premise=truth or category in asker.number)


def what(asker: Asker) -> Asked | None:
    """Ask what somebody rides, holds ...; one time in four of nothing at all."""
    rng = asker.rng
    found = asker.one("person") if rng.random() < 0.9 else asker.one("dog", "horse", "car", "bench", "cow", "couch")
    if found is None:
        return None
    subject, said, thing = found
    done = [p for p in GERUNDS if p not in ("on", "under") and asker.of(subject.id, p)]
    if done and rng.random() < 0.75:
        predicate = rng.choice(done)
    else:
        predicate = rng.choice(
            [p for p in ("ride", "hold", "sit_on", "kick", "read", "carry", "drag", "push", "wear") if p not in done]
        )
    targets = asker.of(subject.id, predicate)
    loosely = {
        r.object for r in asker.scene.relations if r.subject == subject.id and r.predicate in _LOOSE - {predicate}
    }
    if loosely & set(targets):
        return None  # whether a backpack that is worn is held, too, is a matter of words
    if predicate == "hold":
        targets = [t for t in targets if asker.category[t] not in ("bicycle", "motorcycle", "horse")]
        if not targets and "hold" in done:
            return None  # reins and handlebars: whether they are held is a matter of words
    text = rng.choice(
        (f"What is {said} {GERUNDS[predicate]}?",) * 3 + (f"Which thing is {said} {GERUNDS[predicate]}?",)
    )
    hand = f"What does {said} have in the hand?"
    if predicate == "hold" and rng.random() < 0.35:
        text = rng.choice((f"What is in the hand of {said}?", hand))
    names = tuple(dict.fromkeys(words(asker.category[t]) for t in targets))
    if len(names) > 1:
        return None
    question = Question("which", text, thing, predicate, None, "object")
    if not names:
        return Asked(question, "nothing", (), ("nothing",), False)
    because = tuple((subject.id, _told(asker, subject.id, predicate, t), t) for t in targets)
    return Asked(question, names[0], because, names)


def _told(asker: Asker, subject: str, predicate: str, target: str) -> str:
    """Return the predicate that the scene has between two entities, rather than the one of the question."""
    return next((r.predicate for r in asker.scene.relations if (r.subject, r.object) == (subject, target)), predicate)


def who(asker: Asker) -> Asked | None:
    """Ask who rides, holds ... a thing; of what nobody does, the answer is nobody."""
    rng = asker.rng
    found = asker.one(*DRAW)
    if found is None:
        return None
    target, said, thing = found
    verbs = [p for p, targets in TARGETS.items() if target.category in targets and p not in ("on", "under")]
    done = [p for p in verbs if asker.by(p, target.id)]
    if not verbs:
        return None
    predicate = rng.choice(done) if done and rng.random() < 0.85 else rng.choice(verbs)
    doers = asker.by(predicate, target.id)
    text = rng.choice(
        (f"Who is {GERUNDS[predicate]} {said}?",) * 2 + (f"Which person is {GERUNDS[predicate]} {said}?",)
    )
    hole = Thing("person") if text.startswith("Which") else None
    question = Question("which", text, hole, predicate, thing, "subject")
    if len(doers) > 1:
        return None
    if not doers:
        return Asked(question, "nobody", (), ("nobody", "nothing"), False)
    answer = asker.person_in(doers[0])
    because = ((doers[0], _told(asker, doers[0], predicate, target.id), target.id),)
    return Asked(question, answer, because, (answer,))


def placed(asker: Asker) -> Asked | None:
    """Ask what is on or under a table."""
    found = asker.one("dining_table")
    if found is None:
        return None
    target, said, thing = found
    predicate = asker.rng.choice(("on", "under"))
    things = asker.by(predicate, target.id)
    names = tuple(dict.fromkeys(words(asker.category[t]) for t in things))
    question = Question("which", f"What is {predicate} {said}?", None, predicate, thing, "subject")
    if not names:
        return Asked(question, "nothing", (), ("nothing",), False)
    because = tuple((t, predicate, target.id) for t in things)
    return Asked(question, " and ".join(names), because, (" and ".join(names), " and ".join(names[::-1])))


def counted(asker: Asker) -> Asked | None:
    """Ask how many there are of a category, one time in five of one that is not there."""
    rng = asker.rng
    category = rng.choice(sorted(asker.number)) if rng.random() < 0.8 else rng.choice(CATEGORIES)
    noun = asker.word(category)
    text = rng.choice(
        (
            f"How many {plural(noun)} are there?",
            f"How many {plural(noun)} are in the picture?",
            f"How many {plural(noun)} do you see?",
        )
    )
    number = str(asker.number[category])
    return Asked(Question("how_many", text, Thing(noun)), number, (), (number,), category in asker.number)


def where(asker: Asker) -> Asked | None:
    """Ask where a thing is that is on or under another."""
    rng = asker.rng
    found = [r for r in asker.scene.relations if r.predicate in ("on", "under", "sit_on")]
    if not found:
        return None
    r = rng.choice(found)
    named = asker.the(asker.scene.entity(r.subject))
    if named is None:
        return None
    predicate = "on" if r.predicate == "sit_on" else r.predicate
    answer = f"{predicate} the {words(asker.category[r.object])}"
    text = rng.choice((f"Where is {named[0]}?", f"Where can you see {named[0]}?"))
    return Asked(Question("where", text, named[1]), answer, ((r.subject, r.predicate, r.object),), (answer,))


def doing(asker: Asker) -> Asked | None:
    """Ask what a person is doing; with something else in the hand either answer is right."""
    found = asker.one("person")
    if found is None:
        return None
    subject, said, thing = found
    rows = sorted(asker.triples(subject.id, None, None), key=lambda t: t[1] == "hold")
    if not rows:
        return None
    told = tuple(f"{GERUNDS[p]} {a(words(asker.category[o]))}" for _, p, o in rows)
    text = asker.rng.choice((f"What is {said} doing?", f"What does {said} do?"))
    return Asked(Question("doing", text, thing), told[0], (rows[0],), told)


def coloured(asker: Asker) -> Asked | None:
    """Ask for a colour, or whether it is a certain one."""
    rng = asker.rng
    found = [e for e in asker.scene.entities if asker.number[e.category] == 1]
    if not found:
        return None
    entity = rng.choice(found)
    noun, colour = asker.word(entity.category), asker.colour[entity.id]
    thing = Thing(noun, (), True)
    if rng.random() < 0.6:
        text = rng.choice((f"What colour is the {noun}?", f"What color is the {noun}?"))
        return Asked(Question("attribute", text, thing, attribute="colour"), colour, (), (colour,))
    truth = rng.random() < 0.5
    shown = colour if truth else rng.choice([c for c in sorted(COLOURS) if c != colour])
    return _yes_no(Question("yes_no", f"Is the {noun} {shown}?", thing, attribute=shown), truth, ())


def beside(asker: Asker) -> Asked | None:
    """Ask what is left or right of a thing, or whether a certain thing is."""
    rng, scene = asker.rng, asker.scene
    found = asker.one()
    if found is None:
        return None
    target, said, thing = found
    side = rng.choice(("left", "right"))
    others = [e for e in scene.entities if e.id != target.id]
    state = {e.id: _side(e, target) for e in others}
    if rng.random() < 0.5:
        clear = [e for e in others if state[e.id]]
        rng.shuffle(clear)
        named = next(((e, *n) for e in clear if (n := asker.the(e)) is not None), None)
        if named is None:
            return None
        subject, told, other = named
        truth = state[subject.id] == side
        text = rng.choice((f"Is {told} left of {said}?", f"Is {told} to the left of {said}?")).replace("left", side)
        question = Question("yes_no", text, other, f"{side}_of", thing)
        return _yes_no(question, truth, ((subject.id, f"{state[subject.id]}_of", target.id),))
    if not all(state.values()):
        return None
    beyond = [e for e in others if state[e.id] == side]
    if len(beyond) > 1:
        return None
    text = rng.choice((f"What is left of {said}?", f"What is to the left of {said}?")).replace("left", side)
    question = Question("which", text, None, f"{side}_of", thing, "subject")
    if not beyond:
        return Asked(question, "nothing", (), ("nothing",), False)
    name = words(beyond[0].category)
    return Asked(question, name, ((beyond[0].id, f"{side}_of", target.id),), (name, asker.person_in(beyond[0].id)))


def _side(entity: Entity, target: Entity) -> str:
    """Return `left` or `right` where the boxes lie clear of each other, else an empty string."""
    if entity.box is None or target.box is None:
        return ""
    if entity.box[2] < target.box[0] - _CLEAR:
        return "left"
    return "right" if entity.box[0] > target.box[2] + _CLEAR else ""


_MAKERS: tuple[Callable[[Asker], Asked | None], ...] = (
    exists, related, related, what, what, who, placed, counted, where, doing, coloured, beside,
)  # fmt: skip


def every_kind(scene: Scene, rng: Random) -> Iterator[Asked]:
    """Yield one question of each kind that the scene allows."""
    for maker in dict.fromkeys(_MAKERS):
        if (asked := maker(Asker(scene, rng))) is not None:
            yield asked
