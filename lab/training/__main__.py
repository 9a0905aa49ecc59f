"""`python -m lab.training`: train the embedded model, from nothing or from the shipped one, and write its folder.

Stops and starts: finished stages and correction turns lie in `--out` and are not made again. The last stage alone:
`python -m lab.training --from-shipped --only dialogue`.
"""

import argparse
import itertools
import json
from dataclasses import replace
from pathlib import Path
from random import Random

from lab.training.batches import Turn
from lab.training.correction_turns import read_turns, write_turns
from lab.training.curriculum import STAGES, Stage
from lab.training.export import export, record
from lab.training.own_mistakes import write_own_turns
from lab.training.processes import run_in
from nesy import assets
from nesy.models.local_model import load_folder
from nesy.settings import PerceptionSettings


def main() -> None:
    """Parse the command line, make the correction turns, run the stages, write the model."""
    parser = argparse.ArgumentParser(prog="python -m lab.training", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/train"), help="checkpoints, correction turns, log.jsonl")
    parser.add_argument("--model", type=Path, default=assets.embedded_model(), help="where the model is written to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", default="", help="comma-separated stages to run; --model is written with --from-shipped alone then"
    )
    parser.add_argument("--start", type=Path, help="start from the weights of this model's folder, not from nothing")
    parser.add_argument("--from-shipped", action="store_true", help="start from the weights that nesy ships")
    parser.add_argument("--steps", default="", help="other numbers of steps: tower=100,describe=100")
    parser.add_argument(
        "--corrections", type=int, default=3200, help="how many correction turns the last stages mix in"
    )
    parser.add_argument(
        "--own", type=int, default=1000, help="how many pictures the model describes, to be corrected by"
    )
    parser.add_argument("--processes", type=int, default=1, help="each of one thread; 1: one, with torch's threads")
    arguments = parser.parse_args()
    steps = dict(pair.split("=") for pair in arguments.steps.split(",") if pair)
    wanted = arguments.only.split(",") if arguments.only else [s.name for s in STAGES]
    stages = tuple(replace(s, steps=int(steps.get(s.name, s.steps))) for s in STAGES if s.name in wanted)
    start = assets.embedded_model() if arguments.from_shipped else arguments.start
    turns = None
    if any(s.corrections for s in stages):
        turns = correction_turns(arguments, stages, start)
    model = run_in(arguments.processes, arguments.out, stages, seed=arguments.seed, turns=turns, start=start)
    if not arguments.only or start is not None:
        before = None if start is None else start / "training.json"
        earlier = [] if before is None else json.loads(before.read_text(encoding="utf-8"))["stages"]
        export(model, arguments.model)
        record(arguments.out, arguments.model, model, arguments.seed, [s.name for s in stages], earlier)


def correction_turns(arguments: argparse.Namespace, stages: tuple[Stage, ...], start: Path | None) -> list[Turn]:
    """Return correction turns about seeded mistakes and about those of the model as the stages before leave it.

    Seeds of their own: other pictures than those of the descriptions.
    """
    out, seed = arguments.out, arguments.seed
    write_turns(out / "corrections.jsonl", arguments.corrections, seed + 1)
    mistakes = out / "own.jsonl"
    before = tuple(itertools.takewhile(lambda stage: not stage.corrections, stages))
    if arguments.own and not mistakes.exists():
        export(run_in(arguments.processes, out, before, seed=seed, start=start), out / "described")
        write_own_turns(mistakes, load_folder(out / "described", PerceptionSettings()), arguments.own, seed + 2)
    turns = [*read_turns(out / "corrections.jsonl"), *(read_turns(mistakes) if arguments.own else [])]
    Random(seed).shuffle(turns)
    return turns


if __name__ == "__main__":
    main()
