"""The traces of an experiment -> figures as files: gain against harm, calibration, and what the rules found.

Intervals of gain and harm are bootstrapped over pictures; those of shares are Wilson's (1927), all at 95 %.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from nesy.experiments.arms.experiment import image_of
from nesy.experiments.arms.harm import judged
from nesy.experiments.arms.scores import ALL, Outcome, of_kind
from nesy.experiments.arms.traces import Traces
from nesy.experiments.scoring.metrics import Tally
from nesy.experiments.statistics.discrimination import BINS, even_calibration_error
from nesy.experiments.statistics.resampling import Interval, difference, interval, precision
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.scene.matplotlib_figure import COLOURS, MARKS, Figure, draw_bars, figure, style, written

_MOST_RULES = 24
_LOST = ("right -> wrong", "right -> withdrawn")


class Weighed(NamedTuple):
    """What an arm gains and what it does harm to."""

    arm: str
    gain: Interval
    """F1 of all claims at the end, less that of round 0."""
    harm: Interval
    """Share of the claims that were right in round 0 and are wrong or gone at the end."""


class Bin(NamedTuple):
    """Claims of about one confidence."""

    confidence: float
    """Their mean, in [0, 1]."""
    right: int
    made: int


class RuleCount(NamedTuple):
    """What a rule found in round 0: at least one claim that is wrong, or none."""

    name: str
    wrong: int
    right: int


def arm_figures(traces: Traces, made: Sequence[Outcome]) -> dict[str, bytes]:
    """Return file name -> content of each figure, as SVG and as PNG; the same traces give the same files.

    Args:
        traces: of an experiment.
        made: what became of each image in each arm, as `report_of` has it.

    Raises:
        InputError: matplotlib is not installed, or a file of the traces cannot be read.
    """
    with style():
        drawn = {
            "gain_and_harm": (_gain_and_harm(weighed(made, traces.card().seed)), "What each loop gains, and its harm"),
            "calibration": (_calibration(confidences(traces)), "Whether claims are right as often as they are sure"),
            "rules": (rules_figure(rule_counts(traces)), "What each rule found in round 0"),
        }
        return {
            f"{name}.{kind}": written(one, kind, title)
            for name, (one, title) in drawn.items()
            for kind in ("svg", "png")
        }


def weighed(made: Sequence[Outcome], seed: int = 0) -> list[Weighed]:
    """Return gain and harm of every arm, on the pictures that it has done."""
    by_arm: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in made:
        by_arm[outcome.arm].append(outcome)
    found = []
    for arm, rows in by_arm.items():
        before, after = (
            [of_kind(each, ALL) for each in some] for some in zip(*((r.before, r.after) for r in rows), strict=True)
        )
        gain, _ = difference(after, before, seed=seed)
        lost = [Tally(row.steps["exit"].of(*_LOST), was.right, 0) for row, was in zip(rows, before, strict=True)]
        any_right = any(was.right for was in before)
        harm = interval(lost, precision, seed) if any_right else Interval(value=0.0, low=0.0, high=0.0)
        found.append(Weighed(arm, gain, harm))
    return found


def confidences(traces: Traces) -> list[tuple[float, bool]]:
    """Return of each claim of round 0 that has a confidence the confidence, and whether the claim is right."""
    found: list[tuple[float, bool]] = []
    for scene, truth, known in _first_scenes(traces):
        verdict = judged(scene, truth, ontology=known)
        right = {claim for _, claim in verdict.right}
        told = {claim for _, claim in verdict.says}
        found += [
            (claim.confidence, claim.id in right)
            for claim in scene.claims()
            if claim.confidence is not None and claim.id in told
        ]
    return found


def bins(claims: Sequence[tuple[float, bool]], number: int = BINS) -> list[Bin]:
    """Return bins of as many claims each, by confidence; claims of one confidence stay in one bin.

    >>> bins([(0.5, True), (0.5, False), (0.9, True)], 2)
    [Bin(confidence=0.5, right=1, made=2), Bin(confidence=0.9, right=1, made=1)]
    """
    alike: dict[float, list[bool]] = defaultdict(list)
    for confidence, right in sorted(claims):
        alike[confidence].append(right)
    groups: dict[int, list[tuple[float, list[bool]]]] = defaultdict(list)
    below = 0
    for confidence, rights in alike.items():
        place = int((below + len(rights) / 2) / len(claims) * number)
        groups[place].append((confidence, rights))
        below += len(rights)
    return [
        Bin(
            sum(confidence * len(rights) for confidence, rights in group) / (n := sum(len(r) for _, r in group)),
            sum(map(sum, (rights for _, rights in group))),
            n,
        )
        for group in groups.values()
    ]


def rule_counts(traces: Traces) -> list[RuleCount]:
    """Return the rules by how much they found in round 0, the most first; what is told for information is left out."""
    found: dict[str, list[bool]] = defaultdict(list)
    truths = {image_of(truth): truth for truth in traces.truths()}
    known = Ontology.with_own(*traces.card().settings.ontology)
    for image, first in traces.firsts().items():
        if first.round is None or image not in truths:
            continue
        verdict = judged(first.round.scene, truths[image], ontology=known)
        right = {claim.split(" ")[0] for _, claim in verdict.says} - {
            claim.split(" ")[0] for kind, claim in verdict.says if (kind, claim) not in verdict.right
        }
        for one in first.round.verdict.findings:
            if one.severity != "info":
                found[one.name].append(set(one.claims) <= right)
    counted = [RuleCount(name, rights.count(False), rights.count(True)) for name, rights in found.items()]
    return sorted(counted, key=lambda one: (-(one.wrong + one.right), one.name))


def _first_scenes(traces: Traces) -> list[tuple[Scene, Scene, Ontology]]:
    truths = {image_of(truth): truth for truth in traces.truths()}
    known = Ontology.with_own(*traces.card().settings.ontology)
    return [
        (first.round.scene, truths[image], known)
        for image, first in traces.firsts().items()
        if first.round is not None and image in truths
    ]


def _gain_and_harm(arms: Sequence[Weighed]) -> Figure:
    """Draw a point an arm; arms that come to the very same share one, and its line of the legend."""
    alike: dict[tuple[Interval, Interval], list[str]] = defaultdict(list)
    for one in arms:
        alike[one.gain, one.harm].append(one.arm)
    drawn = figure(7.2, 4.2 + 0.2 * len(alike))
    field = drawn.subplots()
    field.axhline(0, color="0.5", linewidth=0.8)
    for place, ((gain, harm), names) in enumerate(alike.items()):
        (x, left, right), (y, down, up) = (_reach(harm), _reach(gain))
        colour, mark = COLOURS[place % len(COLOURS)], MARKS[place % len(MARKS)]
        across, along = [[left], [right]], [[down], [up]]
        field.errorbar(x, y, along, across, fmt=mark, color=colour, capsize=2, linewidth=1, label=", ".join(names))
    field.set(
        xlabel="harm: right claims of round 0 that end wrong or gone, %", ylabel="gain in F1 since round 0, points"
    )
    field.set_title("What each loop gains, and what it does harm to", loc="left", fontweight="bold")
    field.grid(color="0.92")
    if alike:
        drawn.legend(loc="outside lower left", frameon=False)
    return drawn


def _reach(found: Interval) -> tuple[float, float, float]:
    """Return a value in percent, and how far its interval reaches below and above it."""
    value, low, high = (100 * each for each in (found.value, found.low, found.high))
    return value, max(0.0, value - low), max(0.0, high - value)


def _calibration(claims: Sequence[tuple[float, bool]]) -> Figure:
    drawn = figure(4.8, 5.0)
    field = drawn.subplots()
    field.plot([0, 1], [0, 1], "--", color="0.5", linewidth=1, label="as sure as right")
    if claims:
        points = bins(claims)
        shares = [one.right / one.made for one in points]
        ends = [_wilson(one.right, one.made) for one in points]
        reach = [
            [max(0.0, share - low) for share, (low, _) in zip(shares, ends, strict=True)],
            [max(0.0, high - share) for share, (_, high) in zip(shares, ends, strict=True)],
        ]
        error = even_calibration_error([sure for sure, _ in claims], [right for _, right in claims])
        told = f"{len(claims):,} claims of round 0; error {error:.3f}"
        at = [one.confidence for one in points]
        field.errorbar(at, shares, reach, fmt="o-", color=COLOURS[0], capsize=2, linewidth=1.2, label=told)
    else:
        field.text(0.5, 0.4, "no claim has a confidence", ha="center")
    sides = (-0.02, 1.03)
    field.set(xlim=sides, ylim=sides, xlabel="confidence", ylabel="share of claims that are right", aspect="equal")
    field.set_title("Are claims right as often as sure?", loc="left", fontweight="bold")
    field.grid(color="0.92")
    drawn.legend(loc="outside lower left", frameon=False)
    return drawn


def rules_figure(rules: Sequence[RuleCount]) -> Figure:
    """Return what each rule found, as bars; of many rules those that found most."""
    shown, rest = rules[:_MOST_RULES], rules[_MOST_RULES:]
    names = [one.name for one in shown] + ([f"{len(rest)} more rules"] if rest else [])
    parts = {
        "names a claim that is wrong": [one.wrong for one in shown] + [sum(one.wrong for one in rest)] * bool(rest),
        "all that it names is right": [one.right for one in shown] + [sum(one.right for one in rest)] * bool(rest),
    }
    most = max((int(a + b) for a, b in zip(*parts.values(), strict=True)), default=0)
    drawn = figure(7.6, 1.8 + 0.26 * max(1, len(names)))
    field = draw_bars(names, parts, drawn.subplots(), "findings in round 0")
    field.set_title("What each rule found", loc="left", fontweight="bold")
    if (legend := field.get_legend()) is not None:
        legend.remove()
        drawn.legend(loc="outside lower left", ncols=2, frameon=False)
        field.set_xticks(range(0, most + 1, max(1, most // 8)))
    if not names:
        field.text(0.5, 0.5, "no rule found anything", ha="center", transform=field.transAxes)
    return drawn


def _wilson(right: int, made: int, z: float = 1.96) -> tuple[float, float]:
    """Return the ends of Wilson's interval of a share."""
    share = right / made
    middle = (share + z * z / (2 * made)) / (1 + z * z / made)
    half = z / (1 + z * z / made) * math.sqrt(share * (1 - share) / made + z * z / (4 * made * made))
    return middle - half, middle + half
