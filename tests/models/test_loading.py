"""Where and how a model of this machine is loaded: device, numbers, bits, adapters, and what is told otherwise."""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText

from nesy.errors import InputError, ModelError
from nesy.models import loader
from nesy.models.loader import device_of, dtype_of
from nesy.models.local_model import default_model, load_folder
from nesy.models.registry import load_model
from nesy.settings import PerceptionSettings
from nesy.turns import Request
from tests import tiny
from tests.models.test_local_model import picture

DESCRIBE = Request(image=picture(), kind="describe")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_onevision(tmp_path_factory.mktemp("loading"), style="full")


def settings(**given: Any) -> PerceptionSettings:
    return PerceptionSettings(max_new_tokens=24, **given)


def test_numbers_and_attention_are_those_of_the_settings(folder: Path) -> None:
    model = load_folder(folder, settings(device="cpu", dtype="bfloat16", attention="eager"))._model
    assert (model.dtype, model.device.type) == (torch.bfloat16, "cpu")
    assert model.config._attn_implementation == "eager"
    plain = load_folder(folder, settings())._model
    assert plain.dtype == dtype_of("auto", plain.device)
    assert dtype_of("auto", torch.device("cuda:0")) == torch.bfloat16
    assert dtype_of("auto", torch.device("mps")) == torch.float16


@pytest.mark.parametrize("spec", ["cuda", "cuda:7", "mps"])
def test_a_device_that_is_not_there(folder: Path, spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ModelError, match=f"no device {spec} that torch can use here; there are: cpu"):
        load_folder(folder, settings(device=spec))


def test_the_first_gpu_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [str(device_of(spec)) for spec in ("auto", "cuda", "cuda:1", "cpu")] == ["cuda:0", "cuda:0", "cuda:1", "cpu"]
    with pytest.raises(ModelError, match="there are: cpu, cuda:0, cuda:1"):
        device_of("cuda:2")


@pytest.mark.parametrize(
    ("free_gib", "bits", "size"),
    [(80, None, "7b"), (15, None, "0.5b"), (15, "8bit", "7b"), (10, "4bit", "7b"), (4, "4bit", "0.5b")],
)
def test_the_default_model_goes_by_what_is_free(
    monkeypatch: pytest.MonkeyPatch, free_gib: int, bits: Any, size: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (free_gib * 2**30, 80 * 2**30))
    name, why = default_model(settings(quantize=bits))
    assert name == f"llava-hf/llava-onevision-qwen2-{size}-ov-hf"
    assert f"{free_gib} GiB are free on cuda:0" in why
    assert default_model(settings(device="cpu")) == ("llava-hf/llava-onevision-qwen2-0.5b-ov-hf", "computed on cpu")


@pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is None, reason="needs nesy[gpu]")
@pytest.mark.parametrize(("bits", "kind"), [("8bit", "Linear8bitLt"), ("4bit", "Linear4bit")])
def test_few_bits_are_for_the_decoder_alone(folder: Path, bits: Any, kind: str) -> None:
    model = load_folder(folder, settings(quantize=bits))
    kinds: dict[str, set[str]] = {}
    for name, module in model._model.named_modules():
        if "Linear" in type(module).__name__:
            part = name.removeprefix("model.").partition(".")[0]
            kinds.setdefault(part, set()).add(type(module).__name__)
    assert kinds["language_model"] == {kind}
    assert {name for part, names in kinds.items() for name in names if part != "language_model"} == {"Linear"}
    if bits == "8bit":  # four bits on a CPU ask for wider layers than a tiny model has
        assert model.reply(DESCRIBE).text


@pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is None, reason="needs nesy[gpu]")
def test_a_folder_that_is_quantised_already(folder: Path, tmp_path: Path) -> None:
    first = load_folder(folder, settings(quantize="8bit"))
    copied = Path(shutil.copytree(folder, tmp_path / "eight"))
    (copied / "model.safetensors").unlink()
    first._model.save_pretrained(copied)
    again = load_folder(copied, settings())
    assert type(again._model.model.language_model.layers[0].mlp.up_proj).__name__ == "Linear8bitLt"
    assert again.reply(DESCRIBE).text == first.reply(DESCRIBE).text


def test_a_folder_whose_quantisation_needs_a_package(folder: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "packed"))
    config = json.loads((copied / "config.json").read_text(encoding="utf-8"))
    config["quantization_config"] = {"quant_method": "compressed-tensors", "format": "pack-quantized"}
    (copied / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="compressed-tensors") as raised:
        load_folder(copied, settings())
    assert "download" not in str(raised.value)


@pytest.mark.parametrize("bits", ["8bit", "4bit"])
def test_a_package_that_is_missing_is_named(folder: Path, bits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(loader.importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else find(name))
    with pytest.raises(
        ModelError, match=rf"--quantize {bits} needs the package bitsandbytes; pip install 'nesy\[gpu\]'"
    ):
        load_folder(folder, settings(quantize=bits))


def test_flash_attention_that_is_missing_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match="flash_attention_2 needs the package flash-attn"):
        load_folder(folder, settings(attention="flash_attention_2"))


@pytest.mark.skipif(importlib.util.find_spec("peft") is None, reason="needs nesy[gpu]")
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft asks for it
class TestAdapters:
    @pytest.fixture
    def adapter(self, folder: Path, tmp_path: Path) -> Path:
        from peft import LoraConfig, get_peft_model

        base = AutoModelForImageTextToText.from_pretrained(folder)
        torch.manual_seed(1)
        config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
        get_peft_model(base, config).save_pretrained(tmp_path / "adapter")
        return tmp_path / "adapter"

    def test_it_changes_what_the_model_says_and_its_sum(self, folder: Path, adapter: Path) -> None:
        bare, adapted = load_folder(folder, settings()), load_folder(folder, settings(adapter=str(adapter)))
        assert [t.probability for t in bare.reply(DESCRIBE).tokens] != [
            t.probability for t in adapted.reply(DESCRIBE).tokens
        ]
        assert bare.info.weights_sha256 != adapted.info.weights_sha256
        assert not any("lora" in name for name, _ in adapted._model.named_parameters())  # merged: no slower

    def test_one_that_is_none_is_one_line(self, folder: Path, adapter: Path, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="no adapter; adapter_config"):
            load_folder(folder, settings(adapter=str(tmp_path)))
        (adapter / "adapter_model.safetensors").write_bytes(b"nothing")
        with pytest.raises(ModelError, match="the adapter does not fit the model"):
            load_folder(folder, settings(adapter=str(adapter)))

    def test_pickled_weights_are_refused(self, folder: Path, adapter: Path) -> None:
        (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
        with pytest.raises(ModelError, match="no adapter; adapter_config"):
            load_folder(folder, settings(adapter=str(adapter)))


class TestOtherClasses:
    def test_one_that_is_not_listed_is_loaded_with_a_profile_of_ones_own(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_text('scale = 1000\nkey = "bbox_2d"', encoding="utf-8")
        model = load_model(str(folder), settings(profile=str(tmp_path / "mine.toml")))
        reply = model.reply(DESCRIBE)
        assert model.info.profile == "mine" and reply.boxes.key == "bbox_2d"

    def test_a_class_that_transformers_does_not_know(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text('{"model_type": "unheard_of"}', encoding="utf-8")
        (tmp_path / "model.safetensors").write_bytes(b"")
        with pytest.raises(InputError, match="'unheard_of' is no vision-language model that can be used here"):
            load_model(str(tmp_path), settings())
        with pytest.raises(ModelError, match="knows no processor of a 'unheard_of'"):
            load_model(str(tmp_path), settings(profile="plain"))


@pytest.mark.parametrize("spec", ["http://h/v1#m", "witness", "replay:r.jsonl"])
@pytest.mark.parametrize("given", [{"quantize": "4bit"}, {"adapter": "folder"}])
def test_what_changes_weights_is_refused_where_there_are_none(spec: str, given: dict[str, str]) -> None:
    with pytest.raises(InputError, match=f"--{next(iter(given))} is for a model that is loaded here"):
        load_model(spec, settings(**given))


def test_a_model_that_has_learnt_its_own_boxes_takes_no_profile() -> None:
    with pytest.raises(InputError, match=r"a profile \S+ is for another model"):
        load_model("embedded", settings(profile="qwen2-vl"))
