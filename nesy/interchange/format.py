"""What a format of files is: who reads it and who writes it.

* `read(path)` yields the scenes of a file one by one, and among or after them a `Lost` for what it had to leave out or
  to mend. It is strict: `InputError` names the file, the row, what is wrong and what would be right.
* `write(scenes, path)` goes through the scenes once, writes the file at `path` (where nothing is yet) and returns what
  the format cannot hold, counted; `holding.narrowed` takes it out of a scene. It need not clean up after an error:
  `conversion.write` puts whole files in place.
* `fits(start)` tells by content: of JSON by its outermost value (of JSON Lines: the first line's), else by the first
  4,000 characters of the text. It is asked where several formats share an ending.
* `labels(path, size_of)` yields what the files tell beside scenes, where that is more than `read` yields.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nesy.interchange.labels import Labels
from nesy.interchange.losses import Lost
from nesy.interchange.pixels import SizeOf
from nesy.scene import Scene

Reader = Callable[[Path], Iterator[Scene | Lost]]
SizedReader = Callable[[Path, SizeOf], Iterator[Scene | Lost]]
LabelsReader = Callable[[Path, SizeOf], Iterator[Labels | Lost]]
Writer = Callable[[Iterable[Scene], Path], Sequence[Lost]]


@dataclass(frozen=True)
class Format:
    """A kind of files that scenes are read from, written to, or both."""

    name: str
    """For `--from` and `--to`."""
    title: str
    """What it is, in a few words."""
    endings: tuple[str, ...]
    """Of its files, in small letters, with the dot: the longest that fits a name decides (`.coco.json`, `.json`)."""
    read: Reader | None
    """None: it is written only."""
    write: Writer | None
    """None: it is read only."""
    cannot_hold: str = ""
    """What of a scene it cannot hold, in words for the list of formats; `Lost` tells it of one file."""
    fits: Callable[[object], bool] | None = None
    """Whether a content is of this format; None: its endings tell enough."""
    folder: bool = False
    """Whether it is a folder of several files."""
    read_sized: SizedReader | None = None
    """Of a format whose files do not tell the sizes of their pictures: `read` with what tells them."""
    labels: LabelsReader | None = None
    """Of a format that tells more of a picture than a scene holds: what it lists in full, doubts, denies, its split."""

    @property
    def directions(self) -> str:
        """`rw`, `r` or `w`: whether it is read, and whether it is written."""
        return ("r" if self.read else "") + ("w" if self.write else "")
