"""What is no path: an empty text (an unset variable of the shell), which is not this folder; a pipe or a device."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from nesy.cli import main
from nesy.cli.app import app


def named(command: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command with one of its paths, by what it is called and where an empty text stands."""
    for name, one in command.commands.items():
        if hasattr(one, "commands"):
            yield from named(one, (*way, name))
            continue
        for param in one.params:
            described = getattr(param, "type_descriptor", None)
            if described is not None and "Path" in str(described.annotation):
                option = max(param.opts, key=len) if param.param_type_name == "option" else ""
                yield (*way, name, option)


PATHS = sorted(set(named(get_command(app))))


@pytest.mark.parametrize("words", PATHS, ids=" ".join)
def test_no_path_may_be_empty(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    *command, option = words
    assert main([*command, *([option] if option else []), ""]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    assert f"{option} is empty; if a variable" in told.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (["analyze", "a.png", "--out="], "--out"),
        (["analyze", "a.png", ""], "IMAGE..."),
        (["analyze", "a.png", "--model", ""], "--model"),
        (["check", ""], "FILE..."),
        (["check", "a.json", "--rules", "r.ttl", "--rules", ""], "--rules"),
        (["query", "", "SELECT * {}"], "STORE"),
        (["convert", "a.json", ""], "OUT"),
        (["analyze", "a.png", "--profile", ""], "--profile"),
    ],
)
def test_it_is_told_which_is_empty(line: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 2
    assert capsys.readouterr().err.startswith(f"error: {what} is empty")


def test_this_folder_is_named_by_a_dot_and_other_texts_may_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["synth", "--n", "1", "--seed", "1", "--out", "."]) == 0 and (tmp_path / "scenes.jsonl").exists()
    capsys.readouterr()
    assert main(["croissant", ".", "--description", ""]) == 2
    assert "is empty" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        ["convert", "scene.json", "pipe", "--to", "csv", "--force"],
        ["synth", "--n", "1", "--seed", "1", "--out", "pipe"],
        ["rules", "coverage", "scene.jsonl", "--out", "pipe"],
    ],
    ids=lambda line: line[0],
)
def test_a_pipe_or_device_is_never_replaced(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("scene.json", "scene.jsonl"):
        (tmp_path / name).write_text('{"entities": [{"category": "cup"}]}\n')
    os.mkfifo(tmp_path / "pipe")
    assert main(line) == 2
    assert (tmp_path / "pipe").is_fifo() and "pipe" in capsys.readouterr().err
