"""A folder of one experiment: what was run (`run.json`), the truth, round 0 of every image, what each arm made of it.

`scenes.jsonl` holds the true scenes, `round0.jsonl` one line an image, `arms.jsonl` one line an image and arm. Lines
are appended whole; a last line that a kill cut off is dropped when the run is resumed. From these files alone
everything is scored again, without a model.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from nesy.analysis import Analysis, Edit, Round, StopReason
from nesy.errors import InputError
from nesy.experiments.arms.arms import ArmName, now_called
from nesy.experiments.commit import commit
from nesy.scene import Scene, read_json
from nesy.settings import Settings
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Verdict

Line = TypeVar("Line", bound=BaseModel)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RunCard(_Frozen):
    """What was run: `run.json`."""

    schema_: Literal["nesy.run/1"] = Field(default="nesy.run/1", alias="schema")
    folder: str
    """Where the pictures and their true scenes lie."""
    scenes_sha256: str
    """Of the true scenes that are measured."""
    model: ModelInfo
    """Whose loops are compared."""
    settings: Settings
    """Of the loop that the arms differ from."""
    arms: tuple[ArmName, ...]
    """Names of the arms that were run."""
    not_applicable: dict[str, str] = {}
    """Arm -> why it was not run."""
    seed: int
    """Of the bootstrap and the tests; what the arms draw they draw by the images."""
    commit: str
    """Of the checkout that ran them."""


class First(_Frozen):
    """Round 0 of one image; None when no reply could be read."""

    image: str
    """Name of the picture file."""
    round: Round | None = None
    """The description, checked."""
    unreadable: tuple[str, ...] = ()
    """What was wrong with the replies that could not be read."""


class Trace(_Frozen):
    """What one arm made of round 0 of one image."""

    image: str
    """Name of the picture file."""
    arm: ArmName
    """Name of the arm."""
    rounds: tuple[Round, ...]
    """Those after round 0."""
    kept_round: int
    """Index of the round whose scene was taken."""
    scene: Scene
    """The final one."""
    edits: tuple[Edit, ...]
    """What the repair changed."""
    stop_reason: StopReason
    """Why the loop ended."""
    consistent: bool
    """By all rules of the run, also where the arm itself went without some."""
    usage: Usage
    """Of the rounds after round 0."""
    observed: str | None = None
    """Name of the picture that a witness looked at; None: nobody did."""

    @classmethod
    def of(cls, arm: str, analysis: Analysis, verdict: Verdict) -> "Trace":
        """Keep of an analysis what came after round 0.

        Args:
            arm: the name of the arm.
            analysis: the whole.
            verdict: what all rules of the run say of its last scene.
        """
        later, seen = analysis.rounds[1:], analysis.observations
        return cls(
            image=analysis.image.name,
            arm=arm,
            rounds=later,
            kept_round=analysis.kept_round,
            scene=analysis.scene,
            edits=analysis.edits,
            stop_reason=analysis.stop_reason,
            consistent=verdict.consistent,
            usage=sum((turn.usage for turn in later), Usage()),
            observed=None if seen is None or seen.image is None else seen.image.name,
        )


class Traces:
    """The files of one experiment in one folder.

    >>> traces = Traces("examples/recorded/hard")
    >>> traces.card().arms[:2], len(traces.truths()) == len(traces.firsts())
    (('none', 'repair-only'), True)
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._first, self._arms = self.folder / "round0.jsonl", self.folder / "arms.jsonl"

    def begin(self, card: RunCard, truths: list[Scene], *, resume: bool) -> None:
        """Start a run in an empty or new folder, or go on with the one that is there.

        Raises:
            InputError: the folder holds a run and is not to be resumed, or a run of something else.
        """
        path = self.folder / "run.json"
        lines = "".join(truth.to_json() + "\n" for truth in truths)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                if not resume:
                    raise InputError(f"{self.folder}: holds a run already; --resume goes on with it")
                card = self._joined(self.card(), card, lines)
            path.write_text(card.model_dump_json(by_alias=True, indent=1) + "\n", encoding="utf-8")
            (self.folder / "scenes.jsonl").write_text(lines, encoding="utf-8")
            for lined in (self._first, self._arms):
                _drop_broken_end(lined)
        except OSError as error:
            raise InputError(f"{self.folder}: cannot be written ({error.strerror})") from None

    def _joined(self, old: RunCard, new: RunCard, lines: str) -> RunCard:
        """Return the card of a run that is gone on with: more pictures or more arms, all else as it was."""
        scenes = self.folder / "scenes.jsonl"
        before = scenes.read_text(encoding="utf-8") if scenes.exists() else ""
        same = {"model": old.model == new.model, "settings": old.settings == new.settings}
        same["pictures"] = lines.startswith(before)
        for what, is_same in same.items():
            if not is_same:
                raise InputError(f"{self.folder}: holds a run with other {what}; take another folder")
        arms = (*old.arms, *(arm for arm in new.arms if arm not in old.arms))
        return new.model_copy(update={"arms": arms, "not_applicable": old.not_applicable | new.not_applicable})

    def card(self) -> RunCard:
        """Read what was run.

        Raises:
            InputError: the folder holds no run, or `run.json` cannot be read.
        """
        path = self.folder / "run.json"
        try:
            return read_json(RunCard, path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); `nesy evaluate --runs` writes it") from None

    def truths(self) -> list[Scene]:
        """Read the true scenes.

        Raises:
            InputError: a line is no scene; names file and line.
        """
        return list(self._read(self.folder / "scenes.jsonl", Scene))

    def firsts(self) -> dict[str, First]:
        """Read round 0 of every image that has one, by the image's name.

        Raises:
            InputError: a line is no round 0; names file and line.
        """
        return {first.image: first for first in self._read(self._first, First)}

    def traces(self) -> dict[tuple[str, str], Trace]:
        """Read what the arms made of it, by image and arm.

        Raises:
            InputError: a line is no trace; names file and line.
        """
        return {(trace.image, trace.arm): trace for trace in self._read(self._arms, Trace)}

    def done(self) -> set[tuple[str, str]]:
        """Return the images and arms that are done, without reading all of their traces."""
        if not self._arms.exists():
            return set()
        with self._arms.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines if line.endswith("\n")]
        return {(row["image"], now_called(row["arm"])) for row in rows}

    def add(self, line: First | Trace) -> None:
        """Append round 0 of one image, or what one arm made of it.

        Raises:
            InputError: the folder cannot be written to.
        """
        _append(self._first if isinstance(line, First) else self._arms, line)

    def _read(self, path: Path, kind: type[Line]) -> Iterator[Line]:
        if not path.exists():
            return
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.endswith("\n"):  # else a kill cut it off
                    yield read_json(kind, line, f"{path}, line {number}")


def card_of(folder: str, truths: list[Scene], model: ModelInfo, settings: Settings, seed: int) -> RunCard:
    """Return the card of a run of no arms yet at the commit that is checked out."""
    told = "\n".join(truth.to_json() for truth in truths)
    return RunCard(
        folder=folder,
        scenes_sha256=sha256(told.encode("utf-8", "surrogatepass")).hexdigest(),
        model=model,
        settings=settings,
        arms=(),
        seed=seed,
        commit=commit(),
    )


def _append(path: Path, line: BaseModel) -> None:
    try:
        with path.open("a", encoding="utf-8") as lines:
            lines.write(line.model_dump_json(by_alias=True, exclude_none=True) + "\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def _drop_broken_end(path: Path) -> None:
    if not path.exists():
        return
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        path.write_bytes(data[: data.rfind(b"\n") + 1])
