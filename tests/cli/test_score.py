"""`nesy score`: files in, a table or JSON out; what does not belong together or cannot be read is told."""

import json
from pathlib import Path

import pytest

from nesy.cli import main
from nesy.scene import Scene
from tests.analysis.test_analysis import example


def scene(image: str | None, *categories: str, **more: object) -> dict[str, object]:
    about = {} if image is None else {"image": {"name": image}}
    return {**about, "entities": [{"category": category} for category in categories], **more}


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def run(said: object, true: object, *options: str) -> tuple[int, str, str]:
        for name, rows in (("said.jsonl", said), ("true.jsonl", true)):
            texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]  # type: ignore[attr-defined]
            Path(name).write_text("\n".join(texts) + "\n", encoding="utf-8")
        return (main(["score", "said.jsonl", "true.jsonl", *options]), *capsys.readouterr())

    return run


RIDE = {"relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}]}


def test_scenes_without_boxes_are_scored_and_the_criterion_is_told(score) -> None:  # type: ignore[no-untyped-def]
    said, true = scene("a.png", "man", "horse", "dog"), scene("a.png", "person", "horse", **RIDE)
    code, out, err = score([said], [true])
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        "1 scene, paired by image; entities are matched by category, attributes and relations, without boxes"
    )
    assert out.splitlines()[2].split() == ["objects", "0.800", "0.667", "1.000", "2", "3", "2"]
    code, out, _ = score([said], [true], "--format", "json")
    told = json.loads(out)
    assert told["schema"] == "nesy.scores/1" and "without boxes" in told["matching"]
    assert told["kinds"]["objects"] == {"right": 2, "made": 3, "true": 2, "precision": 0.6667, "recall": 1, "f1": 0.8}


def test_pictures_are_paired_by_sum_or_name_and_what_is_in_one_alone_is_told(score) -> None:  # type: ignore[no-untyped-def]
    true = [scene(f"{name}.png", "cup") for name in "abc"]
    said = [scene("x/c.png", "cup"), scene("a.png", "cup", "dog"), scene("z.png", "cup")]
    code, out, err = score(said, true, "--format", "json")
    told = json.loads(out)
    assert code == 0 and (told["paired_by"], told["missing"], told["left_out"]) == ("image", ["b.png"], ["z.png"])
    objects = told["kinds"]["objects"]
    assert (objects["right"], objects["made"], objects["true"]) == (2, 3, 3)
    assert "1 not predicted, counted as empty: b.png" in err and "1 without a true scene, left out: z.png" in err
    moved = scene(None, "cup") | {"image": {"name": "new.png", "sha256": "1" * 64}}
    there = scene(None, "cup") | {"image": {"name": "old.png", "sha256": "1" * 64}}
    code, out, err = score([moved], [there], "--format", "json")
    assert (code, err) == (0, "") and json.loads(out)["kinds"]["objects"]["f1"] == 1
    another = there | {"image": {"name": "new.png", "sha256": "2" * 64}}
    code, out, err = score([moved], [another])
    assert (code, out) == (2, "") and "no picture is in both" in err and len(err.splitlines()) == 1


def test_lines_are_paired_where_not_all_name_a_picture(score) -> None:  # type: ignore[no-untyped-def]
    code, out, err = score([scene(None, "cup"), scene(None, "dog")], [scene(None, "cup"), scene(None, "cat")])
    assert (code, err) == (0, "") and "paired by line" in out and out.splitlines()[2].split()[1] == "0.500"
    code, out, err = score([scene(None, "cup")], [scene(None, "cup"), scene(None, "cat")])
    assert (code, out) == (2, "") and "1 predicted scenes and 2 true ones" in err
    same = [scene("a.png", "cup"), scene("a.png", "dog")]
    assert score(same, same)[0] == 0
    code, _, err = score([scene("a.png", "cup"), scene("b.png", "dog")], same)
    assert code == 2 and "line 2: a prediction of b.png beside the truth of a.png" in err


def test_a_line_that_cannot_be_read_is_told_with_its_place_and_the_others_count(score) -> None:  # type: ignore[no-untyped-def]
    said = [scene("a.png", "cup"), '{"entities": 3}', scene("c.png", "cup")]
    true = [scene(f"{name}.png", "cup") for name in "abc"]
    code, out, err = score(said, true, "--format", "json")
    told = json.loads(out)
    assert code == 2 and told["unreadable"] == 1 and told["missing"] == ["b.png"]
    assert err.splitlines()[0].startswith("error: said.jsonl:2: entities: ")
    assert told["kinds"]["objects"]["recall"] == 0.6667
    code, out, err = score(
        [scene(None, "cup")] * 3, [scene(None, "cup"), "nonsense", scene(None, "cup")], "--format", "json"
    )
    told = json.loads(out)
    assert code == 2 and "true.jsonl:2: " in err and (told["scenes"], told["left_out"]) == (2, ["line 2"])
    code, out, err = score(["{", "["], true)
    assert (code, out) == (2, "") and err.splitlines()[-1] == "error: said.jsonl: no line of it is a scene"


def test_an_analysis_is_scored_by_its_final_scene(score) -> None:  # type: ignore[no-untyped-def]
    analysis = example()
    truth = json.loads(analysis.rounds[0].scene.to_json()) | {"image": {"name": "ride.png"}}
    within = analysis.scene.model_copy(update={"image": analysis.image})
    row = analysis.model_copy(update={"scene": within}).to_json()
    code, out, _ = score([row], [truth], "--format", "json")
    relations = json.loads(out)["kinds"]["relations"]
    assert code == 0 and (relations["right"], relations["made"], relations["true"]) == (1, 1, 3)
    assert Scene.model_validate(truth).image is not None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none.jsonl", "true.jsonl"), "none.jsonl: no such file"),
        (("said.jsonl", "."), ".: "),
        (("-", "-"), "standard input holds the predicted scenes or the true ones, not both"),
        (("verdict.json", "true.jsonl"), "verdict.json: this is nesy.verdict/1; a scene or an analysis would be right"),
    ],
)
def test_what_cannot_be_scored_is_one_line(
    score,  # type: ignore[no-untyped-def]
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, str],
    told: str,
) -> None:
    score([scene(None, "cup")], [scene(None, "cup")])
    Path("verdict.json").write_text('{"schema": "nesy.verdict/1", "consistent": true}')
    assert main(["score", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and len(err.splitlines()) == 1
