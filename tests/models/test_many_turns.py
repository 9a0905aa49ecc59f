"""Several turns about one image in one batch: each is answered as if asked alone, and the image is seen once."""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesy.errors import ModelError
from nesy.models import decoding
from nesy.models.local_model import LocalModel, load_folder
from nesy.scene import Entity
from nesy.settings import PerceptionSettings
from nesy.turns import ManyAtOnce, NumberedClaim, Reply, Request
from tests import tiny
from tests.models.test_local_model import correction, picture

SETTINGS = PerceptionSettings(max_new_tokens=48)
IMAGE = picture(100, 50, seed=3)
ONE_CLAIM = (NumberedClaim(number=1, claim="r1", text="a_1 on b_1", answers=("x", "y")),)
ENTITIES = (Entity(id="person_1", category="person", box=(0.1, 0.2, 0.4, 0.9)),)
TURNS = {
    "describe": Request(image=IMAGE, kind="describe"),
    "drawn": Request(image=IMAGE, kind="describe", temperature=0.7, sample=1),
    "drawn again": Request(image=IMAGE, kind="describe", temperature=0.7, sample=2),
    "drawn freely": Request(image=IMAGE, kind="describe", temperature=1.6, sample=1),
    "short": Request(image=IMAGE, kind="correct", notes=("No.",), claims=ONE_CLAIM),
    "long": correction(IMAGE, note="A horse does not ride a person, and a person does not carry a horse. " * 4),
    "drawn answers": correction(IMAGE).model_copy(update={"temperature": 1.3, "sample": 5}),
    "ask": Request(image=IMAGE, kind="ask", question="What is the person riding?", entities=ENTITIES),
    "ask bare": Request(image=IMAGE, kind="ask", question="Who?"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_onevision(tmp_path_factory.mktemp("onevision"))


@pytest.fixture(scope="module")
def model(folder: Path) -> LocalModel:
    return load_folder(folder, SETTINGS)


@pytest.fixture(scope="module")
def alone(folder: Path) -> dict[str, Reply]:
    """What each turn is answered with nothing in the cache and nothing beside it."""
    asked = load_folder(folder, SETTINGS)
    answers = {}
    for name, turn in TURNS.items():
        asked.forget()
        answers[name] = asked.reply(turn)
        assert answers[name].usage.cached_tokens == 0
    return answers


def same(ours: Reply, theirs: Reply) -> None:
    assert ours.text == theirs.text
    assert ours.prompt == theirs.prompt
    assert ours.usage.new_tokens == theirs.usage.new_tokens
    assert ours.usage.prompt_tokens == theirs.usage.prompt_tokens
    for mine, other in zip(ours.tokens, theirs.tokens, strict=True):
        assert mine.text == other.text
        assert math.isclose(mine.probability, other.probability, rel_tol=1e-3, abs_tol=1e-6)


def widths(model: LocalModel, requests: Sequence[Request]) -> tuple[list[Reply], list[int]]:
    """Return the replies, and how many rows each step of the model had."""
    seen: list[int] = []
    hook = model._model.register_forward_pre_hook(
        lambda _module, _args, given: seen.append(len(given["input_ids"])), with_kwargs=True
    )
    try:
        return model.replies(requests), seen
    finally:
        hook.remove()


def test_turns_of_every_kind_in_one_batch_are_answered_as_alone(model: LocalModel, alone: dict[str, Reply]) -> None:
    model.forget()
    looks: list[int] = []
    hook = model._model.model.vision_tower.register_forward_hook(lambda *_: looks.append(1))
    replies, rows = widths(model, list(TURNS.values()))
    hook.remove()
    for name, reply in zip(TURNS, replies, strict=True):
        same(reply, alone[name])
    assert len(looks) == 1, "the pixels were encoded again"
    lengths = {name: reply.usage.new_tokens for name, reply in zip(TURNS, replies, strict=True)}
    assert lengths["short"] < lengths["long"] < lengths["describe"], "no row ended before another"
    assert len({reply.usage.prompt_tokens for reply in replies}) > 4, "no rows of unequal length"
    assert rows[1] == len(TURNS) and min(rows[1:]) < len(TURNS), "a row that is done is still computed"


@cache
def _models(folder: Path) -> LocalModel:
    return load_folder(folder, SETTINGS)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(names=st.lists(st.sampled_from(sorted(TURNS)), min_size=1, max_size=6), cold=st.booleans())
def test_any_turns_in_any_order(folder: Path, alone: dict[str, Reply], names: list[str], cold: bool) -> None:
    model = _models(folder)
    if cold:
        model.forget()
    for name, reply in zip(names, model.replies([TURNS[name] for name in names]), strict=True):
        same(reply, alone[name])


@pytest.mark.parametrize(("bound", "value", "widest"), [("MOST_ROWS", 2, 2), ("MOST_BATCH_BYTES", 1, 1)])
def test_a_batch_is_bounded(
    model: LocalModel, alone: dict[str, Reply], monkeypatch: pytest.MonkeyPatch, bound: str, value: int, widest: int
) -> None:
    monkeypatch.setattr(decoding, bound, value)
    names = ["long", "drawn", "short", "ask", "drawn again"]
    replies, rows = widths(model, [TURNS[name] for name in names])
    for name, reply in zip(names, replies, strict=True):
        same(reply, alone[name])
    assert max(rows) == widest


def test_one_turn_pays_for_the_image(model: LocalModel) -> None:
    model.forget()
    names = ["drawn", "drawn again", "long"]
    usages = [reply.usage for reply in model.replies([TURNS[name] for name in names])]
    image_tokens = model._prompts.processor._get_num_multimodal_tokens(image_sizes=[(50, 100)]).num_image_tokens[0]
    assert sorted(usage.cached_tokens > image_tokens for usage in usages) == [False, True, True]
    assert min(usage.cached_tokens for usage in usages) == 0
    assert [usage.calls for usage in usages] == [1, 1, 1]
    assert len({usage.seconds for usage in usages}) == 1
    warm = [reply.usage for reply in model.replies([TURNS[name] for name in names])]
    assert all(image_tokens <= usage.cached_tokens < usage.prompt_tokens for usage in warm)


def test_samples_of_one_description_feed_one_token_each(model: LocalModel) -> None:
    model.forget()
    replies = model.replies([TURNS["drawn"], TURNS["drawn again"]])
    assert replies[1].usage.cached_tokens == replies[1].usage.prompt_tokens - 1
    assert replies[0].text != replies[1].text


def test_the_cache_serves_the_turn_after_a_batch(model: LocalModel, alone: dict[str, Reply]) -> None:
    model.replies([TURNS["drawn"], TURNS["short"]])
    for name in ("long", "describe"):
        reply = model.reply(TURNS[name])
        assert reply.usage.cached_tokens > 0
        same(reply, alone[name])


def test_an_interrupted_batch_leaves_a_whole_cache(model: LocalModel, alone: dict[str, Reply]) -> None:
    calls = 0

    def interrupt(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt

    hook = model._model.register_forward_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        model.replies([TURNS["drawn"], TURNS["long"]])
    hook.remove()
    same(model.reply(TURNS["long"]), alone["long"])


def test_turns_about_two_images_keep_their_order(model: LocalModel, alone: dict[str, Reply], folder: Path) -> None:
    other = Request(image=picture(seed=9), kind="describe")
    expected = load_folder(folder, SETTINGS).reply(other)
    first, second, third = model.replies([TURNS["short"], other, TURNS["drawn"]])
    same(first, alone["short"])
    same(second, expected)
    same(third, alone["drawn"])


def test_a_turn_that_was_never_learnt_is_refused_before_any_is_answered(model: LocalModel) -> None:
    calls: list[int] = []
    hook = model._model.register_forward_hook(lambda *_: calls.append(1))
    with pytest.raises(ModelError, match="not to revise"):
        model.replies([TURNS["describe"], Request(image=IMAGE, kind="revise")])
    hook.remove()
    assert not calls


def test_nothing_asked_is_nothing_answered(model: LocalModel) -> None:
    assert model.replies([]) == []
    assert isinstance(model, ManyAtOnce)


@pytest.mark.parametrize("make", [tiny.save_llava, tiny.save_llava_next])
def test_the_older_family_answers_many(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    place = make(tmp_path)
    turns = [TURNS["short"], TURNS["drawn"], TURNS["ask"]]
    fresh = load_folder(place, SETTINGS)
    expected = [fresh.reply(turn) for turn in turns]
    for ours, theirs in zip(load_folder(place, SETTINGS).replies(turns), expected, strict=True):
        same(ours, theirs)
