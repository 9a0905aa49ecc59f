"""A turn's words and its pictures -> the prompt of a model on this machine: token ids, and their pixels."""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import torch

from nesy.errors import ModelError, first_line
from nesy.image import Image
from nesy.models.clip_tokens import ShownClip, clip_markup, shown_clip
from nesy.models.decoding import Prompt, SecondPicture
from nesy.models.loader import Loaded
from nesy.models.prompt_tokens import Markup, read_markup

_TYPES = ("mm_token_type_ids", "token_type_ids")
"""Under these names some classes are told which tokens of a prompt are a picture's."""
_CLIP = 2
"""The number that they have there, a picture's being 1."""
_SQUARES = "llava_onevision"
"""The class that gives each of several pictures one square and a line end, whatever its shape."""
_Inputs = Mapping[str, torch.Tensor]
"""What a processor makes of pictures."""


class LocalPrompts:
    """Makes the prompts of one model; what its processor made of the last turn's pictures is kept."""

    def __init__(self, loaded: Loaded) -> None:
        """Take a loaded model; ModelError when its template does not hold one image and one text."""
        self._model, self.processor, self.tokenizer = loaded.model, loaded.processor, loaded.tokenizer
        self._model_type = loaded.model_type
        self.markup = read_markup(loaded.tokenizer, loaded.processor, loaded.model_type)
        self.image_id = int(loaded.model.config.image_token_id)
        self._seen: dict[str, _Inputs] = {}
        self._loaded = loaded
        self._clip: tuple[str, ShownClip] | None = None

    @cached_property
    def clips(self) -> Markup | None:
        """The template of a turn about a clip; None where frames are shown as so many pictures."""
        return clip_markup(self._loaded)

    def of_one(self, image: Image, words: str, marked: Image | None = None) -> Prompt:
        """Return the prompt of a turn about one picture, which may be shown again with marks."""
        pictures = (image,) if marked is None else (image, marked)
        self._clip = None
        self._seen = {picture.sha256: self.vision(picture) for picture in pictures}
        inputs = [self._seen[picture.sha256] for picture in pictures]
        shown = [self._ids_of(one) for one in inputs]
        ids, spans = self.markup.encode(self.tokenizer, words, shown[:1], *shown[1:])
        images = [number == self.image_id for number in ids]
        ends = [max(place for place in range(*span) if images[place]) + 1 for span in spans]
        second = None
        if marked is not None:
            second = SecondPicture(marked.sha256, spans[1][0], ends[1], partial(self._pixels, inputs[1]))
        pixels = partial(self._pixels, inputs[0])
        return Prompt(ids, image.sha256, ends[0], pixels, second, _types(inputs[0], images))

    def of_several(self, pictures: Sequence[Image], words: str) -> Prompt:
        """Return the prompt of a turn about several pictures, which are kept in the cache or computed all together.

        Raises:
            ModelError: the model's processor or its template takes no such turn.
        """
        key = "+".join(picture.sha256 for picture in pictures)
        if key not in self._seen:
            self._seen = {key: self._together(pictures)}
        inputs = self._seen[key]
        number = int((inputs["input_ids"] == self.image_id).sum())
        if self._model_type == _SQUARES:
            shown = [[self.image_id] * (number // len(pictures))] * len(pictures)
        else:
            shown = [self._ids_of(self._alone(picture)) for picture in pictures]
        if sum(ids.count(self.image_id) for ids in shown) != number:
            raise ModelError(f"{len(pictures)} pictures take {number} tokens at once, and another number one by one")
        ids, _ = self._markup_of(len(pictures)).encode(self.tokenizer, words, shown)
        images = [one == self.image_id for one in ids]
        end = len(ids) - images[::-1].index(True)
        return Prompt(ids, key, end, partial(self._pixels, inputs), types=_types(inputs, images))

    def of_clip(self, frames: Sequence[Image], moments: Sequence[float], words: str) -> Prompt:
        """Return the prompt of a turn about a clip, by a model that has a template of such turns.

        Raises:
            ModelError: the model's processor does not take these frames.
        """
        assert self.clips is not None, "who takes no video is shown several pictures"
        key = "+".join(f"{frame.sha256}@{at:g}" for frame, at in zip(frames, moments, strict=True))
        if self._clip is None or self._clip[0] != key:
            self._seen, self._clip = {}, None
            try:
                self._clip = key, shown_clip(self._loaded, frames, moments)
            except (ValueError, TypeError, RuntimeError) as error:
                why = first_line(error)
                raise ModelError(f"the model's processor does not take these {len(frames)} frames ({why})") from error
        shown = self._clip[1]
        stands: list[int] = self.tokenizer.encode(shown.text, add_special_tokens=False)
        ids, _ = self.clips.encode(self.tokenizer, words, [stands])
        number = self.tokenizer.convert_tokens_to_ids(shown.token)
        pixels = [one == number for one in ids]
        end = len(ids) - pixels[::-1].index(True)
        types = (_TYPES[0], tuple(_CLIP * one for one in pixels)) if shown.typed else None
        return Prompt(ids, key, end, partial(self._pixels, shown.inputs), types=types)

    def vision(self, image: Image) -> _Inputs:
        """Return what the processor makes of a picture by itself (with all its tiles); the last turn's are kept."""
        if image.sha256 not in self._seen:
            self._seen = {**dict(list(self._seen.items())[-1:]), image.sha256: self._alone(image)}
        return self._seen[image.sha256]

    def visual_tokens(self, image: Image) -> int:
        """Return how many tokens of a prompt an image takes."""
        return int((self.vision(image)["input_ids"] == self.image_id).sum())

    def shown(self, image: Image) -> tuple[int, int] | None:
        """Return width and height in pixels of what the model is shown, where its processor tells."""
        grid = self.vision(image).get("image_grid_thw")
        if grid is None:
            return None
        patch = int(self.processor.image_processor.patch_size)
        return int(grid[0][2]) * patch, int(grid[0][1]) * patch

    def forget(self) -> None:
        """Drop what is kept of the last turn's pictures."""
        self._seen, self._clip = {}, None

    def _alone(self, image: Image) -> _Inputs:
        return dict(self.processor(text=self.markup.image_token, images=image.pixels, return_tensors="pt"))

    def _together(self, pictures: Sequence[Image]) -> _Inputs:
        """Return what the processor makes of the pictures of one turn.

        They are a list within a list, which is one turn; a plain list would be a turn each, and to LLaVA-OneVision as
        many tiles each as a picture by itself has.
        """
        text = [self.markup.image_token * len(pictures)]
        try:
            return dict(self.processor(text=text, images=[[one.pixels for one in pictures]], return_tensors="pt"))
        except (ValueError, TypeError, RuntimeError) as error:
            why = first_line(error)
            raise ModelError(f"the model's processor does not take {len(pictures)} pictures ({why})") from error

    def _markup_of(self, pictures: int) -> Markup:
        return read_markup(self.tokenizer, self.processor, self._model_type, pictures)

    def _ids_of(self, inputs: _Inputs) -> list[int]:
        """Return the tokens that stand for a picture, those between its tiles included."""
        ids: list[int] = inputs["input_ids"][0].tolist()
        start = list(self.markup.start)
        return ids[len(start) :] if ids[: len(start)] == start else ids

    def _pixels(self, inputs: _Inputs) -> dict[str, Any]:
        """Return the model's image inputs, of what the processor made of the image."""
        return {
            name: value.to(self._model.device, self._model.dtype if name.startswith("pixel_values") else value.dtype)
            for name, value in inputs.items()
            if name not in ("input_ids", "attention_mask", *_TYPES)
        }


def _types(inputs: _Inputs, images: Sequence[bool]) -> tuple[str, tuple[int, ...]] | None:
    """Return which tokens are a picture's, under the name by which the class is told."""
    name = next((name for name in _TYPES if name in inputs), None)
    return None if name is None else (name, tuple(map(int, images)))
