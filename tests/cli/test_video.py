"""`nesy analyze` of clips, `nesy synth --video`, `nesy explain` of a clip, `nesy rules list --video`."""

import json

import PIL.Image
import pytest

from nesy.cli import main
from nesy.video.drawn_clip import write_clips
from nesy.video.timeline import Timeline
from nesy.video.video_analysis import VideoAnalysis

CUP = '{"entities": [{"id": "cup_1", "box": [0.1, 0.1, 0.3, 0.3]}]}'


@pytest.fixture
def clip(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_clips(tmp_path, n=1, seed=4, frames=8)
    return tmp_path / "clip_4_00000"


@pytest.fixture
def says_cup(monkeypatch):
    """A model that sees one cup, whatever it is shown."""
    from nesy.models.scripted import ScriptedModel

    monkeypatch.setattr("nesy.pipeline.ready_model", lambda *_: ScriptedModel(lambda request: CUP))


def run(capsys, *arguments):
    code = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_synth_draws_clips_with_their_truth(tmp_path, capsys):
    code, out, _ = run(capsys, "synth", "--video", "--frames", 9, "--n", 2, "--seed", 5, "--out", tmp_path / "c")
    assert code == 0 and "18  frames" in out
    folder = tmp_path / "c" / "clip_5_00001"
    truth = Timeline.from_json((folder / "truth.json").read_bytes())
    pictures = sorted(path.name for path in folder.glob("*.png"))
    assert len(pictures) == 9 == len(truth.frames)
    for frame in truth.frames:
        with PIL.Image.open(tmp_path / "c" / frame.scene.image.name) as picture:
            assert picture.size == (frame.scene.image.width_px, frame.scene.image.height_px)
    assert (folder / "clip.gif").stat().st_size > 1000
    code, _, err = run(capsys, "synth", "--video", "--n", 2, "--seed", 5, "--out", tmp_path / "c")
    assert code == 2 and "--force" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--video", "--frames", "40"], "8 to 32"),
        (["--frames", "8"], "--frames belongs to --video"),
        (["--video", "--split", "hard"], "ordinary"),
    ],
)
def test_synth_says_what_it_cannot_draw(tmp_path, capsys, arguments, told):
    code, _, err = run(capsys, "synth", *arguments, "--out", tmp_path / "c")
    assert code == 2 and told in err and err.count("\n") == 1


def test_a_clip_is_known_by_what_it_is(clip, says_cup, capsys):
    code, out, _ = run(capsys, "analyze", clip / "clip.gif", "--every", "0.5", "--format", "json", "--model", "x")
    assert code == 0
    analysis = VideoAnalysis.from_json(out)
    assert analysis.settings.video.every_s == 0.5 and analysis.name == "clip.gif"
    code, out, _ = run(capsys, "analyze", clip, "--video", "--model", "x")
    assert code == 0 and "cup_1  cup, from 0 s to 4 s, in 4 frames" in out


def test_out_holds_what_there_is_of_a_clip(clip, says_cup, capsys, tmp_path):
    code, _, _ = run(capsys, "analyze", clip, "--video", "--model", "x", "--out", tmp_path / "o")
    assert code == 0
    names = sorted(path.name.removeprefix("clip_4_00000") for path in (tmp_path / "o").iterdir())
    assert names == sorted(
        [".video.json", ".timeline.json", ".trig", ".timeline.png", ".strip.png", ".annotated.gif", ".annotated.mp4"]
    )
    file = tmp_path / "o" / "clip_4_00000.video.json"
    code, out, _ = run(capsys, "explain", file, "cup_1")
    assert code == 0 and "It is seen from 0 s to 4 s, in 4 frames." in out
    code, out, _ = run(capsys, "explain", file)
    assert code == 0 and out == "every claim stayed as it was said\n"
    code, out, _ = run(capsys, "explain", file, "cup_1", "--format", "json")
    assert json.loads(out)["claim"] == "cup_1"
    code, _, err = run(capsys, "explain", file, "r9")
    assert code == 2 and "no claim 'r9'" in err
    code, _, err = run(capsys, "check", file)
    assert code == 2 and "nesy.video/1" in err
    code, _, err = run(capsys, "analyze", clip, "--video", "--model", "x", "--out", tmp_path / "o")
    assert code == 2 and "--force" in err


@pytest.mark.parametrize("form", ["turtle", "trig"])
def test_rdf_of_a_clip(clip, says_cup, capsys, form):
    import rdflib

    code, out, _ = run(capsys, "analyze", clip, "--video", "--model", "x", "--format", form)
    assert code == 0
    read = rdflib.Dataset().parse(data=out, format=form)
    assert len(read) > 0 and "http://www.w3.org/2006/time#" in out


def test_what_cannot_be_analyzed_is_said_in_a_line(clip, says_cup, capsys, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"nothing" * 99)
    (tmp_path / "none").mkdir()
    cases = (
        ([tmp_path / "bad.mp4"], "bad.mp4: cannot be read as a video"),
        ([tmp_path / "none", "--video"], "this has no frame"),
        ([clip / "clip.gif", clip / "frame_000.png"], "a picture beside clips"),
        ([clip, "--video", "--store", tmp_path / "s"], "--store: holds analyses of pictures"),
        ([clip, "--video", "--set", "video.off=Nothing"], "no rule 'Nothing'"),
        ([clip, "--video", "--every", "0"], "every_s"),
        ([clip / "clip.gif", clip / "clip.gif", "--together"], "--together takes pictures, and these are clips"),
    )
    for arguments, told in cases:
        code, out, err = run(capsys, "analyze", *arguments, "--model", "x")
        assert (code, out) == (2, "") and told in err and err.count("\n") == 1, (arguments, err)


def test_one_bad_clip_does_not_end_the_others(clip, says_cup, capsys, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"nothing" * 99)
    code, out, err = run(capsys, "analyze", tmp_path / "bad.mp4", clip / "clip.gif", "--model", "x")
    assert code == 2 and "bad.mp4" in err and "what is followed" in out


def test_rules_over_time_are_listed_and_shown(capsys):
    code, out, _ = run(capsys, "rules", "list", "--video")
    assert code == 0 and "Teleports" in out and "CountMismatch" not in out
    code, out, _ = run(capsys, "rules", "list")
    assert "Teleports" not in out and "CountMismatch" in out
    code, out, _ = run(capsys, "rules", "show", "Teleports")
    assert code == 0 and "engine    loops" in out
