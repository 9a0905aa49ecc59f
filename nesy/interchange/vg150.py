"""VG150: the 150 categories and 50 predicates of Visual Genome that scene-graph generation is measured on.

The folder holds one `*.h5`, one `VG-SGG-dicts*.json` and `image_data.json`. In the first, `labels` and `boxes_1024`
(the middle, width and height in pixels of the picture made 1024 on its longer side) have a row an object,
`relationships` (two rows of objects) and `predicates` a row a relation; `img_to_first_box`, `img_to_last_box`,
`img_to_first_rel` and `img_to_last_rel` tell the rows of an image, -1 where it has none, and `split` 0 for training and
2 for testing; `attributes`, where it is there, up to ten an object. The second numbers words from 1 (`idx_to_label`,
`idx_to_predicate`, `idx_to_attribute`). The third has the images (`image_id`, `width`, `height`), four of which are
damaged and have no rows.

Source: Xu et al., "Scene Graph Generation by Iterative Message Passing", CVPR 2017; Zellers et al., "Neural Motifs",
CVPR 2018; the fields are those that github.com/KaihuaTang/Scene-Graph-Benchmark.pytorch reads (`visual_genome.py`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nesy.errors import InputError
from nesy.interchange.content import json_of
from nesy.interchange.instances import numbered
from nesy.interchange.json_rows import reading
from nesy.interchange.labels import Labels, scenes_of
from nesy.interchange.losses import Lost, losses
from nesy.interchange.pixels import shares, side
from nesy.interchange.vcoco_folder import told_once
from nesy.scene import Entity, ImageInfo, Relation, Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEEDS = "pip install 'nesy[vg150]'"
_SIDE_PX = 1024
_DAMAGED = frozenset({1592, 1722, 4616, 4617})
_SPLITS = {0: "train", 1: "val", 2: "test"}
_COLUMNS = ("labels", "predicates")
_ROWS = ("boxes_1024", "relationships")
_RANGES = ("img_to_first_box", "img_to_last_box", "img_to_first_rel", "img_to_last_rel")
_MOST_BYTES = 2**31


def fits(start: object) -> bool:
    """Tell whether a folder holds the three files."""
    names = [str(one) for one in start] if isinstance(start, list) else []
    return "image_data.json" in names and any(map(_is_rows, names)) and any(map(_is_words, names))


def _is_rows(name: str) -> bool:
    return name.endswith(".h5")


def _is_words(name: str) -> bool:
    return name.startswith("VG-SGG-dicts") and name.endswith(".json")


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield one scene an image, in the order of the files; raises as `labels`."""
    return scenes_of(labels(path))


def labels(path: Path) -> Iterator[Labels | Lost]:
    """Yield the labels of every image that has objects, in the order of the files.

    Raises:
        InputError: a file is missing or cannot be used, or h5py is not installed.
    """
    rows, words = _only(path, _is_rows, "*.h5"), _only(path, _is_words, "VG-SGG-dicts*.json")
    listed = {kind: _words(words, kind) for kind in ("label", "predicate", "attribute")}
    images = _images(path / "image_data.json")
    data = _arrays(rows)
    if len(images) != len(data["split"]):
        images = [one for one in images if one["image_id"] not in _DAMAGED]
    if len(images) != len(data["split"]):
        raise InputError(
            f"{path}: image_data.json and {rows.name} are not of the same images ({len(images):,} there, "
            f"{len(data['split']):,} here)"
        )
    lost: Counter[str] = Counter()
    for number, image in enumerate(images):
        place = f"{rows}: image {number}"
        with reading(place):
            if data["img_to_first_box"][number] < 0:
                lost["images without an object"] += 1
                continue
            split = _SPLITS.get(int(data["split"][number]))
            scene = _scene(image, _rows(data, number, "box"), _rows(data, number, "rel"), data, listed, lost)
            yield Labels(scene, splits=frozenset(filter(None, [split])))
    yield from losses(lost)


def _only(path: Path, fits: Any, told: str) -> Path:
    found = sorted(one for one in path.iterdir() if fits(one.name))
    if len(found) != 1:
        raise InputError(f"{path}: one {told} is expected in it, there are {len(found)}")
    return found[0]


def _words(file: Path, kind: str) -> Mapping[int, str]:
    data = json_of(file)
    found = data.get(f"idx_to_{kind}") if isinstance(data, dict) else None
    if found is None and kind == "attribute":
        return {}
    with reading(str(file)):
        if not isinstance(found, dict) or not all(isinstance(one, str) and one.strip() for one in found.values()):
            raise ValueError(f"idx_to_{kind}: an object of numbers and words is expected")
        return {int(number): word for number, word in found.items()}


def _images(file: Path) -> list[dict[str, Any]]:
    data = json_of(file)
    if not isinstance(data, list):
        raise InputError(f"{file}: a list of images is expected")
    for number, one in enumerate(data):
        with reading(f"{file}: [{number}]"):
            if not isinstance(one, dict) or not isinstance(one["image_id"], int):
                raise ValueError("an object with image_id, width and height is expected")
            side(one, "width")
            side(one, "height")
    return data


def _arrays(file: Path) -> "Mapping[str, NDArray[Any]]":
    """Return the tables of an HDF5 file, which may hold nothing but tables of numbers within itself."""
    try:
        import h5py
    except ImportError:
        raise InputError(f"{file}: reading it needs h5py ({NEEDS})") from None
    try:
        with h5py.File(file, "r") as held:
            found = {name: _table(held, name, file) for name in (*_COLUMNS, *_ROWS, *_RANGES, "split")}
            if "attributes" in held:
                found["attributes"] = _table(held, "attributes", file)
    except (OSError, RuntimeError, KeyError, ValueError, MemoryError) as error:
        told = " ".join(str(error).split())[:120]
        raise InputError(f"{file}: no HDF5 file of VG150, or damaged ({told})") from None
    lengths = [len(found[name]) for name in (*_RANGES, "split")]
    alike = len(found["labels"]) == len(found["boxes_1024"]) and len(found["predicates"]) == len(found["relationships"])
    shaped = found["boxes_1024"].shape[1:] == (4,) and found["relationships"].shape[1:] == (2,)
    if len(set(lengths)) > 1 or not alike or not shaped:
        raise InputError(f"{file}: its tables are not of the lengths and widths of VG150")
    return found


def _table(held: Any, name: str, file: Path) -> "NDArray[Any]":
    import h5py

    if not isinstance(held.get(name, getlink=True), h5py.HardLink):
        raise InputError(f"{file}: {name} is missing, or a link to elsewhere; a table within the file is expected")
    table = held[name]
    if not isinstance(table, h5py.Dataset) or table.external or table.is_virtual or table.dtype.kind not in "iufb":
        raise InputError(f"{file}: {name}: a table of numbers within the file is expected")
    if table.size * table.dtype.itemsize > _MOST_BYTES or not 1 <= len(table.shape) <= 2:
        raise InputError(f"{file}: {name}: a table of {table.shape} is none of VG150")
    found: NDArray[Any] = table[()]
    return found


def _rows(data: "Mapping[str, NDArray[Any]]", number: int, kind: str) -> range:
    """Return the rows of an image's objects or relations; ValueError where there are none such."""
    first, last = (int(data[f"img_to_{end}_{kind}"][number]) for end in ("first", "last"))
    if first < 0:
        return range(0)
    if not first <= last < len(data["labels" if kind == "box" else "predicates"]):
        raise ValueError(f"rows {first} to {last} of a {kind} are none of the table")
    return range(first, last + 1)


def _scene(
    image: Mapping[str, Any],
    objects: range,
    relations: range,
    data: "Mapping[str, NDArray[Any]]",
    listed: Mapping[str, Mapping[int, str]],
    lost: Counter[str],
) -> Scene:
    size = side(dict(image), "width"), side(dict(image), "height")
    scale = max(size) / _SIDE_PX
    categories = [_word(listed["label"], data["labels"], row) for row in objects]
    ids = numbered(categories)
    entities = []
    for own, category, row in zip(ids, categories, objects, strict=True):
        middle_x, middle_y, width, height = (float(one) * scale for one in data["boxes_1024"][row])
        if width < 0 or height < 0:
            raise ValueError(f"boxes_1024[{row}]: is turned inside out; the middle, width and height are expected")
        box = (middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)
        told = data["attributes"][row].ravel().tolist() if "attributes" in data else []
        words = [listed["attribute"][one] for one in told if one in listed["attribute"]]
        entities.append(
            Entity(id=own, category=category, box=shares(box, size)[0], attributes=tuple(dict.fromkeys(words)))
        )
    said = []
    for row in relations:
        subject, target = (_end(objects, ids, int(one)) for one in data["relationships"][row])
        said.append((subject, _word(listed["predicate"], data["predicates"], row), target))
    return Scene(
        image=ImageInfo(name=f"{image['image_id']}.jpg", width_px=size[0], height_px=size[1]),
        entities=tuple(entities),
        relations=tuple(
            Relation(id=f"r{number}", subject=subject, predicate=predicate, object=target)
            for number, (subject, predicate, target) in enumerate(told_once(said, lost), 1)
        ),
    )


def _word(words: Mapping[int, str], table: "NDArray[Any]", row: int) -> str:
    number = int(table[row].ravel()[0])
    if number not in words:
        raise ValueError(f"row {row}: {number} is the number of no word")
    return words[number]


def _end(objects: range, ids: Sequence[str], row: int) -> str:
    if row not in objects:
        raise ValueError(f"the object {row} of a relation is none of its image")
    return ids[row - objects.start]
