"""A scene with confidences, or answers with chances -> a reply whose tokens are as sure as these, in the wire format.

`nesy.perception` reads a claim's confidence off the tokens that write it. A model that weighs by other means than by
writing token by token says so here: one token of a claim bears its chance, and all others are certain.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nesy.grounding.sightings import PRIOR
from nesy.models.seen_answers import SeenAnswer
from nesy.scene import Count, Entity, PartState, Relation, Scene
from nesy.turns import Token

_DIGITS = 4


def scene_tokens(scene: Scene) -> tuple[Token, ...]:
    """Write a scene as `nesy.perception.reply_format` tells; a box is as sure as its entity."""
    lists: Mapping[str, Sequence[Sequence[Token]]] = {
        "entities": [list(_entity(entity)) for entity in scene.entities],
        "part_states": [list(_part_state(state)) for state in scene.part_states],
        "relations": [list(_relation(relation)) for relation in scene.relations],
        "counts": [list(_count(count)) for count in scene.counts],
    }
    return tuple(_object(lists))


def patch_tokens(answers: Mapping[int, tuple[str, float]]) -> tuple[Token, ...]:
    """Write the answers to numbered claims, each with how sure it is.

    >>> "".join(token.text for token in patch_tokens({1: ("keep", 0.9), 2: ("withdraw", 0.7)}))
    '{"1":"keep","2":"withdraw"}'
    """
    rows = [(_sure(f'"{number}":'), _said(answer, chance)) for number, (answer, chance) in answers.items()]
    return (_sure("{"), *_joined(rows), _sure("}"))


def answer_tokens(answer: SeenAnswer) -> tuple[Token, ...]:
    """Write the answer to a question, as sure as it is; what nobody weighed is as likely as not."""
    keys = ("subject", "predicate", "object")
    because = [dict(zip(keys, reason, strict=True)) for reason in answer.because]
    chance = PRIOR if answer.chance is None else answer.chance
    return (_sure('{"answer":'), _said(answer.text, chance), _sure(f',"because":{_quoted(because)}}}'))


def _object(lists: Mapping[str, Sequence[Sequence[Token]]]) -> Iterator[Token]:
    yield _sure("{")
    for place, (name, rows) in enumerate(lists.items()):
        yield _sure(f'{"," if place else ""}"{name}":[')
        yield from _joined(rows)
        yield _sure("]")
    yield _sure("}")


def _joined(rows: Sequence[Sequence[Token]]) -> Iterator[Token]:
    for place, row in enumerate(rows):
        if place:
            yield _sure(",")
        yield from row


def _entity(entity: Entity) -> Iterator[Token]:
    yield _sure('{"id":')
    yield _said(entity.id, entity.confidence)
    yield _sure(',"category":')
    yield _said(entity.category, entity.confidence)
    if entity.box is not None:
        yield _sure(',"box":[')
        for place, edge in enumerate(entity.box):
            yield _sure("," if place else "")
            yield Token(text=f"{edge:.{_DIGITS}f}", probability=_share(entity.confidence))
        yield _sure("]")
    yield _sure(f',"attributes":{json.dumps(entity.attributes, ensure_ascii=False)}}}')


def _part_state(claim: PartState) -> Iterator[Token]:
    yield _sure(f'{{"entity":{_quoted(claim.entity)},"part":{_quoted(claim.part)},"state":')
    yield _said(claim.state, claim.confidence)
    yield _sure("}" if claim.object is None else f',"object":{_quoted(claim.object)}}}')


def _relation(claim: Relation) -> Iterator[Token]:
    yield _sure(f'{{"subject":{_quoted(claim.subject)},"predicate":')
    yield _said(claim.predicate, claim.confidence)
    yield _sure(f',"object":{_quoted(claim.object)}}}')


def _count(claim: Count) -> Iterator[Token]:
    yield _sure(f'{{"category":{_quoted(claim.category)},"value":')
    yield _said(claim.value, claim.confidence)
    yield _sure("}")


def _said(value: str | int, chance: float | None) -> Token:
    return Token(text=_quoted(value), probability=_share(chance))


def _sure(text: str) -> Token:
    return Token(text=text, probability=1.0)


def _share(chance: float | None) -> float | None:
    return None if chance is None else round(chance, _DIGITS)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
