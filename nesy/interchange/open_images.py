"""Open Images: relationships between boxes, boxes, and what people verified to be there or not, as CSV files.

The files of a folder are told by their first lines. Relationships (`*-annotations-vrd.csv`): `ImageID`, `LabelName1`,
`LabelName2`, `XMin1` ... `YMax2` and `RelationLabel` (`RelationshipLabel` in the challenges); where that is `is`, the
second label is an attribute of the first thing. Boxes (`*-annotations-bbox.csv`): `ImageID`, `LabelName`, `XMin`,
`XMax`, `YMin`, `YMax`, perhaps `IsGroupOf` and `IsDepiction`. Verified labels (`*-imagelabels*.csv`): `ImageID`,
`LabelName` and `Confidence`, 1 or 0. Descriptions (`*class-descriptions*.csv`, `*attributes-description*.csv`): a label
(`/m/01g317`) and its words. Boxes are shares of the picture, whose file is `ImageID.jpg` and whose size is not told.

Of a label that has boxes in a picture every thing is boxed, unless a box is of a group; of one that was verified not to
be there nothing is. Of other labels nothing is known. Where there are relationships, their pictures are read.

Source: Kuznetsova et al., "The Open Images Dataset V4", IJCV 2020; storage.googleapis.com/openimages/web.
"""

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from nesy.encoding import utf8_lines
from nesy.errors import InputError
from nesy.geometry import Box, iou
from nesy.interchange.instances import numbered
from nesy.interchange.json_rows import reading
from nesy.interchange.labels import Labels, scenes_of
from nesy.interchange.losses import Lost, losses
from nesy.interchange.vcoco_folder import told_once
from nesy.scene import Entity, ImageInfo, Relation, Scene

Row = Mapping[str, str]

_RELATION = ("RelationLabel", "RelationshipLabel")
_SIDES = ("XMin", "YMin", "XMax", "YMax")
_SPLITS = ("train", "validation", "val", "test")
_SAME_BOX = 0.99
"""Boxes of one label that overlap by more are one: the files write the same box with other digits."""
_ATTRIBUTE = "is"
_MARKS = {"1": True, "1.0": True, "true": True} | dict.fromkeys(("0", "0.0", "false", "-1", "-1.0", ""), False)


@dataclass
class _Files:
    """The files of a folder, by what they hold."""

    relations: list[Path] = field(default_factory=list)
    boxes: list[Path] = field(default_factory=list)
    verified: list[Path] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class _Thing:
    """A box."""

    label: str
    box: Box
    listed: bool = False
    """Whether it is among the boxes, and not a relationship's alone."""
    group: bool = False


@dataclass
class _Picture:
    """What is gathered of a picture, row by row."""

    things: list[_Thing] = field(default_factory=list)
    relations: list[tuple[int, str, int]] = field(default_factory=list)
    attributes: list[tuple[int, str]] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    splits: set[str] = field(default_factory=set)

    def place(self, label: str, box: Box) -> int:
        """Return the place of the thing of a label at a box; one that is not there joins them."""
        for number, one in enumerate(self.things):
            if one.label == label and (one.box == box or iou(one.box, box) > _SAME_BOX):
                return number
        self.things.append(_Thing(label, box))
        return len(self.things) - 1


def fits(start: object) -> bool:
    """Tell whether a folder holds relationships or boxes beside descriptions of classes."""
    names = [str(one) for one in start if str(one).endswith(".csv")] if isinstance(start, list) else []
    told = any("vrd" in one or "bbox" in one for one in names)
    return told and any("class-descriptions" in one for one in names)


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield one scene a picture, in the order of the files; raises as `labels`."""
    return scenes_of(labels(path))


def labels(path: Path) -> Iterator[Labels | Lost]:
    """Yield the labels of every picture, in the order of the files.

    Raises:
        InputError: a file is missing or cannot be used; the file and the line.
    """
    lost: Counter[str] = Counter()
    files = _files(path, lost)
    pictures: dict[str, _Picture] = defaultdict(_Picture)
    boxed: dict[str, _Picture] = defaultdict(_Picture)
    for file in files.boxes:
        _through(file, partial(_read_box, boxed, _split(file)))
    for file in files.relations:
        _through(file, partial(_read_relation, pictures, boxed, _split(file)))
    if files.relations:
        lost["pictures with boxes and without relationships"] += len(boxed.keys() - pictures.keys())
    else:
        pictures = boxed
    for file in files.verified:
        _through(file, partial(_read_verified, pictures))
    for name, picture in pictures.items():
        with reading(f"{path}: {name}"):
            yield _labels(name, picture, files, lost)
    yield from losses(lost)


def _files(path: Path, lost: Counter[str]) -> _Files:
    found = _Files()
    for file in sorted(path.glob("*.csv")):
        head = next(_lines(file), (0, []))[1]
        if {"LabelName1", "LabelName2"} <= set(head):
            found.relations.append(file)
        elif {"LabelName", *_SIDES} <= set(head):
            found.boxes.append(file)
        elif {"ImageID", "LabelName", "Confidence"} <= set(head):
            found.verified.append(file)
        elif len(head) == 2 and "description" in file.name:
            found.words.update({row[0]: row[1] for _, row in _lines(file) if len(row) == 2 and row[1].strip()})
        else:
            lost["files of another kind"] += 1
    if not (found.relations or found.boxes) or not found.words:
        raise InputError(
            f"{path}: *-annotations-vrd.csv or *-annotations-bbox.csv and *class-descriptions*.csv are expected in it"
        )
    return found


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the columns of every line; InputError where it cannot be read."""
    try:
        with file.open("rb") as stream:
            text = (line.decode("utf-8") for line in utf8_lines(stream, str(file)))
            reader = csv.reader(text, strict=True)
            for row in reader:
                yield reader.line_num, row
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: not UTF-8 text") from None
    except csv.Error as error:
        raise InputError(f"{file}: is no CSV ({error})") from None


def _through(file: Path, read: Callable[[Row], None]) -> None:
    """Give every row of a file to `read`, by the names of the columns."""
    lines = _lines(file)
    head = next(lines)[1]
    for number, row in lines:
        if not row:
            continue
        with reading(f"{file}:{number}"):
            if len(row) != len(head):
                raise ValueError(f"{len(head)} columns are expected, there are {len(row)}")
            read(dict(zip(head, row, strict=True)))


def _split(file: Path) -> str | None:
    words = file.name.replace("_", "-").split("-")
    found = next((one for one in _SPLITS if one in words), None)
    return "validation" if found == "val" else found


def _read_box(pictures: dict[str, _Picture], split: str | None, row: Row) -> None:
    picture = pictures[_image(row)]
    group = any(_is_so(row, one) for one in ("IsGroupOf", "IsDepiction"))
    picture.things.append(_Thing(row["LabelName"], _box(row), listed=True, group=group))
    picture.splits |= {split} - {None}  # type: ignore[arg-type]


def _read_relation(pictures: dict[str, _Picture], boxed: dict[str, _Picture], split: str | None, row: Row) -> None:
    name = _image(row)
    if name not in pictures:
        pictures[name] = boxed[name] if name in boxed else _Picture()
    picture = pictures[name]
    predicate = next((row[one] for one in _RELATION if one in row), "").strip()
    if not predicate:
        raise ValueError(f"{_RELATION[0]}: a word is expected")
    first = picture.place(row["LabelName1"], _box(row, "1"))
    if predicate == _ATTRIBUTE:
        picture.attributes.append((first, row["LabelName2"]))
    else:
        picture.relations.append((first, predicate, picture.place(row["LabelName2"], _box(row, "2"))))
    picture.splits |= {split} - {None}  # type: ignore[arg-type]


def _read_verified(pictures: dict[str, _Picture], row: Row) -> None:
    name = _image(row)
    if name in pictures and _number(row, "Confidence") == 0:
        pictures[name].absent.add(row["LabelName"])


def _image(row: Row) -> str:
    name = row["ImageID"].strip()
    if not name or "/" in name or "\\" in name:
        raise ValueError(f"ImageID: {name!r:.80} is none")
    return name


def _box(row: Row, end: str = "") -> Box:
    left, top, right, bottom = (_number(row, side + end) for side in _SIDES)
    if left > right or top > bottom:
        raise ValueError(f"XMin{end} ... YMax{end}: the box is turned inside out")
    return tuple(min(1.0, max(0.0, side)) for side in (left, top, right, bottom))  # type: ignore[return-value]


def _number(row: Row, name: str) -> float:
    try:
        value = float(row[name])
    except ValueError:
        value = math.nan
    if not -1 <= value <= 2:
        raise ValueError(f"{name}: a share of the picture is expected, got {row[name]!r:.40}")
    return value


def _is_so(row: Row, name: str) -> bool:
    """Tell whether a mark is set; pandas writes it as True or 1.0, and -1 is of one that nobody looked for."""
    said = row.get(name, "").strip().lower()
    if said not in _MARKS:
        raise ValueError(f"{name}: 1, 0 or -1 is expected, got {row[name]!r:.40}")
    return _MARKS[said]


def _labels(name: str, picture: _Picture, files: _Files, lost: Counter[str]) -> Labels:
    words, things = files.words, picture.things

    def word(label: str) -> str:
        if label not in words:
            raise ValueError(f"the label {label!r:.60} has no words in *-descriptions*.csv")
        return words[label].strip()

    groups = {number for number, one in enumerate(things) if one.group}
    said = defaultdict(list)
    for number, label in picture.attributes:
        said[number].append(word(label).lower())
    ids = numbered(word(one.label) for one in things)
    entities = [
        Entity(id=own, category=word(one.label), box=one.box, attributes=tuple(dict.fromkeys(said[number])))
        for number, (own, one) in enumerate(zip(ids, things, strict=True))
    ]
    kept = [one for one in picture.relations if not {one[0], one[2]} & groups]
    lost["relations of groups"] += len(picture.relations) - len(kept)
    related = told_once([(ids[subject], predicate, ids[target]) for subject, predicate, target in kept], lost)
    listed = {one.label for one in things if one.listed}
    whole = (listed - {things[number].label for number in groups}) | picture.absent
    return Labels(
        Scene(
            image=ImageInfo(name=f"{name}.jpg"),
            entities=tuple(one for number, one in enumerate(entities) if number not in groups),
            relations=tuple(
                Relation(id=f"r{number}", subject=subject, predicate=predicate, object=target)
                for number, (subject, predicate, target) in enumerate(related, 1)
            ),
        ),
        whole=frozenset(words[one].strip() for one in whole if one in words),
        unsure=tuple(entities[number] for number in sorted(groups)),
        splits=frozenset(picture.splits),
    )
