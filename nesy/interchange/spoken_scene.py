"""A scene -> plain English sentences that say it, and how each claim is said or asked.

Verbs are told in the progressive ("is riding"), positions as they are ("is on"). A thing that is not the only one of
its kind is told by its place in the row, or in a question by its box.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from nesy.geometry import SHARES, BoxForm, centre
from nesy.grounding.opinion import article, listed
from nesy.grounding.read_text import said_text
from nesy.language.verbs import participle
from nesy.ontology import Ontology
from nesy.perception.reply_format import write_box
from nesy.scene import Count, Entity, PartState, Relation, Scene, term

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SIDES = {"left of": "to the left of", "right of": "to the right of"}
_PARTICIPLE = re.compile(r"\w*[aeiouy]\w*ing|\w*[aeiouy]\w*(?<!e)ed")
"""A form that stands after "is" as it is: "leaning", "covered"; not "bring", "bleed"."""
_BESIDE_VERBS = frozenset(
    [
        "about", "among", "atop", "close", "congruent", "for", "from", "made", "of", "opposite", "part", "same",
        "shorter", "smaller", "larger", "taller", "through", "to", "towards", "underneath", "upon", "with", "within",
    ]
)  # fmt: skip
"""First words of predicates that are no verbs, beside the positions of the ontology."""
_OWNING = {"has": "have", "contains": "contain"}
"""Verbs of no doing: "the chair has a cushion", "does the chair have a cushion?"."""
_SAID_OTHERWISE = {
    "and": "together with", "has_part": "has", "no_interaction": "doing nothing with", "control": "controlling",
    "martial_art": "practising a martial art", "raise(over_head)": "raising over the head",
    "shoulder_carry": "carrying on the shoulder",
}  # fmt: skip
"""Words of the vocabulary that do not stand in a sentence as they are."""
_PLURALS = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "foot": "feet", "tooth": "teeth",
    "goose": "geese", "mouse": "mice", "ox": "oxen", "sheep": "sheep", "deer": "deer", "fish": "fish", "skis": "skis",
    "scissors": "scissors", "knife": "knives", "leaf": "leaves", "shelf": "shelves", "loaf": "loaves", "wolf": "wolves",
    "calf": "calves",
}  # fmt: skip


def sentences(scene: Scene, ontology: Ontology) -> str:
    """Return what a scene says, in sentences: what there is, what it is like, what it does and where it is.

    >>> scene = Scene.from_json('''{"entities": [{"category": "person", "attributes": ["tall"]}, {"category": "horse"}],
    ...     "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}]}''')
    >>> sentences(scene, Ontology.default())
    'There is a person and a horse. The person is tall. The person is riding the horse.'
    """
    names = in_row(scene.entities)
    said = [*_there_is(scene.entities)]
    for entity in scene.entities:
        qualities = [like for like in entity.attributes if said_text(like) is None]
        if qualities:
            said.append(f"{names[entity.id]} is {listed(map(plain, qualities), len(qualities))}")
        said += [f"{names[entity.id]} {plain(like)}" for like in entity.attributes if said_text(like) is not None]
    for state in scene.part_states:
        said.append(" ".join(told_state(state, names, ontology)))
    for relation in scene.relations:
        said.append(" ".join(told_relation(relation, names, ontology)))
    numbers = Counter(term(entity.category) for entity in scene.entities)
    said += [f"in all there {counted(count)}" for count in scene.counts if numbers[term(count.category)] != count.value]
    return " ".join(f"{one[:1].upper()}{one[1:]}." for one in dict.fromkeys(said))


def in_row(entities: Sequence[Entity]) -> dict[str, str]:
    """Return how a text names each thing, by its id: `the cup`; of several `the second cup from the left`."""
    names = {}
    for _, alike in _alike(entities):
        boxed = all(entity.box is not None for entity in alike)
        row = sorted(alike, key=lambda one: centre(one.box)[0] if one.box is not None and boxed else 0.0)
        for place, entity in enumerate(row):
            word = plain(entity.category)
            if len(row) == 1:
                names[entity.id] = f"the {word}"
            elif place < len(_ORDINALS):
                names[entity.id] = f"the {_ORDINALS[place]} {word}{' from the left' if boxed else ''}"
            else:
                names[entity.id] = f"{word} number {place + 1}{' from the left' if boxed else ''}"
    return names


def by_box(entities: Sequence[Entity], form: BoxForm | None = SHARES) -> dict[str, str]:
    """Return how a question names each thing, by its id; what neither its kind nor a box tells apart is left out."""
    names = {}
    for _, alike in _alike(entities):
        for entity in alike:
            if len(alike) == 1:
                names[entity.id] = f"the {plain(entity.category)}"
            elif entity.box is not None and form is not None:
                names[entity.id] = f"the {plain(entity.category)} at {write_box(entity.box, form)}"
    return names


def told_relation(claim: Relation, names: dict[str, str], ontology: Ontology) -> tuple[str, str, str]:
    """Return who, the verb, and what is said of them: `the man`, `is`, `riding the horse`."""
    verb, rest = told_predicate(ontology.canonical("predicate", claim.predicate), ontology)
    return names[claim.subject], verb, f"{rest} {names[claim.object]}".strip()


def told_state(claim: PartState, names: dict[str, str], ontology: Ontology) -> tuple[str, str, str]:
    """Likewise of a part state: `the hip of the man`, `is`, `sitting on the horse`."""
    verb, rest = told_predicate(ontology.canonical("state", claim.state), ontology)
    towards = "" if claim.object is None else f" {names[claim.object]}"
    name, part = names[claim.entity], plain(claim.part)
    return f"the {part} of {name}", verb, f"{rest}{towards}"


def told_predicate(predicate: str, ontology: Ontology) -> tuple[str, str]:
    """Return the verb of a predicate and the rest: `is` and `sitting on`, `is` and `under`, `has` and nothing.

    >>> [told_predicate(word, Ontology.default()) for word in ("sit_on", "left_of", "covered_by", "has", "hug tightly")]
    [('is', 'sitting on'), ('is', 'to the left of'), ('is', 'covered by'), ('has', ''), ('is', 'hugging tightly')]
    """
    word = _SAID_OTHERWISE.get(term(predicate), plain(predicate))
    word = _SIDES.get(word, word)
    if word in _OWNING:
        return word, ""
    if term(predicate) in _SAID_OTHERWISE:
        return "is", word
    first, _, rest = word.partition(" ")
    if first in ("be", "is"):
        return "is", rest
    done = {plain(one).partition(" ")[0] for one in ontology.verbs | ontology.states}
    placed = {plain(one).partition(" ")[0] for one in ontology.spatial}
    if first not in done and (first in placed | _BESIDE_VERBS or _PARTICIPLE.fullmatch(first)):
        return "is", word
    return "is", " ".join(filter(None, (participle(first), rest)))


def asked(subject: str, verb: str, rest: str) -> str:
    """Return the question whether something is so.

    >>> asked("the man", "is", "riding the horse"), asked("the chair", "has", "the cushion")
    ('Is the man riding the horse?', 'Does the chair have the cushion?')
    """
    return f"Is {subject} {rest}?" if verb == "is" else f"Does {subject} {_OWNING[verb]} {rest}?"


def counted(count: Count) -> str:
    """Return a count as what there is: `are two people`."""
    return f"is one {plain(count.category)}" if count.value == 1 else f"are {numbered(count.value, count.category)}"


def numbered(number: int, category: str) -> str:
    """Return a number of things.

    >>> numbered(2, "person"), numbered(1, "knife"), numbered(12, "potted_plant")
    ('two people', 'one knife', '12 potted plants')
    """
    told = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{told} {plain(category) if number == 1 else plural(plain(category))}"


def plural(noun: str) -> str:
    """Return an English noun in the plural.

    >>> [plural(one) for one in ("man", "bus", "fire hydrant", "baby", "toy", "wine glass")]
    ['men', 'buses', 'fire hydrants', 'babies', 'toys', 'wine glasses']
    """
    *before, last = noun.split(" ")
    if last in _PLURALS:
        made = _PLURALS[last]
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        made = last + "es"
    elif last.endswith("y") and last[-2:-1] not in tuple("aeiou"):
        made = last[:-1] + "ies"
    else:
        made = last + "s"
    return " ".join((*before, made))


def plain(word: str) -> str:
    """Return a label as it stands in a sentence: blanks for underscores."""
    return term(word).replace("_", " ")


def _there_is(entities: Sequence[Entity]) -> Iterator[str]:
    told = [article(plain(word)) if len(alike) == 1 else numbered(len(alike), word) for word, alike in _alike(entities)]
    if told:
        (_, first), *_ = _alike(entities)
        yield f"there {'is' if len(first) == 1 else 'are'} {listed(told, len(told))}"


def _alike(entities: Sequence[Entity]) -> list[tuple[str, list[Entity]]]:
    """Return the things of each category, in the order in which the categories come."""
    kinds: dict[str, list[Entity]] = {}
    for entity in entities:
        kinds.setdefault(term(entity.category), []).append(entity)
    return list(kinds.items())
