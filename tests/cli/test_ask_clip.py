"""`nesy ask` of clips and of what is claimed of them: what is printed, with which exit code, and bad input."""

import json

import PIL.Image
import pytest

from nesy.cli import main
from nesy.models.scripted import ScriptedModel
from nesy.video.clip_answer import ClipAnswer
from nesy.video.drawn_clip import write_clips
from tests.video.clips import scene, write_video

RIDES = scene(("person_1", "ride", "horse_1")).to_json()


@pytest.fixture
def clip(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_clips(tmp_path, n=1, seed=4, frames=8)
    return tmp_path / "clip_4_00000"


@pytest.fixture
def model(monkeypatch):
    """A model that sees a ride in every frame, and answers questions as it is told to."""
    answers = ["a horse"]

    def script(request):
        return json.dumps({"answer": answers[min(request.round, len(answers) - 1)]}) if request.kind == "ask" else RIDES

    made = ScriptedModel(script)
    monkeypatch.setattr("nesy.pipeline.ready_model", lambda *_: made)
    made.answers = answers
    return made


@pytest.fixture
def run(capsys):
    def asked(*arguments):
        code = main(["ask", *(str(one) for one in arguments)])
        return (code, *capsys.readouterr())

    return asked


def test_a_clip_is_asked_in_one_turn(clip, model, run):
    code, out, err = run(clip, "What is the person riding?", "--video", "--model", "x")
    assert (code, err) == (0, "")
    assert "clip      4 s, 4 frames in one turn, at 0, 1, 2, 3 s" in out and "listed    horse" in out
    assert "a1 person_1 ride horse_1; listed: r1 (person_1 ride horse_1 from 0 s to 4 s)" in out
    assert out.rstrip().endswith("consistent")
    (question,) = [one for one in model.requests if one.kind == "ask"]
    assert question.moments == (0.0, 1.0, 2.0, 3.0)


def test_a_disagreement_goes_back_and_ends_with_one(clip, model, run):
    model.answers[:] = ["a bicycle", "a bicycle"]
    code, out, _ = run(clip, "What is the person riding?", "--video", "--model", "x", "--every", "2")
    assert code == 1 and "the answer and the timeline disagree; neither is preferred" in out
    assert "note      The answer names a bicycle, but no bicycle is listed." in out
    model.answers[:] = ["a bicycle", "a horse"]
    code, out, _ = run(clip, "What is the person riding?", "--video", "--model", "x", "--format", "json")
    answer = ClipAnswer.from_json(out)
    assert (code, answer.answer, answer.kept_turn, json.loads(out)["schema"]) == (0, "a horse", 1, "nesy.clip_answer/1")


def test_the_bare_model_is_asked_once(clip, model, run):
    code, out, _ = run(clip / "clip.gif", "Why?", "--model", "x", "--no-check")
    assert code == 0 and "not checked" in out and len(model.requests) == 1


def test_what_is_claimed_of_a_clip_answers_without_a_model(clip, model, run, capsys):
    assert main(["analyze", str(clip), "--video", "--model", "x", "--out", "out"]) == 0
    capsys.readouterr()
    asked = len(model.requests)
    for name in ("clip_4_00000.video.json", "clip_4_00000.timeline.json"):
        code, out, err = run(f"out/{name}", "When does person_1 ride the horse?")
        assert (code, err) == (0, "") and "answer: from 0 s to 4 s" in out
    code, out, _ = run(clip / "truth.json", "When does the person sit on the couch?", "--format", "json")
    assert code == 0 and ClipAnswer.from_json(out).answer == "from 1.5 s to 3 s"
    code, _, err = run("out/clip_4_00000.video.json", "Why?")
    assert code == 2 and "no list can answer this" in err and err.count("\n") == 1
    assert len(model.requests) == asked
    # with a model the clip is found beside it, and is not analyzed again
    code, out, err = run("out/clip_4_00000.video.json", "What is the person riding?", "--model", "x")
    assert (code, err) == (0, "") and "4 frames in one turn" in out
    assert [one.kind for one in model.requests[asked:]] == ["ask"]
    code, out, _ = run("out/clip_4_00000.timeline.json", "What is the person riding?", "--model", "x")
    assert code == 0 and "4 frames in one turn" in out
    for frame in clip.glob("*.png"):
        PIL.Image.new("RGB", (8, 8)).save(frame)
    code, out, err = run("out/clip_4_00000.video.json", "What is the person riding?", "--model", "x")
    assert code == 0 and "not found beside" in err and "answer: horse" in out


def test_a_clip_of_a_lines_file_is_named(clip, model, run, capsys, tmp_path):
    assert main(["analyze", str(clip / "clip.gif"), str(clip), "--video", "--model", "x", "--format", "json"]) == 0
    (tmp_path / "two.jsonl").write_text(capsys.readouterr().out)
    code, _, err = run("two.jsonl", "Is there a horse?")
    assert code == 2 and "name one with --image: clip.gif, clip_4_00000" in err
    code, out, _ = run("two.jsonl", "Is there a horse?", "--image", "clip.gif")
    assert code == 0 and "answer: yes" in out


def test_what_cannot_be_asked_is_said_in_a_line(clip, model, run, tmp_path):
    (tmp_path / "text.mp4").write_text("nothing")
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "none").mkdir()
    (tmp_path / "one").mkdir()
    PIL.Image.new("RGB", (8, 8)).save(tmp_path / "one" / "a.png")
    (tmp_path / "bad.json").write_text('{"schema": "nesy.timeline/1", "name": 3}')
    cases = (
        (["text.mp4", "Why?"], "text.mp4: cannot be read as a video"),
        (["empty.mp4", "Why?"], "the file is empty"),
        (["missing.mp4", "Why?"], "no such file"),
        (["none", "Why?", "--video"], "this has no frame"),
        (["one", "Why?", "--video"], "one frame alone"),
        ([clip, "Why?"], "a folder"),
        ([clip, "", "--video"], "the question is empty"),
        ([clip, "What is there at 9 s?", "--video"], "the clip lasts 4 s"),
        (["bad.json", "Why?"], "bad.json"),
        ([clip, "Is it?", "--video", "--set", "video.off=Nothing"], "no rule 'Nothing'"),
        ([clip / "clip.gif", "Is it?", "--image", "x"], "--image x"),
    )
    for arguments, told in cases:
        code, out, err = run(*arguments, "--model", "x")
        assert (code, out) == (2, "") and told in err and err.count("\n") == 1, (arguments, err)
    assert not model.requests


def test_a_model_of_one_picture_is_told(clip, model, run):
    model.most_pictures = 1
    code, out, err = run(clip / "clip.gif", "What is the person riding?", "--model", "x")
    assert code == 0 and "answer: horse" in out
    assert err == "clip.gif: scripted takes one picture a turn; the timeline answers\n"
    code, out, err = run(clip / "clip.gif", "Why?", "--model", "x")
    assert (code, out) == (3, "") and err.count("\n") == 1


def test_a_file_of_video_of_uneven_times(tmp_path, model, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "a.mp4", [0, 3, 4, 20, 25])
    code, out, _ = run("a.mp4", "When does the person ride the horse?", "--model", "x", "--every", "0.3", "--no-check")
    assert code == 0 and "at 0, 0.3, 0.4, 2 s" in out
