"""The Dockerfile, read and not built: it copies what the package is built from, and runs as a user without rights."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """Return each instruction and what follows it; continued lines are joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def copied(instructions: list[tuple[str, str]]) -> list[str]:
    return [source for name, rest in instructions if name == "COPY" for source in rest.split()[:-1]]


def test_what_is_copied_is_there_and_not_ignored(instructions: list[tuple[str, str]]) -> None:
    sources = copied(instructions)
    assert sources and all((ROOT / source).exists() for source in sources)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert sorted(line[1:] for line in ignored if line.startswith("!")) == sorted(sources)


def test_what_is_copied_is_all_that_the_wheel_is_built_from(
    instructions: list[tuple[str, str]], tmp_path: Path
) -> None:
    source = tmp_path / "src"
    source.mkdir()
    for name in copied(instructions):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", str(ROOT / name), str(source / name)], check=True)
    for folder, out in ((source, "copied"), (ROOT, "checkout")):
        command = [
            sys.executable,
            "-m",
            "build",
            "--no-isolation",
            "--wheel",
            "--outdir",
            str(tmp_path / out),
            str(folder),
        ]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stdout + built.stderr
    (one,), (other,) = (tmp_path / "copied").glob("*.whl"), (tmp_path / "checkout").glob("*.whl")
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        assert set(first.namelist()) == set(second.namelist())


def test_it_runs_the_command_as_a_user_without_rights(instructions: list[tuple[str, str]]) -> None:
    last = dict(instructions)
    (command,) = json.loads(last["ENTRYPOINT"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert command in project["scripts"]
    assert int(last["USER"]) > 0
    assert f"useradd --create-home --uid {last['USER']} " in last["RUN"]
    names = [name for name, _ in instructions]
    assert names.index("USER") > max(index for index, name in enumerate(names) if name == "RUN")


def test_python_is_a_version_that_the_package_supports(instructions: list[tuple[str, str]]) -> None:
    image = dict(instructions)["FROM"]
    version = re.fullmatch(r"python:(3\.\d+)-slim", image)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version and f"Programming Language :: Python :: {version[1]}" in project["classifiers"]
