"""Tiny random models of other families than LLaVA's, saved as folders; true classes, true files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import AddedToken
from transformers import PreTrainedTokenizerFast, Qwen2Config, SiglipVisionConfig
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

from nesy.models.loader import without_video
from tests import tiny

_PX, _PATCH, _WIDTH = 28, 7, 32
_QWEN_TOWER = {"depth": 2, "num_heads": 4, "patch_size": _PATCH, "spatial_merge_size": 2, "temporal_patch_size": 2}
_TURNS = (
    "{{% for m in messages %}}<|im_start|>{{{{ m['role'] }}}}\n{{% for c in m['content'] %}}"
    "{{% if c['type'] == 'image' %}}{picture}{{% elif c['type'] == 'video' %}}{clip}"
    "{{% else %}}{{{{ c['text'] }}}}{{% endif %}}{{% endfor %}}<|im_end|>\n"
    "{{% endfor %}}{{% if add_generation_prompt %}}<|im_start|>assistant\n{{% endif %}}"
)
_GEMMA = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<start_of_image>{% else %}{{ c['text'] }}{% endif %}{% endfor %}<end_of_turn>\n"
    "{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
_SMOL = (
    "<|im_start|>{% for m in messages %}{{ m['role'] | capitalize }}:{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>{% else %} {{ c['text'] }}{% endif %}{% endfor %}<end_of_utterance>\n"
    "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)


def save(name: str, folder: Path) -> Path:
    """Save a tiny model of a `model_type`, with its processor and tokenizer."""
    torch.manual_seed(0)
    model, processor = {**FAMILIES, **TASKS}[name]()
    with torch.no_grad():
        for weights in model.parameters():
            if not weights.any():  # a projector that begins at nothing would hide the picture
                weights.normal_(std=0.3)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _words(template: str | None, special: tuple[str, ...], **named: str) -> PreTrainedTokenizerFast:
    """Return a tokenizer with further special tokens, some of which have names of their own."""
    made = tiny.tokenizer().backend_tokenizer
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token="<|im_end|>",
        pad_token=tiny.FULL_STOP,
        extra_special_tokens=named,
        chat_template=template,
    )


def _text(words: PreTrainedTokenizerFast) -> dict[str, Any]:
    return tiny.text_config(words)


def _qwen(name: str, sections: list[int], vision: dict[str, Any], **text: Any) -> tuple[Any, Any]:
    template = _TURNS.format(
        picture="<|vision_start|><|image_pad|><|vision_end|>", clip="<|vision_start|><|video_pad|><|vision_end|>"
    )
    special = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
    words = _words(template, special)
    rope = {"rope_type": "default", "mrope_section": sections, "rope_theta": 10000.0}
    config = getattr(transformers, f"{name}Config")(
        text_config=_text(words) | {"rope_parameters": rope, **text},
        vision_config=_QWEN_TOWER | vision,
        vision_start_token_id=words.convert_tokens_to_ids("<|vision_start|>"),
        vision_end_token_id=words.convert_tokens_to_ids("<|vision_end|>"),
        image_token_id=words.convert_tokens_to_ids("<|image_pad|>"),
        video_token_id=words.convert_tokens_to_ids("<|video_pad|>"),
    )
    images = Qwen2VLImageProcessorPil(patch_size=_PATCH, merge_size=2, min_pixels=_PX**2, max_pixels=40 * 14 * 14)
    processor = without_video(getattr(transformers, f"{name}Processor"))(images, words, chat_template=template)
    return getattr(transformers, f"{name}ForConditionalGeneration")(config), processor


def _qwen2_vl() -> tuple[Any, Any]:
    return _qwen("Qwen2VL", [1, 1, 2], {"embed_dim": _WIDTH, "hidden_size": _WIDTH, "mlp_ratio": 2})


def _qwen2_5_vl() -> tuple[Any, Any]:
    vision = {"hidden_size": _WIDTH, "out_hidden_size": _WIDTH, "intermediate_size": 64}
    return _qwen("Qwen2_5_VL", [1, 1, 2], vision | {"window_size": _PX, "fullatt_block_indexes": [1]})


def _qwen3_vl() -> tuple[Any, Any]:
    vision = {"hidden_size": _WIDTH, "out_hidden_size": _WIDTH, "intermediate_size": 64}
    more = {"num_position_embeddings": 64, "deepstack_visual_indexes": [0]}
    return _qwen("Qwen3VL", [2, 1, 1], vision | more, head_dim=8)


def _internvl() -> tuple[Any, Any]:
    template = _TURNS.format(picture="<IMG_CONTEXT>\n", clip="<video>\n")
    words = _words(
        template,
        ("<img>", "</img>", "<IMG_CONTEXT>", "<video>"),
        start_image_token="<img>",
        end_image_token="</img>",
        context_image_token="<IMG_CONTEXT>",
        video_token="<video>",
    )
    config = transformers.InternVLConfig(
        vision_config={**tiny.vision_config(), "image_size": [_PX, _PX], "patch_size": [_PATCH, _PATCH]},
        text_config=Qwen2Config(**_text(words)),
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"),
        downsample_ratio=0.5,
    )
    images = GotOcr2ImageProcessorPil(
        size={"height": _PX, "width": _PX}, crop_to_patches=True, min_patches=1, max_patches=4
    )
    processor = without_video(transformers.InternVLProcessor)(images, words, chat_template=template, image_seq_length=4)
    return transformers.InternVLForConditionalGeneration(config), processor


def _smolvlm() -> tuple[Any, Any]:
    tiles = tuple(f"<row_{row}_col_{column}>" for row in (1, 2, 3) for column in (1, 2, 3))
    words = _words(
        _SMOL,
        ("<fake_token_around_image>", "<global-img>", "<end_of_utterance>", *tiles),
        image_token="<image>",
        fake_image_token="<fake_token_around_image>",
        global_image_token="<global-img>",
        end_of_utterance_token="<end_of_utterance>",
    )
    config = transformers.SmolVLMConfig(
        vision_config=tiny.vision_config(),
        text_config=transformers.LlamaConfig(**_text(words)),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        scale_factor=2,
    )
    images = SmolVLMImageProcessorPil(size={"longest_edge": 2 * _PX}, max_image_size={"longest_edge": _PX})
    processor = without_video(transformers.SmolVLMProcessor)(
        images, words, video_processor=None, chat_template=_SMOL, image_seq_len=4
    )
    return transformers.SmolVLMForConditionalGeneration(config), processor


def _gemma3() -> tuple[Any, Any]:
    words = _words(
        _GEMMA,
        ("<start_of_image>", "<end_of_image>", "<image_soft_token>", "<start_of_turn>", "<end_of_turn>"),
        image_token="<image_soft_token>",
        boi_token="<start_of_image>",
        eoi_token="<end_of_image>",
    )
    words.bos_token = "<|im_start|>"
    layers = ["sliding_attention", "full_attention"]
    config = transformers.Gemma3Config(
        vision_config=SiglipVisionConfig(**tiny.vision_config(), vision_use_head=False),
        text_config=transformers.Gemma3TextConfig(
            **_text(words) | {"head_dim": 8, "sliding_window": 64, "layer_types": layers}
        ),
        mm_tokens_per_image=4,
        image_token_id=words.convert_tokens_to_ids("<image_soft_token>"),
        boi_token_index=words.convert_tokens_to_ids("<start_of_image>"),
        eoi_token_index=words.convert_tokens_to_ids("<end_of_image>"),
    )
    images = Gemma3ImageProcessorPil(size={"height": _PX, "width": _PX})
    processor = transformers.Gemma3Processor(images, words, chat_template=_GEMMA, image_seq_length=4)
    return transformers.Gemma3ForConditionalGeneration(config), processor


def _paligemma() -> tuple[Any, Any]:
    words = _words(None, tuple(f"<loc{number:04}>" for number in range(1024)), image_token="<image>")
    words.bos_token = "<|im_start|>"
    images = SiglipImageProcessorPil(size={"height": _PX, "width": _PX}, image_seq_length=16)
    processor = transformers.PaliGemmaProcessor(images, words)
    config = transformers.PaliGemmaConfig(
        vision_config=SiglipVisionConfig(**tiny.vision_config(), vision_use_head=False),
        text_config=transformers.GemmaConfig(**_text(words) | {"head_dim": 8}),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        projection_dim=_WIDTH,
    )
    return transformers.PaliGemmaForConditionalGeneration(config), processor


def _florence2() -> tuple[Any, Any]:
    words = _words(None, tuple(f"<loc_{number}>" for number in range(1000)), image_token="<image>")
    words.bos_token = "<|im_start|>"
    end = words.eos_token_id
    text = transformers.BartConfig(
        vocab_size=-(-len(words) // 64) * 64,
        d_model=_WIDTH,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=512,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=words.pad_token_id,
        decoder_start_token_id=end,
        forced_eos_token_id=None,
        init_std=0.3,
        is_encoder_decoder=True,
    )
    tower = transformers.Florence2VisionConfig(
        depths=(1, 1),
        patch_size=(7, 3),
        patch_stride=(4, 2),
        patch_padding=(3, 1),
        patch_prenorm=(False, True),
        embed_dim=(16, 32),
        num_heads=(2, 4),
        num_groups=(2, 4),
        window_size=4,
        projection_dim=_WIDTH,
        max_position_embeddings=16,
    )
    config = transformers.Florence2Config(
        text_config=text, vision_config=tower, image_token_id=words.convert_tokens_to_ids("<image>")
    )
    images = CLIPImageProcessorPil(size={"height": 32, "width": 32}, do_center_crop=False, image_seq_length=17)
    return transformers.Florence2ForConditionalGeneration(config), transformers.Florence2Processor(images, words)


FAMILIES: Mapping[str, Callable[[], tuple[Any, Any]]] = {
    "qwen2_vl": _qwen2_vl,
    "qwen2_5_vl": _qwen2_5_vl,
    "qwen3_vl": _qwen3_vl,
    "internvl": _internvl,
    "smolvlm": _smolvlm,
    "gemma3": _gemma3,
}
"""`model_type` -> what makes a tiny model and its processor; these are asked in words."""
TASKS: Mapping[str, Callable[[], tuple[Any, Any]]] = {"paligemma": _paligemma, "florence2": _florence2}
"""Those that are asked in tasks of their own."""
