"""A trained model -> the embedded model's folder, in the files that transformers' own `from_pretrained` reads."""

import json
from pathlib import Path

from transformers import LlavaOnevisionForConditionalGeneration

from nesy.perception.loading import ImageTextProcessor
from nesy.training.model import Sizes, image_processor
from nesy.training.tokenizer import build

REVISION = "1"
"""Counted up whenever other weights are shipped."""


def export(model: LlavaOnevisionForConditionalGeneration, folder: Path, sizes: Sizes | None = None) -> None:
    """Write config, weights (float16, half the size at no measurable cost), tokenizer, processor and card."""
    sizes = sizes or Sizes()
    folder.mkdir(parents=True, exist_ok=True)
    model.set_attn_implementation("sdpa")
    model.half().save_pretrained(folder, safe_serialization=True)
    tokenizer = build()
    ImageTextProcessor(
        image_processor(sizes),
        tokenizer,
        num_image_tokens=sizes.grid**2,
        vision_feature_select_strategy="full",
    ).save_pretrained(folder)
    card = {"id": "nesy-embedded", "revision": REVISION, "prompt_style": "compact"}
    (folder / "nesy_model.json").write_text(json.dumps(card) + "\n", encoding="utf-8")
