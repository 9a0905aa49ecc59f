"""`python -m nesy.training --out runs/train`: run the curriculum and write the embedded model's folder."""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from nesy.training.curriculum import STAGES, run


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m nesy.training", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/train"), help="checkpoints and log.jsonl")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="comma-separated stages to run")
    parser.add_argument("--steps", default="", help="override steps: tower=2000,describe=4000")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    steps = dict(pair.split("=") for pair in arguments.steps.split(",") if pair)
    wanted = arguments.only.split(",") if arguments.only else [s.name for s in STAGES]
    stages = tuple(replace(s, steps=int(steps.get(s.name, s.steps))) for s in STAGES if s.name in wanted)
    run(arguments.out, stages, seed=arguments.seed)


if __name__ == "__main__":
    main()
