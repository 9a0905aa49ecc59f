"""A model folder -> model, tokenizer and image-text processor, where and as the settings have it.

Every class that transformers opens as an image-text-to-text model is loaded by one door; what is particular to one is
in the tables here. Safetensors only, never code from the folder.
"""

import importlib.util
import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoModelForImageTextToText
from transformers.models.auto import processing_auto

from nesy.assets.weights import ModelFiles
from nesy.errors import ModelError, first_line
from nesy.settings import PerceptionSettings
from nesy.witness.hub_weights import quiet

Cache = Literal["fork", "row", "none"]
"""What of a turn's keys and values can serve the next: `fork`: a prefix, copied for several turns at once; `row`: a
prefix, one turn at a time (positions of two or three axes); `none`: nothing, each turn is computed afresh."""
_CACHE: Mapping[str, Cache] = MappingProxyType(
    {
        **dict.fromkeys(("llava_onevision", "llava", "llava_next", "internvl", "smolvlm", "idefics3"), "fork"),
        **dict.fromkeys(("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe"), "row"),
    }
)
"""Classes in which it was seen that it changes no answer; of any other each turn is computed afresh."""
_NOT_QUANTIZED = ("vision_tower", "multi_modal_projector", "visual", "vision_model", "connector", "image_projection")
"""Towers and projectors: the output layer of SigLIP's attention does not bear four bits, and they are small."""


@dataclass(frozen=True)
class Loaded:
    """A model ready to answer."""

    model_type: str
    """As transformers has it: `llava_onevision`, `qwen2_vl`."""
    model: Any
    processor: Any
    tokenizer: Any
    stop_ids: tuple[int, ...]
    """Tokens that end an answer."""
    weights: tuple[Path, ...]
    """The files that its weights were read from; none for a model that was made on the spot."""

    @property
    def cache(self) -> Cache:
        """What of a turn's keys and values can serve the next."""
        return _CACHE.get(self.model_type, "none")


def load(files: ModelFiles, settings: PerceptionSettings | None = None) -> Loaded:
    """Load a model as the settings have it: by default in bfloat16 on a GPU, in float32 on a CPU.

    Raises:
        ModelError: a file is damaged, weights are missing from the files, the parts do not fit each other, there is no
            such device, or a package that the settings need is not installed.
    """
    settings = settings or PerceptionSettings()
    device = device_of(settings.device)
    options = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            processor = processor_class(files.model_type).from_pretrained(files.folder, backend="pil", **options)
            opened: Any = AutoModelForImageTextToText.from_pretrained(
                files.folder,
                dtype=dtype_of(settings.dtype, device),
                attn_implementation=_attention(settings.attention),
                use_safetensors=True,
                output_loading_info=True,
                **_placement(settings, device),
                **options,
            )
            model, report = opened
    except ModelError:
        raise
    except ImportError as error:  # of a folder that is quantised already, say
        raise ModelError(f"{files.folder}: the model cannot be loaded ({first_line(error)})") from error
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{files.folder}: the model cannot be loaded ({first_line(error)})", _RELOAD) from error
    if report["missing_keys"]:
        first = min(report["missing_keys"])
        raise ModelError(f"{files.folder}: {len(report['missing_keys'])} weights are missing, such as {first}", _RELOAD)
    _fit(processor, model.config, files.model_type)
    weights = tuple(files.weights)
    if settings.adapter is not None:
        model, added = _adapted(model, Path(settings.adapter))
        weights += added
    if getattr(model, "hf_device_map", None) is None and not getattr(model, "is_quantized", False):
        model = model.to(device)
    return Loaded(files.model_type, model.eval(), processor, processor.tokenizer, _stop_ids(model, processor), weights)


_RELOAD = "download the model again, or use another folder"


def device_of(spec: str) -> torch.device:
    """Return a device: `auto` is the first GPU, Apple's, or the CPU.

    Raises:
        ModelError: this machine has none of that kind.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if spec == "auto":
        return torch.device("cuda:0" if cuda else "mps" if mps else "cpu")
    device = torch.device("cuda:0" if spec == "cuda" else spec)
    here = {"cpu": True, "mps": mps, "cuda": cuda and (device.index or 0) < torch.cuda.device_count()}
    if not here.get(device.type, False):
        there = ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count())), *(["mps"] if mps else [])]
        raise ModelError(
            f"no device {spec} that torch can use here; there are: {', '.join(there)}",
            "`nesy doctor` tells what is here",
        )
    return device


def dtype_of(spec: str, device: torch.device) -> torch.dtype:
    """Return the numbers that a model computes in: `auto` is bfloat16 on CUDA, float16 on Apple's, float32 on a CPU."""
    if spec == "auto":
        return {"cuda": torch.bfloat16, "mps": torch.float16}.get(device.type, torch.float32)
    found: torch.dtype = getattr(torch, spec)
    return found


def processor_class(model_type: str) -> Any:
    """Return the class of a model's processor, without its part for video, which would demand torchvision.

    Raises:
        ModelError: transformers knows no processor of this type.
    """
    name = vars(processing_auto)["PROCESSOR_MAPPING_NAMES"].get(model_type)
    if name is None:
        raise ModelError(
            f"transformers {transformers.__version__} knows no processor of a {model_type!r}",
            "use it by a server, with --model http://HOST/v1#NAME",
        )
    found = getattr(transformers, name)
    return without_video(found) if "video_processor" in inspect.signature(found.__init__).parameters else found


def without_video(whole: Any) -> Any:
    """Return a processor's class less its part for video."""

    class ImageTextProcessor(whole):  # type: ignore[misc]
        video_processor = None

        @classmethod
        def get_attributes(cls) -> list[str]:
            return [name for name in super().get_attributes() if name != "video_processor"]

        @classmethod
        def from_args_and_dict(cls, args: Any, processor_dict: dict[str, Any], **options: Any) -> Any:
            # Some classes demand the part, if only as nothing.
            return super().from_args_and_dict(args, {**processor_dict, "video_processor": None}, **options)

    ImageTextProcessor.__name__ = whole.__name__  # under it the folder of a saved one names its class
    return ImageTextProcessor


ImageTextProcessor: Any = without_video(transformers.LlavaOnevisionProcessor)
"""That of LLaVA-OneVision."""


def _attention(spec: str) -> str:
    if spec == "flash_attention_2" and importlib.util.find_spec("flash_attn") is None:
        raise ModelError("flash_attention_2 needs the package flash-attn", "install it, or use --attention sdpa")
    return spec


def _placement(settings: PerceptionSettings, device: torch.device) -> dict[str, Any]:
    """Return how weights come to their device: straight from the file where accelerate is there."""
    placed: dict[str, Any] = {}
    if device.type == "cuda" and importlib.util.find_spec("accelerate") is not None:
        several = settings.device == "auto" and torch.cuda.device_count() > 1
        placed["device_map"] = "auto" if several else {"": str(device)}
    if settings.quantize is None:
        return placed
    for package in ("bitsandbytes", "accelerate"):
        if importlib.util.find_spec(package) is None:
            raise ModelError(f"--quantize {settings.quantize} needs the package {package}", "pip install 'nesy[gpu]'")
    skipped = [*(f"model.{name}" for name in _NOT_QUANTIZED), "lm_head"]
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it tells of every product that it casts
    four = settings.quantize == "4bit"
    placed["quantization_config"] = transformers.BitsAndBytesConfig(
        load_in_8bit=not four,
        load_in_4bit=four,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=dtype_of(settings.dtype, device),
        llm_int8_skip_modules=skipped,
    )
    return placed | {"device_map": {"": str(device)}}


def _adapted(model: Any, folder: Path) -> tuple[Any, tuple[Path, ...]]:
    """Return the model with a LoRA adapter merged into its weights, and the adapter's files."""
    if importlib.util.find_spec("peft") is None:
        raise ModelError("--adapter needs the package peft", "pip install 'nesy[gpu]'")
    weights = folder / "adapter_model.safetensors"
    if not (folder / "adapter_config.json").is_file() or not weights.is_file():
        raise ModelError(
            f"{folder}: no adapter; adapter_config.json and adapter_model.safetensors were expected",
            "name a folder that peft's save_pretrained wrote",
        )
    from peft import PeftModel

    try:
        with quiet():
            adapted = PeftModel.from_pretrained(model, str(folder), local_files_only=True)
            merged = adapted if getattr(model, "is_quantized", False) else adapted.merge_and_unload()
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{folder}: the adapter does not fit the model ({first_line(error)})") from error
    return merged, (weights,)


def _fit(processor: Any, config: Any, model_type: str) -> None:
    """Give the processor what old hub folders leave out of it, and what the model is built for."""
    if not model_type.startswith("llava"):
        return
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
    if model_type == "llava":
        # Its training padded pictures to a square; a crop of the middle, as old folders have it, loses what is beside.
        processor.image_processor.do_pad = True
    else:
        # The model cuts the image's features by its own grid; a processor with another one would miscount tokens.
        processor.image_processor.image_grid_pinpoints = [list(pair) for pair in config.image_grid_pinpoints]


def _stop_ids(model: Any, processor: Any) -> tuple[int, ...]:
    """Return every token that ends an answer: of the generation settings, the tokenizer and the chat format."""
    configured = model.generation_config.eos_token_id
    ids = [configured] if isinstance(configured, int) else list(configured or ())
    words = processor.tokenizer
    known = words.get_vocab()
    ids += [words.eos_token_id, *(known.get(name) for name in ("<|im_end|>", "<end_of_turn>", "<end_of_utterance>"))]
    found = tuple(dict.fromkeys(number for number in ids if number is not None))
    if not found:
        raise ModelError("the model names no token that ends an answer (eos_token_id)")
    return found
