"""Predicted scenes and true ones, of many pictures -> which belong together, and their scores (`nesy.scores/1`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.errors import InputError
from nesy.experiments.scoring.metrics import KINDS, Tally, compared, criterion, tally, total
from nesy.scene import Scene

NOTHING = Scene(entities=())
"""What an unreadable prediction counts as."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class KindScores(_Frozen):
    """How well one kind of claim is told, of all pictures together (micro average); shares are in [0, 1]."""

    right: int
    """Claims made that are true."""
    made: int
    """Claims made."""
    true: int
    """Claims of the truth."""
    precision: float
    """Share of the claims made that are right; 1 where none was made."""
    recall: float
    """Share of what is true that was claimed; 1 where nothing is true."""
    f1: float
    """Harmonic mean of the two; 1 of nothing said and nothing true."""


class SceneScores(_Frozen):
    """Scores of predicted scenes against true ones, with what was compared and how.

    >>> import nesy
    >>> true = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup"), nesy.Entity(id="dog_1", category="dog")])
    >>> scores: SceneScores = score([(nesy.Scene(entities=[nesy.Entity(id="mug_1", category="cups")]), true)])
    >>> scores.kinds["objects"].precision, scores.kinds["objects"].recall, scores.kinds["all"].right
    (1.0, 0.5, 1)
    """

    schema_: Literal["nesy.scores/1"] = Field(default="nesy.scores/1", alias="schema")
    scenes: int
    """True scenes that were compared with."""
    paired_by: Literal["image", "line"] = "line"
    """Whether scenes belong together that are of one picture, or that stand at one place."""
    matching: str
    """By what entities were matched, in words."""
    kinds: dict[str, KindScores]
    """Kind of claim, or `all`, -> scores."""
    missing: tuple[str, ...] = ()
    """Pictures (or lines) of the truth of which nothing was predicted; they count as empty predictions."""
    left_out: tuple[str, ...] = ()
    """Pictures (or lines) that were predicted and have no truth; they do not count."""
    unreadable: int = 0
    """Lines that are no scene; a prediction counts as empty, and what has no readable truth does not count."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the scores as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, indent=indent)

    def to_text(self) -> str:
        """Return the scores as a small table, with how scenes and entities were paired above it."""
        of = "1 scene" if self.scenes == 1 else f"{self.scenes} scenes"
        lines = [f"{of}, paired by {self.paired_by}; {self.matching}"]
        lines.append(f"{'':14}{'F1':>8}{'precision':>11}{'recall':>8}{'right':>8}{'made':>8}{'true':>8}")
        for kind, k in self.kinds.items():
            shares = f"{k.f1:8.3f}{k.precision:11.3f}{k.recall:8.3f}"
            lines.append(f"{kind.replace('_', ' '):14}{shares}{k.right:8}{k.made:8}{k.true:8}")
        return "\n".join(lines)


def score(pairs: Iterable[tuple[Scene, Scene]]) -> SceneScores:
    """Compare predicted scenes with true ones, each of one picture.

    >>> import nesy
    >>> said, true = (nesy.Scene.from_json('''{"entities": [{"id": "a", "category": "person"}, {"id": "b",
    ...     "category": "horse"}], "relations": [{"subject": "a", "predicate": "VERB", "object": "b"}]}'''
    ...     .replace("VERB", verb)) for verb in ("riding", "ride"))
    >>> scores = score([(said, true)])
    >>> scores.kinds["relations"].f1, scores.matching
    (1.0, 'entities are matched by category, attributes and relations, without boxes')

    Args:
        pairs: the predicted scene and the true one of each picture.
    """
    every = tuple(pairs)
    found = total(tally(said, true) for said, true in every)
    together = Tally()
    for kind in KINDS:
        together += found[kind]
    return SceneScores(
        scenes=len(every),
        matching=criterion(compared(said, true) for said, true in every),
        kinds={kind: _scores(one) for kind, one in {**found, "all": together}.items()},
    )


@dataclass(frozen=True)
class Paired:
    """Which scenes of two files belong together."""

    pairs: tuple[tuple[Scene | None, Scene], ...]
    """The prediction, None where there is none or it could not be read, and the truth of each picture."""
    paired_by: Literal["image", "line"]
    missing: tuple[str, ...]
    """Pictures (or lines) of the truth of which nothing was predicted."""
    left_out: tuple[str, ...]
    """Pictures (or lines) that were predicted and have no truth."""


def score_files(predicted: Sequence[Scene | None], truth: Sequence[Scene | None]) -> SceneScores:
    """Compare the scenes of two files, paired as `paired` does; what was not predicted counts as an empty scene.

    Raises:
        InputError: as `paired`.
    """
    found = paired(predicted, truth)
    told = {"paired_by": found.paired_by, "missing": found.missing, "left_out": found.left_out}
    unreadable = sum(scene is None for scene in (*predicted, *truth))
    scores = score((NOTHING if said is None else said, true) for said, true in found.pairs)
    return scores.model_copy(update={**told, "unreadable": unreadable})


def paired(predicted: Sequence[Scene | None], truth: Sequence[Scene | None]) -> Paired:
    """Pair the scenes of two files: by picture where all of both name one, each once, else place by place.

    A picture is known by the SHA-256 sum of its file where both have it, else by its name without folders. None stands
    for a line that could not be read.

    Raises:
        InputError: no picture of one is in the other, or, place by place, one has more scenes than the other.
    """
    if _tell_pictures(predicted) and _tell_pictures(truth):
        return _by_picture(_read(predicted), _read(truth))
    if len(predicted) != len(truth):
        raise InputError(
            f"{len(predicted)} predicted scenes and {len(truth)} true ones: not all name a picture of their own "
            "(image.name), so they are paired line by line, and that takes as many of both"
        )
    places = [(said, true, f"line {n}") for n, (said, true) in enumerate(zip(predicted, truth, strict=True), 1)]
    for said, true, place in places:
        if said is not None and true is not None and _differ(said, true):
            assert said.image is not None and true.image is not None, "what has no picture does not differ"
            raise InputError(
                f"{place}: a prediction of {said.image.name} beside the truth of {true.image.name}; scenes that do not "
                "all name a picture of their own are paired line by line"
            )
    return Paired(
        pairs=tuple((said, true) for said, true, _ in places if true is not None),
        paired_by="line",
        missing=tuple(place for said, true, place in places if said is None and true is not None),
        left_out=tuple(place for said, true, place in places if said is not None and true is None),
    )


def _by_picture(predicted: Sequence[Scene], truth: Sequence[Scene]) -> Paired:
    by_sum = {scene.image.sha256: scene for scene in predicted if scene.image and scene.image.sha256}
    by_name = {_name(scene): scene for scene in predicted}
    pairs: list[tuple[Scene | None, Scene]] = []
    missing, used = [], set()
    for true in truth:
        assert true.image is not None, "all name a picture"
        said = by_sum.get(true.image.sha256 or "") or by_name.get(_name(true))
        if said is None or id(said) in used or _differ(said, true):
            missing.append(true.image.name)
            pairs.append((None, true))
            continue
        used.add(id(said))
        pairs.append((said, true))
    left_out = [scene.image.name for scene in predicted if scene.image and id(scene) not in used]
    if not used and predicted and truth:
        raise InputError(f"no picture is in both: predicted {_some(left_out)}; true {_some(missing)}")
    return Paired(tuple(pairs), "image", tuple(missing), tuple(left_out))


def _tell_pictures(scenes: Sequence[Scene | None]) -> bool:
    read = _read(scenes)
    names = {_name(scene) for scene in read if scene.image is not None}
    return len(names) == len(read) > 0


def _read(scenes: Sequence[Scene | None]) -> list[Scene]:
    return [scene for scene in scenes if scene is not None]


def _name(scene: Scene) -> str:
    return "" if scene.image is None else PurePath(scene.image.name.replace("\\", "/")).name


def _differ(said: Scene, true: Scene) -> bool:
    """Tell whether two scenes are surely of different pictures."""
    if said.image is None or true.image is None:
        return False
    sums = (said.image.sha256, true.image.sha256)
    return sums[0] != sums[1] if None not in sums else _name(said) != _name(true)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _scores(one: Tally) -> KindScores:
    shares = {"precision": one.precision, "recall": one.recall, "f1": one.f1}
    return KindScores(
        right=one.right, made=one.made, true=one.true, **{name: round(value, 4) for name, value in shares.items()}
    )
