"""A model folder -> model, tokenizer and image-text processor of the LLaVA family, on the best device here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    LlavaForConditionalGeneration,
    LlavaNextForConditionalGeneration,
    LlavaNextProcessor,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionProcessor,
    LlavaProcessor,
)

from nesy.assets.weights import ModelFiles
from nesy.errors import ModelError, first_line
from nesy.witness.hub_weights import quiet


class ImageTextProcessor(LlavaOnevisionProcessor):
    """The OneVision processor without its video part, which would demand torchvision."""

    def __init__(
        self,
        image_processor: Any = None,
        tokenizer: Any = None,
        num_image_tokens: int | None = None,
        vision_feature_select_strategy: str | None = None,
        chat_template: str | None = None,
        image_token: str = "<image>",
        vision_aspect_ratio: str = "anyres_max_9",
        **_unknown: Any,
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            image_processor,
            tokenizer,
            num_image_tokens=num_image_tokens,
            vision_feature_select_strategy=vision_feature_select_strategy,
            chat_template=chat_template,
            image_token=image_token,
            vision_aspect_ratio=vision_aspect_ratio,
        )


_CLASSES: dict[str, tuple[Any, Any]] = {
    "llava_onevision": (LlavaOnevisionForConditionalGeneration, ImageTextProcessor),
    "llava": (LlavaForConditionalGeneration, LlavaProcessor),
    "llava_next": (LlavaNextForConditionalGeneration, LlavaNextProcessor),
}


@dataclass(frozen=True)
class Loaded:
    """A model ready to answer."""

    model_type: str
    """As transformers has it: `llava_onevision`, `llava`, `llava_next`."""
    model: Any
    processor: Any
    tokenizer: Any
    stop_ids: tuple[int, ...]
    """Tokens that end an answer."""
    weights: tuple[Path, ...]
    """The files that its weights were read from; none for a model that was made on the spot."""


def load(files: ModelFiles) -> Loaded:
    """Load a model: bfloat16 on a GPU, float32 on a CPU; safetensors only, never code from the folder.

    Raises:
        ModelError: a file is damaged, weights are missing from the files, or the parts do not fit each other.
    """
    model_class, processor_class = _CLASSES[files.model_type]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            processor = processor_class.from_pretrained(files.folder, backend="pil", **options)
            model, report = model_class.from_pretrained(
                files.folder,
                dtype=torch.bfloat16 if device == "cuda" else torch.float32,
                use_safetensors=True,
                output_loading_info=True,
                **options,
            )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{files.folder}: the model cannot be loaded ({first_line(error)})", _RELOAD) from error
    if report["missing_keys"]:
        first = min(report["missing_keys"])
        raise ModelError(f"{files.folder}: {len(report['missing_keys'])} weights are missing, such as {first}", _RELOAD)
    _fit(processor, model.config, files.model_type)
    stop_ids = _stop_ids(model, processor.tokenizer)
    return Loaded(
        files.model_type, model.to(device).eval(), processor, processor.tokenizer, stop_ids, tuple(files.weights)
    )


_RELOAD = "download the model again, or use another folder"


def _fit(processor: Any, config: Any, model_type: str) -> None:
    """Give the processor what old hub folders leave out of it, and what the model is built for."""
    vision = config.vision_config
    if processor.vision_feature_select_strategy is None:
        processor.vision_feature_select_strategy = config.vision_feature_select_strategy
    if model_type == "llava_onevision":
        processor.num_image_tokens = processor.num_image_tokens or (vision.image_size // vision.patch_size) ** 2
        processor.vision_aspect_ratio = config.vision_aspect_ratio
    else:
        if processor.patch_size is None:  # a folder from before the processor knew: a CLIP tower with a class token
            processor.patch_size = vision.patch_size
            processor.num_additional_image_tokens = 1
    if model_type != "llava":
        # The model cuts the image's features by its own grid; a processor with another one would miscount tokens.
        processor.image_processor.image_grid_pinpoints = [list(pair) for pair in config.image_grid_pinpoints]


def _stop_ids(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """Return every token that ends an answer: of the generation settings, the tokenizer and the chat format."""
    configured = model.generation_config.eos_token_id
    ids = [configured] if isinstance(configured, int) else list(configured or ())
    ids.append(tokenizer.eos_token_id)
    ids.append(tokenizer.get_vocab().get("<|im_end|>"))
    found = tuple(dict.fromkeys(number for number in ids if number is not None))
    if not found:
        raise ModelError("the model names no token that ends an answer (eos_token_id)")
    return found
