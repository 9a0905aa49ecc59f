"""The data sets that a model is measured on: their names, their files, and what they list in full.

Nothing of them is part of the package: who measures has the annotations and the pictures. What a data set does not
list may be there all the same, so that a claim is counted as wrong only where the set says so: of a category of which
it lists every thing, or of a relation that it denies.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nesy.errors import InputError
from nesy.experiments.datasets.panoptic_words import in_plain_words
from nesy.interchange.closed_words import categories
from nesy.interchange.content import start_of
from nesy.interchange.formats import named, of_source
from nesy.interchange.labels import Labels
from nesy.scene import term


@dataclass(frozen=True)
class Published:
    """A data set with pictures."""

    name: str
    """For `--dataset`."""
    title: str
    formats: tuple[str, ...]
    """Of `nesy.interchange`, in which its annotations are read."""
    files: str
    """The files that are expected, in words."""
    source: str
    """Where its annotations come from."""
    lists: str
    """What it lists in full, in words: what is counted as wrong."""
    licence: str
    """In words; what holds for a copy is for its user to see to."""
    closed: bool = True
    """Whether what its files seem to list in full is; False: they list some of what is there."""
    complete: bool = False
    """Whether what is listed is all there is to say."""
    reword: Callable[[Labels], Labels] | None = None
    """Puts what nobody says (`grass-merged`) in the words that people use."""


_SOME = "some things and some relations: nothing is counted as wrong but what contradicts them"
PUBLISHED: Mapping[str, Published] = MappingProxyType(
    {
        one.name: one
        for one in (
            Published(
                "scenes",
                "drawings of `nesy synth`, or your own true scenes",
                ("scenes", "scene"),
                "`scenes.jsonl` in a folder with `images/`, or a file of `nesy.scene/1`, one a line",
                "`nesy synth`, `nesy convert`, you",
                "all there is to say: whatever else is claimed is wrong",
                "yours",
                complete=True,
            ),
            Published(
                "photographs",
                "photographs with hand-made truth",
                ("photographs",),
                "`truth.jsonl`, a row each",
                "you; the row is that of `nesy calibrate`",
                "every thing of the categories that it does not leave open, and relations that do not hold",
                "yours",
            ),
            Published(
                "coco",
                "COCO, instances",
                ("coco",),
                "`instances_val2017.json`, or any COCO file; what LVIS and `info.exhaustive` say is heeded",
                "cocodataset.org",
                "every thing of its categories, but for crowd regions",
                "annotations CC BY 4.0; the pictures are Flickr's, under terms of their own",
            ),
            Published(
                "vcoco",
                "V-COCO",
                ("vcoco", "vcoco-pairs", "vcoco-qpic", "pairs"),
                "a folder of `vcoco_test.json` and `instances*.json`; `instances_vcoco_*.json`; those of QPIC",
                "github.com/s-gupta/v-coco",
                "with COCO's instances every thing of COCO's categories; of what people do some pairs",
                "MIT; COCO's annotations CC BY 4.0",
            ),
            Published(
                "hicodet",
                "HICO-DET",
                ("hico", "hico-qpic", "pairs"),
                "`instances_test2015.json`; `test_hico.json` of PPDM and QPIC",
                "www-personal.umich.edu/~ywchao/hico",
                "some pairs, mostly of one category a picture: nothing is counted as wrong but what contradicts them",
                "none is stated for the annotations",
                closed=False,
            ),
            Published(
                "vrd",
                "VRD",
                ("vrd", "pairs"),
                "a folder of `annotations_test.json`, `objects.json` and `predicates.json`",
                "cs.stanford.edu/people/ranjaykrishna/vrd",
                _SOME,
                "for research",
                closed=False,
            ),
            Published(
                "psg",
                "PSG",
                ("psg", "coco", "r1-sgg"),
                "`psg.json`, `psg_val_test.json`; PSG-coco",
                "psgdataset.org",
                "every thing and all stuff of its 133 categories, but for those with a crowd; some relations",
                "annotations MIT; the pictures are COCO's",
                reword=in_plain_words,
            ),
            Published(
                "vg150",
                "VG150",
                ("vg150", "coco", "r1-sgg"),
                "a folder of `VG-SGG*.h5`, `VG-SGG-dicts*.json` and `image_data.json`; VG150-coco",
                "github.com/KaihuaTang/Scene-Graph-Benchmark.pytorch",
                _SOME,
                "Visual Genome CC BY 4.0",
                closed=False,
            ),
            Published(
                "visual-genome",
                "Visual Genome",
                ("vg", "vg-folder"),
                "`scene_graphs.json`; a folder of `objects.json`, `relationships.json` and `image_data.json`",
                "homes.cs.washington.edu/~ranjay/visualgenome",
                _SOME,
                "CC BY 4.0",
                closed=False,
            ),
            Published(
                "open-images",
                "Open Images, relationships and boxes",
                ("open-images",),
                "a folder of `*-annotations-vrd.csv`, `*-annotations-bbox.csv`, `*class-descriptions*.csv`, and, where "
                "there is one, `*-imagelabels*.csv`",
                "storage.googleapis.com/openimages/web",
                "every thing of the labels that are boxed in a picture, but for groups, and labels verified not to be "
                "there; some relations",
                "annotations CC BY 4.0; the pictures are listed as CC BY 2.0",
            ),
            Published(
                "action-genome",
                "Action Genome, frames",
                ("action-genome",),
                "a folder of `object_bbox_and_relationship.pkl` and `person_bbox.pkl`",
                "actiongenome.org",
                "the objects that one person has to do with, and what the person does not look at or touch",
                "MIT; the clips are those of Charades, for research",
                closed=False,
            ),
        )
    }
)
"""By name, in the order of the table of the documentation."""


def published(name: str) -> Published:
    """Return the data set of a name.

    Raises:
        InputError: there is none; tells those there are.
    """
    if name not in PUBLISHED:
        raise InputError(f"no data set {name!r}; there are: {', '.join(PUBLISHED)}")
    return PUBLISHED[name]


@dataclass(frozen=True)
class Annotations:
    """The annotations of a data set: where they are, and how they are read."""

    dataset: Published
    path: Path
    """A file, or a folder of several."""
    format: str


def annotations_at(path: Path, dataset: str | None = None) -> Annotations:
    """Return which annotations a file or folder holds.

    Args:
        path: a file, or a folder with the annotations of one data set, be it that pictures lie in it as well.
        dataset: a name of `PUBLISHED`; None goes by the files.

    Raises:
        InputError: there are none, they are another data set's, or it is not clear which.
    """
    wanted = None if dataset is None else published(dataset)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    where = _file_in(path, wanted) if path.is_dir() else path
    form = _format(where, wanted)
    fitting = [one for one in PUBLISHED.values() if form in one.formats]
    meant = _told_apart(where, form) if len(fitting) > 1 or form == "coco" else fitting
    if wanted is not None:
        if wanted not in (fitting if form in ("coco", "r1-sgg") else meant):
            others = " or ".join(one.name for one in meant) or "no data set"
            raise InputError(f"{where}: these are annotations of {others}, not of {wanted.name} ({wanted.files})")
        return Annotations(wanted, where, form)
    if len(meant) != 1:
        names = ", ".join(one.name for one in meant or PUBLISHED.values())
        raise InputError(f"{where}: not clear of which data set; --dataset says it, one of: {names}")
    return Annotations(meant[0], where, form)


def _format(path: Path, wanted: Published | None) -> str:
    try:
        return of_source(path).name
    except InputError as error:
        told = "" if wanted is None else f"; of {wanted.name} is expected: {wanted.files}"
        raise InputError(str(error).replace("--from", "--dataset").split("; --dataset")[0] + told) from None


def _file_in(folder: Path, wanted: Published | None) -> Path:
    """Return the folder itself where its files are a data set, else the one file of annotations in it."""
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.suffix in (".json", ".jsonl"))
    names = {one.name: one for one in files if one.name != "split.json"}
    known = {"photographs": "truth.jsonl", "scenes": "scenes.jsonl"}
    for dataset, name in known.items():
        if name in names and (wanted is None or wanted.name == dataset):
            return names[name]
    start = start_of(folder)
    for form in (one for dataset in PUBLISHED.values() for one in dataset.formats):
        fits = named(form).fits
        if named(form).folder and fits is not None and fits(start):
            return folder
    if len(names) == 1:
        return next(iter(names.values()))
    if names:
        raise InputError(f"{folder}: {len(names)} files may hold the annotations ({_some(list(names))}); name one")
    told = "scenes.jsonl, truth.jsonl or the files of a data set are" if wanted is None else f"{wanted.files}:"
    raise InputError(f"{folder}: no annotations in it; {told} expected")


def _told_apart(path: Path, form: str) -> list[Published]:
    """Return which of the data sets of one format are meant, by what stands in the file."""
    fitting = [one for one in PUBLISHED.values() if form in one.formats]
    if form == "pairs":
        return [PUBLISHED[_of_pairs(path)]]
    if form == "coco" and _is_coco(start_of(path)):
        return [PUBLISHED["coco"]]
    return fitting


def _of_pairs(path: Path) -> str:
    from nesy.interchange.content import json_lines

    for _, row in json_lines(path):
        if isinstance(row, dict) and "relations" in row:
            return "vrd"
        pairs: Iterator[Any] = iter(row.get("pairs") or () if isinstance(row, dict) else ())
        for one in pairs:
            return "vcoco" if isinstance(one, dict) and "action" in one else "hicodet"
    return "vrd"


def _is_coco(data: Any) -> bool:
    """Tell whether a COCO file is of things alone, or of COCO's own categories, or says what it lists in full."""
    if not isinstance(data, dict):
        return False
    if not (data.get("relations") or data.get("rel_annotations")):
        return True
    info, rows = data.get("info"), data.get("categories")
    if isinstance(info, dict) and "exhaustive" in info:
        return True
    names = {str(one.get("name")) for one in rows if isinstance(one, dict)} if isinstance(rows, list) else set()
    return bool(names) and names <= {term(word).replace("_", " ") for word in categories().words.values()}


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
