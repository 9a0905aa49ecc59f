"""What data sets tell beside scenes: what they list in full, doubt or deny, and the split; files as published."""

import json
import pickle
import pickletools
import sys
from pathlib import Path

import numpy as np
import pytest

from nesy.errors import InputError
from nesy.interchange import Lost, read
from nesy.interchange.conversion import read_labels
from nesy.interchange.formats import of_source
from nesy.interchange.labels import Denied, Labels
from nesy.interchange.plain_pickle import PlainArray, load
from nesy.scene import in_words
from tests.interchange import published_files


def told(path: Path, form: str | None = None) -> tuple[list[Labels], dict[str, int]]:
    lost: list[Lost] = []
    found = list(read_labels(path, form, lost.append))
    return found, {one.what: one.count for one in lost}


def words(one: Labels) -> list[str]:
    return [in_words(claim) for claim in one.scene.claims()]


def test_psg_lists_what_it_segments_and_tells_what_is_for_testing(tmp_path: Path) -> None:
    found, lost = told(published_files.psg(tmp_path))
    assert [sorted(one.splits) for one in found] == [["train"], ["test"], ["train"]]
    assert found[0].whole == {"person", "bicycle", "grass-merged"} and found[2].whole == {"person", "grass-merged"}
    assert "`test_image_ids` of the file" not in lost
    file = tmp_path / "psg.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "test_image_ids": {"2": 1}}))
    with pytest.raises(InputError, match="test_image_ids: a list"):
        told(file)


def test_vg150_is_read_from_its_tables(tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="nesy[vg150] is not installed")
    folder = published_files.vg150(tmp_path / "vg")
    assert of_source(folder).name == "vg150"
    (ride, cat), lost = told(folder)
    assert words(ride) == ["man_1 is a man", "horse_1 is a horse", "man_1 riding horse_1"]
    assert words(cat) == ["cat_1 is a cat", "table_1 is a table", "cat_1 under table_1"]
    assert cat.scene.entities[0].attributes == ("black",)
    assert ride.scene.image is not None and ride.scene.image.name == "1.jpg" and ride.scene.image.width_px == 800
    # 1024 stands for 800: (256 - 128) / 1024 of the width, (256 - 192) / 768 of the height
    assert ride.scene.entities[0].box == pytest.approx((0.125, 1 / 12, 0.375, 7 / 12), abs=1e-6)
    assert cat.scene.image is not None and cat.scene.image.name == "3.jpg"  # 1592 is one of the damaged
    assert (ride.splits, cat.splits, ride.whole) == ({"train"}, {"test"}, frozenset())
    assert lost == {"images without an object": 1, "relations said twice": 1}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"labels": [[1], [2], [3], [9]]}, "9 is the number of no word"),
        ({"relationships": [[0, 1], [0, 2], [2, 3]]}, "the object 2 of a relation is none of its image"),
        ({"img_to_last_box": [1, -1, 9]}, "rows 2 to 9 of a box"),
        ({"predicates": None}, "predicates is missing, or a link"),
        (
            {"split": [0, 2]}
            | {f"img_to_{end}_{kind}": [0, 2] for end in ("first", "last") for kind in ("box", "rel")},
            "not of the same images",
        ),
        ({"predicates": [[1]]}, "not of the lengths"),
        ({"labels": "words"}, "labels: a table of numbers"),
    ],
)
def test_tables_that_are_none_of_vg150_are_refused(changes: dict[str, object], what: str, tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="nesy[vg150] is not installed")
    with pytest.raises(InputError) as caught:
        told(published_files.vg150(tmp_path, **changes))
    assert what in str(caught.value) and "\n" not in str(caught.value)


def test_a_table_that_lies_in_another_file_is_not_read(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="nesy[vg150] is not installed")
    with h5py.File(tmp_path / "secret.hdf", "w") as secret:
        secret["x"] = np.array([[1], [2], [3], [4]])
    link = h5py.ExternalLink(str(tmp_path / "secret.hdf"), "x")
    with pytest.raises(InputError, match="labels is missing, or a link to elsewhere"):
        told(published_files.vg150(tmp_path / "vg", labels=link))
    (tmp_path / "vg" / "VG-SGG-with-attri.h5").write_bytes(b"\x89HDF\r\n\x1a\nnothing")
    with pytest.raises(InputError, match="no HDF5 file of VG150, or damaged"):
        told(tmp_path / "vg")


def test_open_images_tells_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    folder = published_files.open_images(tmp_path)
    assert of_source(folder).name == "open-images"
    (found,), lost = told(folder)
    assert words(found) == ["man_1 is a Man", "guitar_1 is a Guitar", "guitar_2 is a Guitar", "man_1 holds guitar_1"]
    assert found.scene.entities[1].attributes == ("wooden",)
    assert found.whole == {"Man", "Guitar", "Dog"} and [one.category for one in found.unsure] == ["Person"]
    assert found.splits == {"validation"} and lost["pictures with boxes and without relationships"] == 1
    (folder / "oidv6-validation-annotations-vrd.csv").unlink()
    boxed, _ = told(folder)
    assert [len(one.scene.entities) for one in boxed] == [3, 1] and boxed[1].whole == {"Dog", "Man"}


@pytest.mark.parametrize(
    ("file", "line", "what"),
    [
        ("oidv6-validation-annotations-vrd.csv", "00a1,/m/04yx4,/m/0342h,0.5,0.1,0.1,0.9,0,1,0,1,at", ":4: XMin1"),
        ("validation-annotations-bbox.csv", "00a1,/m/04yx4", ":7: 13 columns are expected, there are 2"),
        ("validation-annotations-bbox.csv", "../x,a,/m/04yx4,1,0,1,0,1,0,0,0,0,0", ":7: ImageID"),
        ("validation-annotations-bbox.csv", "00a1,a,/m/04yx4,1,0,nan,0,1,0,0,0,0,0", ":7: XMax"),
        ("oidv6-validation-annotations-vrd.csv", "00a1,/m/9,/m/0342h,0,1,0,1,0,1,0,1,at", "'/m/9' has no words"),
    ],
)
def test_a_bad_line_of_open_images_is_told(file: str, line: str, what: str, tmp_path: Path) -> None:
    path = published_files.open_images(tmp_path) / file
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InputError) as caught:
        told(tmp_path)
    assert what in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_action_genome_is_read_whatever_the_protocol(protocol: int, tmp_path: Path) -> None:
    (found,), lost = told(published_files.action_genome(tmp_path, protocol))
    assert of_source(tmp_path).name == "action-genome"
    assert words(found) == [
        "person_1 is a person",
        "cup_1 is a cup",
        "table_1 is a table",
        "cup_1 in_front_of person_1",
        "person_1 holding cup_1",
        "table_1 on_the_side_of person_1",
        "table_1 beneath person_1",
    ]
    assert [one.box for one in found.scene.entities] == [
        (0.1, 0.05, 0.6, 0.95),
        (0.5, 0.25, 0.6, 0.45),
        (0.0, 0.75, 1.0, 1.0),
    ]
    assert found.denied == (
        Denied("person_1", "looking_at", "cup_1"),
        Denied("person_1", "touching", "table_1"),
    )
    assert found.splits == {"test"} and lost["objects that are not visible"] == 1
    assert found.scene.image is not None and found.scene.image.name == published_files.FRAME
    assert len(list(read(tmp_path, lost=lambda _: None))) == 1


class Runs:
    """An object whose pickle calls a function."""

    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> object:
        return self.call[0], self.call[1:]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (pickle.dumps(Runs(print, "RUN")), "builtins.print"),
        (pickle.dumps(Runs(eval, "print('RUN')")), "builtins.eval"),
        (pickle.dumps(Runs(Path, "x")), "pathlib."),
        (pickle.dumps(np.array([Runs(print, "RUN")], dtype=object)), "asks for"),
        (pickle.dumps(np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")])), "asks for an array"),
        (b"cos\nsystem\n(S'echo RUN'\ntR.", "posix.system|os.system"),
        (b"Ppersistent\n.", "something outside of the file"),
        (b"cnumpy\ndtype\n}S'_make'\nNsb.", "damaged|asks for"),
        (b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.", "no pickle of plain values, or damaged"),
        (b"", "no pickle of plain values, or damaged"),
        (b"not a pickle at all", "no pickle of plain values, or damaged"),
        (pickle.dumps({"a": [1, 2]})[:-4], "no pickle of plain values, or damaged"),
    ],
)
def test_a_pickle_runs_nothing(data: bytes, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = published_files.action_genome(tmp_path, objects=data)
    with pytest.raises(InputError, match=what) as caught:
        told(folder)
    assert "\n" not in str(caught.value) and "RUN" not in capsys.readouterr().out


def test_the_memo_of_a_pickle_costs_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "a.pkl"
    file.write_bytes(b"\x80\x04Nr\xff\xff\xff\xff.")  # at a place of four thousand millions
    assert load(file) is None


def test_arrays_become_lists_of_numbers(tmp_path: Path) -> None:
    arrays = [np.array([[0, 1, 2], [3, 4, 5]]).astype(kind) for kind in ("<f4", ">f8", "i1", "<u2", "?")]
    arrays += [np.asfortranarray(arrays[0]), np.zeros((0, 4)), np.array(3.5)]
    file = tmp_path / "a.pkl"
    for protocol in (0, 2, 4, 5):
        file.write_bytes(pickle.dumps([*arrays, np.float32(0.5), bytearray(b"ab"), b"cd"], protocol))
        found = load(file)
        assert isinstance(found, list)
        held = [one.value for one in found[:-3] if isinstance(one, PlainArray)]
        assert held == [one.tolist() for one in arrays] and found[-3:] == [0.5, b"ab", b"cd"]


def test_an_array_of_another_length_is_refused(tmp_path: Path) -> None:
    data = pickle.dumps(np.zeros(4, dtype=np.float32), 2).replace(b"K\x04\x85", b"K\x05\x85")
    assert any(op.name == "BININT1" and arg == 5 for op, arg, _ in pickletools.genops(data))
    (tmp_path / "a.pkl").write_bytes(data)
    with pytest.raises(InputError, match="no pickle of plain values, or damaged"):
        load(tmp_path / "a.pkl")


def test_what_is_shared_a_million_times_is_never_shown(tmp_path: Path) -> None:
    bomb: list[object] = ["x"]
    for _ in range(sys.getrecursionlimit() // 20):
        bomb = [bomb, bomb]
    for row in (
        {"class": bomb, "bbox": [0, 0, 1, 1]},
        {"class": "cup", "bbox": bomb},
        {"class": "cup", "bbox": [0, 0, 1, bomb]},
        bomb,
    ):
        folder = published_files.action_genome(tmp_path, objects={published_files.FRAME: [row]})
        with pytest.raises(InputError) as caught:
            told(folder)
        assert len(str(caught.value)) < 500


def test_coco_and_photographs_are_read_as_for_a_calibration(tmp_path: Path) -> None:
    (found,), _ = told(published_files.coco(tmp_path))
    assert found.whole == {"person", "horse", "dog"} and [one.category for one in found.unsure] == ["person"]
    row = {
        "file": "a.png", "size_px": [200, 100], "exhaustive": ["person"], "open": ["cup"], "relations": [],
        "part_states": [], "entities": [{"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.4, 0.9]}],
        "false": [{"subject": "person_1", "predicate": "wear", "object": "hat"}],
    }  # fmt: skip
    file = tmp_path / "truth.jsonl"
    file.write_text(json.dumps(row))
    assert of_source(file).name == "photographs"
    (found,), _ = told(file)
    assert found.denied == (Denied("person_1", "wear", "hat"),) and "cup" not in found.whole and "dog" in found.whole
