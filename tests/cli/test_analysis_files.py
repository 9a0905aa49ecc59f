"""`check`, `repair`, `explain` and `ask` take what `analyze` wrote: one analysis, or one a line."""

import json
from pathlib import Path

import PIL.Image
import pytest

from nesy.analysis import Analysis
from nesy.answering import Answered
from nesy.cli import main
from nesy.image import Image
from nesy.scene import Scene
from tests.analysis.test_analysis import SCENE, example
from tests.cli.test_ask import BIKE, HORSE


def analysed(name: str, scene: Scene) -> Analysis:
    return example().model_copy(update={"image": example().image.model_copy(update={"name": name}), "scene": scene})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    Path("one.json").write_text(analysed("a.png", SCENE).to_json(indent=2), encoding="utf-8")
    two = [analysed("a.png", SCENE), analysed("b.png", example().scene)]
    Path("two.jsonl").write_text("\n".join(one.to_json() for one in two) + "\n", encoding="utf-8")
    Path("scene.json").write_text(SCENE.to_json(), encoding="utf-8")

    def command(*arguments: str) -> tuple[int, str, str]:
        return (main([*arguments]), *capsys.readouterr())

    return command


def test_the_final_scene_is_checked(run) -> None:  # type: ignore[no-untyped-def]
    of_scene = run("check", "scene.json", "--format", "json")
    assert run("check", "one.json", "--format", "json") == of_scene and of_scene[0] == 1
    code, out, err = run("check", "two.jsonl")
    first, second = map(json.loads, out.splitlines())
    assert (code, err) == (1, "") and first == json.loads(of_scene[1])
    assert json.loads(run("check", "scene.json", "--format", "json")[1])["findings"] != second["findings"]


def test_the_final_scene_is_repaired(run) -> None:  # type: ignore[no-untyped-def]
    assert run("repair", "one.json") == run("repair", "scene.json")
    assert len(run("repair", "two.jsonl")[1].splitlines()) == 2


def test_a_file_may_hold_scenes_and_analyses(run) -> None:  # type: ignore[no-untyped-def]
    Path("mixed.jsonl").write_text(f"{SCENE.to_json()}\n{analysed('a.png', SCENE).to_json()}\n")
    first, second = run("check", "mixed.jsonl")[1].splitlines()
    assert first == second


@pytest.mark.parametrize("command", ["check", "repair"])
def test_another_file_is_told_as_what_it_is(run, command: str) -> None:  # type: ignore[no-untyped-def]
    Path("verdict.json").write_text(run("check", "scene.json", "--format", "json")[1])
    code, out, err = run(command, "verdict.json")
    assert (code, out) == (2, "") and err == (
        "error: verdict.json: this is nesy.verdict/1; a scene or an analysis would be right\n"
    )
    Path("broken.json").write_text(Path("one.json").read_text().replace('"kept_round"', '"kept"'))
    code, out, err = run(command, "broken.json")
    assert (code, out) == (2, "") and err.startswith("error: broken.json: ") and "kept" in err


def test_a_scene_named_like_a_format_is_a_scene(run) -> None:  # type: ignore[no-untyped-def]
    Path("odd.json").write_text('{"entities": [{"category": "nesy.analysis/1"}], "image": {"name": "\\"schema\\""}}')
    assert run("check", "odd.json")[0] == 1  # no word of it is known


def test_a_life_is_told_from_a_line(run) -> None:  # type: ignore[no-untyped-def]
    one = run("explain", "one.json", "r2")
    assert (one[0] == 0 and "withdrew" in one[1]) or "withdrawn" in one[1]
    assert run("explain", "two.jsonl", "r2", "--image", "a.png") == one
    code, out, err = run("explain", "two.jsonl", "r2")
    assert (code, out) == (2, "") and "name one with --image: a.png, b.png" in err
    code, _, err = run("explain", "scene.json", "r2")
    assert code == 2 and "scene.json: this is nesy.scene/1; " in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is there a horse?", "yes"),
        ("Is there a dog?", "no"),
        ("Is the person riding a horse?", "yes"),
        ("Is the horse riding a bicycle?", "no"),
        ("What is the person riding?", "horse"),
        ("Who is riding the horse?", "person"),
        ("How many people are there?", "1"),
        ("How many dogs are there?", "0"),
        ("What is the person doing?", "ride horse"),
        ("Where is the person?", "under horse"),
        ("Where is the horse?", "not listed"),
        ("What colour is the horse?", "not listed"),
    ],
)
def test_an_analysis_answers_from_its_list(run, question: str, answer: str) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run("ask", "one.json", question, "--format", "json")
    answered = Answered.from_json(out)
    assert (code, err, answered.answer) == (0, "", answer)
    assert answered.model.id == "the list of the analysis" and answered.image.name == "a.png"
    assert not answered.findings and answered.consistent


def test_what_no_list_answers_is_told(run) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run("ask", "one.json", "What does the sign say?")
    assert (code, out) == (2, "") and "no list can answer this; ask the picture" in err and len(err.splitlines()) == 1


def test_which_analysis_is_meant(run) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run("ask", "two.jsonl", "Is there a horse?")
    assert (code, out) == (2, "") and "name one with --image: a.png, b.png" in err
    assert run("ask", "two.jsonl", "Is there a horse?", "--image", "b.png")[0] == 0
    PIL.Image.new("RGB", (64, 48), "white").save("a.png")
    code, _, err = run("ask", "a.png", "Is there a horse?", "--image", "b.png")
    assert code == 2 and "is taken for a picture" in err


def test_a_model_looks_at_the_picture_where_it_is_found(run) -> None:  # type: ignore[no-untyped-def]
    PIL.Image.new("RGB", (64, 48), "white").save("a.png")
    Path("talk.jsonl").write_text("\n".join(json.dumps({"image": "a.png", "text": text}) for text in (BIKE, HORSE)))
    asked = ("ask", "out/one.json", "What is the man riding?", "--model", "replay:talk.jsonl", "--format", "json")
    Path("out").mkdir()
    own = analysed("a.png", SCENE).model_copy(update={"image": Image.open("a.png").info})
    Path("out/one.json").write_text(own.to_json())
    code, out, err = run(*asked)
    answered = Answered.from_json(out)
    assert (code, err) == (0, "") and answered.model.id != "the list of the analysis"
    assert (answered.turns[0].answer, answered.answer) == ("a bike", "a horse")
    PIL.Image.new("RGB", (64, 48), "black").save("a.png")  # another picture of this name
    code, out, err = run(*asked)
    assert code == 0 and Answered.from_json(out).answer == "horse"
    assert err == "a.png: not found beside out/one.json; answered from the list of the analysis\n"
