"""A model of known error rates is calibrated to them, by picture; labels in three formats; nothing is made up."""

import json
import shutil
from math import log
from pathlib import Path
from random import Random

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nesy
from nesy.errors import InputError
from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.experiments.calibrating.calibrate import calibrate
from nesy.experiments.calibrating.fit import Fitted, Guess, cross_fitted, enough, fit, parts_of, share_of
from nesy.experiments.calibrating.labelled import Labelled, truths
from nesy.experiments.calibrating.labelled_folder import read_labelled
from nesy.experiments.calibrating.made_statements import told_of
from nesy.experiments.calibrating.trials import Look, Trials
from nesy.experiments.statistics.discrimination import even_calibration_error, roc_area, roc_interval
from nesy.experiments.statistics.logistic_regression import weight_beside
from nesy.geometry import iou
from nesy.interchange.labels import Denied
from nesy.ontology import Ontology
from nesy.perception.calibration import logistic
from nesy.scene import Count, Entity, PartState, Relation, Scene, in_words
from nesy.synthetic import draw, write_split
from nesy.turns import Reply, Request
from tests.eyes import Eyes

ONTOLOGY = Ontology.default()
SEED, DRAWN = 9, 32
PERSON = {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.4, 0.9]}
HORSE = {"id": "horse_1", "category": "horse", "box": [0.2, 0.5, 0.6, 0.95]}
RIDES = {"subject": "person_1", "predicate": "ride", "object": "horse_1"}


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawings")
    write_split(folder, n=DRAWN, seed=SEED)
    return folder


@pytest.fixture(scope="module")
def pictures(drawings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, as of any pictures: nothing tells that what is not stated is false."""
    folder = tmp_path_factory.mktemp("pictures")
    shutil.copytree(drawings, folder, dirs_exist_ok=True)
    (folder / "split.json").unlink()
    return folder


def perceiver(blind: float | None, kind: type[Perceiver] = Perceiver) -> Perceiver:
    truths = {f"ordinary_{SEED}_{n:05d}.png": draw(SEED, n).scene for n in range(DRAWN)}
    rates = Rates(hallucination=0.5, relation_error=0.4, format_error=0.0, blind=blind)
    return kind(truths, rates, seed=4)


class Seer(Perceiver):
    """Looks at places as well: what is said of a thing is false where its box misses it."""

    def reply(self, request: Request) -> Reply:
        there = {entity.id: entity.box for entity in self._truths[request.image.name].entities}
        boxes = [(one.box, there.get(one.id)) for one in request.entities]
        if request.kind == "verify" and any(a is not None and b is not None and iou(a, b) < 0.5 for a, b in boxes):
            request = request.model_copy(update={"question": f"not {request.question}"})
        return super().reply(request)


def labelled(scene: Scene, **more: object) -> Labelled:
    return Labelled(scene=scene, picture=Path("a.png"), **more)  # type: ignore[arg-type]


def scene_of(*relations: dict[str, str], **more: object) -> Scene:
    return Scene.model_validate({"entities": [PERSON, HORSE], "relations": list(relations), **more})


# --- what is fitted


@pytest.mark.parametrize("error", [0.2, 0.3])
def test_the_chances_are_near_the_true_rates_of_a_model_of_known_errors(error: float, pictures: Path) -> None:
    report = calibrate(perceiver(error, Seer), pictures, keep=False)
    found = report.calibration
    # Of two looks that both err with this rate: both say yes of a true one with (1 - e)^2, of a false one with e^2.
    sure = (1 - error) ** 2 / ((1 - error) ** 2 + error**2)
    assert found.chance(1.0) == pytest.approx(sure, abs=0.06)
    assert found.chance(0.5) == pytest.approx(0.5, abs=0.08)
    assert found.chance(0.0) == pytest.approx(1 - sure, abs=0.06)
    looks = next(one for one in found.worth if one.of == "looks" and one.kind is None)
    assert looks.ece < looks.ece_before and looks.ece < 0.06
    assert looks.auroc_low <= looks.auroc <= looks.auroc_high
    assert looks.statements == found.statements and report.pictures == found.pictures == DRAWN
    assert not report.refused


def test_words_and_looks_tell_more_than_words_alone_and_than_the_raw_confidence(drawings: Path) -> None:
    report = calibrate(perceiver(0.1, Seer), drawings, keep=False)
    found = report.calibration
    of_all = {one.of: one for one in found.worth if one.kind is None}
    assert of_all["words and looks"].auroc > of_all["words"].auroc > 0.6
    assert {one.kind for one in found.worth if one.of == "words"} - {None} == found.own.keys()
    assert of_all["words"].ece < of_all["words"].ece_before
    assert found.own["relation"].words > 0 and found.together["relation"].look > 0
    left = [kind for kind in ("entity", "partstate", "relation", "count") if kind not in found.own]
    assert ("words of" in report.to_text()) is bool(left)
    assert found.own["relation"].auroc == next(
        one.auroc for one in found.worth if (one.of, one.kind) == ("words", "relation")
    )


def test_a_model_that_guesses_is_fitted_and_refused_as_a_weight(drawings: Path) -> None:
    report = calibrate(perceiver(0.5), drawings, keep=False)
    looks = report.calibration.worth[0]
    assert looks.auroc_low < 0.5 < looks.auroc_high and "too little" in report.refused
    assert "do not weigh" in report.to_text()


def test_a_model_that_cannot_look_is_calibrated_by_its_words(drawings: Path) -> None:
    report = calibrate(perceiver(None), drawings, keep=False)
    assert {one.of for one in report.calibration.worth} == {"words"}
    assert report.calibration.statements == 0 and report.calibration.own
    assert report.calibration.refused(report.calibration.model, looks=False) == ""
    assert "too little" in report.refused


def test_the_same_seed_gives_the_same_and_the_file_is_read_back(drawings: Path, tmp_path: Path) -> None:
    one, other = (
        calibrate(perceiver(0.2), drawings, keep=False, out=tmp_path / f"{n}.json", seed=3, limit=9).to_json()
        for n in range(2)
    )
    assert one == other
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()
    assert json.loads((tmp_path / "0.json").read_text())["schema"] == "nesy.calibration/2"


# --- no leak

WHOLE = Fitted((-1.0, 0.0), {}, {})


def trials(pictures: int, chance: Random, *, permuted: bool) -> Trials:
    told = [chance.random() < 0.5 for _ in range(6 * pictures)]
    given_ = chance.sample(told, len(told)) if permuted else told
    looks = (
        Look(place // 6, "relation", true, 0.9 if said else 0.2)
        for place, (true, said) in enumerate(zip(told, given_, strict=True))
    )
    return Trials(tuple(looks), (), pictures, 0, 0)


def test_permuted_labels_are_told_apart_by_nothing() -> None:
    chance = Random(5)
    areas = []
    for _ in range(10):
        guesses = cross_fitted(trials(60, chance, permuted=True), WHOLE, seed=1).looks
        areas.append(roc_area([g.after for g in guesses], [g.true for g in guesses], [g.part for g in guesses]))
    assert sum(areas) / len(areas) == pytest.approx(0.5, abs=0.03)
    guesses = cross_fitted(trials(60, chance, permuted=False), WHOLE, seed=1).looks
    assert len(guesses) == 360 and roc_area([g.after for g in guesses], [g.true for g in guesses]) == 1.0


def test_what_a_picture_comes_to_does_not_depend_on_its_own_labels() -> None:
    """Turn all labels of one part round: what its statements come to stays, what others come to does not."""
    made = trials(40, Random(6), permuted=False)
    part = parts_of((one.picture for one in made.looks), seed=2)
    turned = [
        Look(one.picture, one.kind, one.true != (part[one.picture] == 0), one.share, one.added) for one in made.looks
    ]
    before, after = (
        cross_fitted(Trials(tuple(looks), (), 40, 0, 0), WHOLE, seed=2).looks for looks in (made.looks, turned)
    )
    for one, other in zip(before, after, strict=True):
        assert (one.after == other.after) is (part[one.picture] == 0)


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(0, 99), st.integers(1, 7))
def test_parts_divide_the_pictures_evenly(pictures: list[int], seed: int, parts: int) -> None:
    of = parts_of(pictures, seed, parts)
    sizes = [list(of.values()).count(part) for part in range(parts)]
    assert set(of) == set(pictures) and max(sizes) - min(sizes) <= 1


def test_one_picture_under_two_names_is_one(tmp_path: Path) -> None:
    write_split(tmp_path, n=12, seed=SEED)
    lines = (tmp_path / "scenes.jsonl").read_text().splitlines()
    twin = json.loads(lines[0])
    name = twin["image"]["name"]
    twin["image"]["name"] = "twin.png"
    (tmp_path / "images" / "twin.png").write_bytes((tmp_path / "images" / name).read_bytes())
    (tmp_path / "scenes.jsonl").write_text("\n".join([*lines, json.dumps(twin)]))
    model = perceiver(0.1)
    model._truths = {**model._truths, "twin.png": draw(SEED, 0).scene}
    assert calibrate(model, tmp_path, keep=False).pictures == 12


# --- a witness beside


def test_a_witness_that_knows_no_more_counts_for_nothing_and_an_independent_one_in_full() -> None:
    chance = Random(2)
    alike, apart = [], []
    for number in range(4000):
        true = chance.random() < 0.5
        z, w = ((1 if true else -1) * 1.5 + chance.gauss(0, 3**0.5) for _ in range(2))  # log-odds are z and w, exactly
        alike.append(Guess(0, number, "entity", true, 0.5, z, z))
        apart.append(Guess(0, number, "entity", true, 0.5, z, w))
    assert share_of(alike) == pytest.approx(0.0, abs=0.07)
    assert share_of(apart) == pytest.approx(1.0, abs=0.1)


def test_the_witness_is_measured_and_counts_for_itself_alone(drawings: Path) -> None:
    eyes = Eyes(("person", (0.1, 0.1, 0.4, 0.9), 0.9))
    report = calibrate(perceiver(0.2), drawings, witness=eyes, keep=False, limit=25)
    beside = report.calibration.witness
    assert beside is not None and beside.names == ("told",) and 0.0 <= beside.share <= 1.0
    assert report.calibration.share_of([eyes.info]) == beside.share
    assert report.calibration.share_of([eyes.info.model_copy(update={"name": "other"})]) == 1.0
    assert next(one for one in report.calibration.worth if one.of == "witness").statements == beside.statements
    assert f"counts {beside.share:.2f} of its log-odds" in report.to_text()


@given(st.lists(st.tuples(st.floats(-4, 4), st.floats(-2, 2), st.booleans()), min_size=1, max_size=30))
def test_no_other_share_fits_better(rows: list[tuple[float, float, bool]]) -> None:
    known, added, true = (list(column) for column in zip(*rows, strict=True))

    def loss(share: float) -> float:
        chances = [logistic(z + share * w) for z, w in zip(known, added, strict=True)]
        return -sum(log(c if t else 1 - c) for c, t in zip(chances, true, strict=True))

    best = weight_beside(known, added, true)
    assert 0.0 <= best <= 1.0
    assert all(loss(best) <= loss(other / 10) + 1e-6 for other in range(11))


# --- figures


@given(st.lists(st.tuples(st.integers(0, 9).map(lambda n: n / 9), st.booleans()), min_size=1, max_size=30))
def test_the_area_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    above, below = [s for s, true in rows if true], [s for s, true in rows if not true]
    pairs = [(a > b) + (a == b) / 2 for a in above for b in below]
    scores, true = [s for s, _ in rows], [t for _, t in rows]
    assert roc_area(scores, true) == pytest.approx(sum(pairs) / len(pairs) if pairs else 0.5)


@given(st.permutations([(k / 20, k % 3 == 0) for k in range(20)] * 2))
def test_the_order_of_statements_changes_no_figure(rows: list[tuple[float, bool]]) -> None:
    scores, true = [s for s, _ in rows], [t for _, t in rows]
    in_order = sorted(rows)
    other = [s for s, _ in in_order], [t for _, t in in_order]
    assert even_calibration_error(scores, true) == pytest.approx(even_calibration_error(*other))
    assert roc_area(scores, true) == pytest.approx(roc_area(*other))


def test_an_interval_is_drawn_by_pictures() -> None:
    """Ten equal statements of a picture are no ten observations: the interval is as wide as with one of each."""
    chance = Random(1)
    rows = [(chance.random() + 0.3 * (n % 2), n % 2 == 1, n) for n in range(40)]
    once = roc_interval([s for s, _, _ in rows], [t for _, t, _ in rows], [p for _, _, p in rows])
    many = [row for row in rows for _ in range(10)]
    often = roc_interval([s for s, _, _ in many], [t for _, t, _ in many], [p for _, _, p in many])
    assert often == once and once.low < once.value < once.high


# --- too little


def test_too_little_is_told_in_one_line(tmp_path: Path) -> None:
    write_split(tmp_path, n=3, seed=SEED)
    with pytest.raises(InputError, match=r"too little to calibrate scripted: \d+ looks .* at least 50 looks"):
        calibrate(perceiver(0.1), tmp_path, keep=False)
    assert not enough([True] * 100) and not enough([True] * 46 + [False] * 4) and enough([True] * 45 + [False] * 5)
    assert not enough([True, False] * 24) and enough([True, False] * 25)
    assert fit([Look(0, "entity", True, 0.9)] * 100, []).looks is None


# --- open worlds


def statements_about(known: Labelled) -> list[tuple[str, bool]]:
    return [(in_words(one.claim), one.true) for n in range(40) for one in told_of(known, Random(n), ONTOLOGY)]


def test_of_what_is_not_listed_in_full_nothing_false_is_made() -> None:
    open_ = labelled(scene_of({"subject": "person_1", "predicate": "look at", "object": "horse_1"}))
    assert statements_about(open_) == []
    assert truths(scene_of(RIDES), open_, ONTOLOGY) == {
        "person_1": True,
        "horse_1": True,
    }  # it may ride, for all we know


def test_what_is_made_false_is_known_to_be_false() -> None:
    known = labelled(scene_of(RIDES), whole=frozenset({"person", "horse", "dog", "cow"}))
    found = statements_about(known)
    assert ("horse_1 ride person_1", False) in found and ("person_1 ride horse_1", True) in found
    assert sum(true for _, true in found) * 2 == len(found)
    for one in (one for n in range(40) for one in told_of(known, Random(n), ONTOLOGY) if not one.true):
        match one.claim:
            case Entity(category=category, box=box):
                assert box is not None
                alike = [e.box for e in known.scene.entities if e.category == category and e.box is not None]
                assert category in known.whole and all(iou(box, other) < 0.1 for other in alike)
            case Count(category=category, value=value):
                assert value != sum(e.category == category for e in known.scene.entities)
            case Relation():
                assert in_words(one.claim) != "person_1 ride horse_1" or any(
                    e not in known.scene.entities for e in one.entities
                )
            case PartState():
                raise AssertionError("no part state is listed")


def test_what_the_labels_deny_is_looked_at_and_counts_as_wrong() -> None:
    known = labelled(
        scene_of(
            {"subject": "person_1", "predicate": "look at", "object": "horse_1"},
            {"subject": "person_1", "predicate": "hear", "object": "horse_1"},
        ),
        denied=(Denied("person_1", "ride", "horse_1"), Denied("person_1", "wear", "hat")),
    )
    false = {words for words, true in statements_about(known) if not true}
    assert false == {"person_1 ride horse_1", "person_1 wear hat_1"}
    hat = {"id": "hat_9", "category": "hat", "box": [0.2, 0.1, 0.3, 0.2]}
    said = Scene.model_validate(
        {
            "entities": [PERSON, HORSE, hat],
            "relations": [RIDES, {"subject": "person_1", "predicate": "wear", "object": "hat_9"}],
        }
    )
    assert truths(said, known, ONTOLOGY) == {"person_1": True, "horse_1": True, "r1": False, "r2": False}


def test_claims_of_a_description_are_right_wrong_or_not_known() -> None:
    known = labelled(scene_of(RIDES), whole=frozenset({"person", "dog"}), unsure=())
    dog = {"id": "dog_1", "category": "puppy", "box": [0.7, 0.7, 0.9, 0.9]}
    cup = {"id": "cup_1", "category": "cup", "box": [0.7, 0.7, 0.9, 0.9]}
    said = Scene.model_validate(
        {
            "entities": [{**PERSON, "category": "man"}, HORSE, dog, cup],
            "relations": [
                {"subject": "person_1", "predicate": "riding", "object": "horse_1"},
                {"subject": "person_1", "predicate": "under", "object": "horse_1"},
                {"subject": "person_1", "predicate": "walk", "object": "dog_1"},
                {"subject": "person_1", "predicate": "hold", "object": "cup_1"},
            ],
            "counts": [{"category": "person", "value": 2}, {"category": "horse", "value": 2}],
        }
    )
    assert truths(said, known, ONTOLOGY) == {
        "person_1": True,
        "horse_1": True,
        "dog_1": False,  # every dog is listed; cups are not
        "r1": True,
        "r2": False,  # who rides is on top
        "r3": False,  # of a thing that is not there
        "n1": False,
    }
    crowd = Entity(id="c", category="dog", box=(0.7, 0.7, 0.9, 0.9))
    unsure = truths(said, labelled(known.scene, whole=known.whole, unsure=(crowd,)), ONTOLOGY)
    assert not {"dog_1", "r3"} & unsure.keys()
    assert "n1" not in truths(
        Scene.model_validate({"entities": [], "counts": [{"category": "man", "value": 2}]}), known, ONTOLOGY
    )


# --- folders


def a_picture(folder: Path, name: str = "a.png") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.new("RGB", (200, 100), "white").save(folder / name)


COCO = {
    "images": [{"id": 7, "file_name": "a.png", "width": 200, "height": 100}],
    "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "horse"}, {"id": 3, "name": "dog"}],
    "annotations": [
        {"id": 11, "image_id": 7, "category_id": 1, "bbox": [20, 10, 60, 80], "iscrowd": 0, "segmentation": []},
        {"id": 12, "image_id": 7, "category_id": 2, "bbox": [40, 50, 80, 50]},
        {"id": 13, "image_id": 7, "category_id": 2, "bbox": [150, 50, 50, 50], "iscrowd": 1},
    ],
    "relations": [
        {"subject": 11, "predicate": "ride", "object": 12},
        {"subject_id": 11, "predicate_id": 5, "object_id": 12, "false": True},
    ],
    "predicates": [{"id": 5, "name": "feed"}],
}


def coco(folder: Path, **changes: object) -> list[Labelled]:
    a_picture(folder)
    (folder / "labels.json").write_text(json.dumps({**COCO, **changes}))
    return read_labelled(folder, ONTOLOGY)


def test_coco_with_relations_is_read(tmp_path: Path) -> None:
    (found,) = coco(tmp_path)
    assert found.picture == tmp_path / "a.png"
    assert [(e.id, e.box) for e in found.scene.entities] == [
        ("person_1", (0.1, 0.1, 0.4, 0.9)),
        ("horse_1", (0.2, 0.5, 0.6, 1.0)),
    ]
    assert [in_words(one) for one in found.scene.relations] == ["person_1 ride horse_1"]
    assert found.denied == (Denied("person_1", "feed", "horse_1"),)
    assert [one.category for one in found.unsure] == ["horse"]
    assert found.whole == {"person", "horse", "dog"}
    assert found.is_missing("dog", None, ONTOLOGY) and not found.is_missing("horse", (0.8, 0.6, 1, 1), ONTOLOGY)


def test_a_federated_coco_file_closes_only_what_it_says(tmp_path: Path) -> None:
    image = {**COCO["images"][0], "neg_category_ids": [3], "not_exhaustive_category_ids": [2]}  # type: ignore[index]
    assert coco(tmp_path, images=[image])[0].whole == {"person", "dog"}
    assert coco(tmp_path, info={"exhaustive": False})[0].whole == frozenset()
    assert coco(tmp_path, info={"exhaustive": ["dog"]})[0].whole == {"dog"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"images": []}, "annotations[0]: image_id 7 is no image"),
        ({"images": [{"id": 7, "file_name": "b.png", "width": 1, "height": 1}]}, "no picture 'b.png'"),
        ({"images": [{"id": 7, "file_name": "../a.png", "width": 1, "height": 1}]}, "not named within the folder"),
        ({"images": [{"id": 7, "file_name": "a.png", "width": 0, "height": 1}]}, "images[0]: width"),
        ({"images": [{"file_name": "a.png", "width": 1, "height": 1}]}, "images[0]: the field 'id' is missing"),
        ({"annotations": [{**COCO["annotations"][0], "bbox": [1, 2]}]}, "annotations[0]: bbox"),  # type: ignore[index]
        ({"annotations": [{**COCO["annotations"][0], "category_id": 9}]}, "category_id 9"),  # type: ignore[index]
        ({"annotations": [COCO["annotations"][0]] * 2}, "the id 11 stands twice"),  # type: ignore[index]
        ({"relations": [{"subject": 11, "predicate": "ride", "object": 99}]}, "relations[0]: its ends"),
        ({"relations": [{"subject": 11, "predicate": 99, "object": 12}]}, "relations[0]: predicate"),
        ({"relations": {}}, "relations: a list is expected"),
        ({"info": {"exhaustive": 3}}, "info.exhaustive"),
        ({"categories": 3}, "no COCO file"),
    ],
)
def test_a_bad_coco_file_is_told_by_list_and_number(changes: dict[str, object], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        coco(tmp_path, **changes)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_scenes_beside_their_pictures_are_read_and_closed_by_their_counts(tmp_path: Path) -> None:
    a_picture(tmp_path)
    scene = scene_of(
        RIDES,
        image={"name": "a.png"},
        counts=[{"category": "person", "value": 1}, {"category": "horse", "value": 2}, {"category": "dog", "value": 0}],
    )
    (tmp_path / "mine.jsonl").write_text(scene.to_json() + "\n\n")
    (found,) = read_labelled(tmp_path, ONTOLOGY)
    assert found.scene == scene and not found.complete and found.whole == {"person", "dog"}


def test_photographs_with_truth_are_read(tmp_path: Path) -> None:
    a_picture(tmp_path, "images/a.png")
    row = {
        "file": "a.png",
        "size_px": [200, 100],
        "exhaustive": ["person"],
        "open": ["cup"],
        "entities": [PERSON, HORSE, {"id": "dog_1", "category": "dog", "box": [0, 0, 0.1, 0.1], "uncertain": True}],
        "relations": [RIDES, {**RIDES, "predicate": "feed", "uncertain": True}, {**RIDES, "object": "dog_1"}],
        "part_states": [{"entity": "person_1", "part": "hip", "state": "sit_on", "object": "horse_1"}],
        "false": [{"subject": "person_1", "predicate": "wear", "object": "hat"}],
    }
    (tmp_path / "truth.jsonl").write_text(json.dumps(row))
    (found,) = read_labelled(tmp_path, ONTOLOGY)
    assert [in_words(one) for one in (*found.scene.relations, *found.scene.part_states)] == [
        "person_1 ride horse_1",
        "person_1 hip sit_on horse_1",
    ]
    assert found.denied == (Denied("person_1", "wear", "hat"),) and [one.id for one in found.unsure] == ["dog_1"]
    assert {"person", "horse"} <= found.whole and "cup" not in found.whole
    (tmp_path / "truth.jsonl").write_text(json.dumps({**row, "false": [{"subject": "person_1"}]}))
    with pytest.raises(InputError, match=r"truth\.jsonl:1: false\[0\]: the field 'predicate' is missing"):
        read_labelled(tmp_path, ONTOLOGY)


def test_folders_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    def told(folder: Path) -> str:
        with pytest.raises(InputError) as caught:
            read_labelled(folder, ONTOLOGY)
        return str(caught.value)

    assert "no such folder" in told(tmp_path / "none")
    assert "no labels" in told(tmp_path)
    (tmp_path / "a.json").write_text("{")
    assert "is no JSON" in told(tmp_path)
    (tmp_path / "b.json").write_text("{}")
    assert "2 files may hold the labels (a.json, b.json)" in told(tmp_path)
    (tmp_path / "scenes.jsonl").write_text("\n")
    assert "no picture in it" in told(tmp_path)
    (tmp_path / "scenes.jsonl").write_text('{"entities": []}\n')
    assert "scenes.jsonl:1: the scene has no image.name" in told(tmp_path)
    (tmp_path / "scenes.jsonl").write_text('{"entities": [], "image": {"name": "/etc/passwd"}}\n')
    assert "not named within the folder" in told(tmp_path)
    assert "no folder" in told(tmp_path / "a.json")


def test_a_damaged_picture_ends_it_with_its_name(tmp_path: Path) -> None:
    write_split(tmp_path, n=2, seed=SEED)
    (tmp_path / "images" / f"ordinary_{SEED}_00000.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    with pytest.raises(InputError, match=r"ordinary_9_00000\.png"):
        calibrate(perceiver(0.1), tmp_path, keep=False)


def test_it_is_public() -> None:
    assert nesy.calibrate is calibrate
