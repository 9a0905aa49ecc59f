"""Claims as rows of `Scene.to_frame`, with what it leaves out, so that the scene can be had back of them."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from nesy.errors import InputError
from nesy.interchange.word_lists import joined, parted
from nesy.scene import Claim, Entity, PartState, Scene, one_line
from nesy.scene.exports import COLUMNS, row

EDGES = ("left", "top", "right", "bottom")
ADDED = ("part", "state", "box_confidence", "spans")
CLAIM_COLUMNS = (*COLUMNS, *ADDED)
NUMBERS = (*EDGES, "confidence", "box_confidence")
_LISTS = {"entity": "entities", "part_state": "part_states", "relation": "relations", "count": "counts"}
Row = Mapping[str, Any]
"""Column -> value: a text, a number, or None; a table may hold NaN or an empty text for what is not there."""


def claim_row(claim: Claim) -> dict[str, Any]:
    """Return a claim as a row of `CLAIM_COLUMNS`.

    >>> hip = PartState(id="p1", entity="person_1", part="hip", state="sit on")
    >>> {name: value for name, value in claim_row(hip).items() if value is not None and name not in ("id", "text")}
    {'kind': 'part_state', 'subject': 'person_1', 'predicate': 'hip sit on', 'part': 'hip', 'state': 'sit on'}
    """
    found = {**row(claim), **dict.fromkeys(ADDED)}
    found["spans"] = json.dumps(claim.spans) if claim.spans else None
    match claim:
        case Entity():
            found |= {"attributes": joined(claim.attributes) or None, "box_confidence": claim.box_confidence}
        case PartState():
            found |= {"part": claim.part, "state": claim.state}
    return found


def scene_of(rows: Sequence[tuple[str, Row]], image: Mapping[str, Any] | None, place: str) -> Scene:
    """Return the scene of rows, each with the place where it stands.

    Args:
        rows: in the order of the claims; a row without a kind is no claim.
        image: fields of `ImageInfo`.
        place: of the whole, for what no single row does wrong.

    Raises:
        InputError: a row is no claim, or names what is not there; its place, and what would be right.
    """
    data: dict[str, list[dict[str, Any]]] = {name: [] for name in _LISTS.values()}
    places: dict[str, list[str]] = {name: [] for name in _LISTS.values()}
    for where, one in rows:
        kind = _text(one, "kind", where)
        if kind is None:
            continue
        if kind not in _LISTS:
            raise InputError(f"{where}: kind is {kind[:40]!r}; one of {', '.join(_LISTS)} would be right")
        data[_LISTS[kind]].append(_claim(kind, one, where))
        places[_LISTS[kind]].append(where)
    try:
        return Scene.model_validate({"image": None if image is None else {**image}, **data})
    except ValidationError as error:
        at = error.errors()[0]["loc"]
        where = places[at[0]][at[1]] if len(at) > 1 and at[0] in places and isinstance(at[1], int) else place
        raise InputError(f"{where}: {one_line(error)}") from None


def _claim(kind: str, one: Row, where: str) -> dict[str, Any]:
    said: dict[str, Any] = {"id": _text(one, "id", where), "confidence": number(one, "confidence", where)}
    said["spans"] = _spans(one, where)
    if kind == "entity":
        said["category"] = _text(one, "category", where)
        said["attributes"] = _words(one, where)
        edges = [number(one, edge, where) for edge in EDGES]
        said["box"] = None if all(edge is None for edge in edges) else edges
        said["box_confidence"] = number(one, "box_confidence", where)
    elif kind == "part_state":
        part, state = _text(one, "part", where), _text(one, "state", where)
        if part is None or state is None:
            part, state = _part_and_state(_text(one, "predicate", where), where)
        said |= {"entity": _text(one, "subject", where), "part": part, "state": state}
        said["object"] = _text(one, "object", where)
    elif kind == "relation":
        said |= {name: _text(one, name, where) for name in ("subject", "predicate", "object")}
    else:
        said |= {"category": _text(one, "category", where), "value": whole(one, "value", where)}
    return {name: value for name, value in said.items() if value is not None}


def _part_and_state(predicate: str | None, where: str) -> tuple[str, str]:
    """Return what `Scene.to_frame` writes as one: the longest part that the ontology knows, and the rest."""
    from nesy.ontology import Ontology

    said = predicate or ""
    for part in sorted(Ontology.default().parts, key=len, reverse=True):
        words = part.replace("_", " ") + " "
        if said.lower().startswith(words) and said[len(words) :].strip():
            return said[: len(words) - 1], said[len(words) :]
    raise InputError(
        f"{where}: a part state without part and state; `hip` and `sit on` in these columns would be right"
    )


def _missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _text(one: Row, name: str, where: str) -> str | None:
    value = one.get(name)
    if _missing(value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # an id or a word of digits, which a table took for a number
    raise InputError(f"{where}: {name} is {value!r:.60}; a text would be right")


def number(one: Row, name: str, where: str) -> float | None:
    """Return a number of a row, written as a text or not; None where it is left out.

    Raises:
        InputError: it is no finite number.
    """
    value: Any = one.get(name)
    if _missing(value):
        return None
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise InputError(f"{where}: {name} is {value!r:.60}; a number would be right")
    return found


def whole(one: Row, name: str, where: str) -> int | None:
    """Return a whole number of a row; None where it is left out.

    Raises:
        InputError: it is no whole number.
    """
    value = one.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = number(one, name, where)
    if found is not None and not found.is_integer():
        raise InputError(f"{where}: {name} is {value!r:.60}; a whole number would be right")
    return None if found is None else int(found)


def _words(one: Row, where: str) -> list[str]:
    value = one.get("attributes")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(word) for word in value]
    try:
        return parted(_text(one, "attributes", where) or "")
    except ValueError as error:
        raise InputError(f"{where}: attributes: {error}") from None


def _spans(one: Row, where: str) -> Any:
    text = _text(one, "spans", where)
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{where}: spans are {text[:60]!r}; `[[0, 4]]` would be right") from None


def filled(row_: Row) -> dict[str, Any]:
    """Return a row without what it leaves out."""
    return {name: value for name, value in row_.items() if not _missing(value)}
