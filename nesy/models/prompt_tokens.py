"""The words of a user turn -> token ids of the whole prompt; control tokens inside the words stay plain text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from transformers import ProcessorMixin
from transformers.models.smolvlm.processing_smolvlm import DEFAULT_CHAT_TEMPLATE as _SMOL_CLIP

from nesy.errors import ModelError

_ONEVISION = "<|im_start|>user\n{images}{text}<|im_end|>\n<|im_start|>assistant\n"
"""As in training. The hub's own template writes history differently from the generation prompt (a blank after
`assistant`), so that a second turn would not continue the first."""
_TEXT = "NESYUSERTEXT"


@dataclass(frozen=True)
class Markup:
    """The template of one user turn, cut at its control tokens; a piece is an id, or plain text."""

    pieces: tuple[int | str, ...]
    """As many of them as there are pictures are the picture's token; exactly one plain piece holds the user's text."""
    image_token: str
    """Stands for a picture in the template; the processor puts the picture's tokens in its place."""
    image_id: int
    """Its id."""
    controls: Mapping[int, str]
    """Tokens that steer the model, by id: a user's text must never hold one."""
    start: tuple[int, ...]
    """What the tokenizer puts before every text (a begin token, or nothing)."""

    def encode(
        self, tokenizer: Any, text: str, pictures: Sequence[Sequence[int]], marked: Sequence[int] = ()
    ) -> tuple[list[int], list[tuple[int, int]]]:
        """Return the prompt's ids, and where in them the pictures stand, from and to.

        Args:
            tokenizer: of the model.
            text: of the user.
            pictures: the tokens that stand for each picture, as many as the markup is of.
            marked: those of a marked picture, on a line of its own right before the text; so all that comes before it
                is the same with and without.
        """
        ids, spans = list(self.start), []
        left = iter(pictures)
        for piece in self.pieces:
            if piece == self.image_id:
                picture = next(left)
                spans.append((len(ids), len(ids) + len(picture)))
                ids += picture
            elif isinstance(piece, int):
                ids.append(piece)
            elif marked and _TEXT in piece:
                before, after = piece.split(_TEXT)
                ids += plain_ids(tokenizer, before, self.controls)
                spans.append((len(ids), len(ids) + len(marked)))
                ids += marked
                ids += plain_ids(tokenizer, f"\n{text}{after}", self.controls)
            else:
                ids += plain_ids(tokenizer, piece.replace(_TEXT, text), self.controls)
        return ids, spans


def read_markup(
    tokenizer: Any, processor: Any, model_type: str, pictures: int = 1, content: Literal["image", "video"] = "image"
) -> Markup:
    """Return the markup of a model: the OneVision training format, or the processor's chat template.

    Args:
        tokenizer: of the model.
        processor: likewise.
        model_type: as transformers has it.
        pictures: of a turn, before its text.
        content: whether they are pictures, or clips, each of which is one token in the template.

    Raises:
        ModelError: the model has no chat template, or one without these images before the text.
    """
    image_token = str(processor.image_token if content == "image" else processor.video_token)
    # A clip's token need not be in the vocabulary: what is put in its place is.
    image_id = -1 if content == "video" else int(tokenizer.convert_tokens_to_ids(image_token))
    added = tokenizer.added_tokens_decoder
    controls = {token.content: number for number, token in added.items()}
    controls[image_token] = image_id
    if model_type == "llava_onevision" and {"<|im_start|>", "<|im_end|>"} <= controls.keys():
        rendered = _ONEVISION.format(images=f"{image_token}\n" * pictures, text=_TEXT)
    else:
        rendered = _rendered(processor, pictures, content, model_type)
    start = tuple(number for number in tokenizer("").input_ids if number != tokenizer.eos_token_id)
    pieces = _cut(rendered, controls)
    if start and pieces and pieces[0] == start[0]:
        pieces = pieces[1:]
    if pieces.count(image_id) != pictures or sum(_TEXT in piece for piece in pieces if isinstance(piece, str)) != 1:
        many = f"one {content}" if pictures == 1 else f"{pictures} {content}s"
        raise ModelError(f"the model's chat template does not hold {many} and one text per turn")
    steering = {
        number: content
        for content, number in controls.items()
        if content in rendered or number not in added or added[number].special
    }
    return Markup(pieces, image_token, image_id, steering, start)


def plain_ids(tokenizer: Any, text: str, controls: Mapping[int, str]) -> list[int]:
    """Return the ids of `text` without a single control token, whatever the text says."""
    text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair has no bytes
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
    for content in {controls[number] for number in ids if number in controls}:
        # Some vocabularies hold a control token as an ordinary word too; a blank breaks it up.
        text = text.replace(content, f"{content[0]} {content[1:]}")
        ids = tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
    return [number for number in ids if number not in controls]


def _rendered(processor: Any, pictures: int, content: str, model_type: str) -> str:
    if processor.chat_template is None and processor.tokenizer.chat_template is None:
        raise ModelError("the model has no chat template, so that its turns cannot be marked up")
    turn: Any = {"role": "user", "content": [*[{"type": content}] * pictures, {"type": "text", "text": _TEXT}]}
    return str(
        ProcessorMixin.apply_chat_template(  # some classes' own one asks their part for video
            processor,
            [turn],
            add_generation_prompt=True,
            tokenize=False,
            chat_template=_SMOL_CLIP
            if (model_type, content) == ("smolvlm", "video")
            else processor.chat_template or processor.tokenizer.chat_template,
        )
    )


def _cut(rendered: str, controls: dict[str, int]) -> tuple[int | str, ...]:
    """Cut a rendered template at its control tokens, the longest first.

    >>> _cut("<s>user <image>text</s>", {"<s>": 1, "</s>": 2, "<image>": 9})
    (1, 'user ', 9, 'text', 2)
    """
    longest_first: Sequence[str] = sorted(controls, key=len, reverse=True)
    pattern = "(" + "|".join(re.escape(token) for token in longest_first) + ")"
    return tuple(controls.get(piece, piece) for piece in re.split(pattern, rendered) if piece)
