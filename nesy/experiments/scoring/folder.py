"""A folder of pictures with `scenes.jsonl`, and a pipeline -> a report: claims before and after the loop."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nesy.analysis import Analysis
from nesy.encoding import read_text
from nesy.errors import InputError, ReplyError
from nesy.experiments.scoring.metrics import KINDS, Tally, compared, criterion, right_claims, tally, total
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.settings import Settings
from nesy.turns import ModelInfo, Usage


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scores(_Frozen):
    """Micro-averaged F1, precision and recall per kind of claim, and the share of consistent scenes; all in [0, 1]."""

    f1: dict[str, float]
    precision: dict[str, float]
    recall: dict[str, float]
    consistent: float


class Report(_Frozen):
    """What a model does on one folder of pictures, before (round 0) and after the loop.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.synthetic import write_split
    >>> blind = nesy.Pipeline(ScriptedModel(lambda request: '{"entities": []}'))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_split(Path(folder), n=1, seed=0)
    ...     report: Report = evaluate(folder, blind)
    >>> report.model.id, report.stop_reasons, report.corrected
    ('scripted', {'consistent': 1}, 0)
    """

    folder: str
    images: int
    """Pictures that were measured."""
    unparseable: int
    """Pictures whose first reply was no scene, not even after the format-only retries; scored as empty scenes."""
    model: ModelInfo
    settings: Settings
    matching: str = criterion([])
    """By what entities were matched, in words; files that do not say it are of boxed scenes."""
    before: Scores
    after: Scores
    corrected: int
    """Pictures about which at least one corrective prompt was sent."""
    right_claims_before: int
    """In round 0, of all pictures, as are the next four."""
    right_claims_lost: int
    """Right in round 0 and no longer claimed at the end."""
    right_claims_gained: int
    """Right at the end and not claimed in round 0."""
    wrong_claims_before: int
    """Claimed in round 0 and not true."""
    wrong_claims_after: int
    """Claimed at the end and not true."""
    stop_reasons: dict[str, int]
    """Why the loop ended -> of how many pictures."""
    usage: Usage
    seconds: float

    def to_json(self, indent: int | None = None) -> str:
        """Return the report as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(indent=indent)

    def to_text(self) -> str:
        """Return the report as a small table."""
        rows = [f"{self.folder}: {self.images} images, model {self.model.id}, {self.unparseable} unparseable"]
        rows.append(self.matching)
        rows.append(f"{'':24}{'before':>10}{'after':>10}")
        rows += [f"{kind + ' F1':24}{self.before.f1[kind]:10.3f}{self.after.f1[kind]:10.3f}" for kind in KINDS]
        rows.append(f"{'consistent scenes':24}{self.before.consistent:10.1%}{self.after.consistent:10.1%}")
        rows.append(
            f"{self.corrected} images were asked about again; of {self.right_claims_before} right claims "
            f"{self.right_claims_lost} were lost and {self.right_claims_gained} gained; wrong claims "
            f"{self.wrong_claims_before} -> {self.wrong_claims_after}; "
            f"{self.seconds / max(1, self.images):.2f} s an image"
        )
        return "\n".join(rows)


@dataclass(frozen=True)
class Outcome:
    """What a pipeline made of one picture."""

    before: Scene
    """Of round 0; empty where the reply was no scene."""
    after: Scene
    truth: Scene
    consistent: tuple[bool, bool]
    analysis: Analysis | None
    """None where the first reply was no scene."""


def evaluate(
    folder: str | Path,
    pipeline: Pipeline,
    limit: int | None = None,
    watch: Callable[[Sequence[Scene]], Iterable[Scene]] = iter,
) -> Report:
    """Run `pipeline` on the pictures of `folder` and compare with its `scenes.jsonl`.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.synthetic import write_split
    >>> blind = nesy.Pipeline(ScriptedModel(lambda request: '{"entities": []}'))  # a model that sees nothing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_split(Path(folder), n=2, seed=0)  # two drawn pictures, and what is in them
    ...     report = evaluate(folder, blind)
    >>> report.images, report.before.precision["objects"], report.after.recall["objects"]
    (2, 1.0, 0.0)

    Args:
        folder: holds `images/*.png` and `scenes.jsonl` (one `nesy.scene/1` a line, with `image.name`).
        limit: only the first so many pictures.
        watch: wraps the scenes while they are gone through, for a progress bar.

    Raises:
        InputError: the folder, a line of `scenes.jsonl` or a picture cannot be used.
        ModelError: the model cannot answer.
    """
    folder = Path(folder)
    began = time.monotonic()
    outcomes = outcomes_of(folder, pipeline, limit, watch)
    seconds = time.monotonic() - began
    analyses = [o.analysis for o in outcomes if o.analysis]
    words = pipeline.ontology
    before = total(tally(o.before, o.truth, words) for o in outcomes)
    after = total(tally(o.after, o.truth, words) for o in outcomes)
    held = [(right_claims(o.before, o.truth, words), right_claims(o.after, o.truth, words)) for o in outcomes]
    return Report(
        folder=folder.name,
        images=len(outcomes),
        unparseable=len(outcomes) - len(analyses),
        model=pipeline.model_info,
        settings=pipeline.settings,
        matching=criterion(compared(scene, o.truth) for o in outcomes for scene in (o.before, o.after)),
        before=_scores(before, [o.consistent[0] for o in outcomes]),
        after=_scores(after, [o.consistent[1] for o in outcomes]),
        corrected=sum(any(r.kind == "correct" for r in a.rounds) for a in analyses),
        right_claims_before=sum(len(b) for b, _ in held),
        right_claims_lost=sum(len(b - a) for b, a in held),
        right_claims_gained=sum(len(a - b) for b, a in held),
        wrong_claims_before=sum(t.made - t.right for t in before.values()),
        wrong_claims_after=sum(t.made - t.right for t in after.values()),
        stop_reasons=dict(sorted(Counter(str(a.stop_reason) for a in analyses).items())),
        usage=sum((a.usage for a in analyses), Usage()),
        seconds=round(seconds, 1),
    )


def outcomes_of(
    folder: Path,
    pipeline: Pipeline,
    limit: int | None = None,
    watch: Callable[[Sequence[Scene]], Iterable[Scene]] = iter,
) -> list[Outcome]:
    """Run a pipeline on the pictures of a folder; arguments and errors are those of `evaluate`."""
    return [_outcome(folder, truth, pipeline) for truth in watch(read_truths(folder)[:limit])]


def _outcome(folder: Path, truth: Scene, pipeline: Pipeline) -> Outcome:
    if truth.image is None:
        raise InputError(f"{folder / 'scenes.jsonl'}: a scene without image.name cannot be measured")
    try:
        analysis = pipeline.analyze(folder / "images" / Path(truth.image.name).name)
    except ReplyError:
        empty = Scene(entities=())
        return Outcome(empty, empty, truth, (False, False), None)
    first = analysis.rounds[0]
    return Outcome(
        first.scene, analysis.scene, truth, (first.verdict.consistent, analysis.verdict.consistent), analysis
    )


def _scores(tallies: dict[str, Tally], consistent: list[bool]) -> Scores:
    def each(measure: Callable[[Tally], float]) -> dict[str, float]:
        return {kind: round(measure(one), 4) for kind, one in tallies.items()}

    return Scores(
        f1=each(lambda t: t.f1),
        precision=each(lambda t: t.precision),
        recall=each(lambda t: t.recall),
        consistent=round(sum(consistent) / max(1, len(consistent)), 4),
    )


def read_truths(folder: Path) -> list[Scene]:
    """Read the true scenes of a folder.

    Raises:
        InputError: there are none, or a line is no scene; names the file, the line and what is wrong.
    """
    path = folder / "scenes.jsonl"
    try:
        lines = read_text(path).splitlines()
    except InputError as error:
        raise InputError(f"{error}; `nesy synth` writes such folders") from None
    scenes = [Scene.from_json(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not scenes:
        raise InputError(f"{path}: no scene in it")
    return scenes
