"""Every family by the one door, with tiny random models: transformers' own prompts, caches that change nothing."""

import json
import shutil
from functools import cache
from pathlib import Path

import pytest
import torch
from transformers import ProcessorMixin
from xgrammar.testing import _is_grammar_accept_string

from nesy.geometry import BoxForm
from nesy.image import Image
from nesy.models.local_model import LocalModel, load_folder
from nesy.perception.grammar import scene_grammar
from nesy.perception.profile import profile_of
from nesy.perception.prompt import render
from nesy.perception.reply import parse_scene
from nesy.perception.reply_format import write_scene
from nesy.scene import Entity, Scene
from nesy.settings import PerceptionSettings
from nesy.turns import Reply, Request
from tests import tiny
from tests.families import FAMILIES, save
from tests.models.test_local_model import correction, picture

SETTINGS = PerceptionSettings(max_new_tokens=96)
LLAVA = {"llava_onevision": tiny.save_onevision, "llava": tiny.save_llava, "llava_next": tiny.save_llava_next}
OTHERS = sorted(FAMILIES)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("families")
    return {name: save(name, place / name) for name in OTHERS}


@cache
def _loaded(folder: Path) -> LocalModel:
    return load_folder(folder, SETTINGS)


def _words_of(model: LocalModel, image: Image, words: str) -> tuple[list[int], torch.Tensor]:
    """Return the prompt and the scores of the next token as transformers' own processor and model give them."""
    turn = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": words}]}]
    text = ProcessorMixin.apply_chat_template(
        model._prompts.processor, turn, add_generation_prompt=True, tokenize=False
    )
    begin = bool(model._prompts.markup.start) and not text.startswith(model._prompts.tokenizer.bos_token or "\0")
    inputs = model._prompts.processor(text=text, images=image.pixels, return_tensors="pt", add_special_tokens=begin)
    with torch.inference_mode():
        logits = model._model(**inputs).logits[0, -1]
    return inputs["input_ids"][0].tolist(), logits


@pytest.mark.parametrize("size", [(60, 40), (40, 120)])
@pytest.mark.parametrize("name", OTHERS)
def test_the_prompt_is_the_one_of_transformers(folders: dict[str, Path], name: str, size: tuple[int, int]) -> None:
    model, image = _loaded(folders[name]), picture(*size)
    words = "What is it?"
    ids, logits = _words_of(model, image, words)
    prompt = model._prompts.of_one(image, words)
    assert list(prompt.ids) == ids
    model.forget()
    with torch.inference_mode():
        ours, cached = model._decoder._prefill(prompt)
    assert cached == 0
    assert torch.allclose(ours[0], logits, atol=1e-4)
    assert not torch.allclose(_words_of(model, picture(*size, seed=7), words)[1], logits, atol=1e-4)  # it is seen


@pytest.mark.parametrize("name", OTHERS)
def test_a_dialogue_is_what_fresh_models_say(folders: dict[str, Path], name: str) -> None:
    kept, image = load_folder(folders[name], SETTINGS), picture()
    turns = [
        Request(image=image, kind="describe"),
        correction(image),
        Request(image=image, kind="verify", question="person_1 ride horse_1"),
        correction(image, 2, "Another note."),
    ]
    said = [kept.reply(turn) for turn in turns]
    for turn, reply in zip(turns, said, strict=True):
        assert _same(reply, load_folder(folders[name], SETTINGS).reply(turn))
    again = kept.replies(turns)
    assert all(_same(one, other) for one, other in zip(said, again, strict=True))
    reused = [reply.usage.cached_tokens for reply in said[1:]]
    assert all(reused) if name != "gemma3" else not any(reused)  # whose layers forget
    assert kept.keeps.startswith("nothing" if name == "gemma3" else "the picture")


def _same(one: Reply, other: Reply) -> bool:
    sure = zip(one.tokens, other.tokens, strict=True) if len(one.tokens) == len(other.tokens) else ()
    close = all(abs((a.probability or 0) - (b.probability or 0)) < 1e-4 for a, b in sure)
    return one.text == other.text and bool(sure or not one.tokens) and close


@pytest.mark.parametrize("name", OTHERS)
def test_boxes_are_asked_for_and_read_as_the_profile_declares(folders: dict[str, Path], name: str) -> None:
    model, image = _loaded(folders[name]), picture(60, 40)
    reply = model.reply(Request(image=image, kind="describe"))
    profile = profile_of(name)
    assert model.info.profile == profile.name
    form = profile.form(60, 40, model._prompts.shown(image))
    assert render(Request(image=image, kind="describe"), "full", form) == reply.prompt
    if form is None:
        assert "box" not in reply.prompt and "box" not in reply.text.lower()
        return
    assert reply.boxes == form
    written = write_scene(Scene(entities=(Entity(id="cup_1", category="cup", box=(0.1, 0.2, 0.4, 0.9)),)), form)
    read = parse_scene(reply.model_copy(update={"text": written, "tokens": ()}), image)
    assert read.problems == ()
    assert read.scene.entities[0].box == pytest.approx((0.1, 0.2, 0.4, 0.9), abs=0.02)
    grammar = model._compiler.compile_grammar(scene_grammar(boxes=form)).grammar
    assert _is_grammar_accept_string(grammar, written)
    assert not _is_grammar_accept_string(
        grammar, write_scene(Scene(entities=read.scene.entities), BoxForm(key="other"))
    )


def test_pixels_are_those_of_what_the_model_is_shown(folders: dict[str, Path]) -> None:
    model, image = _loaded(folders["qwen2_5_vl"]), picture(100, 50)
    grid = model._prompts.processor(text=model._prompts.markup.image_token, images=image.pixels, return_tensors="pt")[
        "image_grid_thw"
    ]
    form = model.reply(Request(image=image, kind="describe")).boxes
    assert form.size == (7.0 * int(grid[0][2]), 7.0 * int(grid[0][1])) != (100.0, 50.0)


@pytest.mark.parametrize("name", ["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "internvl", "smolvlm", "gemma3"])
def test_a_second_picture_is_seen(folders: dict[str, Path], name: str) -> None:
    kept, image = load_folder(folders[name], SETTINGS), picture()
    assert kept.takes_marks
    turns = [correction(image).model_copy(update={"marked": picture(seed=seed)}) for seed in (1, 2, 2)]
    kept.reply(Request(image=image, kind="describe"))
    for turn in turns:
        assert _same(kept.reply(turn), load_folder(folders[name], SETTINGS).reply(turn))
    one, other, _ = (kept.reply(turn) for turn in turns)
    assert [t.probability for t in one.tokens] != [t.probability for t in other.tokens]


@pytest.mark.parametrize("name", sorted(LLAVA))
def test_llava_keeps_its_profile(tmp_path: Path, name: str) -> None:
    model = load_folder(LLAVA[name](tmp_path), PerceptionSettings(max_new_tokens=16))
    assert model.info.profile == (None if name == "llava_onevision" else profile_of(name).name)  # that one is compact


@pytest.mark.parametrize("fast", ["", "Fast"])
@pytest.mark.parametrize("name", OTHERS)
def test_a_folder_as_the_hub_has_them(folders: dict[str, Path], tmp_path: Path, name: str, fast: str) -> None:
    """Older folders keep the parts of a processor in files of their own, and name a class of another back end."""
    copied = Path(shutil.copytree(folders[name], tmp_path / name))
    whole = json.loads((copied / "processor_config.json").read_text(encoding="utf-8"))
    pixels = whole.pop("image_processor")
    pixels["image_processor_type"] = pixels["image_processor_type"].removesuffix("Pil") + fast
    (copied / "preprocessor_config.json").write_text(json.dumps(pixels), encoding="utf-8")
    (copied / "video_preprocessor_config.json").write_text(
        json.dumps({"video_processor_type": "Qwen2VLVideoProcessor"}), encoding="utf-8"
    )
    (copied / "processor_config.json").write_text(json.dumps(whole), encoding="utf-8")
    turn = Request(image=picture(), kind="verify", question="cup_1 is red")
    assert _same(load_folder(copied, SETTINGS).reply(turn), _loaded(folders[name]).reply(turn))
