"""The wire format: how a scene and a patch are written in a model's reply (compact JSON, one fixed order).

A scene: `{"entities":[{"id":"person_1","box":[0.10,0.20,0.40,0.90],"attributes":["red"]}],
"part_states":[{"entity":"person_1","part":"hip","state":"sit on","object":"horse_1"}],
"relations":[{"subject":"person_1","predicate":"ride","object":"horse_1"}],"counts":[{"category":"person","value":1}]}`.
An entity's category is its id without the number. A patch: `{"1":"keep","2":"withdraw"}`. An answer to a question:
`{"answer":"a horse","because":[{"subject":"person_1","predicate":"ride","object":"horse_1"}]}`.
Which things of a picture are things of those before it: `{"p2_person_1":"p1_person_1","p2_dog_1":"new"}`.
"""

import json
import re
from collections.abc import Mapping, Sequence

from nesy.geometry import SHARES, Box, BoxForm
from nesy.scene import Scene

MAX_ENTITIES = 16
MAX_PART_STATES = 32
MAX_RELATIONS = 32
MAX_COUNTS = 12
MAX_REASONS = 4
"""Every list in a reply is bounded: an unbounded one under a grammar can repeat itself without end."""
NEW = "new"
"""What is answered of a thing that no earlier picture shows."""
_BOX = re.compile(r"\[" + ",".join([r"([01]\.\d\d)"] * 4) + r"\]")
_AT_BOX = re.compile(rf"(?: at)? ?{_BOX.pattern}")


def write_box(box: Box, form: BoxForm = SHARES) -> str:
    """Write a box in a model's form: whole numbers, or two decimals.

    >>> write_box((0.1, 0.2, 0.4, 1.0))
    '[0.10,0.20,0.40,1.00]'
    >>> write_box((0.1, 0.2, 0.4, 1.0), BoxForm(size=(1000, 1000), picture=(0, 0, 1000, 1000), whole=True))
    '[100,200,400,1000]'
    """
    return "[" + ",".join(f"{value:.{0 if form.whole else 2}f}" for value in form.numbers(box)) + "]"


def boxes_in(text: str, form: BoxForm | None) -> str:
    """Return a text with the boxes that it names, as `write_box` writes shares, in a model's form; None: without them.

    >>> boxes_in("the cup at [0.10,0.20,0.40,1.00] is red", BoxForm(order="yxyx"))
    'the cup at [0.20,0.10,1.00,0.40] is red'
    >>> boxes_in("the cup at [0.10,0.20,0.40,1.00] is red", None)
    'the cup is red'
    """
    if form is None:
        return _AT_BOX.sub("", text)
    return _BOX.sub(lambda found: write_box(tuple(map(float, found.groups())), form), text)  # type: ignore[arg-type]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(rows: list[str]) -> str:
    return "[" + ",".join(rows) + "]"


def write_scene(scene: Scene, form: BoxForm | None = SHARES) -> str:
    """Write a scene as a model should: ids carry the category, confidences and claim ids are left out.

    Args:
        scene: what is written.
        form: of its boxes; None: none is written.
    """
    entities = [
        f'{{"id":{_quoted(e.id)}'
        + (f',"{form.key}":{write_box(e.box, form)}' if form is not None and e.box is not None else "")
        + f',"attributes":{_list([_quoted(a) for a in e.attributes])}}}'
        for e in scene.entities
    ]
    part_states = [
        f'{{"entity":{_quoted(p.entity)},"part":{_quoted(p.part)},"state":{_quoted(p.state)}'
        + (f',"object":{_quoted(p.object)}' if p.object is not None else "")
        + "}"
        for p in scene.part_states
    ]
    relations = [
        f'{{"subject":{_quoted(r.subject)},"predicate":{_quoted(r.predicate)},"object":{_quoted(r.object)}}}'
        for r in scene.relations
    ]
    counts = [f'{{"category":{_quoted(c.category)},"value":{c.value}}}' for c in scene.counts]
    return (
        f'{{"entities":{_list(entities)},"part_states":{_list(part_states)},'
        f'"relations":{_list(relations)},"counts":{_list(counts)}}}'
    )


def write_patch(answers: Mapping[int, str]) -> str:
    """Write the answers to numbered claims.

    >>> write_patch({1: "keep", 2: "sit_on"})
    '{"1":"keep","2":"sit_on"}'
    """
    return json.dumps({str(number): answer for number, answer in answers.items()}, separators=(",", ":"))


def write_locations(boxes: Mapping[str, Box | None], form: BoxForm = SHARES) -> str:
    """Write where things are; None: nowhere to be seen.

    >>> write_locations({"cup_1": (0.1, 0.2, 0.4, 0.9), "dog_1": None})
    '{"cup_1":[0.10,0.20,0.40,0.90],"dog_1":null}'
    """
    places = [f"{_quoted(name)}:{'null' if box is None else write_box(box, form)}" for name, box in boxes.items()]
    return f"{{{','.join(places)}}}"


def write_answer(answer: str, because: Sequence[tuple[str, str, str]] = ()) -> str:
    """Write the answer to a question with the triples (subject, predicate, object) that it rests on.

    >>> write_answer("no")
    '{"answer":"no","because":[]}'
    """
    reasons = [
        f'{{"subject":{_quoted(subject)},"predicate":{_quoted(predicate)},"object":{_quoted(target)}}}'
        for subject, predicate, target in because
    ]
    return f'{{"answer":{_quoted(answer)},"because":{_list(reasons)}}}'
