"""Frames of a clip -> what stands for them in a prompt, and their pixels: each family in the way it was trained.

The parts of transformers that do this need torchvision; a picture's own processor does the same to one frame, so frames
are prepared by that. What stands where, and how many tokens a frame takes, is as in the processors of transformers
(`replace_video_token`); the sizes are those of their parts for video.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import PIL.Image
import torch

from nesy.errors import ModelError
from nesy.image import Image
from nesy.models.loader import Loaded
from nesy.models.prompt_tokens import Markup, read_markup

Inputs = dict[str, torch.Tensor]
"""What a model is given beside token ids."""
_LEAST_CELLS, _MOST_CELLS = 128, 768
"""Tokens that two frames take in Qwen's families, as their authors have it for video."""


@dataclass(frozen=True)
class ShownClip:
    """A clip as a model is shown it."""

    text: str
    """What stands in its place in the prompt, with the model's own tokens."""
    token: str
    """That of these tokens which stands for pixels."""
    inputs: Inputs
    typed: bool = False
    """Whether the class is told which tokens are a clip's."""


_Way = Callable[[Any, Sequence[PIL.Image.Image], Sequence[float]], ShownClip]


def clip_markup(loaded: Loaded) -> Markup | None:
    """Return the template of a turn about a clip; None for a model that is shown frames as so many pictures."""
    if loaded.model_type not in _WAYS:
        return None
    number = loaded.tokenizer.get_vocab().get(getattr(loaded.processor, "video_token", ""))
    if loaded.model_type in _OWN_TOKEN and number != loaded.model.config.video_token_id:
        return None
    try:
        found = read_markup(loaded.tokenizer, loaded.processor, loaded.model_type, content="video")
    except ModelError:
        return None
    return _unwrapped(found, loaded.processor) if loaded.model_type == "qwen3_vl" else found


def shown_clip(loaded: Loaded, frames: Sequence[Image], moments: Sequence[float]) -> ShownClip:
    """Return a clip as a model with a `clip_markup` is shown it.

    Args:
        loaded: the model.
        frames: two or more; those of another size than the first are brought to its size.
        moments: when each is shown, in seconds.
    """
    size = frames[0].size_px
    pixels = [one.pixels if one.size_px == size else one.pixels.resize(size) for one in frames]
    return _WAYS[loaded.model_type](loaded.processor, pixels, moments)


def _onevision(processor: Any, frames: Sequence[PIL.Image.Image], _moments: Sequence[float]) -> ShownClip:
    """Return every frame as one square, whose features the model pools to a quarter; a line end closes the clip."""
    images = processor.image_processor
    size = (images.size["width"], images.size["height"])
    # A square of the right size is neither padded nor cut: several pictures of one turn have no tiles.
    squares = [frame.resize(size, images.resample) for frame in frames]
    pixels = images([squares], return_tensors="pt")["pixel_values"].reshape(1, len(frames), 3, size[1], size[0])
    side = -(-round(processor.num_image_tokens**0.5) // 2)
    token = str(processor.video_token)
    return ShownClip(token * (len(frames) * side**2 + 1), token, {"pixel_values_videos": pixels})


def _qwen(processor: Any, frames: Sequence[PIL.Image.Image], _moments: Sequence[float]) -> ShownClip:
    inputs, cells = _pairs(processor, frames)
    token = str(processor.video_token)
    return ShownClip(token * (cells * int(inputs["video_grid_thw"][0, 0])), token, inputs, typed=True)


def _qwen2_5(processor: Any, frames: Sequence[PIL.Image.Image], moments: Sequence[float]) -> ShownClip:
    """Tell also how many seconds lie between two pairs of frames; where they differ, how many on the mean."""
    shown = _qwen(processor, frames, moments)
    step = 2 * (moments[-1] - moments[0]) / (len(moments) - 1)
    return replace(shown, inputs={**shown.inputs, "second_per_grid_ts": torch.tensor([step])})


def _qwen3(processor: Any, frames: Sequence[PIL.Image.Image], moments: Sequence[float]) -> ShownClip:
    """Tell before every pair of frames when it is shown, in words."""
    inputs, cells = _pairs(processor, frames)
    token = str(processor.video_token)
    even = [*moments, moments[-1]]
    text = "".join(
        f"<{(even[place] + even[place + 1]) / 2:.1f} seconds>"
        f"{processor.vision_start_token}{token * cells}{processor.vision_end_token}"
        for place in range(0, len(moments), 2)
    )
    return ShownClip(text, token, inputs, typed=True)


def _pairs(processor: Any, frames: Sequence[PIL.Image.Image]) -> tuple[Inputs, int]:
    """Return frames as pairs, the last one twice where they are odd, and how many tokens a pair takes.

    A picture stands for a pair of equal frames: of a row of its patch the first half is the first frame's.
    """
    images = processor.image_processor
    cell = (images.patch_size * images.merge_size) ** 2
    size = {"shortest_edge": _LEAST_CELLS * cell, "longest_edge": _MOST_CELLS * cell}
    made = images(list(frames), size=size, return_tensors="pt")
    grid = made["image_grid_thw"][0]
    rows = made["pixel_values"].reshape(len(frames), int(grid.prod()), 3, 2, -1)
    if len(frames) % 2:
        rows = torch.cat([rows, rows[-1:]])
    pairs = torch.stack([rows[0::2, :, :, 0], rows[1::2, :, :, 1]], dim=3)
    told = torch.tensor([[len(pairs), int(grid[1]), int(grid[2])]])
    return {"pixel_values_videos": pairs.reshape(-1, made["pixel_values"].shape[1]), "video_grid_thw": told}, int(
        grid[1] * grid[2]
    ) // images.merge_size**2


def _internvl(processor: Any, frames: Sequence[PIL.Image.Image], _moments: Sequence[float]) -> ShownClip:
    """Return every frame as one tile, with its number before it."""
    pixels = processor.image_processor(list(frames), crop_to_patches=False, return_tensors="pt")["pixel_values"]
    tile = f"{processor.start_image_token}{processor.image_token * processor.image_seq_length}"
    text = "\n".join(f"Frame{place}: {tile}{processor.end_image_token}" for place in range(1, len(frames) + 1))
    return ShownClip(text, processor.image_token, {"pixel_values": pixels})


def _smolvlm(processor: Any, frames: Sequence[PIL.Image.Image], moments: Sequence[float]) -> ShownClip:
    """Return every frame as one tile, with its time before it; the words around them are those of its training."""
    from num2words import num2words  # type: ignore[import-untyped]

    made = processor.image_processor([list(frames)], do_image_splitting=False, return_tensors="pt")
    tile = (
        f"{processor.fake_image_token}{processor.global_image_token}"
        f"{processor.image_token * processor.image_seq_len}{processor.fake_image_token}"
    )
    text = (
        f"You are provided the following series of {num2words(len(frames))} frames from a "
        f"{timedelta(seconds=int(moments[-1]))} [H:MM:SS] video.\n"
    )
    text += "".join(f"\nFrame from {int(at // 60):02d}:{int(at % 60):02d}:{tile}" for at in moments)
    kept = {name: made[name] for name in ("pixel_values", "pixel_attention_mask") if name in made}
    return ShownClip(f"{text}\n\n", processor.image_token, kept)


def _unwrapped(markup: Markup, processor: Any) -> Markup:
    """Return the markup without the tokens around the clip, which stand around each pair of its frames."""
    at = markup.pieces.index(markup.image_id)
    start, end = max(0, at - 1), at + 2
    around = (processor.vision_start_token_id, markup.image_id, processor.vision_end_token_id)
    if markup.pieces[start:end] != around:
        return markup
    return replace(markup, pieces=(*markup.pieces[:start], markup.image_id, *markup.pieces[end:]))


_WAYS: Mapping[str, _Way] = MappingProxyType(
    {
        "llava_onevision": _onevision,
        "qwen2_vl": _qwen,
        "qwen2_5_vl": _qwen2_5,
        "qwen3_vl": _qwen3,
        "internvl": _internvl,
        "smolvlm": _smolvlm,
    }
)
_OWN_TOKEN = frozenset(("llava_onevision", "qwen2_vl", "qwen2_5_vl", "qwen3_vl"))
"""Classes that know frames of a clip by a token of their own; the others take them for pictures."""
