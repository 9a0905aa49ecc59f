"""`python -m nesy.training`: train the embedded model, from nothing or from the shipped one, and write its folder.

Stops and starts: finished stages and correction turns lie in `--out` and are not made again. The last stage alone:
`python -m nesy.training --from-shipped --only ask`.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch

from nesy import assets
from nesy.training.corrections import read_turns, write_turns
from nesy.training.curriculum import STAGES, run
from nesy.training.export import export, record


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
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 leaves it to torch")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    steps = dict(pair.split("=") for pair in arguments.steps.split(",") if pair)
    wanted = arguments.only.split(",") if arguments.only else [s.name for s in STAGES]
    stages = tuple(replace(s, steps=int(steps.get(s.name, s.steps))) for s in STAGES if s.name in wanted)
    turns = None
    if any(s.corrections for s in stages):
        # Seed + 1: other pictures than those of the descriptions.
        write_turns(arguments.out / "corrections.jsonl", arguments.corrections, arguments.seed + 1)
        turns = read_turns(arguments.out / "corrections.jsonl")
    start = assets.embedded_model() if arguments.from_shipped else None
    model = run(arguments.out, stages, seed=arguments.seed, turns=turns, start=start)
    if not arguments.only or start is not None:
        before = None if start is None else start / "training.json"
        earlier = [] if before is None else json.loads(before.read_text(encoding="utf-8"))["stages"]
        export(model, arguments.model)
        record(arguments.out, arguments.model, model, arguments.seed, [s.name for s in stages], earlier)


if __name__ == "__main__":
    main()
