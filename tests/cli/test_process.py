"""The command as a process of its own: what it loads, a reader that goes away, Ctrl-C, a terminal without Unicode."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import PIL.Image
import pytest

from nesy.experiments.parallel import ALONE
from tests.commands import nesy, python, running
from tests.interrupts import deaf, hearing

SCENE = '{"entities":[{"id":"cup_1","category":"cup"}]}'
HEAVY = ("torch", "transformers", "xgrammar", "spacy", "owlready2", "pandas")


def loaded_by(code: str) -> set[str]:
    """Return the names of the modules that are loaded after `code` has run."""
    told = python("-c", f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)")
    assert told.returncode == 0, told.stderr.decode()
    return {name.split(".")[0] for name in told.stderr.decode().split()}


def test_the_help_needs_no_scene_and_no_verdict() -> None:
    """They are built when their modules are loaded, which takes as long as all the commands together."""
    told = python("-c", "import sys, nesy.cli.app\nprint(*sys.modules)")
    assert not {"nesy.scene", "nesy.verdict", "nesy.geometry"} & set(told.stdout.decode().split())


@pytest.mark.parametrize("code", ["import nesy", "import nesy.cli", "from nesy.cli import main; main(['--version'])"])
def test_the_package_and_its_help_load_nothing_heavy(code: str) -> None:
    loaded = loaded_by(code)
    assert "nesy" in loaded
    assert not loaded & {*HEAVY, "rdflib", "pyshacl", "networkx", "numpy"}


def test_check_loads_no_model_library(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    path.write_text(SCENE)
    loaded = loaded_by(f"from nesy.cli import main; assert main(['check', {str(path)!r}]) == 0")
    assert "rdflib" in loaded
    assert not loaded & set(HEAVY)


def test_parse_loads_no_model_library_and_leaves_it_to_others() -> None:
    loaded = loaded_by("from nesy.cli import main; assert main(['parse', 'A man rides a horse.']) == 0")
    assert "spacy" in loaded
    assert not loaded & {"torch", "transformers", "xgrammar", "owlready2", "pandas"}
    after = loaded_by("from nesy.language.annotator import import_alone, load; import_alone(); import torch; load()")
    assert {"spacy", "torch"} <= after


def test_a_reader_that_goes_away_is_one_line_and_no_verdict() -> None:
    lines = f"{SCENE}\n" * 30
    pipe = subprocess.PIPE
    with running("-m", "nesy", "check", "-", stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdout.close()
        process.stdin.write(lines.encode())
        process.stdin.close()
        assert process.stderr.read() == b"error: standard output: nobody reads it any more\n"
        assert process.wait() == 2  # 1 would be told by a scene that breaks a rule


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
def test_ctrl_c_ends_quietly() -> None:
    """While it waits for standard input; also where the tests themselves run in the background, deaf to it."""
    code = """
import io, sys
from nesy.cli import main

class Told(io.RawIOBase):
    def readable(self): return True
    def readinto(self, buffer):
        print("waits", flush=True)
        return pipe.readinto(buffer)

pipe = sys.stdin.buffer.raw
sys.stdin = io.TextIOWrapper(io.BufferedReader(Told()))
sys.exit(main(["check", "-"]))
"""
    pipe = subprocess.PIPE
    with deaf(), running("-c", code, stdin=pipe, stdout=pipe, stderr=pipe, preexec_fn=hearing) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"waits\n"
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr.read() == b""


def test_a_terminal_without_unicode_gets_escapes() -> None:
    scene = json.dumps({"entities": [{"id": "x", "category": "\u72d7 caf\xe9"}]})
    told = nesy("check", "-", given=scene.encode(), env={"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"})
    assert told.returncode == 1 and told.stderr == b""
    assert b"\\u72d7 caf\\xe9" in told.stdout


def test_a_file_name_that_is_no_unicode_is_told(tmp_path: Path) -> None:
    told = nesy("check", os.fsdecode(b"caf\xe9\x1b[31m.json"), cwd=tmp_path)
    assert told.returncode == 2
    assert told.stderr == b"error: caf\\udce9\\u001b[31m.json: no file matches\n"


COMMANDS = {
    "check": "check many.jsonl",
    "repair": "repair many.jsonl",
    "parse": "parse --file texts.jsonl",
    "analyze": "analyze one.png two.png -m replay:replies.jsonl --format json",
    "evaluate": "evaluate set -m replay:replies.jsonl --format json",
    "evaluate --arms": "evaluate set -m replay:replies.jsonl --arms none,repair-only --runs runs --format json",
    "alarms": "rules alarms --data data --dataset vrd --rule SelfRelation --format json",
    "recall": "rules recall --data data --dataset vrd --kind count --format json",
    "coverage": "rules coverage more.jsonl --no-vocabulary --format json",
    "mutate": "rules mutate many.jsonl --rule SelfRelation --format json",
    "dataset": "dataset vrd --data data",
    "synth": "synth --out drawn --n 2",
}
LINES = {"check": 3, "repair": 3, "parse": 3, "analyze": 2, "dataset": 3}


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is a thing of POSIX")
def test_results_stay_on_standard_output_while_a_bar_is_on_the_terminal(tmp_path: Path) -> None:
    """Standard error is a terminal and standard output a file: for every command that works on many, in one process."""
    import pty

    (tmp_path / "many.jsonl").write_text(f"{SCENE}\n" * 3)
    (tmp_path / "more.jsonl").write_text(f"{SCENE}\n" * (ALONE + 1))  # so many that processes share them
    (tmp_path / "texts.jsonl").write_text('{"text":"A man rides a horse."}\n' * 3)
    write_pictures(tmp_path)
    _write_labels(tmp_path)
    code = (
        "import sys\nfrom nesy.cli import main\n"
        f"for command in {list(COMMANDS.values())!r}:\n"
        "    assert main(command.split()) == 0, command\n"
        "    print('---', flush=True)\n"
    )
    shown, terminal = pty.openpty()
    read = threading.Thread(target=_emptied, args=(shown,))
    read.start()
    with (tmp_path / "out").open("wb") as out:
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, stdout=out, stderr=terminal, cwd=tmp_path, env={**os.environ, "FORCE_COLOR": "1"}, check=False
        )
    os.close(terminal)
    read.join()
    os.close(shown)
    parts = dict(zip(COMMANDS, (tmp_path / "out").read_text().split("---\n"), strict=False))
    assert done.returncode == 0, parts
    for name in COMMANDS:
        if name in LINES:
            records = [json.loads(line) for line in parts[name].splitlines()]
            assert len(records) == LINES[name] and all(isinstance(one, dict) for one in records), name
        elif name == "synth":
            assert "2  images" in parts[name]
        else:
            assert isinstance(json.loads(parts[name]), dict), name


def _emptied(shown: int) -> None:
    """Read what a terminal shows until nobody writes there: one that nobody reads is full at some time."""
    with suppress(OSError):
        while os.read(shown, 4096):
            pass


def write_pictures(folder: Path) -> None:
    """Write two pictures, as files and as a set with known scenes, and what a model says of them."""
    (folder / "set" / "images").mkdir(parents=True)
    replies, truths = "", ""
    for name, colour in (("one.png", "white"), ("two.png", "black")):
        picture = PIL.Image.new("RGB", (32, 32), colour)
        picture.save(folder / name)
        picture.save(folder / "set" / "images" / name)
        image = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        replies += json.dumps({"image": image, "text": '{"entities":[{"id":"cup_1","box":[0.1,0.1,0.5,0.5]}]}'}) + "\n"
        known = {"name": name, "width_px": 32, "height_px": 32, "sha256": image}
        truths += json.dumps({"image": known, "entities": [{"id": "cup_1", "category": "cup"}]}) + "\n"
    (folder / "replies.jsonl").write_text(replies)
    (folder / "set" / "scenes.jsonl").write_text(truths)


def _write_labels(folder: Path) -> None:
    """Write a data set of three labelled pictures."""
    boxes = {"subject_box": [0, 0, 10, 10], "object_box": [20, 20, 60, 60]}
    relation = {"subject": "lamp", "predicate": "above", "object": "bed", **boxes}
    (folder / "data" / "vrd").mkdir(parents=True)
    rows = [json.dumps({"file": f"{n}.jpg", "relations": [relation]}) for n in range(3)]
    (folder / "data" / "vrd" / "vrd.jsonl").write_text("\n".join(rows) + "\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_or_closed_stream_is_one_line_and_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(SCENE)
    nesy_check = f"{sys.executable} -m nesy check"
    for line, told in (
        (f"{nesy_check} one.json > /dev/full", "standard output: cannot be written to (No space left on device)"),
        (f"{nesy_check} one.json >&-", "standard output is closed; results go there"),
        (f"{nesy_check} - <&-", "standard input is closed; `-` reads it"),
    ):
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert (done.returncode, done.stderr) == (2, f"error: {told}\n"), line


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("nesy.cli.app", "import os, signal; os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(60)"),
        ("nesy.cli.coverage", "import os, signal; exec('os.kill(os.getpid(), signal.SIGINT)')"),
        ("nesy.checking.check", "import os, signal; exec('os.kill(os.getpid(), signal.SIGINT)')"),
        ("nesy.checking.check", "raise KeyboardInterrupt"),
    ],
)
def test_ctrl_c_while_something_is_imported_ends_quietly(tmp_path: Path, module: str, text: str) -> None:
    """Of the command itself, or of what it loads later; also where it comes inside a text that is executed."""
    (tmp_path / "scene.json").write_text(SCENE)
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.abc, sys\n"
        "class Interrupted(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {module!r}:\n"
        "            sys.meta_path.remove(self)\n"
        f"            exec({text!r})\n"
        "sys.meta_path.insert(0, Interrupted())\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    pipe = subprocess.PIPE
    command = ("-m", "nesy", "check", "scene.json")
    env = {**os.environ, "PYTHONPATH": path}
    with deaf(), running(*command, stdout=pipe, stderr=pipe, preexec_fn=hearing, cwd=tmp_path, env=env) as process:
        out, told = process.communicate()
    assert (process.returncode, out, told) == (130, b"", b"")


@pytest.mark.parametrize("env", [{"FORCE_COLOR": "1"}, {"NO_COLOR": "1"}])
def test_a_table_that_goes_to_a_file_is_not_folded(env: dict[str, str]) -> None:
    told = nesy("rules", "list", env={"COLUMNS": "30", **env})
    assert told.returncode == 0
    row = next(line for line in told.stdout.decode().splitlines() if "SelfRelation" in line)
    assert row.split() == ["SelfRelation", "violation", "related", "to", "itself"]
    assert (b"\x1b[" in told.stdout) == ("FORCE_COLOR" in env)
