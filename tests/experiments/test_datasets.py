"""The adapters of the data sets: samples in words of our own, and the real files where they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from nesy.errors import InputError
from nesy.experiments.datasets import DATASETS, data_folder, graphs, load_dataset, vsr
from nesy.interchange.closed_words import VCOCO_ROLES
from nesy.interchange.instances import Gold, Pair, gold
from nesy.ontology import Ontology
from nesy.scene import Relation

BED, NEAR_BED, LAMP = (0, 50, 100, 100), (2, 51, 100, 100), (10, 0, 30, 60)


def real() -> Path:
    try:
        return data_folder()
    except InputError as error:
        pytest.skip(f"the data sets are not here: {error}")


def written(folder: Path, file: str, *rows: dict[str, Any]) -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def said(found: Gold) -> list[tuple[str, str, str]]:
    return [(r.subject, r.predicate, r.object) for r in found.scene.relations]


def test_near_boxes_of_one_class_are_one_entity_and_what_repeats_is_said_once() -> None:
    found = gold(
        "a.jpg",
        [Pair("lamp", LAMP, "on", "bed", BED), Pair("lamp", LAMP, "on", "bed", NEAR_BED)],
        size_px=(200, 100),
    )
    assert said(found) == [("lamp_1", "on", "bed_1")]
    assert (found.merged, found.repeated) == (1, 1)
    assert [entity.box for entity in found.scene.entities] == [(0.05, 0, 0.15, 0.6), (0, 0.5, 0.5, 1)]
    assert found.scene.image is not None and found.scene.image.width_px == 200


def test_boxes_of_two_classes_or_far_apart_or_below_the_threshold_stay_two() -> None:
    table = Pair("lamp", LAMP, "on", "table", NEAR_BED)
    assert len(gold("a.jpg", [Pair("lamp", LAMP, "on", "bed", BED), table]).scene.entities) == 3
    far = Pair("lamp", LAMP, "on", "bed", (100, 50, 200, 100))
    assert len(gold("a.jpg", [Pair("lamp", LAMP, "on", "bed", BED), far]).scene.entities) == 3
    near = Pair("lamp", LAMP, "on", "bed", NEAR_BED)
    assert gold("a.jpg", [Pair("lamp", LAMP, "on", "bed", BED), near], threshold=0.99).merged == 0


def test_two_boxes_in_one_relation_are_two_things_however_near() -> None:
    found = gold("a.jpg", [Pair("bed", BED, "behind", "bed", NEAR_BED)])
    assert said(found) == [("bed_1", "behind", "bed_2")] and found.merged == 0
    # A third box that is near both joins the nearer one.
    found = gold(
        "a.jpg", [Pair("bed", BED, "behind", "bed", NEAR_BED), Pair("lamp", LAMP, "on", "bed", (1, 50, 99, 99))]
    )
    assert len(found.scene.entities) == 3


def test_one_box_that_is_subject_and_object_stays_a_self_relation() -> None:
    assert said(gold("a.jpg", [Pair("bed", BED, "next to", "bed", BED)])) == [("bed_1", "next to", "bed_1")]


def test_without_a_size_the_extent_of_the_boxes_stands_in_and_no_size_is_told() -> None:
    found = gold("a.jpg", [Pair("lamp", LAMP, "on", "bed", BED)]).scene
    assert found.entity("bed_1").box == (0, 0.5, 1, 1)
    assert found.image is not None and found.image.width_px is None


def test_an_image_without_a_relation_is_an_empty_scene() -> None:
    assert gold("a.jpg", []).scene.entities == ()


def test_vrd_keeps_its_words(tmp_path: Path) -> None:
    row = {"subject": "lamp", "subject_box": LAMP, "predicate": "sit next to", "object": "bed", "object_box": BED}
    folder = written(
        tmp_path, "vrd/vrd.jsonl", {"file": "a.jpg", "relations": [row]}, {"file": "b.jpg", "relations": []}
    )
    first, second = graphs("vrd", folder)
    assert said(first) == [("lamp_1", "sit next to", "bed_1")] and second.scene.entities == ()
    assert first.scene.image is not None and first.scene.image.name == "a.jpg"


def test_hicodet_counts_pixels_from_one(tmp_path: Path) -> None:
    pair = {"human_box": [1, 1, 100, 100], "object_box": [51, 51, 100, 100], "verb": "sit_on", "object": "dining_table"}
    folder = written(tmp_path, "hicodet/hicodet.jsonl", {"file": "a.jpg", "size": [100, 100], "pairs": [pair]})
    (scene,) = load_dataset("hicodet", folder)
    assert scene.entity("person_1").box == (0, 0, 1, 1)
    assert scene.entity("dining_table_1").box == (0.5, 0.5, 1, 1)


def test_vcoco_actions_become_predicates(tmp_path: Path) -> None:
    pair = {"human_box": LAMP, "object_box": BED, "action": "lay instr", "object": "bed"}
    folder = written(tmp_path, "vcoco/trainval.jsonl", {"coco_id": "1", "file": "a.jpg", "pairs": [pair]})
    (found,) = graphs("vcoco", folder)
    assert said(found) == [("person_1", "lie on", "bed_1")]
    written(tmp_path, "vcoco/trainval.jsonl", {"file": "a.jpg", "pairs": [{**pair, "action": "sleep instr"}]})
    with pytest.raises(InputError, match=r"trainval.jsonl:1: pairs\[0\]: action: 'sleep instr' is unknown"):
        list(graphs("vcoco", folder))


def test_vcoco_predicates_are_verbs_of_hico_or_told_to_be_open() -> None:
    open_words = {
        one.predicate
        for one in VCOCO_ROLES
        if one.predicate is not None and one.predicate.replace(" ", "_") not in Ontology.default().verbs
    }
    assert open_words == {"look at", "hit with", "eat with", "work on"}


def test_vsr_captions_become_two_entities_and_one_relation(tmp_path: Path) -> None:
    def row(caption: str, relation: str, label: int) -> dict[str, Any]:
        return {"coco_id": "7", "caption": caption, "relation": relation, "label": label}

    folder = written(
        tmp_path,
        "vsr/random_train.jsonl",
        row("The hair drier is at the edge of the bed.", "at the edge of", 1),
        row("The bed contains the hair drier.", "contains", 0),
        row("The bed is facing a bed.", "facing", 1),
    )
    written(tmp_path, "vsr/random_dev.jsonl", row("The hair drier is at the edge of the bed.", "at the edge of", 1))
    first, second = graphs("vsr", folder)
    assert said(first) == [("hair_drier_1", "at the edge of", "bed_1")]
    assert said(second) == [("bed_1", "facing", "bed_2")]
    (pair,) = vsr.pairs(folder)
    assert pair.first.true and not pair.second.true
    assert pair.scene.relations == (
        Relation(id="r1", subject="hair_drier_1", predicate="at the edge of", object="bed_1"),
        Relation(id="r2", subject="bed_1", predicate="contains", object="hair_drier_1"),
    )
    written(tmp_path, "vsr/random_train.jsonl", row("A bed.", "on", 1))
    with pytest.raises(InputError, match=r"random_train.jsonl:1: caption: 'A bed.' is not of the form"):
        list(graphs("vsr", folder))


def one_relation(**changed: Any) -> str:
    """A line of VRD with one relation, of which something is changed."""
    relation = {"subject": "cup", "subject_box": LAMP, "predicate": "on", "object": "bed", "object_box": BED}
    return json.dumps({"file": "a.jpg", "relations": [relation | changed]})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"file": "a.jpg"}', "vrd.jsonl:1: the field 'relations' is missing"),
        ("[]", "vrd.jsonl:1: must be a JSON object, is list"),
        ("{", "vrd.jsonl:1: is no JSON"),
        ('{"file": "a.jpg", "relations": [1]}', "vrd.jsonl:1: relations[0]: must be a JSON object, is 1"),
        ('{"file": "a.jpg", "relations": {}}', "vrd.jsonl:1: relations: a list is expected, got {}"),
        ('{"file": "", "relations": []}', "vrd.jsonl:1: file: a word is expected, got ''"),
        (one_relation(object_box=None), "relations[0]: object_box: a list is expected, got None"),
        (one_relation(object_box=[1, 2, 3]), "relations[0]: object_box: four finite numbers are expected"),
        (one_relation(subject_box=[1, 2, float("nan"), 4]), "subject_box: four finite numbers are expected"),
        (one_relation(subject_box=[1, 2, 10**400, 4]), "subject_box: four finite numbers are expected"),
        (one_relation(subject_box=["1", 2, 3, 4]), "subject_box: four finite numbers are expected"),
        (one_relation(predicate=" "), "vrd.jsonl:1: relations[0]: predicate: a word is expected, got ' '"),
        (one_relation(subject=None), "vrd.jsonl:1: relations[0]: subject: a word is expected, got None"),
        (one_relation(subject_box=[0] * 4, object_box=[0] * 4), "vrd.jsonl:1: every box lies in the corner"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "vrd").mkdir()
    (tmp_path / "vrd" / "vrd.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told.replace("[", r"\[")):
        list(graphs("vrd", tmp_path))


def test_a_missing_file_or_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"vrd.jsonl: cannot be read .*--data"):
        list(graphs("vrd", tmp_path))
    with pytest.raises(InputError, match="no data set 'coco'; there are: vrd, hicodet, vcoco, vsr"):
        graphs("coco", tmp_path)


def test_the_folder_is_that_of_the_option_then_of_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NESY_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    (tmp_path / "other").mkdir()
    assert data_folder(tmp_path / "other") == tmp_path / "other"
    with pytest.raises(InputError, match=r"--data DIR or the environment variable NESY_DATA.* beside the checkout"):
        data_folder(tmp_path / "none")
    monkeypatch.setenv("NESY_DATA", str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"\(NESY_DATA\)"):
        data_folder()


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_real_files_are_read(dataset: str) -> None:
    found = list(graphs(dataset, real(), limit=20))
    assert len(found) == 20
    assert sum(len(one.scene.relations) for one in found) >= 20
    assert all(one.scene.image is not None and one.scene.image.name for one in found)
    assert all((entity.box is None) == (dataset == "vsr") for one in found for entity in one.scene.entities)
    assert found == list(graphs(dataset, real(), limit=20))


@pytest.mark.parametrize("size", [[0, 10], [10, 0], [-1, 5], [10], "10x10", [True, 5], [float("inf"), 5]])
def test_an_image_has_a_size(tmp_path: Path, size: Any) -> None:
    pair = {"human_box": LAMP, "object_box": BED, "verb": "lie_on", "object": "bed"}
    folder = written(tmp_path, "hicodet/hicodet.jsonl", {"file": "a.jpg", "size": size, "pairs": [pair]})
    with pytest.raises(InputError, match=r"hicodet.jsonl:1: size: (width and height|a list is)"):
        list(graphs("hicodet", folder))


def test_any_class_word_becomes_an_entity(tmp_path: Path) -> None:
    words = ["men's shirt", "bow/tie", "T-shirt (red)", "日本", "?", "x" * 150, "a  b", "men s shirt"]
    rows = [json.loads(one_relation(subject=word)) for word in words]
    relations = [relation for row in rows for relation in row["relations"]]
    for number, relation in enumerate(relations):
        relation["subject_box"] = [number * 100, 0, number * 100 + 50, 50]
    folder = written(tmp_path, "vrd/vrd.jsonl", {"file": "a.jpg", "relations": relations})
    (scene,) = load_dataset("vrd", folder)
    categories = [entity.category for entity in scene.entities if entity.category != "bed"]
    assert categories == words, "they are kept as written"
    assert len({entity.id for entity in scene.entities}) == len(words) + 1
