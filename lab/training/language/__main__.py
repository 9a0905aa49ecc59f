"""`python -m lab.training.language`: train the language model from nothing and write its folder.

First the annotation (UD_English-EWT), then the scene parser (FACTUAL) on top of it. Stops and starts: each goes on at
its last checkpoint in `--out`.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from lab.training.language.annotation import Schedule, train_annotation
from lab.training.language.scene_training import SceneSchedule, train_scene_parser
from nesy.language.annotator import model_folder


def main() -> None:
    """Parse the command line and run the two stages."""
    parser = argparse.ArgumentParser(prog="python -m lab.training.language", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of data sets: ud_ewt/, factual/")
    parser.add_argument("--out", type=Path, default=Path("runs/language"), help="checkpoints and logs")
    parser.add_argument("--model", type=Path, default=model_folder(), help="where the weights are written to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("annotation", "scene"), help="one stage alone")
    parser.add_argument("--steps", type=int, default=Schedule.steps, help="batches of the annotation")
    parser.add_argument("--epochs", type=int, default=SceneSchedule.epochs, help="passes of the scene parser")
    parser.add_argument("--limit", type=int, help="use only so many captions, for a trial")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # sentences are short: more threads gain nothing
    if arguments.only != "scene":
        schedule = replace(Schedule(), steps=arguments.steps, seed=arguments.seed)
        train_annotation(arguments.data, arguments.out, arguments.model, schedule)
    if arguments.only != "annotation":
        learned = replace(SceneSchedule(), epochs=arguments.epochs, seed=arguments.seed)
        train_scene_parser(arguments.data, arguments.out, arguments.model, learned, arguments.limit)


if __name__ == "__main__":
    main()
