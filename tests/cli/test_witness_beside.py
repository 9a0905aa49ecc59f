"""`--witness` of `analyze` and `ask`: on record, told in the account, and one line where there is no such witness."""

import json
from pathlib import Path

import PIL.Image
import pytest

from nesy.cli import main


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    PIL.Image.new("RGB", (64, 48), "grey").save(path)
    return path


def test_what_it_saw_is_on_record_and_in_the_account(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["analyze", str(picture), "--model", "witness", "--witness", "embedded"]
    assert main([*command, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["settings"]["witness"], told["observations"]["witnesses"][0]["name"]) == ("embedded", "embedded")
    assert main(command) == 0
    assert "  beside embedded, which sees nothing" in capsys.readouterr().out


def test_none_is_nobody(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["analyze", str(picture), "--model", "witness", "--format", "json"]
    assert main([*command, "--set", "witness=embedded", "--witness", "none"]) == 0
    assert "observations" not in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", [["analyze"], ["ask", "Is there a dog?"]])
def test_no_such_witness_is_one_line(command: list[str], picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, *rest = command
    assert main([name, str(picture), *rest, "--model", "witness", "--witness", "nobody"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: no witness 'nobody'; there is: embedded") and told.out == ""
