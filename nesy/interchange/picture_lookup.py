"""Names of pictures -> which of them a name stands for, where one tells more of the path than the other."""

import re
from collections import defaultdict
from collections.abc import Iterable

from nesy.errors import InputError

_SPLIT_OF_COCO = re.compile(r"^COCO_(?:train|val|test)20\d\d_(?=\d{12}\.)")


class PictureLookup:
    """Names by which pictures are known, of files below a folder or of a run.

    A name stands for another where they are the same from the end on, as far as the shorter one reaches, part by part:
    `val2017/42.jpg` and `42.jpg`, not `train2017/42.jpg`. COCO's names of 2014 and of 2017 are the same.

    >>> PictureLookup(["coco/val2017/000000000042.jpg", "b.jpg"]).find("COCO_val2014_000000000042.jpg")
    'coco/val2017/000000000042.jpg'
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for name in names:
            parts = _parts(name)
            self._names[parts[-1]].append((parts, name))

    def find(self, name: str) -> str | None:
        """Return the name that one stands for; None where there is none.

        Raises:
            InputError: it may stand for several.
        """
        parts = _parts(name)
        found = [(own, known) for own, known in self._names.get(parts[-1], ()) if _agree(own, parts)]
        exact = [known for own, known in found if own == parts]
        if len(exact) == 1 or len(found) == 1:
            return exact[0] if exact else found[0][1]
        if found:
            some = " and ".join(known for _, known in found[:2])
            raise InputError(f"{name} may be {some}; the pictures of one folder of the data set are expected")
        return None


def _parts(name: str) -> tuple[str, ...]:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")] or [name]
    return (*parts[:-1], _SPLIT_OF_COCO.sub("", parts[-1]))


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[-shorter:] == other[-shorter:]
