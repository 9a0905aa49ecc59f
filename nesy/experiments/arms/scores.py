"""Traces of an experiment -> one row an image and arm, and for each arm its scores, with intervals and tests."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict

from nesy.analysis import Round
from nesy.experiments.arms.arms import ArmName
from nesy.experiments.arms.arms import arm as arm_of
from nesy.experiments.arms.experiment import image_of
from nesy.experiments.arms.harm import TRANSITIONS, Account, account, fates
from nesy.experiments.arms.traces import RunCard, Trace, Traces
from nesy.experiments.scoring.metrics import KINDS, Comparison, Tally, compared, criterion, tally
from nesy.experiments.statistics.resampling import Interval, difference, f1, interval, precision, recall
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.turns import Usage

ALL = "all"
"""Every kind of claim together."""
MEASURES = {"f1": f1, "precision": precision, "recall": recall}
_NOTHING = Scene(entities=())


class Difference(BaseModel):
    """How much larger a score is than that of another arm on the same images, and the p value of the test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval: Interval
    p: float


class ArmScores(BaseModel):
    """What one arm comes to on all images."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arm: ArmName
    about: str
    images: int
    scores: dict[str, dict[str, Interval]]
    """`f1`, `precision`, `recall` -> kind of claim, or `all`."""
    against: dict[str, dict[str, Difference]]
    """Other arm -> kind of claim, or `all` -> difference in F1."""
    transitions: dict[str, dict[str, int]]
    """From one round to the next, in the repair, and from round 0 to the end (`exit`)."""
    transitions_by_kind: dict[str, dict[str, int]]
    """From round 0 to the end."""
    right_before: int
    collateral: int
    asked_right: int
    """Claims that were right when they were asked about."""
    flipped: int
    """Those of them that the round made wrong or withdrew."""
    refused: int
    """Changes that the model wanted and the loop did not take."""
    consistent: float
    edits: int
    usage: Usage
    """Of all images and rounds, round 0 included."""
    stop_reasons: dict[str, int]

    @property
    def harmed(self) -> float:
        """Share of the claims that were right in round 0 and are wrong at the end."""
        return self.transitions["exit"].get("right -> wrong", 0) / max(1, self.right_before)

    @property
    def lost(self) -> float:
        """Share of the claims that were right in round 0 and are gone at the end."""
        return self.transitions["exit"].get("right -> withdrawn", 0) / max(1, self.right_before)


class ArmReport(BaseModel):
    """All arms of one experiment.

    >>> from nesy.experiments.arms.table import report_of
    >>> report: ArmReport = report_of("examples/recorded/hard")[0]
    >>> [scores.arm for scores in report.arms][:2]
    ['none', 'repair-only']
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: RunCard
    images: int
    """Those that all of the arms have done; every score is of these."""
    unfinished: int = 0
    """Images left out, as an arm has not done them (a run that was stopped, or arms that joined it later)."""
    unreadable: int
    """Images whose first reply was no scene, not even after the format-only retries; scored as empty scenes."""
    matching: str = criterion([])
    """By what entities were matched, in words."""
    arms: tuple[ArmScores, ...]


@dataclass(frozen=True)
class Outcome:
    """One image in one arm."""

    image: str
    arm: str
    before: dict[str, Tally]
    after: dict[str, Tally]
    steps: dict[str, Account]
    asked_right: int = 0
    flipped: int = 0
    refused: int = 0
    consistent: bool = False
    edits: int = 0
    usage: Usage = field(default_factory=Usage)
    stop_reason: str = "unreadable"
    compared: Comparison = frozenset()

    def row(self) -> dict[str, Any]:
        """Return the outcome as one flat row of a table."""
        told: dict[str, Any] = {"image": self.image, "arm": self.arm, "stop_reason": self.stop_reason}
        told |= {"consistent": self.consistent, "edits": self.edits, "refused": self.refused}
        for when, tallies in (("before", self.before), ("after", self.after)):
            for kind, t in tallies.items():
                told |= {f"{kind}_{when}_right": t.right, f"{kind}_{when}_made": t.made, f"{kind}_true": t.true}
        moved = self.steps["exit"]
        told |= {move.replace(" -> ", "_to_").replace(" ", "_"): moved.of(move) for move in TRANSITIONS}
        told |= {"collateral": moved.collateral, "asked_right": self.asked_right, "flipped": self.flipped}
        return told | self.usage.model_dump()


def outcomes(traces: Traces) -> Iterator[Outcome]:
    """Yield the outcome of every image in every arm that was run, arm by arm.

    A picture without a readable round 0 counts as one of which nothing was said.
    """
    card, truths = traces.card(), {image_of(truth): truth for truth in traces.truths()}
    firsts, made = traces.firsts(), traces.traces()
    words = Ontology.with_own(*card.settings.ontology)
    for name in card.arms:
        if name in card.not_applicable:
            continue
        for image, truth in truths.items():
            first = firsts.get(image)
            if first is not None and first.round is None:
                nothing = tally(_NOTHING, truth, words)
                against = compared(_NOTHING, truth)
                yield Outcome(image, name, nothing, nothing, {"exit": Account()}, compared=against)
            elif first is not None and first.round is not None and (image, name) in made:
                yield _outcome(first.round, made[image, name], truth, words)


def _outcome(first: Round, trace: Trace, truth: Scene, words: Ontology) -> Outcome:
    rounds = (first, *trace.rounds)
    named = {claim for turn in rounds for finding in turn.verdict.violations for claim in finding.claims}
    named |= {claim.claim for turn in rounds for claim in turn.asked}
    steps, asked_right, flipped = {}, 0, 0
    for before, after in pairwise(rounds):
        steps[f"round {after.index}"] = account(before.scene, after.scene, truth, named, words)
        if after.asked:
            asked = {claim.claim for claim in after.asked}
            became = fates(before.scene, after.scene, truth, words)
            moves = [move for (kind, claim), (move, _) in became.items() if claim in asked and kind != "attributes"]
            asked_right += sum(move.startswith("right") for move in moves)
            flipped += sum(move in ("right -> wrong", "right -> withdrawn") for move in moves)
    steps["repair"] = account(rounds[trace.kept_round].scene, trace.scene, truth, named, words)
    steps["exit"] = account(first.scene, trace.scene, truth, named, words)
    return Outcome(
        image=trace.image,
        arm=trace.arm,
        before=tally(first.scene, truth, words),
        after=tally(trace.scene, truth, words),
        steps=steps,
        asked_right=asked_right,
        flipped=flipped,
        refused=sum(len(turn.refused) for turn in trace.rounds),
        consistent=trace.consistent,
        edits=len(trace.edits),
        usage=first.usage + trace.usage,
        stop_reason=trace.stop_reason,
        compared=compared(first.scene, truth) | compared(trace.scene, truth),
    )


def scored(card: RunCard, made: Sequence[Outcome]) -> ArmReport:
    """Return the scores of every arm on the images that all of them have done; each is compared with `none`, `full`."""
    arms = [name for name in card.arms if any(outcome.arm == name for outcome in made)]
    done = Counter(outcome.image for outcome in made)
    by_arm = {name: [o for o in made if o.arm == name and done[o.image] == len(arms)] for name in arms}
    images = {outcome.image for rows in by_arm.values() for outcome in rows}
    unreadable = {
        o.image
        for rows in by_arm.values()
        for o in rows
        if not o.before["objects"].made and o.stop_reason == "unreadable"
    }
    return ArmReport(
        run=card,
        images=len(images),
        unfinished=len(done) - len(images),
        unreadable=len(unreadable),
        matching=criterion(outcome.compared for rows in by_arm.values() for outcome in rows),
        arms=tuple(_scores(name, by_arm, card.seed) for name, rows in by_arm.items() if rows),
    )


def _scores(name: str, by_arm: dict[str, list[Outcome]], seed: int) -> ArmScores:
    rows = by_arm[name]
    against = {
        other: {kind: _apart(rows, by_arm[other], kind, seed) for kind in (*KINDS, ALL)}
        for other in ("none", "full")
        if other != name and by_arm.get(other)
    }
    exits = sum((row.steps["exit"] for row in rows), Account())
    steps: dict[str, Account] = {}
    for row in rows:
        for step, moved in row.steps.items():
            steps[step] = steps.get(step, Account()) + moved
    return ArmScores(
        arm=name,
        about=arm_of(name).about,
        images=len(rows),
        scores={
            measure: {
                kind: interval([of_kind(row.after, kind) for row in rows], function, seed) for kind in (*KINDS, ALL)
            }
            for measure, function in MEASURES.items()
        },
        against=against,
        transitions={step: {m: n for m in TRANSITIONS if (n := moved.of(m))} for step, moved in sorted(steps.items())},
        transitions_by_kind={kind: {m: n for m in TRANSITIONS if (n := exits.of(m, kinds=(kind,)))} for kind in KINDS},
        right_before=sum(of_kind(row.before, ALL).right for row in rows),
        collateral=exits.collateral,
        asked_right=sum(row.asked_right for row in rows),
        flipped=sum(row.flipped for row in rows),
        refused=sum(row.refused for row in rows),
        consistent=round(sum(row.consistent for row in rows) / len(rows), 4),
        edits=sum(row.edits for row in rows),
        usage=sum((row.usage for row in rows), Usage()),
        stop_reasons=dict(sorted(Counter(row.stop_reason for row in rows).items())),
    )


def _apart(rows: Sequence[Outcome], others: Sequence[Outcome], kind: str, seed: int) -> Difference:
    """Compare two arms; both have the same images in the same order."""
    mine, theirs = [of_kind(row.after, kind) for row in rows], [of_kind(other.after, kind) for other in others]
    found, p = difference(mine, theirs, f1, seed)
    return Difference(interval=found, p=round(p, 5))


def of_kind(tallies: dict[str, Tally], kind: str) -> Tally:
    """Return the tally of one kind of claim, or of all together."""
    return sum(tallies.values(), Tally()) if kind == ALL else tallies[kind]
