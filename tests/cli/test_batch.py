"""`nesy analyze` of a data set: a run, a summary, exit codes; what other commands read of it; Ctrl-C."""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nesy.batch import Run
from nesy.cli import main
from nesy.cli.batch import _Lines
from tests.chat_server import ChatServer
from tests.commands import python, running
from tests.interrupts import hearing
from tests.runs import CUP, tar, write

BROKEN = json.dumps(
    {"entities": [{"id": "cup_1"}], "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"set/a.png": 1, "set/b.png": 2, "set/sub/c.png": 3, "set/d.png": 1})
    replies = [{"image": name, "text": CUP} for name in ("a.png", "b.png", "sub/c.png", "s/x.png", "c.png")]
    (tmp_path / "replies.jsonl").write_text("\n".join(map(json.dumps, replies)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str) -> int:
    return main([*command.split(), "-m", "replay:replies.jsonl"])


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("set", ["a.png", "b.png", "d.png", "sub/c.png"]),
        ("set/", ["a.png", "b.png", "d.png", "sub/c.png"]),
        ("set/[ab].png", ["a.png", "b.png"]),
        ("set/{a,b}.png", ["a.png", "b.png"]),
        ("list.txt", ["a.png", "sub/c.png"]),
        ("rows.jsonl", ["b.png"]),
        ("s.tar", ["s/x.png"]),
        ("set/sub set/a.png", ["sub/c.png", "a.png"]),
    ],
)
def test_a_data_set_becomes_a_run(
    here: Path, capsys: pytest.CaptureFixture[str], source: str, names: list[str]
) -> None:
    write(here, {"set/list.txt": b"a.png\nsub/c.png\n", "set/rows.jsonl": b'{"image": "b.png"}\n'})
    tar(here / "s.tar", [("x.png", 9)])
    source = source.replace("list.txt", "set/list.txt").replace("rows.jsonl", "set/rows.jsonl")
    assert run(f"analyze {source} --out run") == 0
    assert [*Run("run").names()] == names
    told = capsys.readouterr()
    assert told.out.startswith(f"{len(names)} images") and f"{len(names)} consistent" in told.out
    assert told.out.splitlines()[2].startswith(f"run: {len(names)} images in ") and told.err == ""


def test_the_summary_is_json_where_that_is_asked_for(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("analyze set --out run --format json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "nesy.batch_summary/1"
    assert (told["images"], told["same"], told["consistent"], told["out"]) == (4, 1, 4, "run")


def test_the_exit_code_is_the_worst_and_stays_so_when_nothing_is_left(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "replies.jsonl").write_text(json.dumps({"image": "a.png", "text": BROKEN}))
    write(here, {"one/a.png": 1})
    assert run("analyze one --out one_run --rounds 0") == 0
    write(here, {"one/bad.png": b"no picture"})
    assert run("analyze one --out bad_run --rounds 0") == 2
    told = capsys.readouterr()
    assert told.err == "error: bad.png: not an image (PNG, JPEG, WebP, AVIF, BMP, GIF or TIFF expected)\n"
    assert "1 failed (errors.jsonl)" in told.out and "1 repaired, 1 claims withdrawn" in told.out
    assert run("analyze one --out bad_run --rounds 0 --resume") == 2
    write(here, {"one/b.png": 2})
    assert run("analyze one --out bad_run --rounds 0 --resume") == 3
    assert "no reply left for b.png" in capsys.readouterr().err


def test_of_many_failures_a_few_are_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {f"bad/{number}.png": b"no%d" % number for number in range(9)})
    assert run("analyze bad --out run") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6 and lines[-1] == "error: and 4 more, in run/errors.jsonl"


ERRORS = {
    "no run": ("analyze set", "--out RUN is missing: set is a data set"),
    "nothing matches": ("analyze nothing*.png", "nothing*.png: no picture and no tar file matches"),
    "no picture": ("analyze empty --out run", "empty: no picture in it"),
    "no such tar": ("analyze none.tar --out run", "none.tar: no such file"),
    "no tar": ("analyze text.tar --out run", "text.tar: not a tar file"),
    "share of none": ("analyze set --out run --shard 0/4", "a shard is i/n with i from 1 to n"),
    "Turtle": ("analyze set --out run --format turtle", "--format turtle: of a data set the summary is printed"),
    "together": ("analyze set --out run --together", "--together takes 2 to 12 picture files"),
    "a picture in shards": ("analyze set/a.png --shard 1/2", "--shard: belongs to a data set"),
    "a picture resumed": ("analyze set/a.png --resume", "--resume: belongs to a data set"),
    "tried again afresh": ("analyze set --out run --retry-errors", "--retry-errors: goes with --resume"),
    "both": ("analyze set --out run --resume --force", "one of them is meant"),
    "no folder": ("analyze set --out replies.jsonl/run", "cannot be written"),
    "a device": ("analyze set --out /dev/full", "cannot be written"),
    "threads": ("analyze set --out run --concurrency 2", "a concurrency of 2 is for a server"),
    "an experiment's": ("analyze set --out traces --resume", "holds traces of `nesy evaluate --arms`"),
}


@pytest.mark.parametrize(("command", "told"), ERRORS.values(), ids=list(ERRORS))
def test_one_line_tells_what_is_wrong_and_nothing_is_written(
    here: Path, capsys: pytest.CaptureFixture[str], command: str, told: str
) -> None:
    (here / "empty").mkdir()
    write(here, {"text.tar": b"hello", "traces/run.json": b'{"schema": "nesy.run/1"}'})
    assert run(command) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: ") and told in lines[0]
    assert not (here / "run").exists()


def test_a_run_that_is_there_is_kept_unless_it_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("analyze set --out run") == 0
    assert run("analyze set --out run") == 2
    assert "--resume goes on with it, --force begins anew" in capsys.readouterr().err
    assert run("analyze set --out run --resume --rounds 1") == 2
    assert "another setting (settings.correction.rounds: 2 there, 1 now)" in capsys.readouterr().err
    assert run("analyze set --out run --force --rounds 1") == 0


def test_a_disk_that_is_full_is_one_line_and_leaves_a_run_that_goes_on(here: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))

    code = "import sys; from nesy.cli import main; sys.exit(main(sys.argv[1:]))"
    write(here, {f"many/{number}.png": number for number in range(5)})
    (here / "replies.jsonl").write_text("\n".join(json.dumps({"image": f"{n}.png", "text": CUP}) for n in range(5)))
    command = ["analyze", "many", "--out", "run", "-m", "replay:replies.jsonl"]
    with running("-c", code, *command, stderr=subprocess.PIPE, preexec_fn=little) as process:
        assert process.stderr is not None
        told = process.stderr.read().decode()
        assert process.wait() == 2
    assert told.endswith("cannot be written (File too large)\n") and told.count("\n") == 1
    assert (here / "run" / "analyses" / "part-00000.jsonl").read_bytes().endswith(b"\n")
    assert main([*command, "--resume"]) == 0
    assert sorted(Run("run").names()) == [f"{number}.png" for number in range(5)]


def test_frames_with_a_timeline_are_a_clip_and_other_folders_no(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "--video", "--frames", "8", "--n", "1", "--out", "clips"]) == 0
    (clip,) = (here / "clips").iterdir()
    write(here, {"set/truth.json": b"[]"})
    capsys.readouterr()
    assert main(["analyze", str(clip), "-m", "replay:replies.jsonl", "--every", "2", "--format", "json"]) == 3
    assert f"error: {clip}: " in capsys.readouterr().err
    assert run("analyze set --out run") == 0


# --- what reads a run ---


@pytest.mark.parametrize("piece", [False, True])
def test_other_commands_read_a_run_and_its_pieces(here: Path, capsys: pytest.CaptureFixture[str], piece: bool) -> None:
    assert run("analyze set --out run --store store") == 0
    capsys.readouterr()
    read = "run/analyses/part-00000.jsonl" if piece else "run"
    many = 3 if piece else 4
    assert main(["check", read]) == 0
    assert len(capsys.readouterr().out.splitlines()) == many
    assert main(["repair", read]) == 0
    assert len(capsys.readouterr().out.splitlines()) == many
    assert main(["explain", read, "cup_1", "--image", "b.png"]) == 0
    assert 'the model said "cup_1 is a cup"' in capsys.readouterr().out
    assert main(["ask", read, "Is there a cup?", "--image", "b.png"]) == 0
    assert "answer: yes" in capsys.readouterr().out
    assert main(["score", read, read]) == 0
    assert main(["explain", read]) == 2
    assert "name one with --image" in capsys.readouterr().err
    assert main(["query", "store", "SELECT (COUNT(?a) AS ?n) { ?a a nesy:Analysis }"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "4"


def test_a_run_is_added_to_a_store_once(here: Path) -> None:
    import nesy

    for option in ("--force", "--resume"):
        assert run(f"analyze set --out run --store store {option}") == 0
    with nesy.Store("store") as store:
        assert len(store) == 4


# --- how far it is ---


def test_where_no_bar_is_shown_a_line_tells_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    lines = _Lines(lambda: now)
    for done, seconds in ((10, 10.0), (100, 40.0), (110, 50.0), (2_000, 80.0)):
        now = seconds
        lines.watch(done, 10_000 if done < 2_000 else None)
    assert capsys.readouterr().err.splitlines() == [
        "100 of 10,000 images, 2.5 a second, 66 min left",
        "2,000 images, 25.0 a second",
    ]


def test_ctrl_c_ends_it_and_the_same_command_goes_on(here: Path) -> None:
    write(here, {f"many/{number}.png": number for number in range(6)})
    held, process_of = [3], list[subprocess.Popen[bytes]]()

    def answer(_body: object) -> str:
        if len(server.bodies) > held[0]:
            process_of[0].send_signal(signal.SIGINT)
            process_of[0].wait()
        return CUP

    with ChatServer(answer) as server:
        command = ["analyze", "many", "--out", "run", "-m", server.spec]
        options: dict[str, Callable[[], None] | int] = {"stderr": subprocess.PIPE, "preexec_fn": hearing}
        with running("-m", "nesy", *command, **options) as process:
            process_of.append(process)
            assert process.stderr is not None
            told = process.stderr.read().decode()
            assert process.wait() == 130
        assert told == "error: interrupted; run holds what was done, and the same command with --resume goes on\n"
        assert [*Run("run").names()] == ["0.png", "1.png", "2.png"]
        held[0] = sys.maxsize
        assert main([*command, "--resume"]) == 0
        assert [*Run("run").names()] == [f"{number}.png" for number in range(6)]
        assert len(server.bodies) == 7


def test_the_help_stays_light() -> None:
    done = python("-c", "import sys, nesy.cli; print('nesy.batch' in sys.modules)")
    assert done.stdout == b"False\n"
