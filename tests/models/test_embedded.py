"""The shipped model: what it is, that its answers can be read, and that the examples show the whole loop."""

import json
from pathlib import Path

import pytest
from safetensors import safe_open

from lab.training.dense_labels import CATEGORIES
from nesy import Analysis, Image, Pipeline, assets
from nesy.experiments import tally, total
from nesy.models.registry import load_model
from nesy.perception.reply import parse_scene
from nesy.synthetic import draw
from nesy.turns import Request

FOLDER = assets.embedded_model()
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples" / "images").glob("*.png"))


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline("embedded")


@pytest.fixture(scope="module")
def analyses(pipeline: Pipeline) -> list[Analysis]:
    return [pipeline.analyze(path) for path in EXAMPLES]


def test_it_is_a_small_llava_onevision_in_safetensors() -> None:
    config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["LlavaOnevisionForConditionalGeneration"]
    assert config["vision_config"]["model_type"] == "siglip_vision_model"
    assert config["text_config"]["model_type"] == "qwen2"
    weights = list(FOLDER.glob("*.safetensors"))
    assert sum(path.stat().st_size for path in weights) <= 25_000_000
    assert not list(FOLDER.glob("*.bin"))
    with safe_open(weights[0], framework="pt") as tensors:
        size = sum(tensors.get_tensor(name).numel() for name in tensors.keys())  # noqa: SIM118
    assert size <= 10_000_000
    training = json.loads((FOLDER / "training.json").read_text(encoding="utf-8"))
    stages = [stage["stage"] for stage in training["stages"]]
    assert (stages[0], stages[-1]) == ("tower", "dialogue")
    assert training["parameters"] == size


def test_it_reads_fresh_scenes_about_as_well_as_the_model_card_says() -> None:
    """A floor far below the card's figures, which 500 scenes stand for: a broken path falls through it."""
    model = load_model("embedded")
    tallies = []
    for index in range(12):
        drawing = draw(31, index)
        image = Image.from_pixels(drawing.image)
        reply = model.reply(Request(image=image, kind="describe"))
        parsed = parse_scene(reply, image)
        assert all(e.confidence is not None for e in parsed.scene.entities)
        tallies.append(tally(parsed.scene, drawing.scene))
    scores = total(tallies)
    assert scores["objects"].f1 > 0.75
    assert scores["relations"].f1 > 0.6
    assert scores["part_states"].f1 > 0.6


def test_the_same_image_gets_the_same_answer(pipeline: Pipeline) -> None:
    again = Pipeline("embedded")
    assert pipeline.perceive(EXAMPLES[0]) == again.perceive(EXAMPLES[0])


def test_every_example_ends_consistent(analyses: list[Analysis]) -> None:
    assert len(analyses) >= 4
    assert all(analysis.consistent for analysis in analyses)


def test_one_example_shows_the_whole_loop(analyses: list[Analysis]) -> None:
    """Violated in round 0, asked by a corrective prompt, put right by the model's own answer."""
    shown = [
        a
        for a in analyses
        if not a.rounds[0].verdict.consistent
        and a.rounds[-1].kind == "correct"
        and a.stop_reason == "consistent"
        and not a.edits
    ]
    assert shown
    asked = next(turn for turn in shown[0].rounds if turn.kind == "correct")
    assert asked.notes
    assert all(note in asked.prompt for note in asked.notes)
    assert asked.usage.cached_tokens > 0


def test_the_model_card_says_what_the_model_is() -> None:
    config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    vision, text = config["vision_config"], config["text_config"]
    card = " ".join((FOLDER.parents[2] / "docs" / "embedded.md").read_text(encoding="utf-8").split())
    assert f"SigLIP tower ({vision['num_hidden_layers']} layers, width {vision['hidden_size']}," in card
    assert f"{vision['image_size']} px, patches of {vision['patch_size']} px" in card
    assert f"Qwen2 decoder ({text['num_hidden_layers']} layers)" in card
    assert f"drawn scenes of {len(CATEGORIES)} categories" in card
    assert f"{len(CATEGORIES) - 1} object categories" in card
