"""Settings from a file, from --set and from flags: the later first, typed, and a mistake is one line with its place."""

from pathlib import Path

import pytest

import nesy
from nesy.cli import main
from nesy.settings.layers import layered


def of(tmp_path: Path, text: str = "", *assignments: str, **flags: object) -> nesy.Settings:
    path = tmp_path / "nesy.toml"
    path.write_text(text, encoding="utf-8")
    return layered(nesy.Settings, path, assignments, flags)


def test_flags_go_before_assignments_before_the_file_before_the_defaults(tmp_path: Path) -> None:
    text = "[correction]\nrounds = 3\nask = 'warning'\ndoubt = 0.5\n[checking.severity]\nBoxTiny = 'info'\n"
    found = of(tmp_path, text, "correction.rounds=4", "correction.ask=violation", **{"correction.rounds": 5})
    assert (found.correction.rounds, found.correction.ask, found.correction.doubt) == (5, "violation", 0.5)
    assert found.checking.severity == {"BoxTiny": "info"} and found.correction.deny == nesy.Settings().correction.deny


@pytest.mark.parametrize(
    ("assignment", "section", "name", "value"),
    [
        ("checking.off=A,B", "checking", "off", ("A", "B")),
        ('checking.off=["A", "B"]', "checking", "off", ("A", "B")),
        ("checking.off=[A, B]", "checking", "off", ("A", "B")),
        ("checking.off=A", "checking", "off", ("A",)),
        ("checking.off=", "checking", "off", ()),
        ("correction.marks=True", "correction", "marks", True),
        ("correction.doubt=1", "correction", "doubt", 1.0),
        ("correction.calibration=2026", "correction", "calibration", "2026"),
        ("correction.calibration=", "correction", "calibration", None),
        ('checking.severity."https://x/y.z#R"=info', "checking", "severity", {"https://x/y.z#R": "info"}),
    ],
)
def test_an_assignment_is_read_as_its_setting_is(
    tmp_path: Path, assignment: str, section: str, name: str, value: object
) -> None:
    assert getattr(getattr(of(tmp_path, "", assignment), section), name) == value


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[correction]\n\naks = 'warning'", 3, "did you mean 'correction.marks' or 'correction.ask'?"),
        ("[corection]\nask = 'warning'", 1, "did you mean 'correction'"),
        ("rounds = 3", 1, "did you mean 'correction.rounds'?"),
        ("[correction]\nrounds = '3'", 2, "valid integer"),
        ("[correction]\nrounds = true", 2, "valid integer"),
        ("[correction]\nrounds = 40", 2, "less than or equal to 10"),
        ("[checking]\nshipped = true\noff = [\n 'A',\n 3,\n]", 3, "checking.off.1"),
        ("[checking.severity]\nBoxTiny = 'inf'", 2, "'violation', 'warning' or 'info'"),
        ("correction = 3", 1, "object"),
        ("[language]\ncode = 'tlh'", 2, "nesy ships: en"),
        ("[prompts]\nverify = 'Look: {statment}'", 2, "did you mean {statement}?"),
        ("[prompts]\nverify = 'Look: {statement}'", 2, "lacks {whether}"),
        ("[prompts]\nverify = 'nowhere.txt'", 2, "cannot be read"),
        ("[correction\nrounds = 3", 1, "not TOML"),
    ],
)
def test_a_mistake_in_a_file_names_file_line_and_key(tmp_path: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(nesy.InputError) as raised:
        of(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path}/nesy.toml:{line}: ")
    assert problem in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "assignment", ["correction.ask", "=3", "a.b=1", "correction.ask=warnings", "correction.doubt=nan"]
)
def test_a_mistake_in_an_assignment_names_it(
    tmp_path: Path, assignment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "--set", assignment]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith(f"error: --set {assignment}: ") and shown.err.count("\n") == 1


def test_what_config_prints_is_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = 'a "b"\\ \x7f \t ü'
    settings = nesy.Settings(
        ontology=("x.ttl",),
        checking=nesy.CheckingSettings(off=("A", odd), severity={odd: "info"}),
        prompts=nesy.PromptSettings(verify=f"{odd}\n{{statement}} {{whether}}"),
    )
    path = tmp_path / "a.toml"
    path.write_text(settings.to_toml(), encoding="utf-8")
    read = nesy.Settings.from_toml(path)
    assert read == settings.model_copy(update={"ontology": (str(tmp_path / "x.ttl"),)})
    assert main(["config", "--config", str(path)]) == 0
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert nesy.Settings.from_toml(path) == read
