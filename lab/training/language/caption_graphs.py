"""The caption graphs of FACTUAL in, pairs of caption and sets of tuples out."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from nesy.errors import InputError

HELD_OUT = 20
"""One image of so many is held out of training: by the check sum of its id, so that it is the same everywhere."""


@dataclass(frozen=True)
class Caption:
    """A caption with the graph that people gave it.

    Args:
        image: Visual Genome's number of the image.
        text: as written.
        tuples: (object,), (object, "is", attribute) or (subject, predicate, object), lower case.
    """

    image: str
    text: str
    tuples: frozenset[tuple[str, ...]]

    @property
    def held_out(self) -> bool:
        """Whether the caption is kept for measuring."""
        return crc32(self.image.encode()) % HELD_OUT == 0


def read_tuples(written: str) -> frozenset[tuple[str, ...]]:
    """Read FACTUAL's notation.

    >>> sorted(read_tuples("( man , ride , horse ) , ( horse , is , brown )"))
    [('horse', 'is', 'brown'), ('man', 'ride', 'horse')]
    """
    found = set()
    for part in re.findall(r"\(([^()]*)\)", written):
        items = tuple(" ".join(item.split()).lower() for item in part.split(" , "))
        if len(items) in (1, 3) and all(items):
            found.add(items)
    return frozenset(found)


def captions(path: Path) -> Iterator[Caption]:
    """Yield the rows of one of FACTUAL's CSV files.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield Caption(row["image_id"], row["caption"], read_tuples(row["scene_graph"]))
    except (OSError, KeyError) as error:
        raise InputError(f"{path}: not a file of captions and graphs: {error}") from error
