"""Label Studio: exports of annotators -> true scenes, scenes -> predictions that fit the configuration."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from nesy.cli.app import app
from nesy.errors import InputError
from nesy.interchange import Lost, label_studio, labelling_config, read, write
from nesy.scene import Scene, in_words

EXPORT = Path(__file__).parent / "label_studio_export.json"

SCENE = Scene.from_json("""{
    "image": {"name": "ride 1.jpg", "width_px": 640, "height_px": 480},
    "entities": [
        {"category": "person", "box": [0.1, 0.2, 0.4, 0.9], "attributes": ["tall", "\\"odd\\" <b>"], "confidence": 0.5},
        {"category": "horse", "box": [0.2, 0.3, 0.9, 1.0], "confidence": 0.7}, {"category": "hat"}],
    "part_states": [{"entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"}],
    "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1", "confidence": 0.9},
        {"subject": "person_1", "predicate": "wear", "object": "hat_1"}],
    "counts": [{"category": "person", "value": 1}]}""")


def export(tmp_path: Path, *tasks: object) -> Path:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(list(tasks)))
    return file


def task(*results: object, **data: object) -> dict[str, object]:
    return {"id": 1, "data": data or {"image": "a.jpg"}, "annotations": [{"result": list(results)}]}


def drawn(label: str = "cup", **value: object) -> dict[str, object]:
    sides = {"x": 10, "y": 10, "width": 10, "height": 10, "rotation": 0, "rectanglelabels": [label]}
    return {
        "id": f"id of {label}",
        "type": "rectanglelabels",
        "from_name": "l",
        "to_name": "i",
        "value": {**sides, **value},
    }


def written(control: str, text: str, region: str = "t") -> dict[str, object]:
    return {"id": region, "type": "textarea", "from_name": control, "value": {"text": [text]}}


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def scenes_of(path: Path) -> tuple[list[Scene], dict[str, int]]:
    lost: list[Lost] = []
    return list(read(path, "label-studio", lost.append)), {one.what: one.count for one in lost}


def test_an_export_becomes_true_scenes_and_what_is_left_out_is_counted() -> None:
    (ride, empty), lost = scenes_of(EXPORT)
    assert ride.image is not None and (ride.image.name, ride.image.width_px, ride.image.height_px) == (
        "ride 1.jpg",
        640,
        480,
    )
    assert {one.id: one.box for one in ride.entities} == {
        "person_1": (0.1, 0.2, 0.4, 0.805),
        "horse_1": (0.5, 0.5, 1.0, 0.7),
        "cup_1": (0.40625, 0.25, 0.5, pytest.approx(0.25 + 80 / 480)),
    }
    assert ride.entity("person_1").attributes == ("tall", "young")
    assert [in_words(claim) for claim in (*ride.part_states, *ride.relations, *ride.counts)] == [
        "person_1 head inspect",
        "person_1 left hand hold",
        "person_1 ride horse_1",
        "horse_1 near cup_1",
        "person_1 next to cup_1",
        "cup_1 next to person_1",
        "person_1 beside cup_1",
        "cup_1 beside person_1",
        "2 person",
    ]
    assert empty.image is not None and empty.image.name == "empty.jpg" and not list(empty.claims())
    assert lost == {
        "annotations of the same task beside the one taken": 1,
        "boxes cut at the edge of the picture": 1,
        "turned boxes, of which the upright box around them is kept": 1,
        "labels of a box beside its first": 1,
        "choices of the whole picture": 1,
        "regions of type polygonlabels": 1,
        "relations without a label": 1,
        "relations of what is no box with a label": 1,
        "skipped tasks": 1,
        "tasks that nobody annotated": 1,
    }


def test_without_a_mark_the_last_annotation_is_taken(tmp_path: Path) -> None:
    two = {**task(drawn("cup")), "annotations": [{"result": [drawn("cup")]}, {"result": [drawn("bowl")]}]}
    (scene,), lost = scenes_of(export(tmp_path, two))
    assert [one.category for one in scene.entities] == ["bowl"]
    assert lost == {"annotations of the same task beside the one taken": 1}


def test_predictions_are_read_where_nobody_annotated_anything(tmp_path: Path) -> None:
    predicted = {"data": {"image": "a.jpg"}, "predictions": [{"model_version": "x", "score": 0.5, "result": [drawn()]}]}
    (scene,), lost = scenes_of(export(tmp_path, predicted))
    assert [one.category for one in scene.entities] == ["cup"] and not lost
    assert scenes_of(export(tmp_path, predicted, {**task(), "annotations": [{"result": []}]}))[1] == {
        "tasks that nobody annotated": 1
    }


def test_a_rectangle_with_its_label_apart(tmp_path: Path) -> None:
    place = {"x": 10, "y": 10, "width": 10, "height": 10, "rotation": 0}
    apart = [
        {"id": "a", "type": "rectangle", "value": place},
        {"id": "a", "type": "labels", "value": {**place, "labels": ["cup"]}},
    ]
    (scene,), lost = scenes_of(export(tmp_path, task(*apart)))
    assert [(one.category, one.box) for one in scene.entities] == [("cup", (0.1, 0.1, 0.2, 0.2))] and not lost


def test_a_part_state_of_a_deleted_box_is_counted(tmp_path: Path) -> None:
    said = {
        "id": "id of cup",
        "type": "textarea",
        "from_name": "part_states",
        "value": {"text": "hip: sit on -> horse_1"},
    }
    assert scenes_of(export(tmp_path, task(drawn(), said)))[1] == {"part states towards a box that is not there": 1}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/upload/3/0a1b2c3d-a.jpg", "a.jpg"),
        ("/data/upload/3/deadbeef-0a1b2c3d-a.jpg", "0a1b2c3d-a.jpg"),
        ("http://127.0.0.1:8080/data/upload/3/0a1b2c3d-a%20b.jpg", "a b.jpg"),
        ("/data/local-files/?d=x/y/a%20b.jpg", "a b.jpg"),
        ("/tasks/3/resolve/?fileuri=czM6Ly9idWNrZXQveC9hLmpwZw==", "a.jpg"),
        ("gs://bucket/x/a.jpg", "a.jpg"),
        ("https://example.org/x/0a1b2c3d-a.jpg#top", "0a1b2c3d-a.jpg"),
        (r"C:\photos\a.jpg", "a.jpg"),
        ("../../etc/a.jpg", "a.jpg"),
        ("a%20b.jpg", "a%20b.jpg"),
        ("größe 日本.jpg", "größe 日本.jpg"),
    ],
)
def test_the_name_of_the_file_in_an_address(tmp_path: Path, address: str, name: str) -> None:
    (scene,), _ = scenes_of(export(tmp_path, task(drawn(), image=address)))
    assert scene.image is not None and scene.image.name == name


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ([{"id": 1, "image": "a.jpg", "label": []}], "task 1 has no data; export as JSON"),
        (
            [task(drawn(x="ten"))],
            "task 1 (id 1): rectanglelabels of region id of cup: x: Input should be a valid number, got 'ten'",
        ),
        ([task(drawn(width=-1))], "width: Input should be greater than or equal to 0, got -1"),
        ([task(drawn(rectanglelabels="cup"))], "rectanglelabels: Input should be a valid list, got 'cup'"),
        ([task(drawn(rectanglelabels=[" "]))], "region id of cup: category: a label must not be blank"),
        (
            [task({**drawn(), "to_name": "left"}, {**drawn("dog"), "to_name": "right"})],
            "task 1 (id 1): is of several pictures (left, right); a task of one picture each would be right",
        ),
        (
            [task({**drawn(), "item_index": 0}, {**drawn("dog"), "item_index": 1}, images="a.jpg")],
            "is of several pictures",
        ),
        ([task({**drawn(), "image_rotation": 90})], "is drawn on a picture turned by 90 degrees"),
        ([task({**drawn(), "score": 70})], "score: Input should be less than or equal to 1, got 70"),
        (
            [task({**drawn(),
            "type": "relation", "direction": "up"})], "direction: Input should be 'right', 'left' or 'bi'",
        ),
        ([task(drawn(), text="a", other="b")], "data.image is no address of a picture; the data have: text, other"),
        ([task(drawn(), image="data:image/png;base64,AAAA")], "the picture itself stands where its address should"),
        ([task(drawn(), image="https://example.org/")], "names no file"),
        ([task(drawn(), image="/data/local-files/?d=a%00b.jpg/%00")], "names no file"),
        ([task(drawn(), image="a.jpg", nesy={"name": 3})], "data.nesy: name: Input should be a valid string, got 3"),
        (
            [task(drawn(), written("counts", "many"))],
            "counts: 'many' is no count; `3 person` would be right",
        ),
        (
            [task(drawn(), written("part_states", "hip", "id of cup"))],
            "part_states of cup_1: 'hip' is no part state; `hip: sit on -> horse_1` or `head: inspect` would be right",
        ),
        ("3", "holds no tasks; a list of them would be right"),
        ([3], "task 1: Input should be a valid dictionary"),
        (
            json.dumps([task(drawn())]).replace('"x": 10', '"x": NaN'),
            "NaN is no number",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_line_with_the_task(tmp_path: Path, broken: object, told: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(broken if isinstance(broken, str) else json.dumps(broken))
    with pytest.raises(InputError) as caught:
        scenes_of(file)
    assert told in str(caught.value) and str(file) in str(caught.value) and "\n" not in str(caught.value)


def test_json_min_is_known_by_its_fields(tmp_path: Path) -> None:
    file = tmp_path / "min.json"
    row = {"image": "a.jpg", "id": 1, "things": [], "annotator": 1, "annotation_id": 2}
    file.write_text(json.dumps([row]))
    assert [one.entities for one in read(file, lost=lambda _: None)] == [()]
    file.write_text(json.dumps([row, {"id": 2}]))
    with pytest.raises(InputError, match="task 1 has no data; export as JSON or JSON-MIN"):
        list(read(file))


def test_predictions_fit_the_configuration_of_the_same_scenes(tmp_path: Path) -> None:
    write([SCENE], tmp_path / "config.label-studio.xml")
    lost = write([SCENE], tmp_path / "tasks.label-studio.json")
    assert {one.what: one.count for one in lost} == {
        "entities without a box": 1,
        "relations of such entities": 1,
        "confidences of claims about entities": 1,
    }
    root = ElementTree.parse(tmp_path / "config.label-studio.xml").getroot()
    controls = {one.get("name"): one for one in root if one.get("toName")}
    (made,) = json.loads((tmp_path / "tasks.label-studio.json").read_text())
    assert root[0].get("value") == "$image" and made["data"]["image"] == "/data/local-files/?d=ride%201.jpg"
    assert made["predictions"][0]["score"] == pytest.approx(0.6)
    for one in made["predictions"][0]["result"]:
        if one["type"] == "relation":
            assert set(one["labels"]) <= {each.get("value") for each in root.iter("Relation")}
            continue
        control = controls[one["from_name"]]
        assert control.tag.lower() == one["type"] and one["to_name"] == root[0].get("name")
        words = one["value"].get(one["type"], one["value"].get("choices", []))
        assert set(words) <= {each.get("value") for each in control}


def test_a_configuration_without_a_word_is_refused() -> None:
    with pytest.raises(InputError, match="no category, so nothing could be drawn"):
        labelling_config.labelling_config([])


def test_own_images_are_annotated_and_the_model_is_scored(tmp_path: Path) -> None:
    gold, predicted = tmp_path / "scenes.jsonl", tmp_path / "predicted.jsonl"
    done = command("convert", str(EXPORT), str(gold))
    assert done.exit_code == 0 and "skipped tasks: 1" in done.stderr and "2 scenes ->" in done.stderr
    predicted.write_text(gold.read_text())
    scored = command("score", str(predicted), str(gold))
    assert scored.exit_code == 0 and "1.000" in scored.stdout


def test_names_of_controls_are_those_of_the_module() -> None:
    names = label_studio.THINGS, label_studio.ATTRIBUTES, label_studio.PART_STATES, label_studio.COUNTS
    config = labelling_config.labelling_config(["cup"], ["on"], ["red"])
    assert all(f'name="{name}"' in config for name in names)
