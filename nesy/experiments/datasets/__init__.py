"""A folder of published annotations -> ground-truth graphs as scenes, one adapter per data set."""

import os
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from nesy.errors import InputError
from nesy.experiments.datasets import hicodet, vcoco, vrd, vsr
from nesy.interchange.instances import THRESHOLD, Gold
from nesy.scene import Scene

__all__ = ["DATASETS", "THRESHOLD", "Gold", "data_folder", "graphs", "load_dataset"]

DATASETS: Mapping[str, Callable[[Path, float], Iterator[Gold]]] = MappingProxyType(
    {"vrd": vrd.graphs, "hicodet": hicodet.graphs, "vcoco": vcoco.graphs, "vsr": vsr.graphs}
)
"""Name -> reader of (folder of all sets, IoU above which boxes of one class are one entity)."""

_VARIABLE = "NESY_DATA"


def data_folder(given: Path | None = None) -> Path:
    """Return the folder that holds the data sets: `given`, else that of NESY_DATA, else the one beside the checkout.

    Raises:
        InputError: there is none; the message names the three ways.
    """
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    set_by = os.environ.get(_VARIABLE)
    folder, how = (
        (given, "--data")
        if given is not None
        else (Path(set_by), _VARIABLE)
        if set_by
        else (beside, "the default, beside the checkout")
    )
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder of data sets ({how}); name one with --data DIR or the environment variable "
            f"{_VARIABLE}, or put it at ../shared/data beside the checkout"
        )
    return folder


def graphs(dataset: str, folder: Path, limit: int | None = None, threshold: float = THRESHOLD) -> Iterator[Gold]:
    """Yield the ground-truth graphs of one set in the order of its file, the empty ones too.

    Raises:
        InputError: there is no such set, or its file cannot be used.
    """
    if dataset not in DATASETS:
        raise InputError(f"no data set {dataset!r}; there are: {', '.join(DATASETS)}")
    return islice(DATASETS[dataset](folder, threshold), limit)


def load_dataset(dataset: str, folder: str | Path | None = None, limit: int | None = None) -> Iterator[Scene]:
    """Yield the true scenes of a published data set in the order of its file: `vrd`, `hicodet`, `vcoco` or `vsr`.

    >>> import json, tempfile
    >>> row = {"file": "a.jpg", "relations": [{"subject": "cup", "subject_box": [10, 10, 20, 20],
    ...     "predicate": "on", "object": "table", "object_box": [0, 20, 60, 50]}]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "vrd", "vrd.jsonl")
    ...     file.parent.mkdir()
    ...     _ = file.write_text(json.dumps(row))
    ...     scenes = list(load_dataset("vrd", folder))
    >>> scenes[0].image.name, [(one.subject, one.predicate, one.object) for one in scenes[0].relations]
    ('a.jpg', [('cup_1', 'on', 'table_1')])

    Args:
        dataset: a name of `DATASETS`.
        folder: holds all sets, each in a folder of its own; None: that of the environment variable NESY_DATA, else the
            one beside the checkout.
        limit: only the first so many graphs.

    Raises:
        InputError: there is no such set or folder, or the file of the set cannot be used.
    """
    where = data_folder(None if folder is None else Path(folder))
    return (found.scene for found in graphs(dataset, where, limit))
