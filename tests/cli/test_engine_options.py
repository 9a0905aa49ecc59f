"""`--engine ray`: what cannot be is one line, told before anything is begun; and several sources of scenes, checked."""

import json
import sys
from pathlib import Path

import pytest

from nesy.cli import main
from tests.runs import CUP, write

RAY = "analyze set --out run -m replay:replies.jsonl --engine ray"
ERRORS = {
    "an option alone": ("analyze set --out run --workers 2", 2, "--workers: goes with --engine ray"),
    "an address alone": ("check a.jsonl --ray-address auto", 2, "--ray-address: goes with --engine ray"),
    "one picture": ("analyze set/a.png --engine ray", 2, "--engine: belongs to a data set"),
    "no worker": (f"{RAY} --workers 0", 2, "--workers"),
    "no processor": (f"{RAY} --worker-cpus 0", 2, "a worker takes 0.01 processors or more"),
    "no address": (f"{RAY} --ray-address nowhere", 2, "nowhere: no address of a Ray cluster; HOST:PORT"),
    "a client's": (f"{RAY} --ray-address ray://127.0.0.1:1", 2, "no address of a Ray cluster; HOST:PORT"),
    "no answer": (f"{RAY} --ray-address 127.0.0.1:9", 3, "the Ray cluster at 127.0.0.1:9 does not answer"),
    "no cluster to check": ("check a.jsonl --engine ray --ray-address [::1]:9", 3, "does not answer"),
    "no recording": ("analyze set --out run -m replay:none --engine ray", 2, "none: cannot be read"),
    "an address here": ("check s3://bucket/a.jsonl", 2, "s3://bucket/a.jsonl: an address; --engine ray reads it"),
    "nothing": ("check none*.jsonl", 2, "none*.jsonl: no file matches"),
    "no scenes": ("check set", 2, "set: a folder without a run and without .jsonl or .ndjson files"),
    "one is missing": ("check a.jsonl b.jsonl", 2, "b.jsonl: no such file"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"set/a.png": 1, "replies.jsonl": json.dumps({"image": "a.png", "text": CUP}).encode()})
    (tmp_path / "a.jsonl").write_text(f"{CUP}\n{CUP}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    return tmp_path


@pytest.mark.parametrize(("command", "code", "told"), ERRORS.values(), ids=list(ERRORS))
def test_one_line_tells_what_is_wrong_and_nothing_is_written(
    here: Path, capsys: pytest.CaptureFixture[str], command: str, code: int, told: str
) -> None:
    if "--engine ray" in command:
        pytest.importorskip("ray", reason="Ray is not installed (nesy[ray])")
    assert main(command.split()) == code
    shown = capsys.readouterr()
    assert told in shown.err and shown.err.count("\n") == 1 and shown.out == ""
    assert not (here / "run").exists()


def test_without_ray_a_line_says_what_to_install(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(RAY.split()) == 2
    assert capsys.readouterr().err == "error: work on several machines needs Ray: pip install 'nesy[ray]'\n"


def test_several_sources_of_scenes_are_checked_in_their_order(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on_itself = {"subject": "cup_1", "predicate": "on", "object": "cup_1"}
    bad = json.dumps({**json.loads(CUP), "relations": [on_itself]})
    write(here, {"in/2.jsonl": bad.encode(), "in/1.jsonl": CUP.encode(), "in/x.txt": b"no", "one.json": CUP.encode()})
    shown = []
    for command in ("in", "in/*.jsonl", "in/{1,2}.jsonl", "in/1.jsonl in/2.jsonl"):
        assert main(["check", *command.split()]) == 1
        shown.append([json.loads(line)["consistent"] for line in capsys.readouterr().out.splitlines()])
    assert shown == [[True, False]] * 4
    assert main(["check", "one.json", "in/1.jsonl", "--format", "text"]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("one.json: ")


def test_a_file_without_a_scene_among_others_is_passed_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As of a shard to which nothing has fallen; where none holds one that is told."""
    write(here, {"in/1.jsonl": b"", "in/2.jsonl": CUP.encode(), "in/3.jsonl": b"\n\r\n", "no/1.jsonl": b""})
    write(here, {"no/2.jsonl": b"\n"})
    assert main(["check", "in"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["check", "no"]) == 2
    assert capsys.readouterr().err == "error: no: no scene in it\n"
