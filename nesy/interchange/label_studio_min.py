"""Label Studio's JSON-MIN -> tasks as its JSON has them, as far as that can be had.

A row is one annotation: the data of its task and, by the names of the controls, what was drawn and chosen. A shape has
no id, so what was chosen or written of a box is known by its place alone, and relations are not told at all.

Format: Label Studio's documentation, "Export annotations", JSON-MIN.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

Row = dict[str, Any]

_ABOUT = frozenset({"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement"})
_PLACE = ("x", "y", "width", "height", "rotation")
_SIZE = ("original_width", "original_height", "image_rotation")
_KINDS = {"text": "textarea"}
"""A type of results whose words have another name than itself."""
UNTOLD = "tasks of which JSON-MIN tells no relations and no ids"


def fits(row: Row) -> bool:
    """Tell whether it is such a row."""
    return {"annotation_id", "annotator"} <= row.keys() and "data" not in row


def tasks(rows: Sequence[Row], texts: str, lost: Counter[str]) -> Iterator[Row]:
    """Yield a task with one annotation for each task of the rows: of several annotations the last.

    Args:
        rows: of the file.
        texts: the name of a control whose texts are of the whole picture.
        lost: is added to.
    """
    last = {str(row.get("id", number)): row for number, row in enumerate(rows)}
    lost["annotations of the same task beside the one taken"] += len(rows) - len(last)
    for row in last.values():
        lost[UNTOLD] += 1
        yield _task(row, texts)


def _task(row: Row, texts: str) -> Row:
    data: Row = {}
    results: list[Row] = []
    at: dict[tuple[Any, ...], str] = {}
    drawn = {name: value for name, value in row.items() if isinstance(value, list) and name != texts}
    for name, shapes in sorted(drawn.items(), key=lambda one: not _is_labelled(one[1])):
        for number, shape in enumerate(shapes):
            results += [_result(name, number, shape, at)] if isinstance(shape, dict) else []
    for name, value in row.items():
        if name == texts:
            results.append({"type": "textarea", "from_name": name, "value": {"text": value}})
        elif name not in _ABOUT and name not in drawn:
            data[name] = value
    return {"id": row.get("id"), "data": data, "annotations": [{"result": results}]}


def _is_labelled(shapes: list[Any]) -> bool:
    return any(isinstance(one, dict) and any(name.endswith("labels") for name in one) for one in shapes)


def _result(name: str, number: int, shape: Row, at: dict[tuple[Any, ...], str]) -> Row:
    place = tuple(map(repr, (shape.get(side) for side in _PLACE)))
    kind = next((key for key, value in shape.items() if isinstance(value, list) and key not in _PLACE), "shape")
    own = f"{name}-{number}" if kind.endswith("labels") else at.get(place)
    if own is not None:
        at.setdefault(place, own)
    value = {key: held for key, held in shape.items() if key not in _SIZE}
    size = {key: shape[key] for key in _SIZE if shape.get(key) is not None}
    return {"type": _KINDS.get(kind, kind), "id": own, "from_name": name, "to_name": "image", "value": value, **size}
