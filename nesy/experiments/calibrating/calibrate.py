"""A model and a folder of labelled pictures -> its calibration, with what it is worth, kept where the loop finds it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nesy.errors import InputError
from nesy.experiments.calibrating.fit import (
    KINDS,
    LEAST,
    LEAST_OF_EACH,
    Guess,
    beside,
    cross_fitted,
    enough,
    fit,
    share_of,
    with_witness,
)
from nesy.experiments.calibrating.labelled_folder import read_labelled
from nesy.experiments.calibrating.trials import Trials, Watch, takes_looks, tried
from nesy.experiments.statistics.discrimination import even_calibration_error, roc_area, roc_interval
from nesy.models.calibrated import key_of
from nesy.observations import Witness
from nesy.perception.calibration import Beside, Calibration, Worth, logistic
from nesy.perception.calibration_store import path_of, save
from nesy.pipeline import Pipeline
from nesy.settings import Settings
from nesy.turns import VisionLanguageModel

Row = tuple[Guess, float, float]
"""A statement, its chance before, and after."""


class CalibrationReport(BaseModel):
    """What a model's words, looks and witness are worth on a folder of pictures, and where that is kept.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import nesy
    >>> from nesy.experiments.arms.perceiver import Perceiver, Rates
    >>> from nesy.synthetic import draw, write_split
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = write_split(Path(place, "drawn"), n=20, seed=3)
    ...     truths = {f"ordinary_3_{n:05d}.png": draw(3, n).scene for n in range(20)}
    ...     model = Perceiver(truths, Rates(blind=0.2))  # a blind look errs in one of five
    ...     report: CalibrationReport = nesy.calibrate(model, Path(place, "drawn"), keep=False)
    >>> report.calibration.worth[0].of, report.pictures, report.path
    ('looks', 20, None)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    """The pictures' folder."""
    pictures: int
    """That were looked at, each content once."""
    unfit: int
    """Pictures of a kind that the model cannot read; they are left out."""
    unreadable: int
    """Descriptions and looks of which no reply could be read."""
    seed: int
    """Of the statements and of the division into parts."""
    calibration: Calibration
    """What was fitted on all pictures."""
    refused: str
    """Why its looks do not weigh all the same; empty: they do."""
    path: str | None
    """Where it is kept; None: nowhere."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the report as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    def to_text(self) -> str:
        """Return the report as a small table."""
        fitted = self.calibration
        left = f", {self.unfit} left out that it cannot read" if self.unfit else ""
        left += f", {self.unreadable} replies unreadable" if self.unreadable else ""
        after = f"{'after':>8}"
        heads = f"{'':18}{'statements':>12}{'true':>7}{'AUROC before':>14}{after}  {'95 %':16}{'ECE before':>11}{after}"
        lines = [f"{self.folder}: {self.pictures} pictures, model {fitted.model.id}{left}", heads]
        lines += [
            f"{one.of:18}{one.statements:>12}{one.true:>7}{one.auroc_before:>14.3f}{one.auroc:>8.3f}  "
            f"{f'{one.auroc_low:.3f} to {one.auroc_high:.3f}':16}{one.ece_before:>11.3f}{one.ece:>8.3f}"
            for one in fitted.worth
            if one.kind is None
        ]
        left_out = [kind for kind in KINDS if kind not in fitted.own]
        if left_out:
            needed = f"fewer than {LEAST} claims of known truth, or than {LEAST_OF_EACH} true or false ones"
            lines.append(f"words of {', '.join(left_out)}: not fitted, {needed}")
        if fitted.witness is not None:
            names, share = ", ".join(fitted.witness.names), fitted.witness.share
            lines.append(f"what {names} sees counts {share:.2f} of its log-odds beside this model's")
        if self.refused:
            lines.append(f"its looks do not weigh: {self.refused}")
        if self.path is not None:
            lines.append(f"kept in {self.path}")
        return "\n".join(lines)


def calibrate(
    model: str | VisionLanguageModel | None,
    folder: str | Path,
    *,
    settings: Settings | None = None,
    witness: Witness | Sequence[Witness] | None = None,
    limit: int | None = None,
    seed: int = 0,
    keep: bool = True,
    out: str | Path | None = None,
    watch: Watch = iter,
    concurrency: int = 1,
) -> CalibrationReport:
    """Fit what the words and the looks of a model are worth, and what a witness counts beside it.

    >>> import tempfile
    >>> import nesy
    >>> with tempfile.TemporaryDirectory() as empty:
    ...     nesy.calibrate("embedded", empty)
    Traceback (most recent call last):
    nesy.errors.InputError: ...: no labels; truth.jsonl, scenes.jsonl (a nesy.scene/1 a line) or a COCO file *.json ...

    Args:
        model: as `Pipeline` takes it.
        folder: pictures with what is known of them: see `nesy.experiments.calibrating.labelled_folder`.
        settings: how the model is loaded and asked, and the witness; the calibration holds for these.
        witness: as `Pipeline` takes it.
        limit: only the first so many pictures, at least 1.
        seed: of the statements that are made, and of the parts that the pictures are divided into.
        keep: whether it is kept where `analyze` finds it (`NESY_CALIBRATIONS`, else the user's data).
        out: a file that it is written to as well.
        watch: wraps the pictures while they are gone through, for a progress bar.
        concurrency: requests that a server has in flight at most, at least 1.

    Raises:
        InputError: the folder, its labels or a picture cannot be used, they hold too little, there is no such model, or
            the file cannot be written.
        KnowledgeError: an ontology file cannot be used.
        ModelError: the model or the witness cannot be loaded, or cannot answer.
    """
    folder, asked = Path(folder), settings or Settings()
    bare = asked.correction.model_copy(update={"evidence": "none", "calibration": None})
    pipeline = Pipeline(model, asked.model_copy(update={"correction": bare}), witness=witness)
    known = read_labelled(folder, pipeline.ontology)[:limit]
    trials = tried(pipeline, known, seed, watch, concurrency)
    calibration = _calibration(pipeline, trials, seed, folder)
    kept = path_of(calibration.key) if keep and calibration.key is not None else None
    for path in (kept, None if out is None else Path(out)):
        if path is not None:
            save(calibration, path)
    return CalibrationReport(
        folder=folder.resolve().name,
        pictures=trials.pictures,
        unfit=trials.unfit,
        unreadable=trials.unreadable,
        seed=seed,
        calibration=calibration,
        refused=calibration.refused(calibration.model),
        path=None if kept is None else str(kept),
    )


def _calibration(pipeline: Pipeline, trials: Trials, seed: int, folder: Path) -> Calibration:
    """Fit on all pictures, and measure by parts."""
    _refuse_too_little(pipeline, trials, folder)
    whole = fit(trials.looks, trials.descriptions)
    guesses = cross_fitted(trials, whole, seed)
    seen = beside(guesses)
    counts = enough([one.true for one in seen])
    rows = {
        "looks": [(one, one.before, logistic(one.after)) for one in guesses.looks],
        "words": [(one, one.before, logistic(one.after)) for one in guesses.words],
        "words and looks": [(one, one.before, logistic(one.after)) for one in guesses.both],
        "witness": [(g, logistic(g.after), chance) for g, chance in with_witness(seen)] if counts else [],
    }
    worth = tuple(one for name, found in rows.items() for one in _worth(name, found, seed))
    area = {(one.of, one.kind): one.auroc for one in worth}
    a, b = whole.looks or (0.0, 0.0)
    return Calibration(
        schema_="nesy.calibration/2",
        model=pipeline.model_info,
        key=key_of(pipeline.model, pipeline.settings, pipeline.ontology),
        a=a,
        b=b,
        auroc=area.get(("looks", None), 0.5),
        statements=len(trials.looks) if whole.looks else 0,
        own={kind: one.model_copy(update={"auroc": area.get(("words", kind), 0.5)}) for kind, one in whole.own.items()},
        together=whole.together,
        witness=_beside(pipeline, seen) if counts else None,
        pictures=trials.pictures,
        worth=worth,
    )


def _refuse_too_little(pipeline: Pipeline, trials: Trials, folder: Path) -> None:
    looks = [one.true for one in trials.looks]
    words = [one.true[claim.id] for one in trials.descriptions for kind in KINDS for claim in one.claims(kind)]
    if enough(looks if takes_looks(pipeline.model) else words):
        return
    told = [
        f"{len(found)} {what} ({sum(found)} true)" for found, what in ((looks, "looks"), (words, "claims in words"))
    ]
    left = f", {trials.unfit} pictures left out that it cannot read" if trials.unfit else ""
    left += f", {trials.unreadable} replies unreadable" if trials.unreadable else ""
    needed = "looks" if takes_looks(pipeline.model) else "claims with confidences"
    raise InputError(
        f"{folder}: too little to calibrate {pipeline.model_info.id}: {' and '.join(told)} whose truth is known, about "
        f"{trials.pictures} pictures{left}; at least {LEAST} {needed} are needed, {LEAST_OF_EACH} of them true and "
        f"{LEAST_OF_EACH} false"
    )


def _worth(name: str, rows: Sequence[Row], seed: int) -> Iterator[Worth]:
    """Yield the figures of all statements together, and of those of each kind."""
    for kind in (None, *KINDS) if rows else ():
        found = [row for row in rows if kind in (None, row[0].kind)]
        if not found:
            continue
        true = [one.true for one, _, _ in found]
        before, after = [row[1] for row in found], [row[2] for row in found]
        parts = [one.part for one, _, _ in found]
        area = roc_interval(after, true, [one.picture for one, _, _ in found], parts, seed)
        yield Worth.model_validate(
            {
                "of": name,
                "kind": kind,
                "statements": len(found),
                "true": sum(true),
                "auroc_before": round(roc_area(before, true, parts), 4),
                "auroc": area.value,
                "auroc_low": area.low,
                "auroc_high": area.high,
                "ece_before": round(even_calibration_error(before, true), 4),
                "ece": round(even_calibration_error(after, true, before if name == "looks" else None), 4),
            }
        )


def _beside(pipeline: Pipeline, seen: Sequence[Guess]) -> Beside:
    who = [one.info for one in pipeline.witnesses]
    return Beside(
        names=tuple(one.name for one in who),
        weights_sha256=tuple(one.weights_sha256 for one in who),
        share=round(share_of(seen), 6),
        statements=len(seen),
    )
