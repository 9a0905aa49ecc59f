"""`python -m nesy.training`: train the embedded model, from nothing or from the shipped one, and write its folder.

Stops and starts: finished stages and correction turns lie in `--out` and are not made again. The last stage alone:
`python -m nesy.training --from-shipped --only ask`.
"""

import argparse
import itertools
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import torch

from nesy import assets
from nesy.perception.llava import load_folder
from nesy.settings import PerceptionSettings
from nesy.training.corrections import read_turns, write_turns
from nesy.training.curriculum import STAGES, Stage, run
from nesy.training.export import export, record
from nesy.training.own_mistakes import write_own_turns
from nesy.training.samples import Turn


def main() -> None:
    """Parse the command line, make the correction turns, run the stages, write the model."""
    parser = argparse.ArgumentParser(prog="python -m nesy.training", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/train"), help="checkpoints, correction turns, log.jsonl")
    parser.add_argument("--model", type=Path, default=assets.embedded_model(), help="where the model is written to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", default="", help="comma-separated stages to run; --model is written with --from-shipped alone then"
    )
    parser.add_argument("--from-shipped", action="store_true", help="start from the weights that nesy ships")
    parser.add_argument("--steps", default="", help="other numbers of steps: tower=100,describe=100")
    parser.add_argument(
        "--corrections", type=int, default=3200, help="how many correction turns the last stages mix in"
    )
    parser.add_argument(
        "--own", type=int, default=4000, help="how many pictures the model describes, to be corrected by"
    )
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 leaves it to torch")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    steps = dict(pair.split("=") for pair in arguments.steps.split(",") if pair)
    wanted = arguments.only.split(",") if arguments.only else [s.name for s in STAGES]
    stages = tuple(replace(s, steps=int(steps.get(s.name, s.steps))) for s in STAGES if s.name in wanted)
    start = assets.embedded_model() if arguments.from_shipped else None
    turns = None
    if any(s.corrections for s in stages):
        turns = correction_turns(arguments.out, stages, arguments.seed, arguments.corrections, arguments.own, start)
    model = run(arguments.out, stages, seed=arguments.seed, turns=turns, start=start)
    if not arguments.only or start is not None:
        before = None if start is None else start / "training.json"
        earlier = [] if before is None else json.loads(before.read_text(encoding="utf-8"))["stages"]
        export(model, arguments.model)
        record(arguments.out, arguments.model, model, arguments.seed, [s.name for s in stages], earlier)


def correction_turns(
    out: Path, stages: tuple[Stage, ...], seed: int, seeded: int, own: int, start: Path | None
) -> list[Turn]:
    """Return correction turns about seeded mistakes and about those of the model as the stages before leave it.

    Seeds of their own: other pictures than those of the descriptions.
    """
    write_turns(out / "corrections.jsonl", seeded, seed + 1)
    mistakes = out / "own.jsonl"
    before = tuple(itertools.takewhile(lambda stage: not stage.corrections, stages))
    if own and not mistakes.exists():
        export(run(out, before, seed=seed, start=start), out / "described")
        write_own_turns(mistakes, load_folder(out / "described", PerceptionSettings()), own, seed + 2)
    turns = [*read_turns(out / "corrections.jsonl"), *(read_turns(mistakes) if own else [])]
    Random(seed).shuffle(turns)
    return turns


if __name__ == "__main__":
    main()
