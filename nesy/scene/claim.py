"""Claim: one statement about an image (an entity, a part state, a relation, a count), and its words."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from nesy.geometry import Box

_ID = re.compile(r"\w[\w.\-]{0,99}")


@lru_cache(maxsize=65536)
def term(label: str) -> str:
    """Return the form in which labels are compared: lower case, words joined by one underscore.

    >>> term(" Sit  on ") == term("sit_on") == "sit_on"
    True
    """
    return re.sub(r"[\s_]+", "_", label.strip().lower()).strip("_")


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("an id is 1 to 100 letters, digits, '_', '-' or '.', and starts with a letter or digit")
    return value


def _check_label(value: str) -> str:
    if not value.strip():
        raise ValueError("a label must not be blank")
    return value


def _check_spans(value: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    if any(start >= end for start, end in value):
        raise ValueError("a span is [start, end] in characters, and its start is less than its end")
    if any(left >= right for left, right in pairwise(value)):
        raise ValueError("spans stand in the order of the text, each once")
    return value


Id = Annotated[str, AfterValidator(_check_id)]
Label = Annotated[str, Field(max_length=200), AfterValidator(_check_label)]
Confidence = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Pixels = Annotated[int, Field(gt=0, lt=2**31)]
"""A side of a picture; no format of pictures holds a longer one (PNG, third edition, 11.2.1)."""
Spans = Annotated[
    tuple[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]], ...],
    AfterValidator(_check_spans),
    Field(exclude_if=lambda spans: not spans, description="Where a text says it: [start, end) in characters."),
]
"""Where a text says a claim: [start, end) in characters, in the order of the text; () for what no text says."""


class Frozen(BaseModel):
    """A value that never changes; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ImageInfo(Frozen):
    """Which image a scene is about; sizes in pixels of the upright image.

    >>> ImageInfo(name="ride.png", width_px=192, height_px=108).width_px
    192
    """

    name: str
    """File name of the picture."""
    width_px: Pixels | None = None
    """Width of the upright picture, in pixels."""
    height_px: Pixels | None = None
    """Height of the upright picture, in pixels."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 sum of the file's bytes, in hexadecimal digits."""


class Entity(Frozen):
    """One thing in the image. `box`: left, top, right, bottom in [0, 1].

    >>> Entity(id="horse_1", category="horse", box=(0.1, 0.2, 0.6, 0.9), attributes=("brown",)).box
    (0.1, 0.2, 0.6, 0.9)
    """

    id: Id
    """What claims refer to it by; assigned where it is left out: `person_1`, `person_2` ..."""
    category: Label
    """What it is: a word of the ontology, or any other."""
    box: Box | None = None
    """Where it is, of the upright image, origin top left."""
    attributes: tuple[Label, ...] = ()
    """What is said of it in a word each: colours, sizes, materials."""
    confidence: Confidence | None = None
    """Of the category."""
    box_confidence: Annotated[Confidence | None, Field(exclude_if=lambda sure: sure is None)] = None
    """Of the box: the geometric mean over its four edges."""
    spans: Spans = ()

    @model_validator(mode="after")
    def _a_box_to_be_sure_of(self) -> Self:
        if self.box is None and self.box_confidence is not None:
            raise ValueError("box_confidence is of a box, and there is none")
        return self


class PartState(Frozen):
    """A body part of `entity` in a state, possibly towards an object: hip, sit on, bicycle_1.

    >>> in_words(PartState(id="p1", entity="person_1", part="hip", state="sit on", object="bicycle_1"))
    'person_1 hip sit on bicycle_1'
    """

    id: Id
    """Assigned where it is left out: `p1`, `p2` ..."""
    entity: Id
    """Id of the entity whose part it is."""
    part: Label
    """A body part: foot, leg, hip, hand, arm, head, or a left or right one."""
    state: Label
    """What the part does or is: `sit on`, `hold`."""
    object: Id | None = None
    """Id of the entity that the state is towards."""
    confidence: Confidence | None = None
    """Of the whole claim."""
    spans: Spans = ()


class Relation(Frozen):
    """subject, predicate, object: a human-object interaction or a spatial relation.

    >>> in_words(Relation(id="r1", subject="cup_1", predicate="on", object="table_1", confidence=0.9))
    'cup_1 on table_1'
    """

    id: Id
    """Assigned where it is left out: `r1`, `r2` ..."""
    subject: Id
    """Id of the entity that does something, or is somewhere."""
    predicate: Label
    """A verb or a position: `ride`, `left of`."""
    object: Id
    """Id of the entity that it is done to, or that it is placed by."""
    confidence: Confidence | None = None
    """Of the whole claim."""
    spans: Spans = ()


class Count(Frozen):
    """How many entities of a category the image is said to hold.

    >>> in_words(Count(id="n1", category="person", value=3))
    '3 person'
    """

    id: Id
    """Assigned where it is left out: `n1`, `n2` ..."""
    category: Label
    """What is counted."""
    value: Annotated[int, Field(ge=0, le=10_000)]
    """How many there are said to be."""
    confidence: Confidence | None = None
    """Of the whole claim."""
    spans: Spans = ()


Claim = Entity | PartState | Relation | Count


def attribute_id(entity: Entity, place: int) -> str:
    """Return the id of an attribute of an entity, as its node in a graph is named.

    >>> attribute_id(Entity(id="cup_1", category="cup", attributes=("red",)), 0)
    'cup_1/attribute/0'
    """
    return f"{entity.id}/attribute/{place}"


def in_words(claim: Claim) -> str:
    """Say a claim in the plain words of its scene, as prompts and reports show it.

    >>> in_words(Relation(id="r1", subject="person_1", predicate="ride", object="horse_1"))
    'person_1 ride horse_1'
    >>> in_words(PartState(id="p1", entity="person_1", part="hip", state="sit on", object="horse_1"))
    'person_1 hip sit on horse_1'
    >>> in_words(Entity(id="horse_1", category="horse")), in_words(Count(id="n1", category="person", value=3))
    ('horse_1 is a horse', '3 person')
    """
    match claim:
        case Entity():
            return f"{claim.id} is a {claim.category}"
        case PartState():
            towards = "" if claim.object is None else f" {claim.object}"
            return f"{claim.entity} {claim.part} {claim.state}{towards}"
        case Relation():
            return f"{claim.subject} {claim.predicate} {claim.object}"
        case Count():
            return f"{claim.value} {claim.category}"


def in_full(claim: Claim) -> str:
    """Say a claim with all that is said of an entity.

    >>> in_full(Entity(id="cup_1", category="cup", attributes=("red",)))
    'cup_1 is a cup, red'
    """
    return ", ".join((in_words(claim), *(claim.attributes if isinstance(claim, Entity) else ())))


def named(claim: Claim, entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Return the entities that a claim names, in their order; a count names none."""
    match claim:
        case Relation():
            ids: set[str | None] = {claim.subject, claim.object}
        case PartState():
            ids = {claim.entity, claim.object}
        case Entity():
            ids = {claim.id}
        case Count():
            ids = set()
    return tuple(entity for entity in entities if entity.id in ids)
