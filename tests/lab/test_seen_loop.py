"""What a photograph's truth decides, and the figures of a witness in the loop of a scripted model."""

import json
import sys
from pathlib import Path

import PIL.Image
import pytest

from lab import seen_loop
from lab.known_errors import KnownErrors
from nesy.grounding.word_match import Words
from nesy.image import Image
from nesy.observations import Observations, WitnessInfo
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation
from tests.eyes import COCO, Eyes

MAN, DOG, BALL = (0.1, 0.2, 0.35, 0.95), (0.4, 0.5, 0.65, 0.95), (0.7, 0.1, 0.98, 0.4)
ROW = {
    "file": "park.png",
    "size_px": [96, 64],
    "exhaustive": ["person", "dog"],
    "open": ["car"],
    "entities": [
        {"id": "person_1", "category": "person", "box": MAN},
        {"id": "dog_2", "category": "dog", "box": DOG},
        {"id": "sports_ball_1", "category": "sports_ball", "box": BALL, "uncertain": True},
    ],
    "relations": [
        {"subject": "person_1", "predicate": "left_of", "object": "dog_2"},
        {"subject": "person_1", "predicate": "next_to", "object": "dog_2"},
        {"subject": "person_1", "predicate": "walk", "object": "dog_2", "uncertain": True},
        {"subject": "person_1", "predicate": "throw", "object": "sports_ball_1"},
    ],
    "part_states": [{"entity": "person_1", "part": "hand", "state": "hold", "object": "dog_2"}],
    "false": [{"subject": "person_1", "predicate": "in_front_of", "object": "dog_2"}],
}
KNOWN = KnownErrors(ROW, Words(Ontology.default()))


def said(predicate: str, one: str = "person_1", other: str = "dog_2") -> Relation:
    return Relation(id="x1", subject=one, predicate=predicate, object=other)


def thing(category: str, box: tuple[float, ...] = (0.0, 0.0, 0.1, 0.1)) -> Entity:
    return Entity.model_validate({"id": f"{category}_9", "category": category, "box": box})


def state(part: str, word: str) -> PartState:
    return PartState(id="x1", entity="person_1", part=part, state=word, object="dog_2")


def test_the_scene_is_what_is_sure() -> None:
    scene = KNOWN.scene()
    assert [entity.id for entity in scene.entities] == ["person_1", "dog_2"]
    assert [relation.predicate for relation in scene.relations] == ["left_of", "next_to"]
    assert [(count.category, count.value) for count in scene.counts] == [("dog", 1), ("person", 1)]
    assert scene.image is not None and scene.image.name == "park.png" and len(scene.part_states) == 1


@pytest.mark.parametrize(
    ("claim", "decided"),
    [
        (thing("dog"), True),  # all dogs are listed
        (thing("zebra"), True),  # in no list: absent
        (thing("car"), False),
        (thing("sports_ball", BALL), False),  # perhaps it is one
        (thing("sports_ball"), True),
        (Count(id="n1", category="dog", value=2), True),
        (Count(id="n1", category="car", value=2), False),
        (Count(id="n1", category="sports_ball", value=2), False),
        (said("left_of"), True),  # listed
        (said("walk"), False),  # the annotator was not sure
        (said("right_of"), True),  # the contrary
        (said("left_of", "dog_2", "person_1"), True),
        (said("right_of", "dog_2", "person_1"), False),  # the same from the other side
        (said("next_to", "dog_2", "person_1"), False),
        (said("behind"), False),  # nobody says
        (said("in_front_of"), True),  # known to be wrong
        (said("ride"), True),
        (said("hold", "person_1", "zebra_1"), True),  # of what is not there
        (state("hand", "hold"), True),
        (state("hand", "touch"), False),
        (state("foot", "kick"), True),
    ],
)
def test_an_error_is_one_where_the_truth_tells(claim: Claim, decided: bool) -> None:
    assert KNOWN.decides(claim) is decided


class Seer:
    """Sees what the rows list."""

    info = WitnessInfo(name="seer", categories=COCO)

    def __init__(self) -> None:
        self.looks: list[str] = []

    def observe(self, image: Image) -> Observations:
        self.looks.append(image.name)
        rows = {row["file"]: row for row in ROWS}[image.name]["entities"]
        return Eyes(*((row["category"], tuple(row["box"]), 0.97) for row in rows)).observe(image)


ROWS = [
    ROW,
    ROW
    | {
        "file": "street.png",
        "exhaustive": ["car", "person"],
        "open": [],
        "entities": [{"id": f"car_{n}", "category": "car", "box": box} for n, box in enumerate((BALL, DOG), 1)],
        "relations": [{"subject": "car_1", "predicate": "above", "object": "car_2"}],
        "part_states": [],
        "false": [],
    },
]


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "images").mkdir(parents=True)
    for shade, row in enumerate(ROWS):
        PIL.Image.new("RGB", (96, 64), (90 * shade, 90, 90)).save(folder / "images" / row["file"])
    (folder / "truth.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    return folder


def test_every_model_and_arm_is_measured_and_told(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seer = Seer()
    monkeypatch.setattr(seen_loop, "RESULTS", tmp_path / "seen_loop.json")
    monkeypatch.setattr(seen_loop, "load", lambda: seer)
    monkeypatch.setattr(sys, "argv", ["seen_loop", "--data", str(photographs), "--seeds", "3"])
    seen_loop.main()
    record = json.loads((tmp_path / "seen_loop.json").read_text("utf-8"))
    assert sorted(seer.looks) == ["park.png", "street.png"]  # once for all arms, seeds and models
    assert (record["photographs"], record["seeds"]) == (2, [1, 2, 3])
    assert record["models"].keys() == seen_loop.MODELS.keys()
    for model in record["models"].values():
        arms = model["arms"]
        assert tuple(arms) == seen_loop.ARMS
        assert arms["none"]["moves"] == dict.fromkeys(seen_loop.MOVES, 0)
        assert "to_alone" not in arms[seen_loop.ALONE] and arms["witness"]["to_alone"].keys() == {
            "objects",
            "relations",
        }
        assert len({figures["right_before"] for figures in arms.values()}) == 1
        for figures in arms.values():
            f1 = figures["f1"]["objects"]
            assert f1["low"] <= f1["value"] <= f1["high"]
            assert figures["right_lost"] * figures["right_before"] == pytest.approx(
                figures["moves"]["right -> wrong"] + figures["moves"]["right -> withdrawn"]
            )
    text = seen_loop.seen_loop_text(record)
    assert text.count("### ") == len(seen_loop.MODELS)
    assert text.count("| `shuffled-witness` |") == len(seen_loop.MODELS)
    assert all(len(line.split("|")) == 12 for line in text.splitlines() if line.startswith("| "))


def test_the_committed_figures_reach_what_was_asked_for() -> None:
    """With the witness both F1 are higher, and right claims stay; with what it sees in another picture they are not."""
    record = json.loads((Path(__file__).resolve().parents[2] / "results" / "seen_loop.json").read_text("utf-8"))
    for called, model in record["models"].items():
        for name in ("witness", "all"):
            arm = model["arms"][name]
            least = "value" if called == "gives in" else "low"
            assert all(arm["to_alone"][kind][least] > 0 for kind in ("objects", "relations"))
            assert called == "gives in" or arm["right_lost"] <= 0.01
        placebo = model["arms"]["shuffled-witness"]["to_alone"]
        assert all(apart["p"] > 0.05 and apart["value"] < 0.002 for apart in placebo.values())
