"""Files in the shapes that other people publish -> scenes, checked; written again, and read by what they read with."""

import contextlib
import io
import json
from pathlib import Path

import PIL.Image
import pytest
from pycocotools.coco import COCO

import nesy
import nesy.experiments
from nesy.interchange import Lost, read, write
from nesy.interchange.formats import of_source
from nesy.scene import Scene, in_words

COCO_FILE = {
    "info": {"year": 2026},
    "licenses": [],
    "images": [{"id": 107, "file_name": "000000000107.jpg", "width": 640, "height": 480, "license": 3}],
    "categories": [
        {"id": 1, "name": "person", "supercategory": "person"},
        {"id": 19, "name": "horse", "supercategory": "animal"},
    ],
    "annotations": [
        {
            "id": 501,
            "image_id": 107,
            "category_id": 1,
            "bbox": [10.5, 20.25, 100.0, 200.0],
            "area": 7007.5,
            "iscrowd": 0,
            "segmentation": [[10.5, 20.25, 110.5, 20.25, 110.5, 220.25]],
        },
        {"id": 502, "image_id": 107, "category_id": 19, "bbox": [50, 100, 600, 379.5], "area": 9, "iscrowd": 0},
        {"id": 503, "image_id": 107, "category_id": 19, "bbox": [0, 0, 5, 5], "area": 9, "iscrowd": 1},
    ],
    "rel_categories": [{"id": 0, "name": "riding", "supercategory": "action"}, {"id": 1, "name": "near"}],
}
PSG_FILE = {
    "data": [
        {
            "file_name": "val2017/000000000042.jpg",
            "width": 640,
            "height": 480,
            "image_id": "42",
            "coco_image_id": "42",
            "pan_seg_file_name": "panoptic_val2017/000000000042.png",
            "annotations": [
                {"bbox": [64, 48, 320, 240], "bbox_mode": 0, "category_id": 0},
                {"bbox": [0, 240, 640, 240], "bbox_mode": 1, "category_id": 2},
            ],
            "segments_info": [
                {"id": 9, "category_id": 0, "iscrowd": 0, "isthing": 1, "area": 500},
                {"id": 10, "category_id": 2, "iscrowd": 0, "isthing": 0, "area": 900},
            ],
            "relations": [[0, 1, 1], [1, 0, 0]],
        }
    ],
    "thing_classes": ["person", "bicycle"],
    "stuff_classes": ["grass-merged"],
    "predicate_classes": ["beside", "walking on"],
    "test_image_ids": ["42"],
}
VG_ROW = {
    "image_id": 2407890,
    "url": "https://cs.stanford.edu/people/rak248/VG_100K/2407890.jpg",
    "width": 800,
    "height": 600,
    "coco_id": None,
    "flickr_id": 1,
    "objects": [
        {
            "object_id": 11,
            "names": ["cat"],
            "x": 80,
            "y": 60,
            "w": 160,
            "h": 120,
            "synsets": ["cat.n.01"],
            "attributes": ["black"],
        },
        {"object_id": 12, "names": ["table", "desk"], "x": 0, "y": 300, "w": 800, "h": 300, "merged_object_ids": [13]},
    ],
    "relationships": [
        {"relationship_id": 5, "predicate": "ON", "subject_id": 11, "object_id": 13, "synsets": ["along.r.01"]},
        {"relationship_id": 6, "predicate": "", "subject_id": 11, "object_id": 12},
    ],
}


def from_file(
    path: Path, content: object, form: str | None = None, **options: object
) -> tuple[list[Scene], dict[str, int]]:
    path.write_text("\n".join(json.dumps(one) for one in content) if path.suffix == ".jsonl" else json.dumps(content))
    lost: list[Lost] = []
    found = list(read(path, form, lost.append, **options))
    return found, {one.what: one.count for one in lost}


def words(scene: Scene) -> list[str]:
    return [in_words(one) for one in scene.claims()]


def loaded(path: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


@pytest.mark.parametrize(
    ("field", "rows"),
    [
        ("relations", [{"subject_id": 501, "predicate_id": 0, "object_id": 502}]),
        ("rel_annotations", [{"id": 0, "image_id": 107, "subject_id": 501, "predicate_id": 0, "object_id": 502}]),
        ("relations", [{"subject": 501, "predicate": "riding", "object": 502}]),
        (
            "relations",
            [
                {"subject_id": 501, "predicate_id": 0, "object_id": 502},
                {"subject_id": 501, "predicate_id": 1, "object_id": 503},
            ],
        ),
    ],
)
def test_a_coco_file_is_read_checked_written_and_read_by_pycocotools(
    field: str, rows: list[object], tmp_path: Path
) -> None:
    (scene,), lost = from_file(tmp_path / "train.json", {**COCO_FILE, field: rows})
    assert words(scene) == ["person_1 is a person", "horse_1 is a horse", "person_1 riding horse_1"]
    assert scene.image.name == "000000000107.jpg" and scene.entities[0].box == pytest.approx(
        (10.5 / 640, 20.25 / 480, 110.5 / 640, 220.25 / 480), abs=1e-6
    )
    assert (
        lost["`segmentation` of annotations"] == 1
        and lost["crowd regions"] == 1
        and lost["parts of boxes beyond the picture, cut off"] == 1
    )
    assert lost.get("relations of crowd regions", 0) == len(rows) - 1
    assert nesy.check(scene).status in ("consistent", "inconsistent")

    assert write([scene], tmp_path / "again.coco.json") == ()
    theirs = loaded(tmp_path / "again.coco.json")
    assert theirs.getImgIds() == [107]
    first, second = theirs.loadAnns(theirs.getAnnIds(imgIds=[107]))
    assert first["bbox"] == pytest.approx([10.5, 20.25, 100, 200], abs=1e-3) and first["area"] == pytest.approx(
        20_000, abs=1
    )
    assert second["bbox"] == pytest.approx([50, 100, 590, 379.5], abs=1e-3)
    assert [one["name"] for one in theirs.loadCats([first["category_id"], second["category_id"]])] == [
        "person",
        "horse",
    ]
    assert theirs.dataset["relations"][0] | {"nesy_id": ""} == {
        "id": 1, "image_id": 107, "subject_id": first["id"], "predicate_id": 1, "object_id": second["id"], "nesy_id": ""
    }  # fmt: skip
    assert theirs.dataset["rel_categories"] == [{"id": 1, "name": "riding"}]


def test_a_psg_row_is_read_and_written_for_the_loader_of_openpsg(tmp_path: Path) -> None:
    (scene,), lost = from_file(tmp_path / "psg.json", PSG_FILE)
    assert words(scene) == [
        "person_1 is a person",
        "grass_merged_1 is a grass-merged",
        "person_1 walking on grass_merged_1",
        "grass_merged_1 beside person_1",
    ]
    assert [one.box for one in scene.entities] == [(0.1, 0.1, 0.5, 0.5), (0.0, 0.5, 1.0, 1.0)]
    assert lost == {"`test_image_ids` of the file": 1, "`coco_image_id` of images": 1, "masks (`segments_info`)": 2}
    assert nesy.check(scene).status in ("consistent", "inconsistent")

    assert write([scene], tmp_path / "again.psg.json") == ()
    data = json.loads((tmp_path / "again.psg.json").read_text())
    names = data["thing_classes"] + data["stuff_classes"]
    # What PanopticSceneGraphDataset of openpsg/datasets/psg.py goes through.
    assert data["test_image_ids"] == []
    for row in data["data"]:
        assert {"file_name", "height", "width", "image_id", "pan_seg_file_name"} <= row.keys()
        for annotation, segment in zip(row["annotations"], row["segments_info"], strict=True):
            left, top, right, bottom = annotation["bbox"]
            assert right > left and bottom > top
            assert names[annotation["category_id"]] == names[segment["category_id"]]
            assert {"id", "iscrowd", "isthing", "area"} <= segment.keys() and segment["isthing"] == 1
        told = [
            (names[row["annotations"][s]["category_id"]], data["predicate_classes"][p]) for s, _, p in row["relations"]
        ]
        assert told == [("person", "walking on"), ("grass-merged", "beside")]


def test_a_row_of_visual_genome_is_read_and_written(tmp_path: Path) -> None:
    (scene,), lost = from_file(tmp_path / "scene_graphs.json", [VG_ROW])
    assert words(scene) == ["cat_1 is a cat", "table_1 is a table", "cat_1 ON table_1"]
    assert scene.image.name == "2407890.jpg" and scene.entities[0].box == (0.1, 0.1, 0.3, 0.3)
    assert scene.entities[0].attributes == ("black",)
    assert lost == {
        "`flickr_id` of images": 1,
        "`synsets` of objects": 1,
        "`synsets` of relationships": 1,
        "further names of objects": 1,
        "relations without a predicate": 1,
    }
    assert nesy.check(scene).status in ("consistent", "inconsistent")
    assert write([scene], tmp_path / "again.vg.json") == ()
    (row,) = json.loads((tmp_path / "again.vg.json").read_text())
    thing = row["objects"][0]
    assert (thing["names"], thing["x"], thing["y"], thing["w"], thing["h"]) == (["cat"], 80, 60, 160, 120)
    assert row["relationships"][0]["subject_id"] == thing["object_id"]


def test_the_folder_of_visual_genome_is_put_together(tmp_path: Path) -> None:
    def thing(number: int, name: str) -> dict[str, object]:
        return {"object_id": number, "name": name, "x": 8, "y": 6, "w": 16, "h": 12, "synsets": []}

    files = {
        "image_data": [{"image_id": 1, "width": 80, "height": 60, "url": "https://x.org/VG_100K_2/1.jpg"}],
        "objects": [{"image_id": 1, "objects": [{**thing(5, ""), "names": ["hat"]}]}],
        "attributes": [
            {"image_id": 1, "attributes": [{**thing(5, ""), "names": ["hat"], "attributes": ["red", "old"]}]}
        ],
        "relationships": [
            {
                "image_id": 1,
                "relationships": [
                    {"relationship_id": 9, "predicate": "wears", "subject": thing(6, "man"), "object": thing(5, "hat")}
                ],
            }
        ],
    }
    for name, rows in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(rows))
    assert of_source(tmp_path).name == "vg-folder"
    (scene,) = read(tmp_path, lost=print)
    assert words(scene) == ["hat_1 is a hat", "man_1 is a man", "man_1 wears hat_1"]
    assert scene.entities[0].attributes == ("red", "old") and scene.entities[1].box == (0.1, 0.1, 0.3, 0.3)
    assert {one.what for one in write([scene], tmp_path / "again", "vg-folder")} == set()
    assert words(next(read(tmp_path / "again"))) == words(scene)


def test_a_file_of_qpic_is_read_with_the_sizes_of_its_pictures(tmp_path: Path) -> None:
    row = {
        "file_name": "HICO_test2015_00000006.jpg",
        "annotations": [{"bbox": [33, 25, 64, 48], "category_id": 1}, {"bbox": [1, 25, 32, 48], "category_id": "15"}],
        "hoi_annotation": [{"subject_id": 0, "object_id": 1, "category_id": 50, "hoi_category_id": 245}],
    }
    PIL.Image.new("RGB", (64, 48)).save(tmp_path / row["file_name"])
    (scene,), lost = from_file(tmp_path / "test_hico.json", [row], images=tmp_path)
    assert words(scene) == ["person_1 is a person", "bench_1 is a bench", "person_1 lie on bench_1"]
    assert scene.entities[0].box == (0.5, 0.5, 1.0, 1.0) and scene.image.width_px == 64 and lost == {}
    (guessed,), lost = from_file(tmp_path / "test_hico.json", [row])
    assert guessed.image.width_px is None and guessed.entities[0].box == (0.5, 0.5, 1.0, 1.0)
    assert list(lost.values()) == [1] and "--images" in next(iter(lost))


def test_v_coco_is_read_of_its_roles_and_cocos_boxes(tmp_path: Path) -> None:
    """Two people; the first sits on a bench and eats a cake with a fork, the second runs."""
    boxes = {
        "images": [{"id": 7, "file_name": "COCO_val2014_000000000007.jpg", "width": 100, "height": 100}],
        "categories": [
            {"id": n, "name": name} for n, name in ((1, "person"), (15, "bench"), (61, "cake"), (48, "fork"))
        ],
        "annotations": [
            {"id": n, "image_id": 7, "category_id": category, "bbox": [n, n, 10, 10], "area": 100, "iscrowd": 0}
            for n, category in ((11, 1), (12, 1), (13, 15), (14, 61), (15, 48))
        ],
    }
    people = {"image_id": [7, 7], "ann_id": [11, 12], "include": []}
    roles = [
        {
            **people,
            "action_name": "sit",
            "role_name": ["agent", "instr"],
            "label": [1, 0],
            "role_object_id": [11, 12, 13, 0],
        },
        {
            **people,
            "action_name": "eat",
            "role_name": ["agent", "obj", "instr"],
            "label": [1, 0],
            "role_object_id": [11, 12, 14, 0, 15, 0],
        },
        {**people, "action_name": "run", "role_name": ["agent"], "label": [0, 1], "role_object_id": [11, 12]},
    ]
    (tmp_path / "instances_vcoco_all_2014.json").write_text(json.dumps(boxes))
    (tmp_path / "vcoco_val.json").write_text(json.dumps(roles))
    lost: list[Lost] = []
    (scene,) = read(tmp_path, lost=lost.append)
    assert words(scene)[5:] == ["person_1 sit on bench_1", "person_1 eat cake_1", "person_1 eat with fork_1"]
    assert [str(one) for one in lost] == ["actions without an object: 1"]
    assert write([scene], tmp_path / "again", "vcoco") == ()
    data = json.loads((tmp_path / "again" / "vcoco.json").read_text())
    eat = next(one for one in data if one["action_name"] == "eat")
    assert len(data) == 26 and eat["role_name"] == ["agent", "obj", "instr"]
    assert len(eat["role_object_id"]) == 3 * len(eat["ann_id"])
    assert loaded(tmp_path / "again" / "instances_vcoco.json").getImgIds() == [7]


def test_v_coco_as_lists_of_boxes_is_read(tmp_path: Path) -> None:
    file = {
        "annotations": [
            {
                "boxes_h": [[0, 0, 50, 100], [0, 0, 50, 100]],
                "boxes_o": [[50, 0, 100, 100], [50, 0, 100, 100]],
                "actions": [0, 1],
                "objects": [2, 2],
                "file_name": "COCO_1.jpg",
            },
            {"boxes_h": [], "boxes_o": [], "actions": [], "objects": [], "file_name": "COCO_2.jpg"},
        ],
        "classes": ["hold obj", "skateboard instr"],
        "objects": ["background", "person", "skateboard"],
        "images": [1, 2],
    }
    (scene, empty), _ = from_file(tmp_path / "instances_vcoco_val.json", file)
    assert words(scene)[2:] == ["person_1 hold skateboard_1", "person_1 ride skateboard_1"]
    assert len(scene.entities) == 2 and empty.entities == ()


def test_rows_of_r1_sgg_are_read(tmp_path: Path) -> None:
    row = {
        "image_id": "2343729",
        "prompt_open": "Generate a graph.",
        "objects": json.dumps(
            [{"id": "person.2", "bbox": [0, 0, 32, 48]}, {"id": "tennis racket.1", "bbox": [32, 24, 64, 48]}]
        ),
        "relationships": json.dumps([{"subject": "person.2", "predicate": "holding", "object": "tennis racket.1"}]),
    }
    PIL.Image.new("RGB", (64, 48)).save(tmp_path / "2343729.jpg")
    (scene,), lost = from_file(tmp_path / "rows.jsonl", [row], images=tmp_path)
    assert words(scene) == [
        "person_2 is a person",
        "tennis_racket_1 is a tennis racket",
        "person_2 holding tennis_racket_1",
    ]
    assert scene.entities[1].box == (0.5, 0.5, 1.0, 1.0) and lost == {"`prompt_open` of rows": 1}
    write([scene], tmp_path / "again.r1.jsonl")
    again = json.loads((tmp_path / "again.r1.jsonl").read_text())
    assert [one["id"] for one in json.loads(again["objects"])] == ["person.2", "tennis racket.1"]


def test_vrd_is_read_with_its_order_of_edges(tmp_path: Path) -> None:
    ends = {"subject": {"category": 0, "bbox": [10, 40, 20, 60]}, "object": {"category": 1, "bbox": [0, 80, 0, 100]}}
    (tmp_path / "objects.json").write_text('["person", "street"]')
    (tmp_path / "predicates.json").write_text('["on", "near"]')
    (tmp_path / "annotations_test.json").write_text(json.dumps({"1.jpg": [{"predicate": 1, **ends}], "2.jpg": []}))
    scene, empty = read(tmp_path, lost=lambda _: None)
    assert words(scene)[2:] == ["person_1 near street_1"] and empty.image.name == "2.jpg"
    assert scene.entities[0].box == (0.2, 0.125, 0.6, 0.5)


DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize("name", ["hicodet/hicodet.jsonl", "vcoco/trainval.jsonl", "vrd/vrd.jsonl"])
def test_published_rows_are_the_scenes_of_the_data_set(name: str) -> None:
    if not (DATA / name).is_file():
        pytest.skip(f"{DATA / name} is not here")
    lost: list[Lost] = []
    found = list(read(DATA / name, "pairs", lost.append))
    gold = list(nesy.experiments.load_dataset(name.split("/")[0], DATA))
    assert len(found) == len(gold) and sum(bool(one.relations) for one in found) > 100


def test_ids_of_coco_may_be_texts(tmp_path: Path) -> None:
    """As tools with ids of their own write them, or pandas whole numbers with a point."""

    def as_text(row: dict[str, object]) -> dict[str, object]:
        return {key: f"n{value}" if key.endswith("id") else value for key, value in row.items()}

    def with_point(row: dict[str, object]) -> dict[str, object]:
        return {key: float(str(value)) if key.endswith("id") else value for key, value in row.items()}

    related = {**COCO_FILE, "relations": [{"subject_id": 501, "predicate_id": 0, "object_id": 502}]}
    scenes = []
    for number, change in enumerate((dict, as_text, with_point)):
        lists = {name: [change(row) for row in rows] for name, rows in related.items() if isinstance(rows, list)}
        path = tmp_path / f"{number}.coco.json"
        path.write_text(json.dumps(lists))
        scenes.append(list(read(path, lost=lambda _: None)))
    assert scenes[0] == scenes[1] == scenes[2] and scenes[0][0].relations[0].predicate == "riding"


def test_of_a_psg_file_with_masks_alone_the_segments_are_the_things(tmp_path: Path) -> None:
    row = {key: value for key, value in PSG_FILE["data"][0].items() if key != "annotations"}
    path = tmp_path / "pan.psg.json"
    path.write_text(json.dumps({**PSG_FILE, "data": [row]}))
    lost: list[Lost] = []
    (scene,) = read(path, lost=lost.append)
    (whole,) = _read_psg(tmp_path)
    assert [one.id for one in scene.entities] == [one.id for one in whole.entities]
    assert scene.relations == whole.relations and not any(one.box for one in scene.entities)
    assert Lost("boxes (`annotations`), which the file does not tell", 2) in lost


def _read_psg(folder: Path) -> list[Scene]:
    path = folder / "whole.psg.json"
    path.write_text(json.dumps(PSG_FILE))
    return list(read(path, lost=lambda _: None))


def test_the_first_edition_of_visual_genome_has_other_names_of_ids(tmp_path: Path) -> None:
    side = {"x": 1, "y": 2, "w": 30, "h": 40}
    man, horse = {"id": 7, "names": ["man"], **side}, {"id": 8, "name": "horse", **side}
    row = {"id": 3, "objects": [man], "relationships": [{"predicate": "on", "subject": man, "object": horse}]}
    path = tmp_path / "old.json"
    path.write_text(json.dumps([row]))
    (scene,) = read(path, lost=lambda _: None)
    assert scene.image is not None and scene.image.name == "3.jpg"
    assert [(one.subject, one.object) for one in scene.relations] == [("man_1", "horse_1")]
