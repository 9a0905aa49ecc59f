"""What was made of each picture of a data set -> the report: sums that grow with every picture."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nesy.batch.run_card import BatchCard
from nesy.experiments.calibrating.labelled import truths as decided
from nesy.experiments.datasets.truths import Truths
from nesy.experiments.scoring.evaluation_report import By, ClaimCounts, Part, Report, Scores
from nesy.experiments.scoring.metrics import (
    KINDS,
    Comparison,
    Fact,
    HeldAgainst,
    Tally,
    compared,
    criterion,
    held_against,
)
from nesy.experiments.scoring.run_outcomes import Outcome, RunOutcomes
from nesy.ontology import Ontology
from nesy.scene import Count, Entity, PartState, Relation, Scene
from nesy.turns import Usage
from nesy.verdict import Verdict

_KIND_OF: Mapping[type, str] = {Entity: "objects", Relation: "relations", PartState: "part_states", Count: "counts"}


def scored(
    outcomes: RunOutcomes, truths: Truths, card: BatchCard, by: By | None = None, seconds: float | None = None
) -> Report:
    """Go through the outcomes of a run, and report.

    Args:
        outcomes: of the run, against the truths.
        truths: of the data set.
        card: what the run is of.
        by: by what the report is broken down.
        seconds: that the analyses took, where it is known.

    Raises:
        InputError: as going through the outcomes.
    """
    words = Ontology.with_own(*card.settings.ontology)
    before, after, loop = _Stage(words, by), _Stage(words, by), _Loop()
    for outcome in outcomes:
        held = [
            stage.add(outcome, scene, verdict)
            for stage, scene, verdict in zip(
                (before, after), (outcome.before, outcome.after), _verdicts(outcome), strict=True
            )
        ]
        loop.add(outcome, *(one.right for one in held))
    return Report(
        folder=truths.name,
        dataset=truths.dataset.name,
        split=truths.split,
        lists=truths.dataset.lists,
        complete=truths.dataset.complete,
        annotations=truths.sums(),
        images=outcomes.images,
        unparseable=outcomes.unparseable,
        missing=outcomes.missing.count,
        failed=outcomes.failed.count,
        failures=dict(sorted(outcomes.failures.items())),
        left_out=outcomes.left_out,
        model=card.model,
        settings=card.settings,
        matching=criterion(before.comparisons | after.comparisons),
        before=before.scores(outcomes.images),
        after=after.scores(outcomes.images),
        counts_before=before.counts(),
        counts_after=after.counts(),
        corrected=loop.corrected,
        right_claims_before=loop.right,
        right_claims_lost=loop.lost,
        right_claims_gained=loop.gained,
        wrong_claims_before=before.wrong.total(),
        wrong_claims_after=after.wrong.total(),
        stop_reasons=dict(sorted(loop.stopped.items())),
        usage=loop.usage,
        seconds=None if seconds is None else round(seconds, 1),
        by=by,
        parts=_parts(before, after),
    )


def _verdicts(outcome: Outcome) -> tuple[Verdict | None, Verdict | None]:
    """Return the first and the final verdict on a picture; None where its reply was no scene."""
    if outcome.analysis is None:
        return None, None
    return outcome.analysis.rounds[0].verdict, outcome.analysis.verdict


@dataclass
class _Loop:
    """What the loop did."""

    corrected: int = 0
    right: int = 0
    lost: int = 0
    gained: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)

    def add(self, outcome: Outcome, before: frozenset[tuple[str, Fact]], after: frozenset[tuple[str, Fact]]) -> None:
        """Count what it did to one picture."""
        self.right += len(before)
        self.lost += len(before - after)
        self.gained += len(after - before)
        if outcome.analysis is not None:
            self.corrected += any(one.kind == "correct" for one in outcome.analysis.rounds)
            self.stopped[str(outcome.analysis.stop_reason)] += 1
            self.usage += outcome.analysis.usage


class _Stage:
    """The sums of one end of the loop."""

    def __init__(self, words: Ontology, by: By | None) -> None:
        self._words, self._by = words, by
        self._tallies = dict.fromkeys(KINDS, Tally())
        self.wrong: Counter[str] = Counter()
        self._consistent = 0
        self.comparisons: set[Comparison] = set()
        self.made: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.true: Counter[str] = Counter()

    def add(self, outcome: Outcome, scene: Scene, verdict: Verdict | None) -> HeldAgainst:
        """Add what is claimed of one picture."""
        held = held_against(scene, outcome.truth, self._words)
        tallies = held.tallies
        if not outcome.labels.complete:
            tallies |= self._decided(outcome, scene, tallies["counts"])
        self._tallies = {kind: self._tallies[kind] + tallies[kind] for kind in KINDS}
        self._consistent += verdict is not None and verdict.consistent
        self.comparisons.add(compared(scene, outcome.truth))
        if outcome.labels.complete:
            self.wrong.update({kind: one.made - one.right for kind, one in tallies.items()})
        self._break_down(held, outcome.truth, scene, verdict)
        return held

    def _decided(self, outcome: Outcome, scene: Scene, counts: Tally) -> dict[str, Tally]:
        """Count what the labels say is wrong, and return the tally of counts, which follows from what is listed."""
        known = decided(scene, outcome.labels, self._words)
        wrong = [claim for claim in scene.claims() if known.get(claim.id) is False]
        self.wrong.update(_KIND_OF[type(claim)] for claim in wrong)
        told = [known[claim.id] for claim in scene.counts if claim.id in known]
        return {"counts": Tally(right=sum(told), made=counts.made, true=len(told))}

    def _break_down(self, held: HeldAgainst, truth: Scene, scene: Scene, verdict: Verdict | None) -> None:
        if self._by == "rule" and verdict is not None:
            self.made.update({one.rule for one in verdict.findings} | {one.rule for one in verdict.more})
        elif self._by == "predicate":
            self.true.update(fact[1] for fact in set(held.true["relations"].values()))
            self.made.update(fact[1] for fact in held.said["relations"].values())
            self.right.update(fact[1] for kind, fact in held.right if kind == "relations")
        elif self._by == "category":

            def word(one: Entity) -> str:
                return self._words.canonical("category", one.category)

            self.true.update(map(word, truth.entities))
            self.made.update(map(word, scene.entities))
            self.right.update(word(truth.entity(fact[0])) for kind, fact in held.right if kind == "objects")

    def scores(self, images: int) -> Scores:
        """Return the shares."""

        def each(measure: Callable[[Tally], float]) -> dict[str, float]:
            return {kind: round(measure(one), 4) for kind, one in self._tallies.items()}

        return Scores(
            f1=each(lambda t: t.f1),
            precision=each(lambda t: t.precision),
            recall=each(lambda t: t.recall),
            consistent=round(self._consistent / max(1, images), 4),
        )

    def counts(self) -> dict[str, ClaimCounts]:
        """Return the counts of each kind of claim."""
        return {
            kind: ClaimCounts(right=one.right, made=one.made, true=one.true, wrong=self.wrong[kind])
            for kind, one in self._tallies.items()
        }


def _parts(before: _Stage, after: _Stage) -> tuple[Part, ...]:
    names = before.true.keys() | before.made.keys() | after.made.keys()
    rows = [
        Part(
            of=name,
            true=before.true[name],
            right_before=before.right[name],
            right_after=after.right[name],
            made_before=before.made[name],
            made_after=after.made[name],
        )
        for name in names
    ]
    return tuple(sorted(rows, key=lambda one: (-one.true, -one.made_before, -one.made_after, one.of)))
