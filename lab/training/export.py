"""A trained model -> the embedded model's folder, in the files that transformers' own `from_pretrained` reads."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transformers import LlavaOnevisionForConditionalGeneration

from lab.training import drawn_words
from lab.training.embedded_tokenizer import build
from lab.training.model import Sizes, image_processor
from nesy.models.loader import ImageTextProcessor
from nesy.perception.prompt import COMPACT_TURNS

REVISION = "3"
"""Counted up whenever other weights are shipped."""


def export(model: LlavaOnevisionForConditionalGeneration, folder: Path, sizes: Sizes | None = None) -> None:
    """Write config, weights (float16: half the size of what was trained), tokenizer, processor and card."""
    sizes = sizes or Sizes()
    folder.mkdir(parents=True, exist_ok=True)
    model.set_attn_implementation("sdpa")
    model.half().save_pretrained(folder)
    tokenizer = build()
    ImageTextProcessor(
        image_processor(sizes),
        tokenizer,
        num_image_tokens=sizes.grid**2,
        vision_feature_select_strategy="full",
    ).save_pretrained(folder)
    card = {
        "id": "nesy-embedded",
        "revision": REVISION,
        "prompt_style": "compact",
        "turns": list(COMPACT_TURNS),
        "pictures": "drawn",
        "threads": 1,  # its products are so small that more threads gain nothing
    }
    (folder / "vocabulary.json").write_text(drawn_words.written(), encoding="utf-8")
    (folder / "nesy_model.json").write_text(json.dumps(card) + "\n", encoding="utf-8")


def record(
    run: Path,
    folder: Path,
    model: LlavaOnevisionForConditionalGeneration,
    seed: int,
    stages: Sequence[str],
    earlier: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write `training.json` beside the weights: each stage's steps, samples, seconds and last loss, from the log.

    Args:
        earlier: stages of the weights that this run started from, as they stand in their record; a stage of the same
            name went before.
    """
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    last = {row["stage"]: row for row in rows}
    summary = {
        "command": "python -m lab.training",
        "seed": seed,
        "parameters": sum(p.numel() for p in model.parameters()),
        "stages": [
            *earlier,
            *(
                {key: last[name][key] for key in ("stage", "step", "samples", "seconds", "loss")} | {"seed": seed}
                for name in stages
            ),
        ],
    }
    (folder / "training.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
