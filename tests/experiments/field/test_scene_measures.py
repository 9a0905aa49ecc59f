"""Measures of scenes by the command: on known answers, beside pycocotools, and where they cannot be taken."""

import contextlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import nesy
from nesy.cli import main
from nesy.experiments.scoring.field.box_ap import box_ap
from nesy.experiments.scoring.field.interaction_ap import rare_classes
from nesy.experiments.scoring.field.triplets import PicturePair, ranked, ranking
from nesy.ontology import Ontology
from nesy.scene import Entity, ImageInfo, Relation, Scene

ONTOLOGY = Ontology.default()
MAN = {"id": "man_1", "category": "person", "box": [0, 0, 0.5, 1]}
HORSE = {"id": "horse_1", "category": "horse", "box": [0.4, 0, 1, 1]}


def scene(
    name: str, *entities: dict[str, object], relations: tuple[tuple[str, str, str], ...] = ()
) -> dict[str, object]:
    told = [{"subject": a, "predicate": verb, "object": b} for a, verb, b in relations]
    return {"image": {"name": name}, "entities": list(entities), "relations": told}


RIDES = scene("a.png", MAN, HORSE, relations=(("man_1", "ride", "horse_1"),))


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def run(said: object, true: object, *options: str) -> tuple[int, str, str]:
        for name, rows in (("said.jsonl", said), ("true.jsonl", true)):
            texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]  # type: ignore[attr-defined]
            Path(name).write_text("\n".join(texts) + "\n", encoding="utf-8")
        return (main(["score", "said.jsonl", "true.jsonl", *options]), *capsys.readouterr())

    return run


def values(out: str) -> dict[tuple[str, str], float | None]:
    return {(row["metric"], row["name"]): row["value"] for row in json.loads(out)["rows"]}


def test_what_is_wholly_right_is_1_by_every_measure(score) -> None:  # type: ignore[no-untyped-def]
    code, out, err = score([RIDES], [RIDES], "--metrics", "all", "--format", "json")
    assert (code, err) == (0, "")
    table = json.loads(out)
    found = values(out)
    zeros = {key for key, value in found.items() if value == 0.0}
    assert {metric for metric, _ in zeros} == {"chair", "tri-he", "replies"}
    none = {key for key, value in found.items() if value is None}
    assert none == {("hico", "mAP rare"), ("hico", "mAP rare, known object")}
    assert all(value == pytest.approx(1.0) for key, value in found.items() if key not in zeros | none)
    assert table["schema"] == "nesy.metrics/1" and table["ranked_by"] == "the order in which they were told"
    assert set(table["notes"]) == {"sgdet", "psg", "hico", "vcoco", "coco", "chair", "spice", "tri-he"}


def test_figures_of_a_mistaken_scene(score) -> None:  # type: ignore[no-untyped-def]
    dog = {"id": "dog_1", "category": "dog", "box": [0.4, 0, 1, 1], "confidence": 0.5}
    said = scene("a.png", MAN, HORSE, dog, relations=(("man_1", "feed", "horse_1"), ("man_1", "riding", "dog_1")))
    code, out, _ = score([said], [RIDES], "--metrics", "sgg,chair,tri-he,spice", "--format", "json")
    found = values(out)
    assert code == 0 and found["sgdet", "R@20"] == 0.0
    assert found["chair", "CHAIRi"] == pytest.approx(1 / 3, abs=1e-6) and found["chair", "CHAIRs"] == 1.0
    assert (found["tri-he", "object hallucination"], found["tri-he", "relation hallucination"]) == (0.5, 0.5)
    # tuples: person, horse, dog and two relations beside person, horse and one relation: 2 right of 5 and 3
    assert found["spice", "SPICE"] == pytest.approx(2 * 2 / 8)


def test_spice_gives_nothing_for_a_picture_of_which_nothing_is_true(score) -> None:  # type: ignore[no-untyped-def]
    empty = scene("b.png")
    for said in (empty, scene("b.png", MAN)):
        code, out, _ = score([RIDES, said], [RIDES, empty], "--metrics", "spice", "--format", "json")
        assert code == 0 and values(out)["spice", "SPICE"] == 0.5


def test_replies_that_were_no_scene_are_told(score) -> None:  # type: ignore[no-untyped-def]
    other = RIDES | {"image": {"name": "b.png"}}
    code, out, err = score([RIDES, "nonsense"], [RIDES, other], "--metrics", "sgdet", "--format", "json")
    assert code == 2 and "said.jsonl:2" in err and "1 not predicted, counted as empty: b.png" in err
    assert values(out)["replies", "parse failures"] == 0.5 and values(out)["sgdet", "R@20"] == 0.5


def test_given_things_take_their_boxes_and_categories_from_the_truth(score) -> None:  # type: ignore[no-untyped-def]
    bare = scene("a.png", {"id": "man_1", "category": "cat"}, {"id": "horse_1", "category": "horse"},
                 relations=(("man_1", "ride", "horse_1"),))  # fmt: skip
    code, out, _ = score([bare], [RIDES], "--metrics", "sgdet,sgcls,predcls", "--format", "json")
    found = values(out)
    assert code == 0
    assert [found[task, "R@20"] for task in ("sgdet", "sgcls", "predcls")] == [0.0, 0.0, 1.0]
    code, out, _ = score([bare | {"entities": [{**MAN, "box": None}, {**HORSE, "box": None}]}], [RIDES], "--metrics",
                         "sgcls", "--format", "json")  # fmt: skip
    assert code == 0 and values(out)["sgcls", "R@20"] == 1.0


def test_zero_shot_recall_takes_a_training_set(score) -> None:  # type: ignore[no-untyped-def]
    fed = scene("a.png", MAN, HORSE, relations=(("man_1", "ride", "horse_1"), ("man_1", "feed", "horse_1")))
    code, out, _ = score([RIDES], [fed], "--metrics", "sgdet", "--training", "said.jsonl", "--format", "json")
    found = values(out)
    assert code == 0 and (found["sgdet", "R@20"], found["sgdet", "zR@20"]) == (0.5, 0.0)
    assert ("sgdet", "zR@20") not in values(score([RIDES], [fed], "--metrics", "sgdet", "--format", "json")[1])


def test_rare_interactions_are_those_of_hico_det() -> None:
    rare = rare_classes(ONTOLOGY)
    assert len(rare) == 138 and ("wash", "airplane") in rare and ("ride", "horse") not in rare


def test_claims_are_ranked_by_their_chance_where_it_is_known() -> None:
    entities = (Entity(id="a", category="man", confidence=0.5), Entity(id="b", category="horse"))
    relations = tuple(
        Relation(id=verb, subject="a", predicate=verb, object="b", confidence=sure)
        for verb, sure in (("ride", 0.8), ("feed", 0.6), ("hug", 0.9))
    )
    told = Scene(entities=entities, relations=relations)
    assert [one.score for one in ranked(told, ONTOLOGY)] == pytest.approx([0.45, 0.4, 0.3])
    chances = {"ride": 0.9, "feed": 0.99, "hug": 0.1}
    assert [one.predicate for one in ranked(told, ONTOLOGY, chances)] == ["feed", "ride", "hug"]
    assert ranking([PicturePair(told, told, chances=chances)]) == "the calibrated chance of a claim"
    assert ranking([PicturePair(told, told)]) == "confidence of the relation times those of its ends"


THING = st.builds(
    lambda word, x, y, w, h, sure: {"category": word, "box": (x, y, x + w, y + h), "confidence": sure},
    st.sampled_from(("person", "dog", "cup")),
    *[st.sampled_from((0.0, 0.1, 0.3))] * 2,
    *[st.sampled_from((0.3, 0.35, 0.6))] * 2,
    st.sampled_from((0.2, 0.5, 0.9)),
)
PICTURE = st.tuples(st.lists(THING, max_size=4), st.lists(THING, max_size=3))


@settings(max_examples=15, deadline=None)
@given(st.lists(PICTURE, min_size=1, max_size=3))
def test_box_ap_is_that_of_pycocotools_on_the_file(pictures: list[tuple[list[dict], list[dict]]]) -> None:  # type: ignore[type-arg]
    """The file is written here, from the drawn boxes, not by the conversion that is tested."""
    numbers = {"person": 1, "dog": 18, "cup": 47}
    images = [{"id": at * 7 + 3, "width": 640, "height": 480} for at in range(len(pictures))]
    rows: tuple[list[dict[str, object]], list[dict[str, object]]] = ([], [])
    pairs = []
    for image, sides in zip(images, pictures, strict=True):
        about = ImageInfo(name=f"{image['id']}.jpg", width_px=640, height_px=480)
        scenes = []
        for side, things in zip(rows, sides, strict=True):
            scenes.append(Scene(image=about, entities=tuple(Entity(id=f"t{n}", **one) for n, one in enumerate(things))))
            for one in things:
                left, top, right, bottom = one["box"]
                box = [640 * left, 480 * top, 640 * (right - left), 480 * (bottom - top)]
                side.append(
                    {"image_id": image["id"], "category_id": numbers[one["category"]], "bbox": box, "iscrowd": 0,
                     "id": len(side) + 1, "area": box[2] * box[3], "score": one["confidence"]}
                )  # fmt: skip
        pairs.append(PicturePair(*scenes))
    found = box_ap(pairs, ONTOLOGY)
    results, annotations = rows
    if not annotations:
        assert found.ap is None
        return
    if not results:
        assert found.ap == 0.0
        return
    with contextlib.redirect_stdout(io.StringIO()):
        gold = COCO()
        gold.dataset = {"info": {}, "images": images, "annotations": annotations,
                        "categories": [{"id": number} for number in numbers.values()]}  # fmt: skip
        gold.createIndex()
        evaluation = COCOeval(gold, gold.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    assert (found.ap, found.ap50, found.ap75, found.ar100) == pytest.approx(evaluation.stats[[0, 1, 2, 8]], abs=1e-6)


@pytest.mark.parametrize(
    ("said", "true", "options", "told"),
    [
        ([RIDES], [RIDES], "--metrics bogus", "unknown; there are: sgdet, sgcls, predcls, psg, hico, vcoco, coco"),
        ([RIDES], [RIDES], "--metrics ,", "no metric in it"),
        (["nonsense", "nonsense"], [RIDES], "--metrics R@0", "--metrics R@0: unknown"),
        ([RIDES], [RIDES], "--metrics sgdet,pope", "pope is taken of answers to questions"),
        ([RIDES], [RIDES], "--training said.jsonl", "--training belongs to --metrics of scenes"),
        ([RIDES], [RIDES], "--metrics pope --training said.jsonl", "--training belongs to --metrics of scenes"),
        ([RIDES], [RIDES], "--metrics sgdet --training none.jsonl", "none.jsonl: no such file"),
        (
            [RIDES],
            [RIDES | {"entities": [{**MAN, "box": None}, HORSE]}],
            "--metrics sgdet",
            "sgdet compares boxes, and man_1 of the truth of a.png has none",
        ),
        (
            [scene("a.png", {"id": "cow_1", "category": "cow"})],
            [RIDES],
            "--metrics predcls",
            "a.png: cow_1 is no entity of the truth",
        ),
    ],
)
def test_what_cannot_be_measured_is_one_line(score, said, true, options: str, told: str) -> None:  # type: ignore[no-untyped-def]
    code, out, err = score(said, true, *options.split())
    assert (code, out, len(err.splitlines())) == (2, "", 1) and told in err


def test_a_folder_is_measured_before_and_after_the_loop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "drawings"
    assert main(["synth", "--n", "2", "--seed", "31", "--out", str(folder)]) == 0
    capsys.readouterr()
    truth = [nesy.Scene.from_json(line) for line in (folder / "scenes.jsonl").read_text().splitlines()]
    replies = tmp_path / "replies.jsonl"
    rows = [{"image": one.image.name, "kind": "describe", "text": '{"entities": []}'} for one in truth if one.image]
    rows[1]["text"] = "no scene at all"
    replies.write_text("\n".join(json.dumps(row) for row in [rows[0], rows[1], rows[1], rows[1]]))
    run = ["evaluate", str(folder), "--model", f"replay:{replies}", "--metrics", "chair,coco"]
    assert main([*run, "--format", "json"]) == 0
    table = json.loads(capsys.readouterr().out)
    rows_by = {(row["metric"], row["name"]): row for row in table["rows"]}
    assert rows_by["replies", "parse failures"]["value"] == rows_by["replies", "parse failures"]["before"] == 0.5
    assert rows_by["coco", "AP"]["true"] == sum(len(one.entities) for one in truth)
    for options, told in (
        (["--metrics", "predcls"], "predcls is taken of predictions about given things"),
        (["--metrics", "sgg", "--arms", "none"], "--metrics measures one loop"),
        (["--training", str(replies)], "--training belongs to --metrics"),
    ):
        assert main(["evaluate", str(folder), "--model", "embedded", *options]) == 2
        err = capsys.readouterr().err
        assert told in err and len(err.splitlines()) == 1
