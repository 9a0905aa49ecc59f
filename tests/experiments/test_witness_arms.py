"""Arms that differ in who looks: words, looks, a witness, all of them, and a witness that tells of another picture."""

import json
import shutil
from pathlib import Path

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy import cli
from nesy.errors import InputError
from nesy.experiments.arms import experiment
from nesy.experiments.arms.arms import ARMS, arm
from nesy.experiments.arms.experiment import image_of, run_arms
from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.experiments.arms.scores import ArmScores, outcomes, scored
from nesy.experiments.arms.table import report_of
from nesy.experiments.arms.traces import Traces
from nesy.experiments.arms.witnesses import Elsewhere, OnceLooking, shuffled
from nesy.experiments.scoring.folder import read_truths
from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.observations import Observations, WitnessInfo
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.settings import CheckingSettings, CorrectionSettings, Settings
from tests.eyes import COCO, Eyes

NAMES = ("words", "looks", "witness", "all", "shuffled-witness")
SIZES = {"park.png": (96, 64), "kitchen.png": (64, 64), "street.png": (48, 96)}
BOXES = {"person_1": (0.1, 0.2, 0.35, 0.95), "dog_1": (0.4, 0.5, 0.65, 0.95), "car_1": (0.7, 0.1, 0.98, 0.4)}
THERE = {"park.png": ("person_1", "dog_1"), "kitchen.png": ("person_1",), "street.png": ("car_1",)}


class Observer:
    """Sees what is there in each picture, by its name; `looks` is what it looked at, in order."""

    info = WitnessInfo(name="observer", categories=COCO)

    def __init__(self) -> None:
        self.looks: list[str] = []

    def observe(self, image: Image) -> Observations:
        self.looks.append(image.name)
        return Eyes(*((name[:-2], BOXES[name], 0.97) for name in THERE[image.name])).observe(image)


def truth(name: str) -> Scene:
    rows = [{"id": entity, "category": entity[:-2], "box": BOXES[entity]} for entity in THERE[name]]
    near = {"id": "r1", "subject": "person_1", "predicate": "next_to", "object": "dog_1"}
    relations = [near] if name == "park.png" else []
    return Scene.model_validate({"image": {"name": name}, "entities": rows, "relations": relations})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "photographs"
    (place / "images").mkdir(parents=True)
    for shade, (name, size) in enumerate(SIZES.items()):
        PIL.Image.new("RGB", size, (shade * 40, 90, 90)).save(place / "images" / name)
    (place / "scenes.jsonl").write_text("".join(f"{truth(name).to_json()}\n" for name in SIZES), encoding="utf-8")
    return place


def described(name: str) -> str:
    """Return the truth, and in each picture a horse that stands where something else is."""
    first, *others = THERE[name]
    rows = [*({"id": entity, "box": BOXES[entity]} for entity in others), {"id": "horse_1", "box": BOXES[first]}]
    near = [{"subject": "horse_1", "predicate": "next_to", "object": other} for other in others]
    return json.dumps({"entities": rows, "part_states": [], "relations": near, "counts": []})


def giving_in() -> ScriptedModel:
    """Takes back the horse whenever it is asked about it."""

    def said(request):
        if request.kind == "describe":
            return described(request.image.name)
        return json.dumps({str(c.number): "withdraw" if "is a horse" in c.text else "keep" for c in request.claims})

    return ScriptedModel(said)


def ran(folder: Path, place: Path, *names: str, model=None, witness=None, **more) -> dict[str, ArmScores]:
    pipeline = Pipeline(model or giving_in(), more.pop("settings", None), witness=witness)
    run_arms(folder, Traces(place), pipeline, [arm(name) for name in names], **more)
    return {scores.arm: scores for scores in report_of(place)[0].arms}


def test_each_is_one_line_of_the_arms_and_words_has_one_name_alone() -> None:
    assert set(NAMES) <= set(ARMS) and "own-words" not in ARMS
    assert arm("own-words") is ARMS["words"] and arm("own-words+repair").name == "words+repair"


def test_a_witness_takes_out_what_is_wrong_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    found = ran(folder, tmp_path / "run", "none", *NAMES, witness=Observer())
    assert found["none"].transitions["exit"].keys() == {"right -> right", "wrong -> wrong"}
    for name in ("witness", "all"):
        moved = found[name].transitions["exit"]
        assert moved["wrong -> withdrawn"] == 4 and "right -> withdrawn" not in moved and "right -> wrong" not in moved
        assert found[name].scores["precision"]["objects"].value == 1.0
    for name in ("words", "looks"):
        assert found[name].transitions["exit"] == found["none"].transitions["exit"]
    assert found["shuffled-witness"].scores["f1"]["objects"].value <= found["witness"].scores["f1"]["objects"].value
    # the same accounting as of every other arm
    assert len({scores.right_before for scores in found.values()}) == 1
    assert found["witness"].against.keys() == {"none"}


def test_a_wrong_relation_goes_and_the_right_one_beside_it_stays(folder: Path, tmp_path: Path) -> None:
    def said(request):
        if request.kind != "describe":
            return json.dumps({str(c.number): "withdraw" if "sit_on" in c.text else "keep" for c in request.claims})
        rows = [{"id": name, "box": box} for name, box in BOXES.items()]
        near = {"subject": "person_1", "predicate": "next_to", "object": "dog_1"}
        far = {"subject": "person_1", "predicate": "sit_on", "object": "car_1"}
        return json.dumps({"entities": rows, "part_states": [], "relations": [near, far], "counts": []})

    class Everything(Observer):
        def observe(self, image: Image) -> Observations:
            people = [{"box": BOXES["person_1"], "score": 0.9, "witness": "told"}]
            things = ((name[:-2], box, 0.97) for name, box in BOXES.items())
            return Eyes(*things, people=people).observe(image)

    rows = [{"id": name, "category": name[:-2], "box": box} for name, box in BOXES.items()]
    whole = truth("park.png").model_dump() | {"entities": rows}
    (folder / "scenes.jsonl").write_text(Scene.model_validate(whole).to_json() + "\n", encoding="utf-8")
    names, no_rules = ("none", "looks", "witness", "all"), Settings(checking=CheckingSettings(off=("ContactApart",)))
    model = ScriptedModel(said)
    found = ran(folder, tmp_path / "run", *names, settings=no_rules, witness=Everything(), model=model)
    for name, gone in zip(names, (0, 0, 1, 1), strict=True):
        moved = found[name].transitions_by_kind["relations"]
        assert moved["right -> right"] == 1 and moved.get("wrong -> withdrawn", 0) == gone, name
        assert found[name].scores["recall"]["relations"].value == 1.0


def test_who_looked_at_what_is_on_record_and_each_picture_is_looked_at_once(folder: Path, tmp_path: Path) -> None:
    eyes = Observer()
    ran(folder, tmp_path / "run", "none", "full", "no-evidence", *NAMES, witness=eyes)
    assert sorted(eyes.looks) == sorted(SIZES)
    observed = {(t.arm, t.image): t.observed for t in Traces(tmp_path / "run").traces().values()}
    for name in SIZES:
        assert observed["words", name] is observed["looks", name] is None
        assert observed["witness", name] == observed["all", name] == observed["full", name] == name
        assert observed["shuffled-witness", name] in set(SIZES) - {name}
    assert {observed["shuffled-witness", name] for name in SIZES} == set(SIZES)


def test_without_a_witness_of_ones_own_the_embedded_one_looks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eyes = Observer()
    monkeypatch.setattr(experiment, "load", lambda: eyes)
    found = ran(folder, tmp_path / "run", "full", "witness")
    assert sorted(eyes.looks) == sorted(SIZES)
    assert found["full"].scores["precision"]["objects"].value < found["witness"].scores["precision"]["objects"].value
    assert all(t.observed is None for t in Traces(tmp_path / "run").traces().values() if t.arm == "full")
    eyes.looks.clear()
    ran(folder, tmp_path / "other", "full", "words", "looks")
    assert eyes.looks == []


def test_words_and_looks_have_no_witness_though_the_settings_name_one(folder: Path, tmp_path: Path) -> None:
    ran(folder, tmp_path / "run", "words", "looks", "full", settings=Settings(witness="embedded"))
    observed = {t.arm: t.observed for t in Traces(tmp_path / "run").traces().values()}
    assert observed["words"] is observed["looks"] is None and observed["full"] is not None


def test_an_arm_with_other_settings_keeps_the_pipelines_witness(folder: Path, tmp_path: Path) -> None:
    found = ran(folder, tmp_path / "run", "full", "no-evidence", "rule-off:RarePair", witness=Observer())
    assert len({json.dumps(scores.transitions["exit"]) for scores in found.values()}) == 1
    assert found["full"].transitions["exit"]["wrong -> withdrawn"] == 4


def test_of_one_picture_there_is_no_other(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "scenes.jsonl").write_text(truth("park.png").to_json() + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="needs two pictures at least"):
        ran(folder, tmp_path / "run", "shuffled-witness", witness=Observer())
    assert not (tmp_path / "run").exists()
    replies = [
        "evaluate",
        str(folder),
        "--model",
        "witness",
        "--arms",
        "shuffled-witness",
        "--runs",
        str(tmp_path / "r"),
    ]
    assert cli.main(replies) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ") and told.count("\n") == 1


def test_one_picture_of_several_is_compared_with_one_of_the_others(folder: Path, tmp_path: Path) -> None:
    whole = ran(folder, tmp_path / "whole", "shuffled-witness", witness=Observer())
    ran(folder, tmp_path / "one", "shuffled-witness", witness=Observer(), only="street")
    of = {place: Traces(tmp_path / place).traces()["street.png", "shuffled-witness"] for place in ("whole", "one")}
    assert of["whole"].observed == of["one"].observed != "street.png"  # however much of the folder is measured
    assert whole["shuffled-witness"].images == 3


def test_a_stopped_run_goes_on_to_the_same_traces(folder: Path, tmp_path: Path) -> None:
    ran(folder, tmp_path / "whole", *NAMES, witness=Observer())
    ran(folder, tmp_path / "cut", *NAMES, witness=Observer(), limit=1)
    ran(folder, tmp_path / "cut", *NAMES, witness=Observer(), resume=True)
    for name in ("round0.jsonl", "arms.jsonl", "run.json"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_an_older_run_is_read_and_gone_on_with_under_the_name_of_today(folder: Path, tmp_path: Path) -> None:
    now = ran(folder, tmp_path / "run", "none", "words", witness=Observer())
    shutil.copytree(tmp_path / "run", tmp_path / "old")
    for name in ("run.json", "arms.jsonl"):
        path = tmp_path / "old" / name
        path.write_text(path.read_text("utf-8").replace('"words"', '"own-words"'), encoding="utf-8")
    assert {scores.arm: scores for scores in report_of(tmp_path / "old")[0].arms} == now
    assert ran(folder, tmp_path / "old", "words", witness=Observer(), resume=True) == now


def test_the_shell_runs_them(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, arms = str(tmp_path / "run"), ",".join(("none", *NAMES))
    assert cli.main(["evaluate", str(folder), "--model", "witness", "--arms", arms, "--runs", run]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n{name} " in shown for name in NAMES)


@given(st.sets(st.text(min_size=1), min_size=2, max_size=40), st.integers(0, 5))
def test_every_picture_gets_another_and_each_is_used_once(names: set[str], seed: int) -> None:
    other = shuffled(sorted(names), seed)
    assert other.keys() == set(other.values()) == names
    assert all(name != another for name, another in other.items())
    assert dict(shuffled(sorted(names, reverse=True), seed)) == dict(other)


def test_a_witness_that_keeps_what_it_saw_is_asked_once_a_picture(folder: Path) -> None:
    eyes = Observer()
    once = OnceLooking(eyes)
    image = Image.open(folder / "images" / "park.png")
    copy = Image(name="other.png", pixels=image.pixels, sha256=image.sha256)
    assert once.observe(image) == once.observe(image) and eyes.looks == ["park.png"]
    assert once.observe(copy).image == copy.info and len(eyes.looks) == 1
    away = Elsewhere(once, folder / "images", {"park.png": "street.png"})
    assert [thing.category for thing in away.observe(image).things] == ["car"] and away.info == eyes.info


def test_a_scripted_model_gains_by_the_witness_and_not_by_anothers(folder: Path, tmp_path: Path) -> None:
    truths = {image_of(one): one for one in read_truths(folder)}
    gains = dict.fromkeys(("looks", "witness", "shuffled-witness"), 0)
    for seed in range(6):
        model = Perceiver(truths, Rates(hallucination=0.9, format_error=0.0), seed)
        traces = Traces(tmp_path / f"{seed}")
        run_arms(folder, traces, Pipeline(model, witness=Observer()), [arm(name) for name in gains])
        for scores in scored(traces.card(), list(outcomes(traces))).arms:
            gains[scores.arm] += scores.transitions_by_kind["objects"].get("wrong -> withdrawn", 0)
            assert not {"right -> wrong", "right -> withdrawn"} & scores.transitions["exit"].keys()
    assert gains["witness"] > gains["looks"] and gains["witness"] > 2 * gains["shuffled-witness"]


def test_a_model_of_settings_is_left_as_it_is() -> None:
    settings = Settings(correction=CorrectionSettings(rounds=1))
    for name in NAMES:
        assert arm(name).settings(settings).correction.rounds == 1
