"""The wire format: how a scene and a patch are written in a model's reply (compact JSON, one fixed order).

A scene: `{"entities":[{"id":"person_1","box":[0.10,0.20,0.40,0.90],"attributes":["red"]}],
"part_states":[{"entity":"person_1","part":"hip","state":"sit on","object":"horse_1"}],
"relations":[{"subject":"person_1","predicate":"ride","object":"horse_1"}],"counts":[{"category":"person","value":1}]}`.
An entity's category is its id without the number. A patch: `{"1":"keep","2":"withdraw"}`. An answer to a question:
`{"answer":"a horse","because":[{"subject":"person_1","predicate":"ride","object":"horse_1"}]}`.
"""

import json
from collections.abc import Mapping, Sequence

from nesy.geometry import Box
from nesy.scene import Scene

MAX_ENTITIES = 16
MAX_PART_STATES = 32
MAX_RELATIONS = 32
MAX_COUNTS = 12
MAX_REASONS = 4
"""Every list in a reply is bounded: an unbounded one under a grammar can repeat itself without end."""


def write_box(box: Box) -> str:
    """Write a box with two decimals.

    >>> write_box((0.1, 0.2, 0.4, 1.0))
    '[0.10,0.20,0.40,1.00]'
    """
    return "[" + ",".join(f"{value:.2f}" for value in box) + "]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(rows: list[str]) -> str:
    return "[" + ",".join(rows) + "]"


def write_scene(scene: Scene) -> str:
    """Write a scene as a model should: ids carry the category, confidences and claim ids are left out."""
    entities = [
        f'{{"id":{_quoted(e.id)}'
        + (f',"box":{write_box(e.box)}' if e.box is not None else "")
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
