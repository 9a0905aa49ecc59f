"""The curriculum in the very small: ids and pixels as at run time, every stage learns, the folder loads and answers."""

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import PIL.Image
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from lab.training import curriculum, embedded_tokenizer
from lab.training import model as architecture
from lab.training.batches import DESCRIBE, IGNORED, Drawn, collate, encode, half, normalised, views
from lab.training.correction_turns import correction_turn
from lab.training.dense_labels import CATEGORIES, dense_labels, drawn_facts, fact_names
from lab.training.export import export
from lab.training.model import Sizes
from lab.training.processes import run_in
from nesy.checking import Rules
from nesy.image import Image
from nesy.models.loader import ImageTextProcessor
from nesy.models.local_model import load_folder
from nesy.ontology import Ontology
from nesy.perception.prompt import render
from nesy.settings import PerceptionSettings
from nesy.synthetic import SIZE_PX, draw
from nesy.turns import Request

SMALL = Sizes(
    image_px=32, patch_px=8, width=32, tower_layers=1, decoder_layers=1, heads=2, tower_hidden=32, decoder_hidden=32
)


@pytest.fixture(scope="module")
def words() -> object:
    return embedded_tokenizer.build()


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_any_text_can_be_written_and_read_back(text: str) -> None:
    made = embedded_tokenizer.build()
    ids = made(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    assert made.decode(ids) == text


def test_an_entity_costs_ten_tokens(words) -> None:  # type: ignore[no-untyped-def]
    one = '{"id":"person_1","box":[0.10,0.20,0.40,0.90],"attributes":["red"]}'
    whole = '{"entities":[' + one + "," + one.replace("_1", "_2") + '],"part_states":[]'
    single = '{"entities":[' + one + '],"part_states":[]'
    assert len(words(whole)["input_ids"]) - len(words(single)["input_ids"]) == 10


def test_the_describe_turn_is_the_one_of_the_prompt() -> None:
    image = Image.from_pixels(draw(1, 1).image)
    assert render(Request(image=image, kind="describe"), "compact") == DESCRIBE


def _shaped(wide: bool) -> int:
    """Return the index of a drawing of seed 1 of this shape."""
    return next(i for i in range(100) if (draw(1, i).image.width > SIZE_PX) == wide)


@pytest.mark.parametrize("wide", [False, True])
def test_training_sees_what_the_processor_makes(words, wide: bool) -> None:  # type: ignore[no-untyped-def]
    """Same pixels, same image tokens, same decoder inputs as transformers' own path."""
    processor = ImageTextProcessor(
        architecture.image_processor(SMALL),
        words,
        num_image_tokens=SMALL.grid**2,
        vision_feature_select_strategy="full",
    )
    index = _shaped(wide)
    drawing = draw(1, index)
    inputs = processor(text="<image>", images=drawing.image, return_tensors="pt")
    ours = normalised(torch.from_numpy(views(drawing.image, SMALL.image_px)))
    theirs = inputs["pixel_values"][0]
    assert torch.allclose(theirs, ours if wide else ours.repeat(2, 1, 1, 1), atol=1e-6)
    tokens = SMALL.visual_tokens(2 if wide else 1)
    assert inputs["input_ids"].shape[1] == tokens
    torch.manual_seed(0)
    model = architecture.build(SMALL, words).eval()
    row = encode(words, [(DESCRIBE, "{}")], tokens)
    batch = collate([(views(drawing.image, SMALL.image_px), row, drawing.scene, 1.0)], words.pad_token_id)
    with torch.inference_mode():
        mine = model.model.language_model(inputs_embeds=curriculum.decoder_inputs(model, batch)).last_hidden_state
        given = model.model(
            input_ids=batch.ids,
            attention_mask=(batch.turns >= 0).long(),
            pixel_values=inputs["pixel_values"],
            image_sizes=inputs["image_sizes"],
        ).last_hidden_state
    assert torch.allclose(mine, given, atol=1e-4)


def test_a_batch_holds_pictures_of_one_shape(words) -> None:  # type: ignore[no-untyped-def]
    seen = {batch.pixels.shape[1] for batch in islice(Drawn(words, SMALL, seed=1, first=0, batch=2), 40)}
    assert seen == {1, 3}


def test_a_picture_of_another_shape_is_no_training_picture() -> None:
    with pytest.raises(ValueError, match="200 x 192"):
        views(PIL.Image.new("RGB", (200, 192)), 28)


@given(st.integers(0, 2000))
@settings(max_examples=60)
def test_halves_hold_every_entity_once_where_it_is(index: int) -> None:
    scene = draw(3, index).scene
    halves = half(scene, right=False), half(scene, right=True)
    assert sorted(e.id for h in halves for e in h.entities) == sorted(e.id for e in scene.entities)
    for shift, part in enumerate(halves):
        for entity in part.entities:
            assert entity.box is not None and (whole := scene.entity(entity.id).box) is not None
            left, top, right, bottom = entity.box
            assert 0 <= left <= right <= 1 and (top, bottom) == (whole[1], whole[3])
            assert (left + shift) / 2 >= whole[0] - 1e-9 and (right + shift) / 2 <= whole[2] + 1e-9
        ids = {e.id for e in part.entities}
        assert all({r.subject, r.object} <= ids for r in part.relations)


def test_only_the_answer_is_learnt(words) -> None:  # type: ignore[no-untyped-def]
    row = encode(words, [(DESCRIBE, '{"1":"keep"}'), ("Question: Why?", "no")], SMALL.visual_tokens(1))
    ids, labels = row.ids, row.labels
    assert words.decode([i for i in labels if i != IGNORED]) == '{"1":"keep"}<|im_end|>no<|im_end|>'
    assert all(label in (IGNORED, token) for label, token in zip(labels, ids, strict=True))
    assert words.decode(ids[: labels.index(next(i for i in labels if i != IGNORED))]).endswith("assistant\n")
    assert ids.count(words.convert_tokens_to_ids("<image>")) == SMALL.visual_tokens(1)


def test_a_forked_turn_is_what_it_would_be_alone(words) -> None:  # type: ignore[no-untyped-def]
    """Of several turns about one picture in a row none sees another, and each stands right after the picture."""
    told = [("person_1 ride horse_1: true?", "yes"), (DESCRIBE, "{}"), ("1 horse: wrong?", "no")]
    picture, tokens = draw(1, _shaped(wide=False)), SMALL.visual_tokens(1)
    torch.manual_seed(0)
    model = architecture.build(SMALL, words).eval()

    def states(turns: list[tuple[str, str]], beside: list[tuple[str, str]] | None = None) -> torch.Tensor:
        rows = [encode(words, some, tokens) for some in (turns, *([beside] if beside else []))]
        batch = collate(
            [(views(picture.image, SMALL.image_px), row, picture.scene, 1.0) for row in rows], words.pad_token_id
        )
        with torch.inference_mode():
            hidden = curriculum.hidden_states(model, batch)[0]
        return hidden[: len(rows[0].ids)]

    together = states(told, beside=[*told, *told])  # the longer row pads the first
    of_turn = torch.tensor(encode(words, told, tokens).turns)
    for number, turn in enumerate(told, 1):
        alone = states([turn])
        assert torch.allclose(together[of_turn == 0], alone[: (of_turn == 0).sum()], atol=1e-5)
        assert torch.allclose(together[of_turn == number], alone[(of_turn == 0).sum() :], atol=1e-5)


def test_dense_labels_say_where_everything_is() -> None:
    scene = draw(1, 3).scene
    labels = dense_labels((scene,), 8)
    assert int(labels.present.sum()) <= len(scene.entities)
    entity = scene.entities[0]
    assert entity.box is not None
    kind = CATEGORIES.index(entity.category)
    cell = int(labels.present[0, :, kind].nonzero()[0])
    assert tuple(labels.box[0, cell, kind].tolist()) == pytest.approx(entity.box)


def test_the_file_has_every_fact_of_the_drawn_world() -> None:
    """Also those of pictures that it was not written from."""
    names = fact_names()
    assert list(names) == sorted(set(names))
    assert set(drawn_facts(3000, 3150)) <= set(names), "run `python -m lab.training.dense_labels`"


def test_the_whole_curriculum_runs_resumes_and_exports(tmp_path: Path) -> None:
    torch.manual_seed(0)
    turns = [t for i in range(30) if (t := correction_turn(2, i, Rules.load(), Ontology.default()))][:3]
    assert turns
    stages = tuple(replace(stage, steps=3, batch=2, warmup=1) for stage in curriculum.STAGES)
    model = curriculum.run(tmp_path / "run", stages, seed=1, sizes=SMALL, turns=turns)
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["stage"] for row in log] == [stage.name for stage in stages]
    again = curriculum.run(tmp_path / "run", stages, seed=1, sizes=SMALL, turns=turns)
    assert len((tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()) == len(log)
    for name, value in again.state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    export(model, tmp_path / "model", SMALL)
    loaded = load_folder(tmp_path / "model", PerceptionSettings(max_new_tokens=120))
    image = Image.from_pixels(draw(1, 1).image)
    reply = loaded.reply(Request(image=image, kind="describe"))
    assert reply.prompt == DESCRIBE
    assert loaded.info.id == "nesy-embedded"
    # The grammar holds whatever the weights are; only the limit on tokens can cut a reply short.
    assert reply.text.startswith('{"entities":[')
    assert all(0 <= token.probability <= 1 for token in reply.tokens)


def test_two_processes_learn_nearly_what_one_does(tmp_path: Path) -> None:
    """They average the means of their rows: the same but for how many words each has to learn."""
    stages = tuple(replace(s, steps=3, batch=4, warmup=1) for s in curriculum.STAGES if s.name in ("tower", "describe"))
    one = run_in(1, tmp_path / "one", stages, seed=1, sizes=SMALL).state_dict()
    two = run_in(2, tmp_path / "two", stages, seed=1, sizes=SMALL).state_dict()
    logs = [
        [json.loads(line) for line in (tmp_path / name / "log.jsonl").read_text(encoding="utf-8").splitlines()]
        for name in ("one", "two")
    ]
    assert [(row["stage"], row["samples"]) for row in logs[0]] == [(row["stage"], row["samples"]) for row in logs[1]]
    torch.manual_seed(1)
    start = architecture.build(SMALL, embedded_tokenizer.build()).state_dict()
    ways = [torch.cat([(state[name] - start[name]).flatten() for name in start]) for state in (one, two)]
    assert float(functional.cosine_similarity(ways[0], ways[1], dim=0)) > 0.8


def test_every_row_goes_to_one_process(words) -> None:  # type: ignore[no-untyped-def]
    batch = next(iter(Drawn(words, SMALL, seed=1, first=0, batch=5, dense=True)))
    parts = [batch.rows(rank, 2) for rank in range(2)]
    assert sorted(s.to_json() for p in parts for s in p.scenes) == sorted(s.to_json() for s in batch.scenes)
    assert [len(p.pixels) for p in parts] == [3, 2]
    assert all(p.dense is not None and len(p.dense.facts) == len(p.ids) for p in parts)


def test_learning_lowers_the_loss(words) -> None:  # type: ignore[no-untyped-def]
    torch.manual_seed(0)
    model = architecture.build(SMALL, words)
    batch = next(iter(Drawn(words, SMALL, seed=1, first=0, batch=4)))
    optimizers = curriculum.optimizers([model], replace(curriculum.STAGES[-1], adamw=3e-3))
    losses = []
    for _ in range(30):
        loss = curriculum.answer_loss(model, batch)
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


def test_corrections_ask_as_the_pipeline_does_and_answer_the_truth() -> None:
    rules, ontology = Rules.load(), Ontology.default()
    turns = [t for t in (correction_turn(5, i, rules, ontology) for i in range(25)) if t]
    assert len(turns) >= 10
    for turn in turns:
        answers = json.loads(turn.answer)
        assert list(answers) == [str(n + 1) for n in range(len(answers))]
        for number, answer in answers.items():
            line = next(x for x in turn.prompt.splitlines() if x.startswith(f"{number}. "))
            assert answer in line[line.rindex("(") + 1 : -1].split(", ")


def test_batches_are_never_the_same_picture_twice(words) -> None:  # type: ignore[no-untyped-def]
    batches = list(islice(Drawn(words, SMALL, seed=1, first=0, batch=4), 6))
    scenes = [scene.to_json() for batch in batches for scene in batch.scenes]
    assert len(set(scenes)) == len(scenes)
