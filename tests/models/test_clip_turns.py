"""A turn about a clip, with tiny random models: the tokens that transformers counts, a cache that changes nothing."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from nesy.errors import ModelError
from nesy.image import Image
from nesy.models.loader import Loaded
from nesy.models.local_model import LocalModel, load_folder
from nesy.models.local_prompt import LocalPrompts
from nesy.models.openai_server import ServerModel
from nesy.models.scripted import ScriptedModel
from nesy.scene import Entity
from nesy.settings import PerceptionSettings
from nesy.turns import MOST_FRAMES, Request, most_frames
from tests import tiny
from tests.chat_server import ChatServer
from tests.families import save
from tests.models.test_local_model import picture

SETTINGS = PerceptionSettings(max_new_tokens=20)
OTHERS = ("internvl", "qwen2_5_vl", "qwen2_vl", "qwen3_vl", "smolvlm")
NAMES = ("llava_onevision", *OTHERS)
WORDS = "What is done first?"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("clips")
    onevision = tiny.save_onevision(place / "llava_onevision", style="full", video=True)
    return {"llava_onevision": onevision, **{name: save(name, place / name) for name in OTHERS}}


@cache
def _loaded(folder: Path) -> LocalModel:
    return load_folder(folder, SETTINGS)


def _frames(number: int, seed: int = 0) -> list[Image]:
    return [picture(60, 40, seed=seed + place) for place in range(number)]


def _moments(number: int, step_s: float = 0.5) -> tuple[float, ...]:
    return tuple(place * step_s for place in range(number))


def _clip(number: int = 4, seed: int = 0, **more: object) -> Request:
    first, *others = _frames(number, seed)
    about = {"image": first, "others": tuple(others), "moments": _moments(number), "kind": "ask", "question": WORDS}
    return Request(**{**about, **more})


def _stands(model: LocalModel, name: str, frames: int) -> str:
    """Return what transformers' own processor puts in the place of a clip of frames of 60 x 40 pixels."""
    processor = model._prompts.processor
    metadata = SimpleNamespace(
        fps=2.0, frames_indices=list(range(frames)), timestamps=list(_moments(frames)), duration=_moments(frames)[-1]
    )
    made: dict[str, object] = {"video_metadata": [metadata]}
    if name.startswith("qwen"):
        processor.video_processor = SimpleNamespace(merge_size=2, temporal_patch_size=2)
        height, width = _qwen_cells()
        made["video_grid_thw"] = torch.tensor([[-(-frames // 2), height, width]])
    elif name == "smolvlm":
        made["pixel_values"] = torch.zeros(1, frames, 3, 28, 28)
    else:
        made["pixel_values_videos"] = torch.zeros(1, frames, 3, 28, 28)
    try:
        return str(processor.replace_video_token(made, 0))
    finally:
        processor.video_processor = None


def test_onevision_of_true_geometry_takes_196_tokens_a_frame_and_one(tmp_path: Path) -> None:
    from transformers import LlavaOnevisionConfig, LlavaOnevisionForConditionalGeneration, Qwen2Config
    from transformers import SiglipVisionConfig as Tower

    model = _loaded(tiny.save_onevision(tmp_path, style="full", video=True))
    sizes = {**tiny.vision_config(), "image_size": 384, "patch_size": 14, "num_hidden_layers": 1}
    words = model._prompts.tokenizer
    config = LlavaOnevisionConfig(
        vision_config=Tower(**sizes, vision_use_head=False),
        text_config=Qwen2Config(**tiny.text_config(words)),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        video_token_id=words.convert_tokens_to_ids("<video>"),
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    processor = model._prompts.processor
    processor.image_processor.size, processor.num_image_tokens = {"height": 384, "width": 384}, 27**2
    whole = LlavaOnevisionForConditionalGeneration(config).eval()
    shown = LocalPrompts(Loaded("llava_onevision", whole, processor, words, (0,), ()))
    prompt = shown.of_clip(_frames(3), _moments(3), WORDS)
    assert prompt.vision()["pixel_values_videos"].shape == (1, 3, 3, 384, 384)
    assert list(prompt.ids).count(config.video_token_id) == 3 * 196 + 1
    with torch.inference_mode():  # the class itself counts tokens against features
        assert whole(input_ids=torch.tensor([list(prompt.ids)]), **prompt.vision()).logits.shape[1] == len(prompt.ids)


def test_frames_that_a_processor_refuses_are_one_clear_error(folders: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match="does not take these 2 frames"):
        _loaded(folders["qwen2_vl"])._prompts.of_clip([picture(900, 2), picture(900, 2)], (0.0, 1.0), WORDS)


def _qwen_cells() -> tuple[int, int]:
    """Return rows and columns of patches that the part for video gives a frame of 60 x 40 pixels, of 7 px patches."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

    height, width = smart_resize(40, 60, 14, 128 * 14 * 14, 768 * 14 * 14)
    return height // 7, width // 7


@pytest.mark.parametrize("number", [2, 5])
@pytest.mark.parametrize("name", NAMES)
def test_a_clip_takes_the_tokens_that_transformers_gives_it(folders: dict[str, Path], name: str, number: int) -> None:
    model = _loaded(folders[name])
    prompt = model._prompts.of_clip(_frames(number), _moments(number), WORDS)
    whole = _stands(model, name, number)
    before, after = {
        "llava_onevision": ("<|im_start|>user\n", f"\n{WORDS}<|im_end|>\n<|im_start|>assistant\n"),
        "smolvlm": ("<|im_start|>User: ", f"{WORDS}<end_of_utterance>\nAssistant:"),
        "internvl": ("<|im_start|>user\n", f"\n{WORDS}<|im_end|>\n<|im_start|>assistant\n"),
        "qwen3_vl": ("<|im_start|>user\n", f"{WORDS}<|im_end|>\n<|im_start|>assistant\n"),
    }.get(name, ("<|im_start|>user\n<|vision_start|>", f"<|vision_end|>{WORDS}<|im_end|>\n<|im_start|>assistant\n"))
    assert list(prompt.ids) == model._prompts.tokenizer(before + whole + after, add_special_tokens=False).input_ids
    if name == "llava_onevision":
        assert whole.count("<video>") == number * 2 * 2 + 1  # 4 x 4 patches, pooled


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_those_of_the_class_and_every_frame_is_seen(folders: dict[str, Path], name: str) -> None:
    model = _loaded(folders[name])
    model.forget()
    frames, moments = _frames(4), _moments(4)
    prompt = model._prompts.of_clip(frames, moments, WORDS)
    inputs = {**prompt.vision(), "input_ids": torch.tensor([list(prompt.ids)])}
    if prompt.types is not None:
        inputs[prompt.types[0]] = torch.tensor([prompt.types[1]])
        assert set(prompt.types[1]) == {0, 2}
    with torch.inference_mode():
        whole = model._model(**inputs).logits[0, -1]
        ours, cached = model._decoder._prefill(prompt)
    assert cached == 0 and torch.allclose(ours[0], whole, atol=1e-4)
    for place in range(4):
        other = [*frames[:place], picture(60, 40, seed=99), *frames[place + 1 :]]
        with torch.inference_mode():
            changed, cached = model._decoder._prefill(model._prompts.of_clip(other, moments, WORDS))
        assert cached == 0 and not torch.allclose(changed[0], whole, atol=1e-4), place


def test_pixels_of_onevision_are_frames_as_squares_with_mean_and_deviation_of_a_half(folders: dict[str, Path]) -> None:
    frames = _frames(3)
    made = _loaded(folders["llava_onevision"])._prompts.of_clip(frames, _moments(3), WORDS).vision()
    assert made["pixel_values_videos"].shape == (1, 3, 3, 28, 28)
    squares = np.stack([np.asarray(one.pixels.resize((28, 28), 3)) for one in frames]).transpose(0, 3, 1, 2)
    assert np.allclose(made["pixel_values_videos"][0].numpy(), (squares / 255 - 0.5) / 0.5, atol=1e-5)


def _convolved(model: LocalModel, frames: list[Image]) -> torch.Tensor:
    """Return the tower's first features of a video, by its own convolution over time, height and width."""
    from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

    rows, columns = _qwen_cells()
    sized = np.stack([np.asarray(one.pixels.resize((columns * 7, rows * 7), 3)) for one in frames])
    values = torch.tensor((sized / 255 - np.array(OPENAI_CLIP_MEAN)) / np.array(OPENAI_CLIP_STD), dtype=torch.float32)
    proj = model._model.model.visual.patch_embed.proj
    features = torch.nn.functional.conv3d(values.permute(3, 0, 1, 2)[None], proj.weight, proj.bias, stride=(2, 7, 7))[0]
    blocks = features.reshape(len(features), -1, rows // 2, 2, columns // 2, 2)  # four neighbours become one token
    return blocks.permute(1, 2, 4, 3, 5, 0).reshape(-1, len(features))


@pytest.mark.parametrize("number", [4, 5])
def test_pixels_of_qwen_are_pairs_of_frames_as_its_tower_takes_a_video(folders: dict[str, Path], number: int) -> None:
    frames, model = _frames(number), _loaded(folders["qwen2_vl"])
    made = model._prompts.of_clip(frames, _moments(number), WORDS).vision()
    assert made["video_grid_thw"].tolist() == [[-(-number // 2), *_qwen_cells()]]
    even = frames if number % 2 == 0 else [*frames, frames[-1]]
    with torch.inference_mode():
        ours = model._model.model.visual.patch_embed(made["pixel_values_videos"])
        assert torch.allclose(ours, _convolved(model, even), atol=1e-4)


def test_times_are_told_where_the_class_takes_them(folders: dict[str, Path]) -> None:
    frames = _frames(4)
    slow, fast = (
        _loaded(folders["qwen2_5_vl"])._prompts.of_clip(frames, _moments(4, step), WORDS) for step in (4.0, 0.5)
    )
    assert (slow.vision()["second_per_grid_ts"].item(), fast.vision()["second_per_grid_ts"].item()) == (8.0, 1.0)
    assert slow.image_key != fast.image_key
    model = _loaded(folders["qwen3_vl"])
    words = model._prompts.tokenizer.decode(list(model._prompts.of_clip(frames, (0.0, 1.0, 1.5, 7.25), WORDS).ids))
    assert "<0.5 seconds>" in words and "<4.4 seconds>" in words


@pytest.mark.parametrize("name", NAMES)
def test_later_turns_about_the_same_clip_are_what_fresh_models_say(folders: dict[str, Path], name: str) -> None:
    kept = load_folder(folders[name], SETTINGS)
    turns = [_clip(), _clip(question="And then?", round=1, notes=("It is not so.",))]
    said = [kept.reply(turn) for turn in turns]
    for turn, reply in zip(turns, said, strict=True):
        fresh = load_folder(folders[name], SETTINGS).reply(turn)
        assert fresh.text == reply.text
        assert all(abs(a.probability - b.probability) < 1e-4 for a, b in zip(fresh.tokens, reply.tokens, strict=True))
    pixels = kept._prompts.of_clip(turns[0].pictures, turns[0].moments, "").image_end
    assert all(reply.usage.cached_tokens >= pixels for reply in said[1:])
    assert kept.reply(_clip(seed=7)).usage.cached_tokens == 0  # another clip: nothing is kept
    assert kept.reply(Request(image=_frames(1)[0], kind="ask", question=WORDS)).text  # a picture after a clip


def test_a_batch_about_a_clip_is_what_each_turn_is_alone(folders: dict[str, Path]) -> None:
    turns = [_clip(question=question) for question in ("What is done first?", "And then?", "How many are there?")]
    many = load_folder(folders["llava_onevision"], SETTINGS).replies(turns)
    alone = [load_folder(folders["llava_onevision"], SETTINGS).reply(turn) for turn in turns]
    assert [one.text for one in many] == [one.text for one in alone]


def test_frames_of_several_sizes_are_brought_to_that_of_the_first(folders: dict[str, Path]) -> None:
    for name in NAMES:
        prompt = _loaded(folders[name])._prompts.of_clip([picture(60, 40), picture(90, 30)], (0.0, 1.0), WORDS)
        alike = _loaded(folders[name])._prompts.of_clip(_frames(2), (0.0, 1.0), WORDS)
        assert list(prompt.ids) == list(alike.ids)


def test_how_many_frames_a_model_takes(folders: dict[str, Path], tmp_path: Path) -> None:
    assert {most_frames(_loaded(folders[name])) for name in NAMES} == {MOST_FRAMES}
    bare = load_folder(tiny.save_onevision(tmp_path / "no-token", style="full"), SETTINGS)
    assert not bare.takes_video and most_frames(bare) == 12  # its vocabulary has no token of a clip
    assert bare.reply(_clip(3)).usage.prompt_tokens > 3 * 17  # as so many pictures
    with pytest.raises(ModelError, match="takes 12 frames a turn, not 13"):
        bare.reply(_clip(13))
    gemma = load_folder(save("gemma3", tmp_path / "gemma"), SETTINGS)
    assert not gemma.takes_video and most_frames(gemma) == 12 and gemma.reply(_clip(2)).text
    assert most_frames(load_folder(tiny.save_llava_next(tmp_path / "next"), SETTINGS)) == 1
    assert most_frames(load_folder(tiny.save_onevision(tmp_path / "compact", video=True), SETTINGS)) == 1
    assert most_frames(ScriptedModel([])) == MOST_FRAMES


def test_the_prompt_tells_of_a_clip_and_its_times(folders: dict[str, Path]) -> None:
    things = (Entity(id="person_1", category="person", attributes=("red",)),)
    reply = _loaded(folders["llava_onevision"]).reply(_clip(3, entities=things, moments=(0.0, 0.5, 2.25)))
    assert "a clip" in reply.prompt and "0, 0.5, 2.25 s" in reply.prompt
    assert "person_1 is a person, red" in reply.prompt and "image" not in reply.prompt


@pytest.mark.parametrize(
    ("moments", "told"),
    [
        ((0.0, 1.0), "2 moments of 3 frames"),
        ((0.0, 1.0, 1.0), "ascending"),
        ((-1.0, 0.0, 1.0), "ascending"),
        ((0.0, 1.0, float("nan")), "ascending"),
        ((0.0, 1.0, float("inf")), "ascending"),
    ],
)
def test_moments_are_one_a_frame_and_ascend(moments: tuple[float, ...], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        _clip(3, moments=moments)
    with pytest.raises(ValidationError, match="33 moments"):
        _clip(33)


def test_a_request_about_pictures_is_written_as_before() -> None:
    assert "moments" not in Request(image=picture(), kind="ask", question="?").model_dump(exclude={"image"})
    assert _clip(2).model_dump(exclude={"image", "others"})["moments"] == (0.0, 0.5)


def test_a_server_is_sent_frames_as_images_of_one_message_in_order() -> None:
    with ChatServer(lambda _: '{"answer":"a horse"}') as server:
        settings = PerceptionSettings(profile="qwen3-vl", constrain="none")
        model = ServerModel(server.spec, settings)
        assert most_frames(model) == 12  # of its profile; a TOML of one's own says what the server takes
        assert most_frames(ServerModel(server.spec)) == 1
        model.reply(_clip(3))
    content = server.bodies[0]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url"] * 3 + ["text"]
    shown = [part["image_url"]["url"] for part in content[:3]]
    assert len(set(shown)) == 3 and "0, 0.5, 1 s" in content[-1]["text"]
