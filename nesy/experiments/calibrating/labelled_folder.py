"""A folder of pictures with what is known of them -> labelled pictures, whichever of three formats it is in.

`truth.jsonl`: photographs with what is true, what is false and what is not fully listed, a row each. `scenes.jsonl`, or
the only `*.jsonl`: a `nesy.scene/1` a line. The only `*.json`: COCO with relations (`coco_labels`). Pictures lie
where they are named, in the folder or in its `images/`.
"""

from collections.abc import Iterable
from pathlib import Path

from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.experiments.calibrating.labelled import Labelled
from nesy.interchange import coco_labels, photograph_rows
from nesy.interchange.labels import Labels
from nesy.interchange.losses import Lost
from nesy.ontology import Ontology
from nesy.ontology.alternatives import listed
from nesy.scene import Scene

DRAWN = "split.json"
"""What `nesy synth` leaves beside its scenes."""


def read_labelled(folder: Path, ontology: Ontology) -> list[Labelled]:
    """Read the labels of a folder, and find its pictures; none of them is opened.

    Args:
        folder: see above.
        ontology: what the words mean.

    Raises:
        InputError: there is no such folder, no labels or several, a row that cannot be used, or no picture of a name.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder" if not folder.exists() else f"{folder}: no folder")
    file = _labels(folder)
    if file.name == "truth.jsonl":
        found = _seen(photograph_rows.labels(file), folder, file)
    elif file.suffix == ".jsonl":
        found = _scenes(file, folder, ontology)
    else:
        found = _seen(coco_labels.labels(file), folder, file)
    if not found:
        raise InputError(f"{file}: no picture in it")
    return found


def _labels(folder: Path) -> Path:
    for name in ("truth.jsonl", "scenes.jsonl"):
        if (folder / name).is_file():
            return folder / name
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.name != DRAWN)
    for suffix in (".json", ".jsonl"):
        there = [one for one in files if one.suffix == suffix]
        if len(there) == 1:
            return there[0]
        if there:
            names = ", ".join(one.name for one in there[:4])
            raise InputError(f"{folder}: {len(there)} files may hold the labels ({names}); leave one of them there")
    raise InputError(
        f"{folder}: no labels; truth.jsonl, scenes.jsonl (a nesy.scene/1 a line) or a COCO file *.json is expected "
        "beside the pictures"
    )


def picture(folder: Path, name: str, where: str) -> Path:
    """Return the file of a picture of a folder.

    Raises:
        InputError: there is none of that name, or it lies elsewhere.
    """
    inside = Path(name)
    if inside.is_absolute() or ".." in inside.parts or "\0" in name:
        raise InputError(f"{where}: the picture {name!r} is not named within the folder")
    for place in (folder / "images" / inside, folder / inside, folder / "images" / inside.name):
        if place.is_file():
            return place
    raise InputError(f"{where}: no picture {name!r} in {folder} or its images/")


def _scenes(file: Path, folder: Path, ontology: Ontology) -> list[Labelled]:
    drawn, found = (folder / DRAWN).is_file(), []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        scene = Scene.from_json(line, where)
        whole = {one.category for one in scene.counts if one.value == len(listed(scene, one.category, ontology))}
        found.append(_with_picture(Labels(scene, frozenset(whole), complete=drawn), folder, where))
    return found


def _seen(found: Iterable[Labels | Lost], folder: Path, file: Path) -> list[Labelled]:
    """Return labels with the pictures that they are of."""
    return [_with_picture(one, folder, str(file)) for one in found if isinstance(one, Labels)]


def _with_picture(labels: Labels, folder: Path, where: str) -> Labelled:
    if labels.scene.image is None:
        raise InputError(f"{where}: the scene has no image.name")
    return Labelled(**vars(labels), picture=picture(folder, labels.scene.image.name, where))
