"""The sizes of a LLaVA-OneVision -> such a model with random weights, ready to answer: for what depends on sizes alone.

Nothing it says means anything. Time and memory are those of the real weights, for they depend on the shape.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import torch
from transformers import (
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    PreTrainedTokenizerFast,
    Qwen2Config,
    SiglipVisionConfig,
)
from transformers.models.llava_onevision.image_processing_pil_llava_onevision import LlavaOnevisionImageProcessorPil

from nesy import assets
from nesy.errors import ModelError
from nesy.models.loader import ImageTextProcessor, Loaded

IMAGE_PX, PATCH_PX, GRID = 384, 14, 6
"""Of SigLIP-384/14, and the tiles along one side of the largest picture, in every LLaVA-OneVision."""
_SPREAD = 0.05
"""Standard deviation of the weights; wide enough that some tokens are clearly likelier than others."""


@dataclass(frozen=True)
class Stack:
    """A tower or a decoder."""

    width: int
    hidden: int
    """Of the layers in the middle of each block."""
    layers: int
    heads: int
    key_value_heads: int


@dataclass(frozen=True)
class Shape:
    """The sizes of a model. Tiles and patches are those of LLaVA-OneVision, so that a picture has as many tokens."""

    tower: Stack
    decoder: Stack
    vocabulary: int
    """Rows of the output layer, more than the tokenizer has words."""
    tied: bool
    """Whether words are read and written by the same weights."""


_SIGLIP = Stack(width=1152, hidden=4304, layers=26, heads=16, key_value_heads=16)
SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "small": Shape(Stack(128, 512, 4, 4, 4), Stack(256, 1024, 4, 8, 4), vocabulary=4096, tied=True),
        "0.5b": Shape(_SIGLIP, Stack(896, 4864, 24, 14, 2), vocabulary=152000, tied=True),
        "7b": Shape(_SIGLIP, Stack(3584, 18944, 28, 28, 4), vocabulary=152128, tied=False),
    }
)
"""`0.5b` and `7b` are those of llava-hf/llava-onevision-qwen2-{0.5b,7b}-ov-hf; `small` is for quick runs."""


@dataclass(frozen=True)
class Device:
    """What a model would run on here."""

    kind: Literal["cpu", "cuda"]
    name: str
    """As its maker calls it."""
    memory_bytes: int | None
    """Of a GPU; None for a CPU."""


def device() -> Device:
    """Return the best device here."""
    if not torch.cuda.is_available():
        return Device("cpu", _processor_name(), None)
    found = torch.cuda.get_device_properties(0)
    return Device("cuda", str(found.name), int(found.total_memory))


def untrained(name: str, seed: int = 0) -> Loaded:
    """Return a model of `SHAPES` in float32 on the best device here; its words are those of the embedded model.

    Raises:
        ModelError: there is no such shape, or this installation holds no embedded model.
    """
    if name not in SHAPES:
        raise ModelError(f"unknown shape {name!r}; one of {', '.join(SHAPES)}")
    words = _words(assets.embedded_model())
    torch.manual_seed(seed)
    with torch.device(device().kind):
        model = LlavaOnevisionForConditionalGeneration(_config(SHAPES[name], words))
    processor = ImageTextProcessor(
        LlavaOnevisionImageProcessorPil(
            size={"height": IMAGE_PX, "width": IMAGE_PX},
            image_grid_pinpoints=_pinpoints(),
            image_mean=[0.5] * 3,
            image_std=[0.5] * 3,
        ),
        words,
        num_image_tokens=(IMAGE_PX // PATCH_PX) ** 2,
        vision_feature_select_strategy="full",
    )
    return Loaded("llava_onevision", model.eval(), processor, words, (int(words.eos_token_id),), ())


def parameters(loaded: Loaded) -> int:
    """Return how many weights a model has."""
    return sum(int(weights.numel()) for weights in loaded.model.parameters())


def in_bfloat16(loaded: Loaded) -> None:
    """Round the weights of a model to bfloat16, as a GPU computes with them; changes the model in place."""
    loaded.model.to(torch.bfloat16)


def finish(loaded: Loaded) -> None:
    """Wait until the device has done what it was told."""
    if loaded.model.device.type == "cuda":
        torch.cuda.synchronize()


def _words(folder: Path) -> PreTrainedTokenizerFast:
    try:
        words: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: the tokenizer cannot be read ({error})", "make train, or install nesy again"
        ) from None
    return words


def _config(shape: Shape, words: PreTrainedTokenizerFast) -> LlavaOnevisionConfig:
    ids: dict[str, Any] = {
        "image_token_id": words.convert_tokens_to_ids("<image>"),
        "video_token_id": len(words) + 1,
    }
    return LlavaOnevisionConfig(
        **ids,
        vision_config=SiglipVisionConfig(
            hidden_size=shape.tower.width,
            intermediate_size=shape.tower.hidden,
            num_hidden_layers=shape.tower.layers,
            num_attention_heads=shape.tower.heads,
            image_size=IMAGE_PX,
            patch_size=PATCH_PX,
            vision_use_head=False,
        ),
        text_config=Qwen2Config(
            vocab_size=shape.vocabulary,
            hidden_size=shape.decoder.width,
            intermediate_size=shape.decoder.hidden,
            num_hidden_layers=shape.decoder.layers,
            num_attention_heads=shape.decoder.heads,
            num_key_value_heads=shape.decoder.key_value_heads,
            max_position_embeddings=32768,
            initializer_range=_SPREAD,
            tie_word_embeddings=shape.tied,
            bos_token_id=None,
            eos_token_id=words.eos_token_id,
            pad_token_id=words.pad_token_id,
        ),
        image_grid_pinpoints=_pinpoints(),
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        tie_word_embeddings=shape.tied,
    )


def _pinpoints() -> list[list[int]]:
    sides = [IMAGE_PX * tiles for tiles in range(1, GRID + 1)]
    return [[height, width] for height in sides for width in sides]


def _processor_name() -> str:
    path = Path("/proc/cpuinfo")
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
