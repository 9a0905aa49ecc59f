"""Photographs on the command line, from end to end: looked at, described, held against sentences, beside a model."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageChops
import pytest

from nesy.analysis import Analysis
from nesy.cli import main
from nesy.geometry import iou
from nesy.loop.seeing import RULE
from nesy.observations import Observations
from nesy.scene import Scene

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "photographs"
PHOTOGRAPHER, ASTRONAUT, COFFEE = (FOLDER / f"{name}.jpg" for name in ("photographer", "astronaut", "coffee"))
REPLAYED = ("--model", f"replay:{FOLDER / 'replies.jsonl'}")
MAN = (0.01, 0.13, 0.62, 1.0)

Told = tuple[int, str, str]
"""Exit code, standard output and standard error of a command."""
Shell = Callable[..., Told]


@pytest.fixture
def nesy(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return what runs `nesy` with these words, and with a text on standard input."""

    def run(*words: str | Path, given: str = "") -> Told:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def judgements(printed: str) -> dict[str, dict[str, Any]]:
    """Return claim -> what was judged of it; an attribute's under `CLAIM ATTRIBUTE`."""
    found = json.loads(printed)["judgements"]
    assert all({"claim", "says", "status", "chance", "reason"} <= one.keys() for one in found)
    assert all(one["chance"] is None or 0 <= one["chance"] <= 1 for one in found)
    assert all(one["status"] in ("supported", "contradicted", "unknown") and one["reason"] for one in found)
    return {" ".join(filter(None, (one["claim"], one.get("attribute")))): one for one in found}


def test_what_is_in_a_photograph_is_seen_and_drawn(nesy: Shell, tmp_path: Path) -> None:
    code, out, err = nesy("witness", FOLDER, "--format", "json", "--out", tmp_path)
    assert (code, err) == (0, "")
    seen = {found.image.name: found for found in map(Observations.from_json, out.splitlines()) if found.image}
    assert set(seen) == {path.name for path in (PHOTOGRAPHER, ASTRONAUT, COFFEE)}
    assert max(iou(thing.box, MAN) for thing in seen[PHOTOGRAPHER.name].things if thing.category == "person") > 0.9
    assert [thing.category for thing in seen[COFFEE.name].things] == ["cup"] and not seen[COFFEE.name].people
    for name in (PHOTOGRAPHER.name, ASTRONAUT.name):
        (person,) = seen[name].people
        joints = person.keypoints.named(0.2)
        assert {"nose", "left_eye", "right_eye", "left_shoulder", "right_shoulder"} <= joints.keys()
        assert joints["nose"][1] < joints["left_shoulder"][1]
    for path in (PHOTOGRAPHER, ASTRONAUT, COFFEE):
        with PIL.Image.open(tmp_path / f"{path.stem}.observed.png") as drawn, PIL.Image.open(path) as photograph:
            assert drawn.width / drawn.height == pytest.approx(photograph.width / photograph.height, abs=0.01)
            plain = photograph.convert("RGB").resize(drawn.size)
            assert PIL.ImageChops.difference(drawn.convert("RGB"), plain).getbbox() is not None
        written = Observations.from_json((tmp_path / f"{path.stem}.observations.json").read_bytes())
        assert written == seen[path.name]


def test_a_scene_is_made_of_what_is_seen_alone(nesy: Shell, tmp_path: Path) -> None:
    command = ("analyze", PHOTOGRAPHER, COFFEE, "--model", "witness", "--format", "json", "--out", tmp_path)
    code, out, _ = nesy(*command)
    assert code == 0
    man, cup = (Analysis.from_json(line) for line in out.splitlines())
    assert {entity.category for entity in man.scene.entities} >= {"person"}
    assert [entity.category for entity in cup.scene.entities] == ["cup"]
    assert all(0 < (claim.confidence or 0) <= 1 for scene in (man.scene, cup.scene) for claim in scene.claims())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{stem}{end}" for stem in ("coffee", "photographer") for end in (".analysis.json", ".png", ".trig", ".ttl")
    )


def test_a_sentence_is_held_against_a_photograph(nesy: Shell) -> None:
    _, scene, _ = nesy("parse", "A woman wears a helmet. Two people smile.", "--format", "json")
    code, out, _ = nesy("check", "-", "--evidence", ASTRONAUT, "--format", "json", given=scene)
    judged = judgements(out)
    assert judged["person_1"]["status"] == "supported" and judged["person_1"]["chance"] > 0.7
    # No detector of 80 categories knows helmets, and whether a person is a woman it cannot tell.
    assert {judged[claim]["status"] for claim in ("woman_1", "helmet_1")} == {"unknown"}
    assert judged["helmet_1"]["chance"] is None and code == 0


def given_scene(**claims: Any) -> str:
    return json.dumps({"schema": "nesy.scene/1", **claims})


@pytest.mark.parametrize(
    ("photograph", "claims", "wrong", "why"),
    [
        (
            PHOTOGRAPHER,
            {"entities": [{"id": "person_1"}], "counts": [{"id": "n1", "category": "person", "value": 3}]},
            {"n1"},
            "person_1",
        ),
        (
            COFFEE,
            {"entities": [{"id": "truck_1", "box": [0.24, 0.03, 0.71, 1.0]}]},
            {"truck_1"},
            "At that box the witness sees a cup.",
        ),
        (
            PHOTOGRAPHER,
            {
                "entities": [{"id": "person_1", "box": MAN}, {"id": "car_1", "box": [0.81, 0.41, 0.91, 0.46]}],
                "relations": [{"id": "r1", "subject": "person_1", "predicate": "sit on", "object": "car_1"}],
            },
            {"r1"},
            "the hips are away from it",
        ),
    ],
    ids=["count", "another kind in that very box", "pose"],
)
def test_what_is_seen_otherwise_is_contradicted_with_the_reason(
    photograph: Path, claims: dict[str, Any], wrong: set[str], why: str, nesy: Shell
) -> None:
    for entity in claims["entities"]:
        entity.setdefault("category", entity["id"].rsplit("_", 1)[0])
    code, out, _ = nesy("check", "-", "--evidence", photograph, "--format", "json", given=given_scene(**claims))
    judged = judgements(out)
    assert {claim for claim, one in judged.items() if one["status"] == "contradicted"} == wrong
    assert code == 1
    (claim,) = wrong
    assert why in judged[claim]["reason"] and judged[claim]["chance"] < 0.2
    code, out, _ = nesy("check", "-", "--evidence", photograph, given=given_scene(**claims))
    assert code == 1 and f"contradicted  {judged[claim]['says']}: {judged[claim]['reason']}" in out


def test_what_was_seen_serves_as_the_photograph_does(nesy: Shell, tmp_path: Path) -> None:
    scene = given_scene(entities=[{"id": "cup_1", "category": "cup"}, {"id": "truck_1", "category": "truck"}])
    nesy("witness", COFFEE, "--out", tmp_path)
    by_picture, by_observations = (
        nesy("check", "-", "--evidence", evidence, "--format", "json", given=scene)
        for evidence in (COFFEE, tmp_path / "coffee.observations.json")
    )
    assert by_picture == by_observations and judgements(by_picture[1])["cup_1"]["status"] == "supported"


@pytest.mark.parametrize("photograph", [PHOTOGRAPHER, ASTRONAUT, COFFEE], ids=lambda path: path.stem)
def test_the_mistake_of_a_description_is_asked_about_and_goes(photograph: Path, nesy: Shell, tmp_path: Path) -> None:
    command = ("analyze", photograph, *REPLAYED, "--witness", "embedded")
    code, out, err = nesy(*command, "--format", "json", "--out", tmp_path)
    assert (code, err) == (0, "")
    analysis = Analysis.from_json(out)
    doubted = {claim for found in analysis.rounds[0].verdict.findings if found.rule == RULE for claim in found.claims}
    assert len(doubted) == 1
    (claim,) = doubted
    left = {one.id: one for one in analysis.scene.claims()}
    first = {one.id: one for one in analysis.rounds[0].scene.claims()}
    assert left.get(claim) != first[claim]
    assert all(left.get(name) == one for name, one in first.items() if name != claim and claim not in str(one))
    assert analysis.observations is not None and analysis.observations.witnesses[0].name == "embedded"
    with PIL.Image.open(tmp_path / f"{photograph.stem}.png") as drawn:
        assert min(drawn.size) >= 500
    code, out, _ = nesy("explain", tmp_path / f"{photograph.stem}.analysis.json", claim)
    assert code == 0 and "A detector does not bear out" in out


def test_without_the_witness_the_mistake_stays(nesy: Shell) -> None:
    code, out, _ = nesy("analyze", PHOTOGRAPHER, *REPLAYED, "--format", "json")
    assert code == 0 and "dog" in {entity.category for entity in Analysis.from_json(out).scene.entities}


def test_a_question_is_answered_by_what_is_seen(nesy: Shell) -> None:
    code, out, _ = nesy("ask", ASTRONAUT, "How many people are there?", "--model", "witness")
    assert code == 0 and "answer: 1" in out


def test_a_photograph_that_is_none_is_one_line(nesy: Shell, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(COFFEE.read_bytes()[:5000])
    scene = Scene(entities=()).to_json()
    for words in (("witness", cut), ("check", "-", "--evidence", cut), ("analyze", cut, "--model", "witness")):
        code, out, err = nesy(*words, given=scene)
        assert (code, out) == (2, "") and err.startswith("error: ") and len(err.splitlines()) == 1
