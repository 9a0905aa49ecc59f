"""Files that are broken or hostile: one clear line that names the file, the list and the row."""

import copy
import gzip
import json
from pathlib import Path

import pytest

from nesy.errors import InputError
from nesy.interchange import read, write
from nesy.interchange.formats import of_source, of_target
from nesy.scene import Scene

THING = {"id": 11, "image_id": 7, "category_id": 1, "bbox": [20, 10, 60, 80]}
COCO = {
    "images": [{"id": 7, "file_name": "a.png", "width": 200, "height": 100}],
    "categories": [{"id": 1, "name": "person"}],
    "annotations": [THING, {**THING, "id": 12}],
    "rel_categories": [{"id": 5, "name": "beside"}],
    "relations": [{"subject_id": 11, "predicate_id": 5, "object_id": 12}],
}
PSG = {
    "data": [
        {
            "file_name": "a.png", "width": 200, "height": 100, "image_id": "1", "relations": [[0, 0, 0]],
            "annotations": [{"bbox": [0, 0, 9, 9], "bbox_mode": 0, "category_id": 0}], "segments_info": [],
        }
    ],
    "thing_classes": ["person"], "stuff_classes": [], "predicate_classes": ["beside"],
}  # fmt: skip
VG = {
    "image_id": 1, "width": 200, "height": 100,
    "objects": [{"object_id": 3, "names": ["cup"], "x": 0, "y": 0, "w": 9, "h": 9}],
    "relationships": [{"predicate": "on", "subject_id": 3, "object_id": 3}],
}  # fmt: skip
QPIC = {
    "file_name": "HICO_1.jpg",
    "annotations": [{"bbox": [1, 1, 9, 9], "category_id": 1}],
    "hoi_annotation": [{"subject_id": 0, "object_id": 0, "category_id": 1}],
}
R1 = {"image_id": 1, "objects": [{"id": "cup.1", "bbox": [0, 0, 9, 9]}], "relationships": []}
LOOSE = {"subject": "cup.1", "predicate": "on", "object": "x.1"}
HICO = {
    "annotation": [{"boxes_h": [[1, 1, 9, 9]], "boxes_o": [[1, 1, 9, 9]], "hoi": [0], "object": [0], "verb": [0]}],
    "filenames": ["HICO_1.jpg"], "size": [[20, 20]], "objects": ["cup"], "verbs": ["hold"],
}  # fmt: skip


def changed(content: object, at: tuple[object, ...], value: object) -> object:
    found = copy.deepcopy(content)
    row = found
    for step in at[:-1]:
        row = row[step]  # type: ignore[index]
    row[at[-1]] = value  # type: ignore[index]
    return found


def refused(path: Path, form: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        list(read(path, form, lost=lambda _: None))
    told = str(caught.value)
    assert "\n" not in told and path.name in told
    return told


@pytest.mark.parametrize(
    ("form", "content", "at", "value", "told"),
    [
        ("coco", COCO, ("annotations", 1, "id"), 1.5, "annotations[1]: id: a whole number"),
        ("coco", COCO, ("annotations", 1, "id"), True, "annotations[1]: id: a whole number"),
        ("coco", COCO, ("annotations", 1, "id"), 11, "annotations[1]: the id 11 stands twice"),
        ("coco", COCO, ("images",), COCO["images"] * 2, "images[1]: the id 7 stands twice"),  # type: ignore[operator]
        ("coco", COCO, ("annotations", 1, "bbox"), [0, 0, 1e400, 1], "Infinity is no number of JSON"),
        ("coco", COCO, ("annotations", 1, "bbox"), [0, 0, -5, 1], "annotations[1]: bbox: [0, 0, -5, 1] is turned"),
        ("coco", COCO, ("annotations", 1, "bbox"), ["0", 0, 5, 1], "annotations[1]: bbox: left, top, width"),
        ("coco", COCO, ("annotations", 1, "score"), 1.5, "annotations[1]: confidence"),
        ("coco", COCO, ("annotations", 1, "attributes"), 3, "annotations[1]: attributes: a list"),
        ("coco", COCO, ("annotations", 1, "nesy_id"), "a b", "annotations[1]: id"),
        ("coco", COCO, ("annotations", 1, "nesy_id"), ["a"], "annotations[1]: nesy_id: a text"),
        ("coco", COCO, ("annotations", 1), None, "annotations[1]: must be a JSON object"),
        ("coco", COCO, ("relations", 0, "object_id"), 99, "relations[0]: its ends are no two annotations"),
        ("coco", COCO, ("relations", 0, "predicate_id"), 6, "relations[0]: predicate"),
        ("coco", COCO, ("relations", 0, "predicate_id"), True, "relations[0]: predicate"),
        ("coco", COCO, ("rel_annotations",), [], "both relations and rel_annotations"),
        ("coco", COCO, ("categories", 0, "name"), " ", "categories[0]: name"),
        ("coco", COCO, ("categories", 0, "name"), "x" * 300, "annotations[0]: category"),
        ("coco", COCO, ("images", 0, "width"), 0, "images[0]: width"),
        ("psg", PSG, ("data", 0, "relations", 0), [0, 1, 0], "data[0]: relations[0]: an end: 1 is no place"),
        ("psg", PSG, ("data", 0, "relations", 0), [0, True, 0], "data[0]: relations[0]: an end"),
        ("psg", PSG, ("data", 0, "relations", 0), [0, 0, 4], "data[0]: relations[0]: the predicate: 4"),
        ("psg", PSG, ("data", 0, "relations", 0), {"s": 0}, "data[0]: relations[0]: [subject, object, predicate]"),
        ("psg", PSG, ("data", 0, "annotations", 0, "bbox_mode"), 2, "data[0]: annotations[0]: bbox_mode"),
        ("psg", PSG, ("data", 0, "annotations", 0, "bbox"), [9, 0, 0, 9], "annotations[0]: bbox: [9, 0, 0, 9]"),
        ("psg", PSG, ("data", 0, "annotations", 0, "category_id"), -1, "data[0]: annotations[0]: category_id: -1"),
        ("psg", PSG, ("predicate_classes",), "beside", "predicate_classes: a list of words"),
        ("psg", PSG, ("data", 0), 3, "data[0]: must be a JSON object"),
        ("vg", [VG], (0, "relationships", 0, "subject_id"), 4, "[0]: relationships[0]: subject_id: 4 is no object"),
        ("vg", [VG], (0, "relationships", 0, "subject_id"), [4], "[0]: relationships[0]: subject_id: a number"),
        ("vg", [VG], (0, "objects", 0, "w"), -1, "[0]: objects[0]: x, y, w, h"),
        ("vg", [VG], (0, "objects", 0, "names"), "cup", "[0]: names: a list of words"),
        ("vg", [VG], (0, "objects"), VG["objects"] * 2, "[0]: the object_id 3 stands twice"),  # type: ignore[operator]
        ("hico-qpic", [QPIC], (0, "hoi_annotation", 0, "object_id"), 1, "hoi_annotation[0]: object_id: 1 is no"),
        ("hico-qpic", [QPIC], (0, "hoi_annotation", 0, "category_id"), 118, "[0]: hoi_annotation[0]: 118 is no verb"),
        ("hico-qpic", [QPIC], (0, "annotations", 0, "category_id"), 12, "annotations[0]: 12 is no category of"),
        ("vcoco-qpic", [QPIC], (0, "hoi_annotation", 0, "category_id"), 29, "[0]: hoi_annotation[0]: category_id: 29"),
        ("r1-sgg", [R1], (0, "objects"), '[{"id": "cup.1"}]', "[0]: objects[0]: the field 'bbox' is missing"),
        ("r1-sgg", [R1], (0, "objects"), "[{", "[0]: objects: is no JSON"),
        ("r1-sgg", [R1], (0, "relationships"), [LOOSE], "relationships[0]: object: 'x.1' is no object"),
        ("hico", HICO, ("annotation", 0, "verb"), [1], "annotation[0]: verb: 1 is no place"),
        ("hico", HICO, ("annotation", 0, "verb"), [], "annotation[0]: boxes_h, boxes_o, verb, object: lists of"),
        ("hico", HICO, ("filenames",), [], "of different lengths"),
        ("hico", HICO, ("filenames",), [3], "annotation[0]: a file name"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_told(
    form: str, content: object, at: tuple[object, ...], value: object, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(content))
    assert list(read(file, form, lost=lambda _: None))
    file.write_text(json.dumps(changed(content, at, value)))
    assert told in refused(file, form)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"[" * 100_000, "is nested deeper"),
        (b'{"images": [], "images": [], "annotations": [], "categories": []}', "'images' stands twice"),
        (b'{"images": [{"id": NaN}], "annotations": [], "categories": []}', "NaN is no number"),
        (b'{"images": [], "annotations": [], "categories": []', "is no JSON (Expecting"),
        ('{"images": "größe"}'.encode("latin-1"), "bad.json"),
        (gzip.compress(b"{}"), "packed (gzip)"),
        (b"PK\x03\x04....", "packed (zip)"),
        (b"\x89PNG\r\n\x1a\n", "bad.json"),
        (b"hello", "not clear in which format"),
        (b'{"schema": "nesy.verdict/1"}', "not clear in which format"),
        (b"[1, 2, 3]", "not clear in which format"),
        (b"null", "not clear in which format"),
        (json.dumps(COCO).replace("[20, 10,", "[1e400, 10,").encode(), "annotations[0]: bbox"),
    ],
)
def test_what_is_no_such_file_is_told(data: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(data)
    assert told in refused(tmp_path / "bad.json")
    for form in ("psg", "vg", "hico", "hico-qpic", "vcoco-pairs", "r1-sgg", "scenes"):
        refused(tmp_path / "bad.json", form)


def test_a_file_in_utf_16_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(json.dumps(COCO).encode("utf-16"))
    assert len(next(read(tmp_path / "a.json", lost=print)).entities) == 2


def test_what_is_not_there_or_of_the_wrong_kind_is_told(tmp_path: Path) -> None:
    for form in (None, "coco", "scenes"):
        refused(tmp_path / "none.json", form)
    with pytest.raises(InputError, match="a folder is expected of vrd"):
        (tmp_path / "a.json").write_text("{}")
        list(read(tmp_path / "a.json", "vrd"))
    with pytest.raises(InputError, match="no format 'cocoa'; there are: scene, scenes, coco"):
        list(read(tmp_path / "a.json", "cocoa"))
    with pytest.raises(InputError, match=r"its ending tells no format; --to says it"):
        of_target(tmp_path / "a.docx")
    with pytest.raises(InputError, match="--from says it"):
        of_source(tmp_path)


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield Scene(entities=())
        raise InputError("the second scene is none")

    for form, name in (("scenes", "a.jsonl"), ("coco", "a.coco.json"), ("vrd", "folder")):
        with pytest.raises(InputError, match="the second scene is none"):
            write(broken(), tmp_path / name, form)
        with pytest.raises(InputError, match="the folder does not exist"):
            write([], tmp_path / "nowhere" / name, form)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays_unless_it_may_be_replaced(tmp_path: Path) -> None:
    file, scene = tmp_path / "a.jsonl", Scene(entities=())
    write([scene], file)
    with pytest.raises(InputError, match="is there already"):
        write([scene, scene], file)
    write([scene, scene], file, overwrite=True)
    assert len(file.read_text().splitlines()) == 2
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "own.txt").write_text("mine")
    write([], tmp_path / "f", "vrd", overwrite=True)
    assert (tmp_path / "f" / "own.txt").read_text() == "mine" and (tmp_path / "f" / "objects.json").exists()
    with pytest.raises(InputError, match="a folder has this name"):
        write([], tmp_path / "f", "scenes", overwrite=True)


def test_lines_are_read_and_written_one_at_a_time(tmp_path: Path) -> None:
    """Each scene is written before the next is asked for, so that no more than one is held."""
    many, held = tmp_path / "many.jsonl", []

    def scenes():  # type: ignore[no-untyped-def]
        for _ in range(500):
            held.append(max((one.stat().st_size for one in tmp_path.rglob("many.jsonl")), default=0))
            yield Scene.model_validate({"entities": [{"category": "cup" * 30}] * 20})

    write(scenes(), many)
    assert len(set(held)) > 50 and held[-1] > many.stat().st_size * 0.9
    lines = read(many)
    assert next(lines).entities[0].category == "cup" * 30
    many.write_text("gone")  # a reader that had read on would hold the others
    lines.close()  # type: ignore[attr-defined]
