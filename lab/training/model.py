"""Sizes -> an untrained LLaVA-OneVision (SigLIP tower, MLP projector, Qwen2 decoder) and its processor parts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    PreTrainedTokenizerFast,
    Qwen2Config,
    SiglipVisionConfig,
)
from transformers.models.llava_onevision.image_processing_pil_llava_onevision import LlavaOnevisionImageProcessorPil

from lab.training.embedded_tokenizer import IMAGE, STOP


@dataclass(frozen=True)
class Sizes:
    """The shape of the embedded model."""

    image_px: int = 112
    patch_px: int = 14
    width: int = 192
    tower_layers: int = 4
    decoder_layers: int = 4
    heads: int = 6
    tower_hidden: int = 768
    decoder_hidden: int = 640

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.image_px // self.patch_px

    @property
    def pinpoints(self) -> list[list[int]]:
        """The AnyRes grids, height and width in pixels: one tile, or two side by side."""
        return [[self.image_px, self.image_px], [self.image_px, 2 * self.image_px]]

    def visual_tokens(self, tiles: int) -> int:
        """Return the tokens of one image: the base view, its AnyRes tiles in a row, a newline after each row of them.

        >>> Sizes().visual_tokens(1), Sizes().visual_tokens(2)
        (136, 200)
        """
        return (1 + tiles) * self.grid**2 + self.grid


def build(sizes: Sizes, tokenizer: PreTrainedTokenizerFast) -> LlavaOnevisionForConditionalGeneration:
    """Return a randomly initialised model in fp32."""
    vision = SiglipVisionConfig(
        hidden_size=sizes.width,
        intermediate_size=sizes.tower_hidden,
        num_hidden_layers=sizes.tower_layers,
        num_attention_heads=sizes.heads,
        image_size=sizes.image_px,
        patch_size=sizes.patch_px,
        vision_use_head=False,
    )
    text = Qwen2Config(
        vocab_size=-(-len(tokenizer) // 64) * 64,
        hidden_size=sizes.width,
        intermediate_size=sizes.decoder_hidden,
        num_hidden_layers=sizes.decoder_layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.heads // 2,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.convert_tokens_to_ids(STOP),
        pad_token_id=tokenizer.pad_token_id,
    )
    tokens: dict[str, Any] = {
        "image_token_id": tokenizer.convert_tokens_to_ids(IMAGE),
        "video_token_id": len(tokenizer) + 1,
    }
    config = LlavaOnevisionConfig(
        **tokens,
        vision_config=vision,
        text_config=text,
        image_grid_pinpoints=sizes.pinpoints,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        tie_word_embeddings=True,
    )
    model = LlavaOnevisionForConditionalGeneration(config)
    model.generation_config.eos_token_id = tokenizer.convert_tokens_to_ids(STOP)
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model


def take_over(model: LlavaOnevisionForConditionalGeneration, folder: Path) -> None:
    """Give `model` the weights of a model's folder of the same sizes.

    Rows of tokens that were added since the folder was written keep their random start: tokens are added at the end.

    Raises:
        ValueError: a weight has another shape than the embeddings allow for.
    """
    old = LlavaOnevisionForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    state = model.state_dict()
    for name, value in old.state_dict().items():
        mine = state[name]
        if name.endswith(("embed_tokens.weight", "lm_head.weight")) and value.shape[1:] == mine.shape[1:]:
            rows = min(len(value), len(mine))
            state[name] = torch.cat([value[:rows], mine[rows:]])
        elif value.shape != mine.shape:
            raise ValueError(f"{folder}: {name} is {tuple(value.shape)}, not {tuple(mine.shape)}")
        else:
            state[name] = value
    model.load_state_dict(state)


def image_processor(sizes: Sizes) -> LlavaOnevisionImageProcessorPil:
    """Return the AnyRes image processor that fits `sizes` (SigLIP's mean and deviation)."""
    return LlavaOnevisionImageProcessorPil(
        size={"height": sizes.image_px, "width": sizes.image_px},
        image_grid_pinpoints=sizes.pinpoints,
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
