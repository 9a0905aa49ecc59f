"""Tiny random models of the LLaVA family, made on the spot and saved as folders; true classes, true files."""

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextProcessor,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    Qwen2Config,
    SiglipVisionConfig,
)
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.llava_onevision.image_processing_pil_llava_onevision import LlavaOnevisionImageProcessorPil

from nesy.models.loader import ImageTextProcessor

FULL_STOP = "<|endoftext|>"
SPECIAL = (FULL_STOP, "<|im_start|>", "<|im_end|>", "<image>")
_FRAGMENTS = (
    '{"entities":[',
    '{"id":"',
    '","box":[',
    '],"attributes":[',
    "person",
    "_1",
    "0.10",
    '{"1":"',
    "keep",
    "user\n",
)
_VICUNA = (
    "{% for m in messages %}USER: {% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>\n{% else %}{{ c['text'] }}{% endif %}"
    "{% endfor %}{% endfor %} ASSISTANT:"
)
_PX, _PATCH, _WIDTH = 28, 7, 32
_SIDE = _PX // _PATCH


def tokenizer(chat_template: str | None = None, more: tuple[str, ...] = ()) -> PreTrainedTokenizerFast:
    """Return a byte-level tokenizer with a few whole fragments, as the embedded model has one; `more` are special."""
    to_bytes = _byte_alphabet()
    pieces = sorted(to_bytes.values()) + ["".join(to_bytes[b] for b in f.encode()) for f in _FRAGMENTS]
    vocab = {piece: number for number, piece in enumerate([*SPECIAL, *dict.fromkeys(pieces)])}
    made = Tokenizer(models.BPE(vocab=vocab, merges=[], ignore_merges=True))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("<image>|" + "|".join(map(_escaped, _FRAGMENTS))), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in (*SPECIAL, *more)])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|im_end|>", pad_token=FULL_STOP, chat_template=chat_template
    )


def llama_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer as Llama's: `\u2581` for a blank, bytes for rare characters, `<s>` before every text."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581", "<image>"]
    vocab = {piece: number for number, piece in enumerate([*pieces, *map(chr, range(33, 127))])}
    made = Tokenizer(models.BPE(vocab=vocab, merges=[], byte_fallback=True, unk_token="<unk>"))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    made.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in ("<unk>", "<s>", "</s>", "<image>")]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<unk>",
        chat_template=_VICUNA,
    )  # fmt: skip


def save_onevision(
    folder: Path, seed: int = 0, style: str = "compact", dtype: torch.dtype = torch.float32, *, video: bool = False
) -> Path:
    """Save a LLaVA-OneVision of 28 px tiles in a 3x3 AnyRes grid, with a `nesy_model.json`."""
    words = tokenizer(more=("<video>",) if video else ())
    pinpoints = [[_PX * rows, _PX * columns] for rows in (1, 2, 3) for columns in (1, 2, 3)]
    torch.manual_seed(seed)
    model = LlavaOnevisionForConditionalGeneration(
        LlavaOnevisionConfig(
            vision_config=SiglipVisionConfig(**vision_config(), vision_use_head=False),
            text_config=Qwen2Config(**text_config(words)),
            image_token_id=words.convert_tokens_to_ids("<image>"),
            video_token_id=words.convert_tokens_to_ids("<video>") if video else len(words) + 1,
            image_grid_pinpoints=pinpoints,
            vision_feature_layer=-1,
            vision_feature_select_strategy="full",
        )
    )
    processor = ImageTextProcessor(
        LlavaOnevisionImageProcessorPil(
            size={"height": _PX, "width": _PX}, image_grid_pinpoints=pinpoints, **_normalised()
        ),
        words,
        num_image_tokens=_SIDE**2,
        vision_feature_select_strategy="full",
    )
    _save(model.to(dtype), processor, folder)
    card = {"id": "tiny-onevision", "revision": f"seed-{seed}", "prompt_style": style}
    (folder / "nesy_model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def save_llava(folder: Path) -> Path:
    """Save a LLaVA-1.5: CLIP tower with a class token, Llama decoder and tokenizer, Vicuna's chat template."""
    words = llama_tokenizer()
    torch.manual_seed(0)
    model = LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=CLIPVisionConfig(**vision_config()),
            text_config=LlamaConfig(**text_config(words)),
            image_token_id=words.convert_tokens_to_ids("<image>"),
        )
    )
    processor = LlavaProcessor(
        LlavaImageProcessorPil(size={"shortest_edge": _PX}, crop_size={"height": _PX, "width": _PX}),
        words,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_VICUNA,
    )
    return _save(model, processor, folder)


def save_llava_next(folder: Path) -> Path:
    """Save a LLaVA-NeXT: as LLaVA-1.5, with AnyRes tiles."""
    words = tokenizer(_VICUNA)
    pinpoints = [[_PX, 2 * _PX], [2 * _PX, _PX], [2 * _PX, 2 * _PX]]
    torch.manual_seed(0)
    model = LlavaNextForConditionalGeneration(
        LlavaNextConfig(
            vision_config=CLIPVisionConfig(**vision_config()),
            text_config=LlamaConfig(**text_config(words)),
            image_token_id=words.convert_tokens_to_ids("<image>"),
            image_grid_pinpoints=pinpoints,
        )
    )
    processor = LlavaNextProcessor(
        LlavaNextImageProcessorPil(
            size={"shortest_edge": _PX}, crop_size={"height": _PX, "width": _PX}, image_grid_pinpoints=pinpoints
        ),
        words,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_VICUNA,
    )
    return _save(model, processor, folder)


def vision_config() -> dict[str, Any]:
    """Return the sizes of a tower."""
    return {
        "hidden_size": _WIDTH,
        "intermediate_size": 2 * _WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": _PX,
        "patch_size": _PATCH,
    }


def text_config(words: PreTrainedTokenizerFast) -> dict[str, Any]:
    """Return the sizes of a decoder."""
    return {
        "vocab_size": -(-len(words) // 64) * 64,  # padded beyond the tokenizer, as real checkpoints are
        "hidden_size": _WIDTH,
        "intermediate_size": 2 * _WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "initializer_range": 0.3,  # wide, so that random weights prefer some tokens clearly
        "bos_token_id": None,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }


def _normalised() -> dict[str, Any]:
    return {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}


def _save(model: Any, processor: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in '{}[]()."|\\' else c for c in text)


def _byte_alphabet() -> dict[int, str]:
    """Return the printable stand-in of every byte (byte-level BPE, GPT-2)."""
    table = {byte: chr(byte) for byte in [*range(33, 127), *range(161, 173), *range(174, 256)]}
    hidden = [byte for byte in range(256) if byte not in table]
    return table | {byte: chr(256 + place) for place, byte in enumerate(hidden)}
