"""Photographs with hand-made truth, a row each: what is true, what is false, and what is not fully listed.

A row has `file`, `size_px` [width, height], `exhaustive` (categories of which every thing is listed), `open` (those
that are listed in part), `entities` (`id`, `category`, `box` in [0, 1]), `relations` (`subject`, `predicate`,
`object`), `part_states` (`entity`, `part`, `state`, perhaps `object`) and `false`, relations that do not hold, whose
ends may be bare categories. What has `"uncertain": true` is neither true nor false. Of a category that the ontology
has, and that is neither exhaustive nor open, nothing is there.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nesy.interchange.content import json_lines
from nesy.interchange.json_rows import each, reading, size_px, word
from nesy.interchange.labels import Denied, Labels, scenes_of
from nesy.interchange.losses import Lost
from nesy.scene import Entity, Scene, term

_RELATION = ("subject", "predicate", "object")
_LISTS = ("exhaustive", "open", "entities", "relations", "part_states", "false")


def fits(start: object) -> bool:
    """Tell whether it is such a row."""
    return isinstance(start, dict) and "file" in start and start.keys() >= {*_LISTS}


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield one scene a row, of what is sure; raises as `labels`."""
    return scenes_of(labels(path))


def labels(path: Path) -> Iterator[Labels | Lost]:
    """Yield the labels of every photograph, in the order of the file.

    Raises:
        InputError: it cannot be read, or a row cannot be used; the line, the list and the number.
    """
    for place, row in json_lines(path):
        with reading(place):  # a list that is none
            if not isinstance(row, dict):
                raise TypeError(f"must be a JSON object, is {type(row).__name__}")
            yield _labels(place, row)


def _labels(place: str, row: dict[str, Any]) -> Labels:
    from nesy.ontology import Ontology

    with reading(place):
        name, (width, height) = word(row, "file"), size_px(row, "size_px")
        closed, open_ = ({term(str(one)) for one in row[field]} for field in ("exhaustive", "open"))
    sure = each(place, row, "entities", lambda one: (_entity(one), bool(one.get("uncertain"))))
    entities = tuple(entity for entity, unsure in sure if not unsure)
    there = {entity.id for entity in entities}
    relations = [one for one in _certain(row, "relations", place) if {one["subject"], one["object"]} <= there]
    states = [
        one
        for one in _certain(row, "part_states", place)
        if {one["entity"], one.get("object") or one["entity"]} <= there
    ]
    with reading(place):
        scene = Scene.model_validate(
            {
                "image": {"name": name, "width_px": width, "height_px": height},
                "entities": entities,
                "relations": relations,
                "part_states": states,
            }
        )
    denied = each(
        place, row, "false", lambda one: Denied(*(word(one, end) for end in ("subject", "predicate", "object")))
    )
    return Labels(
        scene=scene,
        whole=frozenset(closed | ({term(one) for one in Ontology.default().categories} - open_)),
        unsure=tuple(entity for entity, unsure in sure if unsure),
        denied=tuple(denied),
    )


def _entity(one: Mapping[str, Any]) -> Entity:
    return Entity.model_validate({"id": one["id"], "category": one["category"], "box": one.get("box")})


def _certain(row: dict[str, Any], field: str, place: str) -> list[dict[str, Any]]:
    """Return the rows of a list that nobody was unsure of, without what is no part of a claim."""
    keys = _RELATION if field == "relations" else ("entity", "part", "state", "object")

    def read(one: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
        for key in keys[:3]:
            word(one, key)
        return bool(one.get("uncertain")), {key: one[key] for key in keys if one.get(key) is not None}

    return [claim for unsure, claim in each(place, row, field, read) if not unsure]
