"""Files of data sets as tools vary them: other numbers, no boxes, masks that are gone; and of which set a file is."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from nesy.errors import InputError
from nesy.interchange import Lost, read
from nesy.interchange.formats import of_source
from nesy.scene import Scene
from tests.interchange import published_files
from tests.interchange.test_files_of_others import PSG_FILE, VG_ROW, from_file, words

CUPS: dict[str, Any] = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 8}],
    "categories": [{"id": 1, "name": "cup"}],
}


def cups(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    annotations = [{"id": n, "image_id": 1, "category_id": 1, **row} for n, row in enumerate(rows, 1)]
    return {**CUPS, "annotations": annotations, **more}


def folder(path: Path, lost: list[Lost]) -> list[Scene]:
    return list(read(path, None, lost.append))


# --- COCO ---


@pytest.mark.parametrize("missing", [{}, {"bbox": None}, {"bbox": []}])
@pytest.mark.parametrize(
    "region",
    [[[3, 2, 7, 2, 7, 5, 3, 5]], {"size": [8, 10], "counts": [26, 3, 5, 3, 5, 3, 5, 3, 27]}],
)
def test_the_box_follows_from_what_is_segmented(missing: dict[str, Any], region: object, tmp_path: Path) -> None:
    (scene,), lost = from_file(tmp_path / "a.json", cups({**missing, "segmentation": region}))
    assert scene.entities[0].box == (0.3, 0.25, 0.7, 0.625)
    assert lost == {"masks, but for their boxes": 1}


def test_a_thing_with_neither_box_nor_region_stays_and_is_told(tmp_path: Path) -> None:
    (scene,), lost = from_file(tmp_path / "a.json", cups({"segmentation": []}, {"bbox": [1, 1, 2, 2]}))
    assert [one.box is None for one in scene.entities] == [True, False]
    assert lost == {"boxes, of annotations without bbox and segmentation": 1}


@pytest.mark.parametrize(("one", "other"), [("1", 1), (1, "1"), (1.0, "1"), ("a", "a")])
def test_ids_are_the_same_however_they_are_written(one: object, other: object, tmp_path: Path) -> None:
    annotation = {"id": one, "image_id": one, "category_id": one, "bbox": [1, 1, 2, 2]}
    data = {
        "images": [{**CUPS["images"][0], "id": other}],
        "categories": [{"id": other, "name": "cup"}],
        "annotations": [annotation, {**annotation, "id": 2.0}],
        "rel_categories": [{"id": other, "name": "on"}],
        "relations": [{"subject_id": other, "predicate_id": one, "object_id": "2"}],
    }
    (scene,), _ = from_file(tmp_path / "a.json", data)
    assert words(scene)[-1] == "cup_1 on cup_2"


def test_a_crowd_is_one_however_that_is_written(tmp_path: Path) -> None:
    box = {"bbox": [1, 1, 2, 2]}
    marks = [1, True, "1", 1.0, 0, "0", None, False]
    (scene,), lost = from_file(tmp_path / "a.json", cups(*({**box, "iscrowd": mark} for mark in marks)))
    assert len(scene.entities) == 4 and lost == {"crowd regions": 4}
    with pytest.raises(InputError, match=r"annotations\[0\]: iscrowd: 0 or 1 is expected, got 'yes'"):
        from_file(tmp_path / "a.json", cups({**box, "iscrowd": "yes"}))


def test_a_size_that_is_not_told_is_read_of_the_picture(tmp_path: Path) -> None:
    data = cups({"bbox": [1, 1, 2, 2]}, images=[{"id": 1, "file_name": "a.png", "width": None}])
    with pytest.raises(InputError, match=r"images\[0\]: width and height are not told; --images DIR"):
        from_file(tmp_path / "a.json", data)
    PIL.Image.new("RGB", (10, 8)).save(tmp_path / "a.png")
    (scene,), _ = from_file(tmp_path / "a.json", data, images=tmp_path)
    assert scene.image is not None and scene.image.width_px == 10 and scene.entities[0].box == (0.1, 0.125, 0.3, 0.375)


def test_segments_of_panoptic_coco_are_things(tmp_path: Path) -> None:
    person, crowd, grass = (
        {"id": colour, "category_id": category, "iscrowd": crowd, "bbox": [1, 1, 2, 2], "area": 4}
        for colour, category, crowd in ((3937500, 1, 0), (9, 1, 1), (9, 193, 0))
    )
    data = {
        **CUPS,
        "images": [{**CUPS["images"][0], "id": n} for n in (1, 2)],
        "categories": [
            {"id": 1, "name": "person", "isthing": 1, "supercategory": "person"},
            {"id": 193, "name": "grass-merged", "isthing": 0},
        ],
        "annotations": [
            {"image_id": 1, "file_name": "a.png", "segments_info": [person, crowd]},
            {"image_id": 2, "file_name": "b.png", "segments_info": [grass]},
        ],
    }
    scenes, lost = from_file(tmp_path / "panoptic_val2017.json", data)
    assert [words(one) for one in scenes] == [["person_1 is a person"], ["grass_merged_1 is a grass-merged"]]
    assert lost["crowd regions"] == 1 and lost["masks (`file_name` of annotations)"] == 2
    data["annotations"][0]["segments_info"] = [person, 3]
    with pytest.raises(InputError, match=r"annotations\[0\]: segments_info\[1\]: must be a JSON object"):
        from_file(tmp_path / "panoptic_val2017.json", data)
    data["annotations"][0]["segments_info"] = [{**person, "category_id": 7}]
    with pytest.raises(InputError, match=r"annotations\[0\]: category_id 7 is no category of the file"):
        from_file(tmp_path / "panoptic_val2017.json", data)


# --- PSG, Visual Genome, Open Images, Action Genome, V-COCO ---


def test_segments_of_psg_have_the_boxes_that_they_tell(tmp_path: Path) -> None:
    row = {**PSG_FILE["data"][0], "relations": [[0.0, 1.0, 0.0]]}
    del row["annotations"]
    row["segments_info"] = [{**one, "bbox": [64, 48, 64, 48]} for one in row["segments_info"][:1]] + [
        row["segments_info"][1]
    ]
    (scene,), lost = from_file(tmp_path / "psg.json", {**PSG_FILE, "data": [row]})
    assert [one.box for one in scene.entities] == [(0.1, 0.1, 0.2, 0.2), None] and len(scene.relations) == 1
    assert lost["boxes (`annotations`), which the file does not tell"] == 1


def test_attributes_of_a_merged_object_are_those_of_what_it_became(tmp_path: Path) -> None:
    cat, table = VG_ROW["objects"]
    said = [
        {"object_id": 12, "names": ["table"], "attributes": ["wooden"]},
        {"object_id": 13, "attributes": ["long", "wooden"]},
        {"object_id": 99, "attributes": ["red"]},
    ]
    (scene,), lost = from_file(tmp_path / "a.vg.json", [{**VG_ROW, "objects": [cat, table], "attributes": said}])
    assert [one.attributes for one in scene.entities] == [("black",), ("wooden", "long")]
    assert words(scene)[-1] == "cat_1 ON table_1", "an end that became another's is that"
    assert lost["attributes of objects that are not there"] == 1


@pytest.mark.parametrize(
    ("mark", "is_group"), [("1", True), ("1.0", True), ("True", True), ("0", False), ("-1", False)]
)
def test_groups_of_open_images_however_they_are_marked(mark: str, is_group: bool, tmp_path: Path) -> None:
    file = published_files.open_images(tmp_path) / "validation-annotations-bbox.csv"
    text = file.read_text().replace("0.1,0.5,0.1,0.9,0,0,0,0,0", f"0.1,0.5,0.1,0.9,0,0,{mark},0,0")
    file.write_text(text)
    lost: list[Lost] = []
    (scene,) = folder(tmp_path, lost)
    assert ("man_1" in {one.id for one in scene.entities}) is not is_group
    file.write_text(text.replace(f"0,0,{mark},0,0", "0,0,perhaps,0,0"))
    with pytest.raises(InputError, match=r"bbox.csv:2: IsGroupOf: 1, 0 or -1 is expected, got 'perhaps'"):
        folder(tmp_path, lost)


def test_words_of_open_images_may_hold_commas_and_numbers_may_be_missing(tmp_path: Path) -> None:
    published_files.open_images(tmp_path)
    classes = tmp_path / "class-descriptions-boxable.csv"
    classes.write_text(classes.read_text().replace("Guitar", '"Guitar, acoustic"'))
    (scene,) = folder(tmp_path, [])
    assert "Guitar, acoustic" in {one.category for one in scene.entities}
    boxes = tmp_path / "validation-annotations-bbox.csv"
    boxes.write_text(boxes.read_text().replace("0.1,0.5,0.1,0.9", ",0.5,0.1,0.9"))
    with pytest.raises(InputError, match=r"bbox.csv:2: XMin: a share of the picture is expected, got ''"):
        folder(tmp_path, [])


@pytest.mark.parametrize("box", [None, (), (None,) * 4, (float("nan"),) * 4])
def test_a_visible_object_of_action_genome_without_a_box_stays(box: object, tmp_path: Path) -> None:
    cup = {"class": "cup", "bbox": box, "visible": True, "contacting_relationship": ["holding"]}
    person = {"bbox": np.full((1, 4), np.nan, dtype=np.float32), "bbox_size": (200, 200)}
    published_files.action_genome(
        tmp_path, objects={published_files.FRAME: [cup]}, people={published_files.FRAME: person}
    )
    lost: list[Lost] = []
    (scene,) = folder(tmp_path, lost)
    assert words(scene)[-1] == "person_1 holding cup_1" and [one.box for one in scene.entities] == [None, None]
    assert [str(one) for one in lost] == ["boxes of objects, which the file does not tell: 1"]


def test_vcoco_may_have_people_who_do_nothing_to_anything(tmp_path: Path) -> None:
    boxes = {**CUPS, "categories": [{"id": 1, "name": "person"}]}
    boxes["annotations"] = [{"id": 11, "image_id": "1", "category_id": 1, "bbox": [1, 1, 2, 2]}]
    boxes["images"] = [{**CUPS["images"][0], "id": "1"}]
    roles = [
        {"action_name": "walk", "role_name": ["agent"], "role_object_id": [11.0]},
        {"action_name": "hold", "role_name": ["agent", "obj"], "role_object_id": [11, 0]},
    ]
    told = [{**one, "image_id": [1.0], "ann_id": [11], "label": [1]} for one in roles]
    (tmp_path / "vcoco_test.json").write_text(json.dumps(told))
    (tmp_path / "instances_vcoco_all_2014.json").write_text(json.dumps(boxes))
    lost: list[Lost] = []
    (scene,) = folder(tmp_path, lost)
    assert words(scene) == ["person_1 is a person"]
    assert [str(one) for one in lost] == ["actions without an object: 2"]


# --- HICO-DET and V-COCO as PPDM and QPIC have them ---

RIDE, RIDE_IN_VCOCO = 77, 3


@pytest.mark.parametrize(
    ("name", "interaction", "form"),
    [
        ("7.jpg", {"category_id": 1, "object_id": 1, "hoi_category_id": 1}, "hico-qpic"),
        ("COCO_val2014_7.jpg", {"category_id": RIDE, "object_id": 1}, "hico-qpic"),
        ("HICO_test2015_7.jpg", {"category_id": 1, "object_id": -1}, "vcoco-qpic"),
        ("7.jpg", {"category_id": 0, "object_id": "1"}, "vcoco-qpic"),
        ("COCO_val2014_7.jpg", {"category_id": RIDE_IN_VCOCO, "object_id": 1}, "vcoco-qpic"),
        ("HICO_test2015_7.jpg", {"category_id": RIDE_IN_VCOCO, "object_id": 1}, "hico-qpic"),
        ("7.jpg", {"category_id": RIDE_IN_VCOCO, "object_id": 1}, "vcoco-qpic"),
        ("7.jpg", {"category_id": 13, "object_id": 1}, None),
    ],
)
def test_hico_and_vcoco_are_told_apart_by_content(
    name: str, interaction: dict[str, Any], form: str | None, tmp_path: Path
) -> None:
    """A horse is ridden: with V-COCO's number HICO-DET would call it another thing, which nobody does to a horse."""
    things = [{"bbox": [1, 1, 9, 9], "category_id": number} for number in (1, 19)]
    row = {"file_name": name, "annotations": things, "hoi_annotation": [{"subject_id": 0, **interaction}]}
    file = tmp_path / "train.json"
    file.write_text(json.dumps([row]))
    if form is None:
        with pytest.raises(InputError, match="not clear in which format it is; --from says it"):
            of_source(file)
    else:
        assert of_source(file).name == form
