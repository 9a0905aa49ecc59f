"""The command as a process of its own: what it loads, a reader that goes away, Ctrl-C, a terminal without Unicode."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import PIL.Image
import pytest

from tests.commands import nesy, python, running
from tests.interrupts import deaf, hearing

SCENE = '{"entities":[{"id":"cup_1","category":"cup"}]}'
HEAVY = ("torch", "transformers", "xgrammar", "spacy", "owlready2", "pandas")


def loaded_by(code: str) -> set[str]:
    """Return the names of the modules that are loaded after `code` has run."""
    told = python("-c", f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)")
    assert told.returncode == 0, told.stderr.decode()
    return {name.split(".")[0] for name in told.stderr.decode().split()}


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
    assert told.returncode == 0 and told.stderr == b""
    assert b"\\u72d7 caf\\xe9" in told.stdout


def test_a_file_name_that_is_no_unicode_is_told(tmp_path: Path) -> None:
    told = nesy("check", os.fsdecode(b"caf\xe9\x1b[31m.json"), cwd=tmp_path)
    assert told.returncode == 2
    assert told.stderr == b"error: caf\\udce9\\u001b[31m.json: no such file\n"


COMMANDS = {
    "check": "check many.jsonl",
    "repair": "repair many.jsonl",
    "parse": "parse --file texts.jsonl",
    "analyze": "analyze one.png two.png -m replay:replies.jsonl --format json",
}


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is a thing of POSIX")
@pytest.mark.parametrize("env", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "colour forced"])
def test_results_stay_on_standard_output_while_a_bar_is_on_the_terminal(tmp_path: Path, env: dict[str, str]) -> None:
    """Standard error is a terminal and standard output a file: for every command with a bar, in one process."""
    import pty

    (tmp_path / "many.jsonl").write_text(f"{SCENE}\n" * 3)
    (tmp_path / "texts.jsonl").write_text('{"text":"A man rides a horse."}\n' * 3)
    replies = ""
    for name, colour in (("one.png", "white"), ("two.png", "black")):
        PIL.Image.new("RGB", (32, 32), colour).save(tmp_path / name)
        image = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        replies += json.dumps({"image": image, "text": '{"entities":[{"id":"cup_1","box":[0.1,0.1,0.5,0.5]}]}'}) + "\n"
    (tmp_path / "replies.jsonl").write_text(replies)
    code = (
        "import sys\nfrom nesy.cli import main\n"
        f"for command in {list(COMMANDS.values())!r}:\n"
        "    assert main(command.split()) == 0, command\n"
        "    print('---', flush=True)\n"
    )
    shown, terminal = pty.openpty()
    with (tmp_path / "out").open("wb") as out:
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, stdout=out, stderr=terminal, cwd=tmp_path, env={**os.environ, **env}, check=False
        )
    os.close(terminal)
    os.close(shown)
    assert done.returncode == 0
    parts = (tmp_path / "out").read_text().split("---\n")
    lines = [part.splitlines() for part in parts[:-1]]
    assert [len(some) for some in lines] == [3, 3, 3, 2]
    assert all(isinstance(json.loads(line), dict) for some in lines for line in some)


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
