"""A model, or a run, measured on data sets as they are published: what counts as right, as wrong, and as neither."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import PIL.Image
import pytest

from nesy import InputError, ModelError, Pipeline, Scene
from nesy.batch import analyze, read_run
from nesy.experiments import Report, evaluate, evaluate_run
from nesy.experiments.datasets import data_folder
from nesy.experiments.datasets.published import PUBLISHED, annotations_at
from nesy.experiments.datasets.truths import PictureFiles, Truths
from nesy.interchange.formats import FORMATS
from nesy.interchange.picture_lookup import PictureLookup
from nesy.models.scripted import ScriptedModel
from nesy.perception.reply_format import write_scene
from nesy.turns import Request
from tests.interchange import published_files

SAID = """{"entities": [
    {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.5, 0.5]},
    {"id": "bicycle_1", "category": "bicycle", "box": [0.6, 0.6, 0.9, 0.9]},
    {"id": "cup_1", "category": "cup", "box": [0.6, 0.1, 0.9, 0.4]}],
  "counts": [{"category": "person", "value": 1}]}"""


def sees(said: str | Callable[[Request], str] = SAID) -> Pipeline:
    return Pipeline(ScriptedModel(said if callable(said) else lambda _: said))


def pictures(folder: Path, *names: str, size: tuple[int, int] = (64, 48)) -> Path:
    for number, name in enumerate(names):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.new("RGB", size, (60 * number % 256, 9 * len(name) % 256, 7)).save(file)
    return folder


@pytest.fixture
def psg(tmp_path: Path) -> Path:
    """The file of three images, and their pictures in `coco/`."""
    pictures(tmp_path / "coco", *(f"val2017/00000000000{number}.jpg" for number in (1, 2, 3)))
    return published_files.psg(tmp_path)


def figures(report: Report) -> dict[str, object]:
    return report.model_dump(exclude={"seconds", "usage"})


def test_what_psg_lists_in_full_decides_and_the_rest_is_not_known(psg: Path) -> None:
    report = evaluate(psg, sees(), images=psg.parent / "coco")
    objects = report.counts_before["objects"]
    # Of nine claims three persons are there; two bicycles are not; in the third picture are some; cups nobody listed.
    assert (objects.right, objects.made, objects.true, objects.wrong) == (3, 9, 6, 2)
    assert objects.precision == pytest.approx(3 / 5)
    assert (report.before.recall["objects"], report.before.precision["objects"]) == (0.5, round(3 / 9, 4))
    counts = report.counts_before["counts"]
    assert (counts.right, counts.wrong) == (3, 0)
    assert report.counts_before["relations"].true == 3 and report.before.recall["relations"] == 0.0
    assert (report.dataset, report.complete, report.images) == ("psg", False, 3)
    assert "every thing and all stuff" in report.to_text() and "precision, at least" in report.to_text()
    assert set(report.annotations) == {"psg.json"} and len(report.annotations["psg.json"]) == 64
    assert json.loads(report.to_json())["schema"] == "nesy.evaluation/1"


def test_a_run_has_the_same_figures_as_the_model_itself(psg: Path, tmp_path: Path) -> None:
    direct = evaluate(psg, sees(), images=psg.parent / "coco", by="category")
    analyze(tmp_path / "coco" / "val2017", tmp_path / "run", sees())
    assert figures(evaluate_run(tmp_path / "run", psg, by="category")) == figures(direct)
    for share in ("1/2", "2/2"):
        analyze(tmp_path / "coco", tmp_path / "parts" / share[0], sees(), shard=share)
    assert figures(evaluate_run(tmp_path / "parts", psg, by="category")) == figures(direct)
    assert [(one.of, one.true, one.right_after, one.made_after) for one in direct.parts] == [
        ("person", 3, 3, 3),
        ("grass", 3, 0, 0),
        ("bicycle", 0, 0, 3),
        ("cup", 0, 0, 3),
    ]


def test_splits_limits_and_what_is_not_there_are_told(psg: Path) -> None:
    coco = psg.parent / "coco"
    report = evaluate(Truths(psg, split="test"), sees(), images=coco)
    assert (report.images, report.split) == (1, "test") and ", split test:" in report.to_text()
    with pytest.raises(InputError, match=r"--split val: .*there are: test, train"):
        evaluate(Truths(psg, split="val"), sees(), images=coco)
    (coco / "val2017" / "000000000001.jpg").unlink()
    report = evaluate(psg, sees(), limit=1, images=coco)
    assert (report.images, report.missing) == (1, 1) and "1 missing" in report.to_text()
    (coco / "val2017" / "000000000002.jpg").write_bytes(b"no picture")
    report = evaluate(psg, sees(), images=coco)
    assert (report.images, report.missing, report.failed, report.failures) == (1, 1, 1, {"InputError": 1})
    (coco / "val2017" / "000000000003.jpg").unlink()
    with pytest.raises(InputError, match=r"000000000002\.jpg"):
        evaluate(psg, sees(), images=coco)
    (coco / "val2017" / "000000000002.jpg").unlink()
    with pytest.raises(InputError, match=r"none of the 3 pictures of .*psg\.json is in it .*--images DIR"):
        evaluate(psg, sees(), images=coco)
    with pytest.raises(InputError, match=r"--images .*: no such folder"):
        evaluate(psg, sees(), images=coco / "nowhere")


def test_a_model_that_fails_for_some_pictures_is_measured_on_the_others(psg: Path) -> None:
    def failing(request: Request) -> str:
        if request.image.name.endswith("2.jpg"):
            raise ModelError("the server is gone", "")
        return "no scene" if request.image.name.endswith("3.jpg") else SAID

    coco = psg.parent / "coco"
    report = evaluate(psg, sees(failing), images=coco)
    assert (report.images, report.unparseable, report.failed) == (2, 1, 1)
    assert report.failures == {"ModelError": 1, "ReplyError": 1} and report.counts_after["objects"].true == 4

    def gone(_: Request) -> str:
        raise ModelError("the server is gone", "")

    with pytest.raises(ModelError, match="the server is gone"):
        evaluate(psg, sees(gone), images=coco)


def test_a_run_that_is_kept_goes_on_and_is_not_begun_again(psg: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def remembering(request: Request) -> str:
        asked.append(request.image.name)
        return SAID

    coco, run = psg.parent / "coco", tmp_path / "run"
    first = evaluate(psg, sees(remembering), 2, images=coco, out=run)
    with pytest.raises(InputError, match="holds a run already"):
        evaluate(psg, sees(remembering), images=coco, out=run)
    whole = evaluate(psg, sees(remembering), images=coco, out=run, resume=True)
    assert (first.images, whole.images, len(asked), len(read_run(run))) == (2, 3, 3, 3)
    assert figures(evaluate_run(run, psg)) == figures(whole) and whole.seconds is None
    again = evaluate(psg, sees(remembering), 1, images=coco, out=run, resume=True)
    assert (again.images, again.left_out, len(asked)) == (1, 2, 3)
    with pytest.raises(InputError, match="none is named"):
        evaluate(psg, sees(), images=coco, resume=True)


def test_reports_are_broken_down(psg: Path) -> None:
    coco = psg.parent / "coco"
    said = json.loads(SAID)
    said["entities"].append({"id": "grass_1", "category": "grass", "box": [0, 0.5, 1, 1]})
    said["relations"] = [
        {"subject": "person_1", "predicate": "stand on", "object": "grass_1"},
        {"subject": "cup_1", "predicate": "on", "object": "cup_1"},
    ]
    pipeline = sees(json.dumps(said))
    parts = {one.of: one for one in evaluate(psg, pipeline, images=coco, by="predicate").parts}
    assert (parts["stand_on"].true, parts["stand_on"].right_before) == (3, 3)
    assert (parts["on"].true, parts["on"].made_before, parts["on"].made_after) == (0, 3, 0)
    report = evaluate(psg, pipeline, images=coco, by="rule")
    told = {one.of.rsplit("#", 1)[-1]: (one.made_before, one.made_after) for one in report.parts}
    assert (3, 0) in told.values() and "broken in so many images" in report.to_text()


def test_coco_counts_what_it_did_not_annotate_as_wrong_and_no_crowd(tmp_path: Path) -> None:
    file = published_files.coco(tmp_path)
    pictures(tmp_path / "images", "000000000001.jpg")
    boxes = {"person": [0.1, 0.1, 0.4, 0.9], "horse": [0.1, 0.4, 0.6, 1.0], "dog": [0.5, 0.5, 0.9, 0.9]}
    entities = [{"category": category, "box": box} for category, box in boxes.items()]
    entities += [{"category": "person", "box": [0.76, 0, 1, 0.2]}, {"category": "cup", "box": [0, 0, 0.1, 0.1]}]
    report = evaluate(file, sees(json.dumps({"entities": entities})))
    objects = report.counts_before["objects"]
    assert (report.dataset, objects.right, objects.made, objects.wrong) == ("coco", 2, 5, 1)  # a dog is not there


def test_vg150_open_images_and_action_genome_are_measured(tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="nesy[vg150] is not installed")
    pictures(tmp_path / "set", "VG_100K/1.jpg", "VG_100K_2/3.jpg", "validation/00a1.jpg", published_files.FRAME)
    said = {
        "1.jpg": {
            "entities": [{"id": "a", "category": "man", "box": [0.125, 0.0833, 0.375, 0.5833]}],
        },
        "00a1.jpg": {
            "entities": [
                {"id": "a", "category": "man", "box": [0.1, 0.1, 0.5, 0.9]},
                {"id": "b", "category": "guitar", "box": [0.2, 0.4, 0.4, 0.7]},
                {"id": "c", "category": "dog", "box": [0.6, 0.6, 0.9, 0.9]},
            ],
            "relations": [{"subject": "a", "predicate": "hold", "object": "b"}],
        },
        "000089.png": {
            "entities": [
                {"id": "a", "category": "person", "box": [0.1, 0.05, 0.6, 0.95]},
                {"id": "b", "category": "cup", "box": [0.5, 0.25, 0.6, 0.45]},
            ],
            "relations": [
                {"subject": "a", "predicate": "hold", "object": "b"},
                {"subject": "a", "predicate": "look at", "object": "b"},
            ],
        },
    }

    def told(request: Request) -> str:
        return json.dumps(said.get(Path(request.image.name).name, {"entities": []}))

    analyze(tmp_path / "set", tmp_path / "run", sees(told))

    def counts(folder: Path, kind: str) -> tuple[int, int, int, int]:
        report = evaluate_run(tmp_path / "run", folder)
        found = report.counts_before[kind]
        return found.right, found.made, found.true, found.wrong

    vg = published_files.vg150(tmp_path / "vg150")
    assert counts(vg, "objects") == (1, 1, 4, 0)
    open_images = published_files.open_images(tmp_path / "oi")
    assert counts(open_images, "objects") == (2, 3, 3, 1)  # no dog, verified
    assert counts(open_images, "relations") == (1, 1, 1, 0)
    genome = published_files.action_genome(tmp_path / "ag")
    assert counts(genome, "objects") == (2, 2, 3, 0)
    assert counts(genome, "relations") == (1, 2, 4, 1)  # is said not to look at it
    assert evaluate_run(tmp_path / "run", vg).left_out == 2


@pytest.mark.parametrize(("split", "images"), [("train", 1), ("test", 1), (None, 2)])
def test_vg150_has_splits(split: str | None, images: int, tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="nesy[vg150] is not installed")
    assert len(list(Truths(published_files.vg150(tmp_path), split=split))) == images


def test_vrd_vcoco_and_hicodet_tell_their_splits(tmp_path: Path) -> None:
    thing = {"category": 0, "bbox": [0, 10, 0, 10]}
    for name, data in {
        "objects": ["cup"],
        "predicates": ["on"],
        "annotations_train": {"a.jpg": [{"predicate": 0, "subject": thing, "object": thing}]},
        "annotations_test": {"b.jpg": []},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    assert [one.scene.image.name for one in Truths(tmp_path, split="test")] == ["b.jpg"]  # type: ignore[union-attr]
    file = tmp_path / "hoi.json"
    row = {"annotations": [{"bbox": [1, 1, 9, 9], "category_id": 1}], "hoi_annotation": []}
    file.write_text(json.dumps([{"file_name": f"HICO_{part}2015_00000001.jpg", **row} for part in ("train", "test")]))
    assert [sorted(one.splits) for one in Truths(file)] == [["train"], ["test"]]
    assert Truths(file).dataset.name == "hicodet"


def drawn_coco(path: Path, **changes: object) -> Path:
    box = {"bbox": [0, 0, 9, 9], "image_id": 1, "category_id": 1}
    data = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 20, "height": 20}],
        "annotations": [{"id": 1, **box}, {"id": 2, **box}],
        "categories": [{"id": 1, "name": "airplane"}, {"id": 2, "name": "vase thing"}],
        "relations": [{"subject_id": 1, "predicate": "near", "object_id": 2}],
    }
    path.write_text(json.dumps({**data, **changes}))
    return path


def test_a_coco_file_with_relations_of_other_categories_has_to_be_named(tmp_path: Path) -> None:
    file = drawn_coco(tmp_path / "vg.json")
    with pytest.raises(InputError, match="not clear of which data set; --dataset says it, one of: coco, psg, vg150"):
        Truths(file)
    whole = {name: next(iter(Truths(file, name))).whole for name in ("coco", "psg", "vg150")}
    assert whole == {"coco": {"airplane", "vase thing"}, "psg": {"airplane", "vase thing"}, "vg150": frozenset()}
    for changes in ({"relations": []}, {"categories": [{"id": 1, "name": "airplane"}]}, {"info": {"exhaustive": []}}):
        assert Truths(drawn_coco(file, **changes)).dataset.name == "coco"


@pytest.mark.parametrize(
    ("dataset", "what"),
    [
        ("cocoa", "no data set 'cocoa'; there are: scenes, photographs, coco, vcoco"),
        ("hicodet", "these are annotations of psg, not of hicodet (`instances_test2015.json`"),
        ("vg150", "these are annotations of psg, not of vg150"),
    ],
)
def test_a_wrong_name_is_told(dataset: str, what: str, psg: Path) -> None:
    with pytest.raises(InputError) as caught:
        Truths(psg, dataset)
    assert what in str(caught.value) and "\n" not in str(caught.value)


def test_files_that_are_no_annotations_are_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.json").write_text('{"a": 1}')
    (tmp_path / "b.jsonl").write_text("{}")
    for path, what in {
        tmp_path / "none.json": "no such file or folder",
        tmp_path / "folder": "no annotations in it",
        tmp_path / "a.json": "not clear in which format",
        tmp_path: "2 files may hold the annotations",
    }.items():
        with pytest.raises(InputError, match=what) as caught:
            annotations_at(path)
        assert "--from" not in str(caught.value)
    with pytest.raises(InputError, match=r"of vrd is expected: a folder of"):
        annotations_at(tmp_path / "a.json", "vrd")


def test_a_picture_that_stands_twice_is_told(tmp_path: Path) -> None:
    scene = Scene.model_validate({"image": {"name": "a.png"}, "entities": []}).to_json()
    (tmp_path / "scenes.jsonl").write_text(f"{scene}\n{scene}\n")
    with pytest.raises(InputError, match=r"the picture a\.png stands there twice"):
        list(Truths(tmp_path))
    (tmp_path / "scenes.jsonl").write_text('{"entities": []}\n')
    with pytest.raises(InputError, match=r"without image\.name"):
        list(Truths(tmp_path))


def test_pictures_are_told_by_their_sums_where_these_are_known(tmp_path: Path) -> None:
    pictures(tmp_path / "images", "a.png", "b.png")
    analyze(tmp_path / "images", tmp_path / "run", sees())
    sums = {one.name: one.sha256 for one in read_run(tmp_path / "run").entries()}

    def truth(name: str, own: str) -> Path:
        scene = {"image": {"name": name, "sha256": own}, "entities": [{"id": "cup_1", "category": "cup"}]}
        (tmp_path / "scenes.jsonl").write_text(Scene.model_validate(scene).to_json())
        return tmp_path

    assert evaluate_run(tmp_path / "run", truth("renamed.png", sums["b.png"])).images == 1
    with pytest.raises(InputError, match=r"no picture of the run is in it; the run has a\.png, b\.png"):
        evaluate_run(tmp_path / "run", truth("a.png", "0" * 64))


def test_names_stand_for_each_other_as_far_as_they_are_told() -> None:
    known = PictureLookup(["v/train/000000000007.jpg", "x.mp4/1.png", "y.mp4/1.png", "a.jpg"])
    assert known.find("COCO_train2014_000000000007.jpg") == known.find("train/000000000007.jpg")
    assert known.find("val/000000000007.jpg") is None and known.find("nested/a.jpg") == "a.jpg"
    assert known.find("y.mp4/1.png") == "y.mp4/1.png" and known.find("z.mp4/1.png") is None
    with pytest.raises(InputError, match=r"1\.png may be x\.mp4/1\.png and y\.mp4/1\.png"):
        known.find("1.png")


def test_every_data_set_is_read_in_formats_that_there_are() -> None:
    for one in PUBLISHED.values():
        assert one.formats and all(FORMATS[form].read is not None for form in one.formats)
        assert one.lists and one.files and one.licence and one.source


# --- the real rows, where they are


def rows(name: str) -> Path:
    try:
        file = data_folder() / name
    except InputError as error:
        pytest.skip(f"the data sets are not here: {error}")
    if not file.exists():
        pytest.skip(f"{file} is not here")
    return file


@pytest.mark.parametrize("name", ["hicodet/hicodet.jsonl", "vcoco/trainval.jsonl", "vrd/vrd.jsonl"])
def test_who_tells_the_rows_of_a_data_set_recalls_all_of_them(name: str, tmp_path: Path) -> None:
    lines = rows(name).read_text(encoding="utf-8").split("\n")[:4]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    for number, line in enumerate(lines):
        row = json.loads(line)
        pictures(tmp_path, row["file"], size=tuple(row.get("size", (800 + number, 800))))
    sized = Truths(file).sized(PictureFiles(tmp_path).size)
    truths = {one.scene.image.name: one.scene for one in sized}  # type: ignore[union-attr]
    report = evaluate(file, sees(lambda request: write_scene(truths[request.image.name])))
    assert report.dataset == name.split("/")[0] and report.images == 4
    # VRD calls one box by two names, and then another box may be taken for it
    least = 0.8 if "vrd" in name else 1.0
    assert report.before.recall["objects"] >= least and report.before.recall["relations"] >= least
    assert report.wrong_claims_before == 0 and report.counts_before["relations"].true > 4


def test_photographs_are_measured_by_a_witness() -> None:
    folder = rows("photographs")
    report = evaluate(folder, Pipeline("witness"), 3)
    assert report.dataset == "photographs" and report.images == 3
    objects = report.counts_before["objects"]
    assert 0 < objects.right <= objects.true and objects.right + objects.wrong <= objects.made


def truths_of(name: str) -> Iterator[str]:
    return (one.scene.image.name for one in islice(Truths(rows(name)), 3))  # type: ignore[union-attr]


def test_the_first_rows_are_those_of_the_files() -> None:
    assert next(truths_of("vcoco/trainval.jsonl")) == "COCO_train2014_000000000165.jpg"
    assert next(truths_of("photographs")) == "COCO_val2014_000000000192.jpg"
