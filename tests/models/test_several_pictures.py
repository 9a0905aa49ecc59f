"""A turn about several pictures, with tiny random models: transformers' nested path, a cache that changes nothing."""

from functools import cache
from pathlib import Path

import pytest
import torch
from transformers import ProcessorMixin

from nesy.errors import ModelError
from nesy.image import Image
from nesy.models.local_model import LocalModel, load_folder
from nesy.scene import Entity
from nesy.settings import PerceptionSettings
from nesy.turns import Request, most_pictures
from tests import tiny
from tests.families import FAMILIES, save
from tests.models.test_local_model import picture

SETTINGS = PerceptionSettings(max_new_tokens=64)
NAMES = ("llava_onevision", *sorted(FAMILIES))
SIZES = ((60, 40), (40, 120), (28, 28))
THING, OTHER = Entity(id="p2_cup_1", category="cup"), Entity(id="p1_cup_1", category="cup", box=(0.1, 0.2, 0.3, 0.4))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("several")
    onevision = tiny.save_onevision(place / "llava_onevision", style="full")
    return {"llava_onevision": onevision, **{name: save(name, place / name) for name in sorted(FAMILIES)}}


@cache
def _loaded(folder: Path) -> LocalModel:
    return load_folder(folder, SETTINGS)


def _pictures(number: int, seed: int = 0) -> list[Image]:
    return [picture(*SIZES[place], seed=seed + place) for place in range(number)]


def _by_transformers(model: LocalModel, name: str, pictures: list[Image], words: str) -> tuple[list[int], torch.Tensor]:
    """Return the prompt and the next token's scores as transformers gives them for a list within a list."""
    processor, tokenizer = model._prompts.processor, model._prompts.tokenizer
    if name == "llava_onevision":
        text = "<|im_start|>user\n" + "<image>\n" * len(pictures) + f"{words}<|im_end|>\n<|im_start|>assistant\n"
    else:
        turn = [{"role": "user", "content": [*[{"type": "image"}] * len(pictures), {"type": "text", "text": words}]}]
        text = ProcessorMixin.apply_chat_template(processor, turn, add_generation_prompt=True, tokenize=False)
    begin = bool(model._prompts.markup.start) and not text.startswith(tokenizer.bos_token or "\0")
    pixels = [[one.pixels for one in pictures]]
    inputs = processor(text=[text], images=pixels, return_tensors="pt", add_special_tokens=begin)
    with torch.inference_mode():
        logits = model._model(**inputs).logits[0, -1]
    return inputs["input_ids"][0].tolist(), logits


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_the_prompt_and_the_scores_are_those_of_transformers(folders: dict[str, Path], name: str, number: int) -> None:
    model, words = _loaded(folders[name]), "Which are the same?"
    ids, logits = _by_transformers(model, name, _pictures(number), words)
    model.forget()
    prompt = model._prompts.of_several(_pictures(number), words)
    assert list(prompt.ids) == ids
    with torch.inference_mode():
        ours, cached = model._decoder._prefill(prompt)
    assert cached == 0
    assert torch.allclose(ours[0], logits, atol=1e-4)
    last = [*_pictures(number)[:-1], picture(*SIZES[number - 1], seed=99)]
    assert not torch.allclose(_by_transformers(model, name, last, words)[1], logits, atol=1e-4)  # the last one is seen


def test_onevision_gives_each_of_several_pictures_one_square(folders: dict[str, Path]) -> None:
    model = _loaded(folders["llava_onevision"])
    square = tiny._SIDE**2 + 1
    for number in (2, 3):
        prompt = model._prompts.of_several(_pictures(number), "?")
        assert list(prompt.ids).count(model._model.config.image_token_id) == number * square
        assert prompt.vision()["batch_num_images"].tolist() == [number]
    assert model.visual_tokens(_pictures(2)[1]) > square  # a picture by itself has tiles


@pytest.mark.parametrize("name", NAMES)
def test_turns_about_the_same_pictures_are_what_fresh_models_say(folders: dict[str, Path], name: str) -> None:
    kept, (first, *others) = load_folder(folders[name], SETTINGS), _pictures(3)
    about = {"image": first, "others": tuple(others), "kind": "identify", "entities": (THING,)}
    turns = [Request(**about, known=(OTHER,)), Request(**about, known=(OTHER,), round=1, complaint="no JSON")]
    said = [kept.reply(turn) for turn in turns]
    for turn, reply in zip(turns, said, strict=True):
        fresh = load_folder(folders[name], SETTINGS).reply(turn)
        assert (fresh.text, fresh.prompt) == (reply.text, reply.prompt)
        assert reply.text in ('{"p2_cup_1":"p1_cup_1"}', '{"p2_cup_1":"new"}')
    assert bool(said[1].usage.cached_tokens) == (name != "gemma3")
    swapped = Request(**{**about, "image": others[0], "others": (first, others[1])}, known=(OTHER,))
    assert kept.reply(swapped).usage.cached_tokens == 0  # other pictures first: nothing of these is kept
    alone = Request(image=first, kind="ask", question="What is it?")
    assert kept.reply(alone).text == load_folder(folders[name], SETTINGS).reply(alone).text


def test_what_a_model_can_be_shown_is_its_profiles(folders: dict[str, Path], tmp_path: Path) -> None:
    assert {most_pictures(_loaded(folders[name])) for name in NAMES} == {12}
    assert most_pictures(load_folder(tiny.save_llava_next(tmp_path / "next"), SETTINGS)) == 1
    assert most_pictures(load_folder(tiny.save_onevision(tmp_path / "compact"), SETTINGS)) == 1


def test_a_template_that_holds_one_image_alone_is_told(tmp_path: Path) -> None:
    model = load_folder(tiny.save_llava_next(tmp_path), SETTINGS)
    model._prompts.processor.chat_template = "USER: <image>\n{{ messages[0]['content'][-1]['text'] }} ASSISTANT:"
    with pytest.raises(ModelError, match="does not hold 2 images and one text per turn"):
        model._prompts.of_several(_pictures(2), "?")
