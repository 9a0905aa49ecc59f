"""A run and what is known of its pictures -> what was made of each: before the loop, after it, and the truth."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from nesy.analysis import Analysis
from nesy.batch import Run
from nesy.batch.run_lines import Failure
from nesy.errors import InputError
from nesy.experiments.datasets.truths import Truths
from nesy.interchange.labels import Labels
from nesy.interchange.losses import Lost
from nesy.interchange.picture_lookup import PictureLookup
from nesy.scene import ImageInfo, Scene

NOTHING = Scene(entities=())
_MOST_NAMED = 5


@dataclass(frozen=True)
class Outcome:
    """What a pipeline made of one picture."""

    before: Scene
    """Of round 0; empty where the reply was no scene."""
    after: Scene
    labels: Labels
    """What is known of the picture."""
    analysis: Analysis | None
    """None where the first reply was no scene."""

    @property
    def truth(self) -> Scene:
        """What is there."""
        return self.labels.scene


@dataclass
class Passed:
    """Pictures that are not measured: how many, and some names."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count one."""
        self.count += 1
        if len(self.names) < _MOST_NAMED:
            self.names.append(name)

    def __str__(self) -> str:
        more = f" and {self.count - len(self.names)} more" if self.count > len(self.names) else ""
        return f"{', '.join(self.names)}{more}"


class RunOutcomes:
    """What a run made of the pictures of a data set, in the order of the data set; one is held at a time.

    Pictures of the data set and of the run belong together that have the same sum, or else the same name, as far as it
    is told (`PictureLookup`). Gone through once; then the counts stand.

    Args:
        truths: of the data set.
        run: of its pictures, or of some of them.
        names: only the pictures of these names in the data set; None: all.
        limit: only the first so many that were analyzed.
    """

    def __init__(
        self, truths: Truths, run: Run, names: Collection[str] | None = None, limit: int | None = None
    ) -> None:
        self._truths, self._run, self._only, self._limit = truths, run, names, limit
        self.images = self.unparseable = 0
        """Pictures that are measured, and those of them whose reply was no scene."""
        self.missing, self.failed = Passed(), Passed()
        """Pictures that the run has not, and pictures that it has no analysis of: not readable, or the model failed."""
        self.left_out = 0
        """Pictures of the run that the data set, or what of it is measured, has not."""
        self.failures: Counter[str] = Counter()
        """What failed: the kind of the error -> how often."""
        self.lost: list[Lost] = []

    def __iter__(self) -> Iterator[Outcome]:
        """Yield what was made of each picture.

        Raises:
            InputError: a truth or an analysis cannot be read, or no picture of the run is in the data set.
        """
        used: set[str] = set()
        for labels in self._truths.sized(self._size, self.lost):
            image = labels.scene.image
            assert image is not None, "truths name their pictures"
            if self._only is not None and image.name not in self._only:
                continue
            if self._limit is not None and self.images >= self._limit:
                break
            name = self._find(image)
            if name is None or name in used:
                self.missing.add(image.name)
                continue
            used.add(name)
            outcome = self._outcome(name, labels)
            if outcome is None:
                self.failed.add(image.name)
                continue
            self.images += 1
            yield outcome
        self.left_out = len(self._names) - len(used)
        if not used:
            some = ", ".join(name for name, _ in zip(self._names, range(3), strict=False)) or "none"
            raise InputError(
                f"{self._truths.path}: no picture of the run is in it; the run has {some}, they have {self.missing}"
            )

    def _outcome(self, name: str, labels: Labels) -> Outcome | None:
        failure = self._failed.get(name)
        if failure is not None:
            self.failures[failure.kind] += 1
            if failure.kind != "ReplyError":
                return None
            self.unparseable += 1
            return Outcome(NOTHING, NOTHING, labels, None)
        analysis = self._run[name]
        return Outcome(analysis.rounds[0].scene, analysis.scene, labels, analysis)

    def _find(self, image: ImageInfo) -> str | None:
        if image.sha256 is None:
            return self._lookup.find(image.name)
        alike = self._by_sum.get(image.sha256, [])
        same = [name for name in alike if PurePath(name).name == PurePath(image.name).name]
        return next(iter(same or alike), None)

    def _size(self, name: str) -> tuple[int, int] | None:
        """Return the size of a picture as the run saw it."""
        found = self._lookup.find(name)
        if found is None or found in self._failed:
            return None
        image = self._run[found].image
        return None if image.width_px is None or image.height_px is None else (image.width_px, image.height_px)

    @cached_property
    def _failed(self) -> dict[str, Failure]:
        return {one.name: one for one in self._run.failures()}

    @cached_property
    def _names(self) -> list[str]:
        return [*self._run.names(), *self._failed]

    @cached_property
    def _lookup(self) -> PictureLookup:
        return PictureLookup(self._names)

    @cached_property
    def _by_sum(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        entries = [(one.sha256, one.name) for one in self._run.entries()]
        for own, name in (*entries, *((one.sha256, one.name) for one in self._failed.values())):
            if own is not None:
                found.setdefault(own, []).append(name)
        return found
