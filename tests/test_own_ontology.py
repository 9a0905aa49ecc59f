"""A pipeline with an ontology and prompts of one's own, from the picture to the store, the answer and the scores."""

import json
from pathlib import Path

import PIL.Image
import pytest

import nesy
from nesy.experiments import evaluate
from nesy.experiments.arms.harm import account
from nesy.experiments.arms.majority import vote
from nesy.graph.store import Store
from nesy.scene import Scene
from nesy.settings import PromptSettings, Settings
from tests.loop_scenes import ScriptedModel
from tests.ontology.own_files import DRONE, written

SAID = """{"entities": [{"id": "person_1", "category": "person"}, {"id": "drone_1", "category": "%s"}],
    "part_states": [], "relations": [{"subject": "person_1", "predicate": "%s", "object": "drone_1"}], "counts": []}"""
STEERS = SAID % ("drone", "steer")
LABELLED = DRONE + 'ex:Drone rdfs:label "quadcopter" .\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(ontology=(str(written(tmp_path, LABELLED)),))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "images" / "sky.png"
    path.parent.mkdir()
    PIL.Image.new("RGB", (32, 24), "white").save(path)
    return path


def test_an_analysis_and_the_store_use_its_iris(tmp_path: Path, settings: Settings, picture: Path) -> None:
    analysis = nesy.Pipeline(ScriptedModel(STEERS), settings).analyze(picture)
    assert analysis.consistent and not analysis.verdict.unknown_labels
    store = Store(tmp_path / "store")
    store.add(analysis)
    rows = store.query("SELECT ?d WHERE { ?d a <https://example.org/sky#Drone> }")
    assert len(list(rows)) == 1


def test_what_its_range_forbids_is_found_and_withdrawn(settings: Settings, picture: Path) -> None:
    analysis = nesy.Pipeline(ScriptedModel(SAID % ("banana", "steer")), settings).analyze(picture)
    assert analysis.consistent and not analysis.scene.relations
    assert [edit.op for edit in analysis.edits] + [one.claim for one in analysis.withdrawn]


def test_an_answer_is_checked_by_its_words(settings: Settings, picture: Path) -> None:
    pipeline = nesy.Pipeline(ScriptedModel(STEERS, '{"answer": "a drone"}'), settings)
    answered = pipeline.ask(picture, "What is the person steering?")
    assert [claim.text for claim in answered.claims] == ["person_1 steer drone_1"] and answered.consistent


def test_a_description_in_words_is_read_by_them(settings: Settings, picture: Path) -> None:
    scene = nesy.Pipeline(ScriptedModel("A man steers a drone."), settings).analyze(picture).scene
    assert [(one.subject, one.predicate, one.object) for one in scene.relations] == [("man_1", "steer", "drone_1")]


def test_scores_know_its_words(settings: Settings, picture: Path) -> None:
    truth = {**json.loads(SAID % ("quadcopter", "steer")), "schema": "nesy.scene/1"}
    truth["image"] = {"name": "sky.png", "width_px": 32, "height_px": 24}
    (picture.parent.parent / "scenes.jsonl").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    report = evaluate(picture.parent.parent, nesy.Pipeline(ScriptedModel(STEERS), settings))
    assert report.before.f1["objects"] == report.before.f1["relations"] == 1.0
    words = nesy.Ontology.with_own(*settings.ontology)
    said, true = (Scene.from_json(SAID % (word, "steer")) for word in ("drone", "quadcopter"))
    assert account(said, said, true, ontology=words).of("right -> right") == 3
    assert len(vote([said, true, said], words).entities) == 2
    assert account(said, said, true).of("right -> right") < 3  # the shipped one does not know that they are one


def test_prompts_of_ones_own_are_what_the_model_is_asked(picture: Path) -> None:
    prompts = PromptSettings(
        describe="Tell all. {format}", correct="Again? {claims} {notes} {format}", ask="Now: {question} {format}"
    )
    model = ScriptedModel(SAID % ("banana", "eat"), '{"answer": "a banana"}')
    pipeline = nesy.Pipeline(model, Settings(prompts=prompts))
    answered = pipeline.ask(picture, "What is the person eating?")
    assert answered.analysis is not None
    assert answered.analysis.rounds[0].prompt.startswith("Tell all.")
    assert answered.turns[0].prompt.startswith("Now: What is the person eating?")
    assert answered.analysis.settings.prompts.ask == prompts.ask
