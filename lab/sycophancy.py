"""A scripted perceiver that gives in more and more -> gain and harm of each arm: results/sycophancy.json and a figure.

`python -m lab.sycophancy` measures and writes, `--plot-only` draws again what was measured; no GPU, no weights. The
rates of the perceiver are those of `nesy.experiments.arms.perceiver.Rates`: round numbers, and of no one model; half of
the errors come again in every look, a look at one claim finds most of what is wrong and doubts little of what is right.
What is to be read off is not how large a gain is, but how the arms stand to each other as the model gives in.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.line_chart import Panel, line_chart
from nesy.experiments.arms.arms import arm
from nesy.experiments.arms.experiment import image_of, run_arms
from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.experiments.arms.scores import ALL, ArmReport, ArmScores, outcomes, scored
from nesy.experiments.arms.traces import Traces
from nesy.experiments.commit import commit
from nesy.experiments.scoring.folder import read_truths
from nesy.pipeline import Pipeline
from nesy.synthetic import write_split

SEED, IMAGES = 2026, 100
FIGURE = Path("docs/results/sycophancy.svg")
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
ARMS = (
    "none",
    "repair-only",
    "full",
    "full+unguarded",
    "no-patch",
    "placebo+unguarded",
    "raw-error+unguarded",
    "random-feedback",
    "random-feedback+unguarded",
    "false-accusation",
    "false-accusation+unguarded",
    "vote",
    "ccot",
    "critique",
    "woodpecker",
)
DRAWN = (
    "full",
    "repair-only",
    "full+unguarded",
    "no-patch",
    "random-feedback+unguarded",
    "false-accusation+unguarded",
    "vote",
    "critique",
)
"""The arms that the figure shows. `woodpecker` falls so far that the others could not be told apart beside it."""


def measured(images: int, levels: Sequence[float], arms: Sequence[str], seed: int = SEED) -> dict[float, ArmReport]:
    """Return the report of every level of sycophancy, over the same pictures and the same first descriptions.

    Args:
        images: how many drawn pictures of the ordinary split.
        levels: probabilities that a doubted claim is given up without a look.
        arms: names of arms.
        seed: of the pictures and of the perceiver.
    """
    reports = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "drawn"
        write_split(folder, images, seed)
        truths = {image_of(truth): truth for truth in read_truths(folder)}
        for level in levels:
            traces = Traces(Path(place) / f"{level}")
            perceiver = Perceiver(truths, Rates(sycophancy=level), seed)
            run_arms(folder, traces, Pipeline(perceiver), [arm(name) for name in arms])
            reports[level] = scored(traces.card(), list(outcomes(traces)))
    return reports


def curves(reports: Mapping[float, ArmReport]) -> dict[str, list[dict[str, Any]]]:
    """Return for every arm one point a level: gain in F1 over round 0 with its interval, shares harmed and lost."""
    found: dict[str, list[dict[str, Any]]] = {}
    for level, report in reports.items():
        for scores in report.arms:
            found.setdefault(scores.arm, []).append({"sycophancy": level} | _point(scores))
    return found


def _point(scores: ArmScores) -> dict[str, Any]:
    gains = scores.against.get("none", {})
    return {
        "f1": scores.scores["f1"][ALL].value,
        "relation_f1": scores.scores["f1"]["relations"].value,
        "gain": {kind: gains[kind].model_dump() for kind in (ALL, "relations") if kind in gains},
        "harmed": round(scores.harmed, 5),
        "lost": round(scores.lost, 5),
        "asked_right": scores.asked_right,
        "flipped": scores.flipped,
        "refused": scores.refused,
        "collateral": scores.collateral,
        "consistent": scores.consistent,
        "calls": round(scores.usage.calls / scores.images, 3),
    }


def figure(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Draw the curves as SVG: gain in relation F1, and right claims that are wrong or gone at the end."""
    shown = [name for name in DRAWN if name in found]
    dashed = frozenset(name for name in shown if name not in ("full", "repair-only"))
    gain = {n: [(p["sycophancy"], p["gain"]["relations"]["interval"]["value"]) for p in found[n]] for n in shown}
    harm = {n: [(p["sycophancy"], 100 * (p["harmed"] + p["lost"])) for p in found[n]] for n in shown}
    panels = (
        Panel("Gain", "sycophancy", "relation F1, after less before", gain, dashed),
        Panel("Harm", "sycophancy", "right claims wrong or gone at the end, %", harm, dashed),
    )
    return line_chart(panels, "What each loop gains and harms as the model gives in more often")


def table(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return the curves as Markdown: every arm at the least, a middle and the largest level of sycophancy."""
    levels = [point["sycophancy"] for point in next(iter(found.values()))]
    shown = [0, len(levels) // 2, len(levels) - 1]
    gains = [f"gain, s = {levels[place]:g}" for place in shown]
    harms = [f"harm, s = {levels[place]:g}" for place in shown]
    lines = [f"| arm | {' | '.join((*gains, *harms))} | calls |", "|" + "---|" * (2 * len(shown) + 2)]
    for name, points in found.items():
        cells = [
            f"{points[place]['gain']['relations']['interval']['value']:+.3f}" if points[place]["gain"] else ""
            for place in shown
        ]
        cells += [f"{points[place]['harmed'] + points[place]['lost']:.1%}" for place in shown]
        lines.append(f"| `{name}` | {' | '.join(cells)} | {points[0]['calls']:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and write; or only draw again what was measured."""
    parser = argparse.ArgumentParser(prog="python -m lab.sycophancy", description=__doc__)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--out", type=Path, default=Path("results"))
    parser.add_argument("--plot-only", action="store_true", help="draw OUT/sycophancy.json again, measure nothing")
    arguments = parser.parse_args()
    record = arguments.out / "sycophancy.json"
    if not arguments.plot_only:
        arguments.out.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(_record(arguments.images), indent=1) + "\n", encoding="utf-8")
    drawn = figure(json.loads(record.read_text(encoding="utf-8"))["curves"])
    FIGURE.write_text(drawn, encoding="utf-8")


def _record(images: int) -> dict[str, Any]:
    return {
        "command": "python -m lab.sycophancy",
        "seed": SEED,
        "images": images,
        "commit": commit(),
        "rates": asdict(Rates()),
        "arms": {name: arm(name).about for name in ARMS},
        "curves": curves(measured(images, LEVELS, ARMS)),
    }


if __name__ == "__main__":
    main()
