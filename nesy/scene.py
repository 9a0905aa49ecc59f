"""Scene: what is claimed of one image (entities, part states, relations, counts), as `nesy.scene/1`."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from nesy.errors import InputError
from nesy.geometry import Box

Model = TypeVar("Model", bound=BaseModel)

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
Spans = Annotated[
    tuple[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]], ...],
    AfterValidator(_check_spans),
    Field(exclude_if=lambda spans: not spans, description="Where a text says it: [start, end) in characters."),
]
"""Where a text says a claim: [start, end) in characters, in the order of the text; () for what no text says."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ImageInfo(_Frozen):
    """Which image a scene is about; sizes in pixels of the upright image.

    >>> ImageInfo(name="ride.png", width_px=192, height_px=108).width_px
    192
    """

    name: str
    """File name of the picture."""
    width_px: Annotated[int, Field(gt=0)] | None = None
    """Width of the upright picture, in pixels."""
    height_px: Annotated[int, Field(gt=0)] | None = None
    """Height of the upright picture, in pixels."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 sum of the file's bytes, in hexadecimal digits."""


class Entity(_Frozen):
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


class PartState(_Frozen):
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


class Relation(_Frozen):
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


class Count(_Frozen):
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


_LISTS = {"part_states": "p", "relations": "r", "counts": "n"}


def _with_ids(data: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the ids that the input leaves out (`r1`, `r2` ...; `person_1` for entities)."""
    filled = dict(data)
    taken = {
        row["id"]
        for name in ("entities", *_LISTS)
        if isinstance(filled.get(name), (list, tuple))
        for row in filled[name]
        if isinstance(row, Mapping) and isinstance(row.get("id"), str)
    }

    def fresh(prefix: str) -> str:
        number = 1
        while f"{prefix}{number}" in taken:
            number += 1
        taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    def named(row: Any, prefix: str) -> Any:
        return {**row, "id": fresh(prefix)} if isinstance(row, Mapping) and "id" not in row else row

    if isinstance(filled.get("entities"), (list, tuple)):
        filled["entities"] = [
            named(row, re.sub(r"[^\w.\-]", "", term(row["category"])) + "_")
            if isinstance(row, Mapping) and isinstance(row.get("category"), str)
            else row
            for row in filled["entities"]
        ]
    for name, prefix in _LISTS.items():
        if isinstance(filled.get(name), (list, tuple)):
            filled[name] = [named(row, prefix) for row in filled[name]]
    return filled


class Scene(_Frozen):
    """Everything that is claimed of one image. Ids are unique; references resolve; order is kept.

    Ids that are left out of the input are assigned: `person_1` for an entity, `r1` for a relation.

    >>> scene = Scene.from_json('''{
    ...     "entities": [{"category": "person"}, {"category": "horse"}],
    ...     "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}]
    ... }''')
    >>> [in_words(claim) for claim in scene.claims()]
    ['person_1 is a person', 'horse_1 is a horse', 'person_1 ride horse_1']
    >>> len(scene.without(frozenset({"horse_1"})).relations)
    0
    """

    schema_: Literal["nesy.scene/1"] = Field(default="nesy.scene/1", alias="schema")
    image: ImageInfo | None = None
    """Which image it is about, where that is known."""
    entities: tuple[Entity, ...]
    """The things; may be empty."""
    part_states: tuple[PartState, ...] = ()
    """What body parts do."""
    relations: tuple[Relation, ...] = ()
    """What things do to each other, and where they are."""
    counts: tuple[Count, ...] = ()
    """How many there are of a category."""

    @model_validator(mode="before")
    @classmethod
    def _assign_ids(cls, data: Any) -> Any:
        return _with_ids(data) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _references_resolve(self) -> Self:
        twice = [i for i, n in Counter(claim.id for claim in self.claims()).items() if n > 1]
        if twice:
            raise ValueError(f"duplicate id {twice[0]!r}; every claim needs an id of its own")
        known = {entity.id for entity in self.entities}
        for where, target in self._references():
            if target not in known:
                raise ValueError(f"{where} names {target!r}, which is no entity of this scene")
        return self

    def _references(self) -> Iterator[tuple[str, str]]:
        for i, state in enumerate(self.part_states):
            yield f"part_states.{i}.entity", state.entity
            if state.object is not None:
                yield f"part_states.{i}.object", state.object
        for i, relation in enumerate(self.relations):
            yield f"relations.{i}.subject", relation.subject
            yield f"relations.{i}.object", relation.object

    def claims(self) -> Iterator[Claim]:
        """Yield every claim: entities, part states, relations, counts, each in order."""
        yield from self.entities
        yield from self.part_states
        yield from self.relations
        yield from self.counts

    def entity(self, entity_id: str) -> Entity:
        """Return the entity with this id.

        Raises:
            KeyError: the scene has none.
        """
        for entity in self.entities:
            if entity.id == entity_id:
                return entity
        raise KeyError(entity_id)

    def without(self, claim_ids: frozenset[str]) -> "Scene":
        """Return the scene without these claims, and without every claim that refers to a dropped entity."""
        return self.model_copy(
            update={
                "entities": tuple(e for e in self.entities if e.id not in claim_ids),
                "part_states": tuple(p for p in self.part_states if not {p.id, p.entity, p.object} & claim_ids),
                "relations": tuple(r for r in self.relations if not {r.id, r.subject, r.object} & claim_ids),
                "counts": tuple(c for c in self.counts if c.id not in claim_ids),
            }
        )

    def to_json(self, indent: int | None = None) -> str:
        """Return the scene as `nesy.scene/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "scene") -> "Scene":
        """Read `nesy.scene/1` JSON.

        Raises:
            InputError: it is no JSON or no scene; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source, written_by_hand=True)


def read_json(kind: type[Model], text: str | bytes, source: str, *, written_by_hand: bool = False) -> Model:
    """Read JSON as a `kind`.

    Args:
        kind: what it is read as.
        text: JSON.
        source: the file, for messages.
        written_by_hand: whether a key that an object has twice is looked for; JSON's readers keep the last in silence.

    Raises:
        InputError: it is no JSON or no `kind`; names `source`, the field and what is wrong with it.
    """
    try:
        read = kind.model_validate_json(text)
    except ValidationError as error:
        raise InputError(f"{source}: {one_line(error)}") from None
    if written_by_hand:
        try:
            json.loads(text, object_pairs_hook=_with_every_key_once)
        except _KeyTwiceError as twice:
            raise InputError(
                f"{source}: the key {twice.key!r} stands twice in one object; one of them is meant"
            ) from None
    return read


class _KeyTwiceError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _with_every_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _KeyTwiceError(next(key for key in keys if keys.count(key) > 1))
    return found


def one_line(error: ValidationError) -> str:
    """Say in one line what pydantic found wrong: each field with its message, at most five of them."""
    problems = []
    for item in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = "unknown key"
        shown = repr(item["input"])
        untold = item["type"] in ("missing", "extra_forbidden", "json_invalid") or len(shown) > 60
        got = "" if untold else f", got {shown}"
        problems.append(f"{where}: {message}{got}" if where else message)
    more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
    return "; ".join(problems[:5]) + more
