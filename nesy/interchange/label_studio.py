"""Label Studio: predictions to import beside their pictures, and what annotators made of them -> true scenes.

A task holds one picture. A thing is a rectangle in percent with a label; its attributes are choices of its region and
its part states lines of a text field of its region; a relation is an arrow with labels; counts are lines of a text
field of the picture (`nesy.interchange.claim_lines`). `labelling_config` makes the configuration with these controls.

Format: Label Studio's documentation, "Import pre-annotated data" and "Label Studio JSON format of annotated tasks".
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nesy.errors import InputError
from nesy.geometry import Box
from nesy.interchange import label_studio_min
from nesy.interchange.claim_lines import count_line, lines, read_count, read_state, state_line
from nesy.interchange.content import json_of
from nesy.interchange.edges import box_within, turned
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.losses import Lost, losses
from nesy.interchange.picture_names import file_name, unnamed
from nesy.interchange.text_fields import in_text_fields
from nesy.scene import Entity, ImageInfo, Scene, one_line

PICTURE, THINGS, ATTRIBUTES, PART_STATES, COUNTS = "image", "things", "attributes", "part_states", "counts"
"""The names of the controls, in predictions and in the configuration alike."""
OURS = "nesy"
"""Under this key the data of a task hold what is known of the picture, and the id of a region begins with it."""
HOLDS = Holds(box_needed=True, sum=True, ids=True, attributes=True, confidences=True, part_states=True, counts=True)
"""Of entities; of the other claims `in_text_fields` has a say."""


# --- scenes -> tasks with predictions ---


def held(scene: Scene) -> tuple[Scene | None, Counter[str]]:
    """Return what a task can hold of a scene, and what it cannot, counted; None where it names no picture."""
    if (lost := unnamed(scene)) is not None:
        return None, lost
    kept, lost = narrowed(scene, HOLDS)
    assert kept is not None, "only a missing picture leaves nothing"
    return in_text_fields(kept, lost, counts=True), +lost


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one task with one prediction a scene; a scene that names no picture has none."""
    lost: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        before = "["
        for scene in scenes:
            kept, gone = held(scene)
            lost += gone
            if kept is not None and kept.image is not None:
                out.write(f"{before}\n{json.dumps(_task(kept, kept.image), ensure_ascii=False, allow_nan=False)}")
                before = ","
        out.write("[]\n" if before == "[" else "\n]\n")
    return losses(lost)


def _task(scene: Scene, image: ImageInfo) -> dict[str, Any]:
    result = [item for one in scene.entities for item in _region(one, scene, image)]
    result += [
        {
            "type": "relation",
            "from_id": f"{OURS}-{relation.subject}",
            "to_id": f"{OURS}-{relation.object}",
            "direction": "right",
            "labels": [relation.predicate],
        }
        for relation in scene.relations
    ]
    if said := [line for count in scene.counts if (line := count_line(count)) is not None]:
        value = {"text": said}
        result.append({"id": f"{OURS}-", "type": "textarea", "from_name": COUNTS, "to_name": PICTURE, "value": value})
    sure = [one.confidence for one in scene.entities if one.confidence is not None]
    prediction = {"model_version": OURS, **({"score": sum(sure) / len(sure)} if sure else {}), "result": result}
    known = image.model_dump(exclude_none=True)
    return {"data": {PICTURE: _address(image.name), OURS: known}, "predictions": [prediction]}


def _region(one: Entity, scene: Scene, image: ImageInfo) -> Iterator[dict[str, Any]]:
    """Yield what is drawn of a thing, and what is chosen and written of it there."""
    left, top, right, bottom = (round(100 * side, 12) for side in one.box or (0, 0, 1, 1))
    place = {"x": left, "y": top, "width": round(right - left, 12), "height": round(bottom - top, 12), "rotation": 0}
    size = {"original_width": image.width_px, "original_height": image.height_px, "image_rotation": 0}
    common = {"id": f"{OURS}-{one.id}", "to_name": PICTURE, **{k: v for k, v in size.items() if v is not None}}
    sure = {} if one.confidence is None else {"score": one.confidence}
    value: dict[str, Any] = {**place, "rectanglelabels": [one.category]}
    yield {**common, "type": "rectanglelabels", "from_name": THINGS, "value": value, **sure}
    if one.attributes:
        value = {**place, "choices": list(one.attributes)}
        yield {**common, "type": "choices", "from_name": ATTRIBUTES, "value": value}
    said = [line for state in scene.part_states if state.entity == one.id and (line := state_line(state)) is not None]
    if said:
        yield {**common, "type": "textarea", "from_name": PART_STATES, "value": {**place, "text": said}}


def _address(name: str) -> str:
    """Return where Label Studio looks for a picture of a folder that it was given; an address stays as it is."""
    known = ("http://", "https://", "s3://", "gs://", "/data/")
    return name if name.startswith(known) else f"/data/local-files/?d={quote(name)}"


# --- an export -> scenes ---

Model = TypeVar("Model", bound=BaseModel)
Kind = TypeVar("Kind")
_PICTURE_FILE = re.compile(r"\.(jpe?g|png|webp|gif|bmp|tiff?|heic|avif)\b", re.IGNORECASE)
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Perhaps = Annotated[Kind, BeforeValidator(lambda value: [] if value is None else value)]


class _Foreign(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Value(_Foreign):
    x: _Number | None = None
    y: _Number | None = None
    width: Annotated[_Number, Field(ge=0)] | None = None
    height: Annotated[_Number, Field(ge=0)] | None = None
    rotation: _Number = 0.0
    rectanglelabels: list[str] = []
    labels: list[str] = []
    choices: list[str] = []
    text: list[str] | str = []


class _Result(_Foreign):
    type: str
    id: str | None = None
    from_name: str | None = None
    to_name: str | None = None
    item_index: int | None = None
    """Of a task of several pages, the page."""
    value: dict[str, Any] = {}
    from_id: str | None = None
    to_id: str | None = None
    direction: Literal["right", "left", "bi"] | None = None
    labels: list[str] | None = None
    score: Annotated[_Number, Field(ge=0, le=1)] | None = None
    original_width: Annotated[_Number, Field(gt=0)] | None = None
    original_height: Annotated[_Number, Field(gt=0)] | None = None
    image_rotation: _Number = 0.0


class _Annotation(_Foreign):
    result: _Perhaps[list[_Result]]
    was_cancelled: bool | None = False
    ground_truth: bool | None = False


class _Task(_Foreign):
    id: int | str | None = None
    data: dict[str, Any]
    annotations: _Perhaps[list[_Annotation]] = []
    predictions: _Perhaps[list[Any]] = []
    drafts: _Perhaps[list[Any]] = []


_DRAWN = frozenset({"rectanglelabels", "rectangle"})
_OF_REGIONS = frozenset({*_DRAWN, "labels", "choices", "textarea"})


def fits(start: object) -> bool:
    """Tell whether it is a list of tasks, or one."""
    first = start[0] if isinstance(start, list) and start else start
    if not isinstance(first, dict):
        return False
    if isinstance(first.get("data"), dict):
        return bool({"annotations", "predictions"} & first.keys())
    return label_studio_min.fits(first)


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield a scene a task: what an annotator drew; where nobody annotated anything in the whole file, the predictions.

    Of several annotations the one that is marked as ground truth is taken, else the last; a task that was skipped, or
    that nobody annotated, has no scene.

    Raises:
        InputError: it is no JSON export of Label Studio; names the task, what is wrong and what would be right.
    """
    rows = json_of(path)
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list):
        raise InputError(f"{path}: holds no tasks; a list of them would be right (Export, JSON)")
    lost: Counter[str] = Counter()
    if rows and all(isinstance(row, dict) and label_studio_min.fits(row) for row in rows):
        rows = list(label_studio_min.tasks(rows, COUNTS, lost))
    annotated = any(isinstance(row, dict) and row.get("annotations") for row in rows)
    for number, row in enumerate(rows, start=1):
        if isinstance(row, dict) and "data" not in row:
            raise InputError(f"{path}: task {number} has no data; export as JSON or JSON-MIN")
        task = _checked(_Task, row, f"{path}: task {number}")
        place = f"{path}: task {number}" + ("" if task.id is None else f" (id {task.id})")
        taken = _taken(task, annotated, place, lost)
        if taken is not None:
            yield _Reading(place, lost).scene(task, taken)
    yield from losses(lost)


def _checked(kind: type[Model], value: Any, place: str) -> Model:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise InputError(f"{place}: {one_line(error)}") from None


def _taken(task: _Task, annotated: bool, place: str, lost: Counter[str]) -> _Annotation | None:
    """Return the annotation that counts, or the last prediction of a file in which nobody annotated anything."""
    lost["drafts that were never submitted"] += len(task.drafts)
    if annotated:
        whole = [one for one in task.annotations if not one.was_cancelled]
        lost["skipped tasks"] += bool(task.annotations) and not whole
        lost["tasks that nobody annotated"] += not task.annotations
        lost["annotations of the same task beside the one taken"] += max(0, len(whole) - 1)
        return next((one for one in reversed(whole) if one.ground_truth), whole[-1] if whole else None)
    predicted = [
        _checked(_Annotation, one, f"{place}: prediction") for one in task.predictions if isinstance(one, dict)
    ]
    lost["tasks that nobody annotated"] += not predicted
    lost["predictions of the same task beside the last"] += max(0, len(predicted) - 1)
    return predicted[-1] if predicted else None


def _said(one: _Result) -> str:
    return f"{one.type} of region {'' if one.id is None else one.id[:40]}"


@dataclass
class _Region:
    """What the results of one region say together."""

    box: Box | None = None
    words: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    confidence: float | None = None


@dataclass(frozen=True)
class _Reading:
    place: str
    lost: Counter[str]

    def scene(self, task: _Task, taken: _Annotation) -> Scene:
        """Return what an annotation says of the picture of its task."""
        self._refuse_several(taken)
        regions: dict[str, _Region] = {}
        values = [
            (one, _checked(_Value, one.value, f"{self.place}: {_said(one)}"))
            for one in taken.result
            if one.type in _OF_REGIONS
        ]
        for one, value in values:
            if value.x is not None and one.id is not None and (one.type in _DRAWN or one.type == "labels"):
                self._draw(regions.setdefault(one.id, _Region()), one, value)
        counts: list[str] = []
        for one, value in values:
            self._fill(regions.get(one.id or ""), one, value, counts)
        for one in taken.result:
            self.lost[f"regions of type {one.type}"] += one.type not in _OF_REGIONS and one.type != "relation"
        named = {key: region for key, region in regions.items() if region.words and region.box is not None}
        self.lost["boxes without a label"] += len(regions) - len(named)
        things = Scene.model_validate(
            {"entities": [self._entity(key, region) for key, region in named.items()]}
        ).entities
        ids = {key: thing.id for key, thing in zip(named, things, strict=True)}
        return _checked(
            Scene,
            {
                "image": self._image(task, taken),
                "entities": things,
                "part_states": [
                    found
                    for key, region in named.items()
                    for line in region.states
                    for found in self._states(ids[key], line, frozenset(ids.values()))
                ],
                "relations": [
                    found for one in taken.result if one.type == "relation" for found in self._relations(one, ids)
                ],
                "counts": [self._count(line) for line in counts],
            },
            self.place,
        )

    def _refuse_several(self, taken: _Annotation) -> None:
        """Refuse regions of several pictures: a box tells nothing where it is not known on which."""
        shown = sorted({f"{one.to_name} {one.item_index or ''}".strip() for one in taken.result if one.type in _DRAWN})
        if len(shown) > 1:
            raise InputError(
                f"{self.place}: is of several pictures ({', '.join(shown)[:200]}); "
                "a task of one picture each would be right"
            )

    def _draw(self, region: _Region, one: _Result, value: _Value) -> None:
        if one.image_rotation % 360:
            raise InputError(
                f"{self.place}: region {one.id} is drawn on a picture turned by {one.image_rotation:g} degrees; "
                "turn it back in Label Studio, or turn the file"
            )
        x, y, width, height = (0.0 if side is None else side for side in (value.x, value.y, value.width, value.height))
        sides = (x, y, x + width, y + height)
        if value.rotation % 360:
            wide, high = one.original_width or 100.0, one.original_height or 100.0
            corner = (x * wide, y * high)
            across = turned(*corner, width * wide, height * high, value.rotation, about=corner)
            sides = (across[0] / wide, across[1] / high, across[2] / wide, across[3] / high)
            self.lost["turned boxes, of which the upright box around them is kept"] += 1
        region.box, cut = box_within(*(side / 100 for side in sides))
        self.lost["boxes cut at the edge of the picture"] += cut
        region.confidence = one.score if region.confidence is None else region.confidence

    def _fill(self, region: _Region | None, one: _Result, value: _Value, counts: list[str]) -> None:
        """Sort the words of one result to what they are of."""
        words = [*value.rectanglelabels, *value.labels]
        texts = [line for text in ([value.text] if isinstance(value.text, str) else value.text) for line in lines(text)]
        if region is not None:
            if words:
                self.lost["labels of a box beside its first"] += len(words) - (not region.words)
                region.words += words
            region.attributes += value.choices
            if one.from_name == PART_STATES:
                region.states += texts
            elif texts:
                self.lost[f"texts of regions ({one.from_name})"] += 1
            return
        self.lost["choices of the whole picture"] += bool(value.choices)
        self.lost["labels without a box"] += bool(words)
        if one.from_name == COUNTS:
            counts += texts
        elif texts:
            self.lost[f"texts of the whole picture ({one.from_name})"] += 1

    def _entity(self, key: str, region: _Region) -> dict[str, Any]:
        given = key.removeprefix(f"{OURS}-")
        own = {"id": given} if given != key and given else {}
        seen = {"box": region.box, "attributes": region.attributes, "confidence": region.confidence}
        found = {**own, "category": region.words[0], **seen}
        _checked(Entity, {"id": "thing_1", **found}, f"{self.place}: region {key}")
        return found

    def _states(self, owner: str, line: str, known: frozenset[str]) -> Iterator[dict[str, Any]]:
        try:
            part, state, target = read_state(line)
        except ValueError as error:
            raise InputError(f"{self.place}: {PART_STATES} of {owner}: {error}") from None
        if target is None or target in known:
            yield {"entity": owner, "part": part, "state": state, "object": target}
        else:  # the box was deleted, and what was said of it elsewhere stayed
            self.lost["part states towards a box that is not there"] += 1

    def _count(self, line: str) -> dict[str, Any]:
        try:
            value, category = read_count(line)
        except ValueError as error:
            raise InputError(f"{self.place}: {COUNTS}: {error}") from None
        return {"category": category, "value": value}

    def _relations(self, one: _Result, ids: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        subject, target = ids.get(one.from_id or ""), ids.get(one.to_id or "")
        if subject is None or target is None:
            self.lost["relations of what is no box with a label"] += 1
            return
        self.lost["relations without a label"] += not one.labels
        for word in one.labels or ():
            if one.direction != "left":
                yield {"subject": subject, "predicate": word, "object": target}
            if one.direction in ("left", "bi"):
                yield {"subject": target, "predicate": word, "object": subject}

    def _image(self, task: _Task, taken: _Annotation) -> ImageInfo:
        sized = next((one for one in taken.result if one.original_width and one.original_height), None)
        size = {} if sized is None else {"width_px": sized.original_width, "height_px": sized.original_height}
        if isinstance(known := task.data.get(OURS), dict):
            return _checked(ImageInfo, {**size, **known}, f"{self.place}: data.{OURS}")
        texts = [value for value in task.data.values() if isinstance(value, str)]
        likely = [text for text in texts if _PICTURE_FILE.search(text)] or texts
        address = task.data.get(PICTURE, likely[0] if len(likely) == 1 else None)
        if not isinstance(address, str):
            keys = ", ".join(key[:30] for key in [*task.data][:8])
            raise InputError(
                f"{self.place}: data.{PICTURE} is no address of a picture; the data have: {keys or 'nothing'}"
            )
        try:
            return _checked(ImageInfo, {**size, "name": file_name(address)}, self.place)
        except ValueError as error:
            raise InputError(f"{self.place}: data: {error}") from None
