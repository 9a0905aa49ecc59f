"""What a model does on a data set, before (round 0) and after the loop: `nesy.evaluation/1`."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.experiments.scoring.metrics import KINDS, criterion
from nesy.settings import Settings
from nesy.turns import ModelInfo, Usage

By = Literal["predicate", "category", "rule"]
"""By what a report is broken down."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Scores(_Frozen):
    """Micro-averaged F1, precision and recall per kind of claim, and the share of consistent scenes; all in [0, 1]."""

    f1: dict[str, float]
    """Harmonic mean of the two."""
    precision: dict[str, float]
    """Share of the claims made that are right. Where the data set does not list all there is, it is at least that."""
    recall: dict[str, float]
    """Share of what is true that was claimed."""
    consistent: float
    """Share of the pictures whose scene breaks no rule."""


class ClaimCounts(_Frozen):
    """The claims of one kind, of all pictures together."""

    right: int
    """Claims made that are true."""
    made: int
    """Claims made."""
    true: int
    """Claims of the truth; of counts those that were made and that the data set decides, where it does not tell all."""
    wrong: int
    """Claims made that the data set says are wrong; of the others that are not right nothing is known."""

    @property
    def precision(self) -> float | None:
        """Share of the claims made and decided that are right; None where none was decided."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None


class Part(_Frozen):
    """A row of a report that is broken down: one predicate, category or rule."""

    of: str
    """The word, as the ontology has it; of a rule its IRI."""
    true: int
    """Relations or things of the truth; of a rule 0."""
    right_before: int
    """Those of them that were claimed in round 0; of a rule 0."""
    right_after: int
    """Those that are claimed at the end; of a rule 0."""
    made_before: int
    """Claimed in round 0; of a rule the pictures that broke it."""
    made_after: int
    """Claimed at the end; of a rule the pictures that break it still."""


class Report(_Frozen):
    """What a model does on one data set, before (round 0) and after the loop.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import nesy
    >>> from nesy.experiments import evaluate
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.synthetic import write_split
    >>> blind = nesy.Pipeline(ScriptedModel(lambda request: '{"entities": []}'))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_split(Path(folder), n=1, seed=0)
    ...     report: Report = evaluate(folder, blind)
    >>> report.model.id, report.stop_reasons, report.corrected
    ('scripted', {'consistent': 1}, 0)
    """

    schema_: Literal["nesy.evaluation/1"] = Field(default="nesy.evaluation/1", alias="schema")
    folder: str
    """The name of the annotations' file or folder."""
    dataset: str = "scenes"
    """Of `nesy evaluate --dataset`."""
    split: str | None = None
    """The part of the data set that was measured; null: all that its files hold."""
    lists: str = "all there is to say: whatever else is claimed is wrong"
    """What the data set lists in full, in words: what is counted as wrong."""
    complete: bool = True
    """Whether that is all there is; else precision and F1 are lower bounds, and recall is the figure."""
    annotations: dict[str, str] = {}
    """Name of each file of annotations -> SHA-256 sum of its bytes, in hexadecimal digits."""
    images: int
    """Pictures that were measured."""
    unparseable: int
    """Pictures whose first reply was no scene, not even after the format-only retries; scored as empty scenes."""
    missing: int = 0
    """Pictures of the data set that were not there, or not in the run; not measured."""
    failed: int = 0
    """Pictures that could not be read, or for which the model failed; not measured."""
    failures: dict[str, int] = {}
    """Of these and of the unparseable ones, the kind of the error -> of how many pictures."""
    left_out: int = 0
    """Pictures of the run that are not among those of the data set that were measured."""
    model: ModelInfo
    """Who described the pictures."""
    settings: Settings
    """Of every step."""
    matching: str = criterion([])
    """By what entities were matched, in words; files that do not say it are of boxed scenes."""
    before: Scores
    """Of round 0."""
    after: Scores
    """Of the final scenes."""
    counts_before: dict[str, ClaimCounts] = {}
    """Kind of claim -> counts, of round 0."""
    counts_after: dict[str, ClaimCounts] = {}
    """The same of the final scenes."""
    corrected: int
    """Pictures about which at least one corrective prompt was sent."""
    right_claims_before: int
    """In round 0, of all pictures, as are the next four."""
    right_claims_lost: int
    """Right in round 0 and no longer claimed at the end."""
    right_claims_gained: int
    """Right at the end and not claimed in round 0."""
    wrong_claims_before: int
    """Claimed in round 0 and known not to be true."""
    wrong_claims_after: int
    """Claimed at the end and known not to be true."""
    stop_reasons: dict[str, int]
    """Why the loop ended -> of how many pictures."""
    usage: Usage
    """What all calls of the model cost."""
    seconds: float | None
    """That the analyses took, by the clock on the wall; null where a run was scored that was there."""
    by: By | None = None
    """By what `parts` are broken down; null: not at all."""
    parts: tuple[Part, ...] = ()
    """The most frequent of the truth first; of rules those that most pictures broke."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the report as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, indent=indent)

    def to_text(self) -> str:
        """Return the report as a small table."""
        of = self.folder if self.complete else f"{self.dataset} ({self.folder})"
        part = "" if self.split is None else f", split {self.split}"
        rows = [f"{of}{part}: {self.images} images, model {self.model.id}, {self.unparseable} unparseable"]
        gone = ((self.missing, "missing"), (self.failed, "failed"), (self.left_out, "of the run left out"))
        if any(count for count, _ in gone):
            rows.append("not measured: " + ", ".join(f"{count} {what}" for count, what in gone if count))
        rows.append(self.matching)
        if not self.complete:
            rows.append(f"{self.dataset} lists {self.lists}")
        rows.append(f"{'':38}{'before':>10}{'after':>10}")
        rows += self._complete() if self.complete else self._incomplete()
        rows.append(f"{'consistent scenes':38}{self.before.consistent:10.1%}{self.after.consistent:10.1%}")
        took = "" if self.seconds is None else f"; {self.seconds / max(1, self.images):.2f} s an image"
        rows.append(
            f"{self.corrected} images were asked about again; of {self.right_claims_before} right claims "
            f"{self.right_claims_lost} were lost and {self.right_claims_gained} gained; wrong claims "
            f"{self.wrong_claims_before} -> {self.wrong_claims_after}{took}"
        )
        return "\n".join([*rows, *self._parts()])

    def _complete(self) -> list[str]:
        return [f"{kind + ' F1':38}{self.before.f1[kind]:10.3f}{self.after.f1[kind]:10.3f}" for kind in KINDS]

    def _incomplete(self) -> list[str]:
        """Return the rows of the kinds of claims that the data set tells something of."""
        rows = []
        for kind in KINDS:
            ends = (self.counts_before[kind], self.counts_after[kind])
            listed = bool(ends[0].true) and kind != "counts"  # which counts are true follows from what was said
            if listed:
                rows.append(_row(f"{kind} recall", [one.right / one.true for one in ends]))
            if listed and any(one.made for one in ends):
                least = [one.right / one.made if one.made else None for one in ends]
                rows.append(_row(f"{kind} precision, at least", least))
            if any(one.wrong for one in ends) or (kind == "counts" and any(one.right for one in ends)):
                rows.append(_row(f"{kind} precision, where decided", [one.precision for one in ends]))
        return rows

    def _parts(self) -> list[str]:
        if self.by is None:
            return []
        if self.by == "rule":
            head = f"{'broken in so many images':40}{'before':>8}{'after':>8}"
            return [
                "",
                head,
                *(f"{one.of.rsplit('#', 1)[-1]:40}{one.made_before:8}{one.made_after:8}" for one in self.parts),
            ]
        rows = ["", f"{self.by:28}{'true':>8}{'recall':>9}{'after':>8}{'made':>8}{'after':>8}"]
        for one in self.parts:
            shares = (f"{right / one.true:.3f}" if one.true else "-" for right in (one.right_before, one.right_after))
            recall, after = shares
            rows.append(f"{one.of:28}{one.true:8}{recall:>9}{after:>8}{one.made_before:8}{one.made_after:8}")
        return rows


def _row(what: str, shares: Sequence[float | None]) -> str:
    return f"{what:38}" + "".join(f"{'-' if share is None else f'{share:.3f}':>10}" for share in shares)
