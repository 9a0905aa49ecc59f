"""`nesy rules lint`, and what the other commands do with a rule that would never fire."""

import json
from pathlib import Path

import pytest

from nesy.cli import main
from tests.rule_texts import FIRST, rule, write

SCENE = '{"entities": [{"category": "person"}]}'


def test_mistakes_are_told_one_a_line_and_nothing_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, rule("sh:mincount 1 ;\n sh:in nesy:Cat"))
    assert main(["rules", "lint", str(path), "--only-rules"]) == 2
    assert capsys.readouterr().out.replace("\n", " ").split("error: ")[1:] == [
        f"{path}: line {FIRST + 1}: sh:mincount: no such term in SHACL; did you mean sh:minCount? ",
        f"{path}: line {FIRST + 2}: sh:in nesy:Cat: needs a list in round brackets; did you mean ( nesy:Cat )? ",
    ]
    assert main(["rules", "lint", str(path), "--only-rules", "--format", "json"]) == 2
    record = json.loads(capsys.readouterr().out)
    assert (record["schema"], record["clean"]) == ("nesy.lint/1", False)
    assert record["mistakes"][0] == {
        "file": str(path),
        "line": FIRST + 1,
        "level": "error",
        "term": "sh:mincount",
        "problem": "no such term in SHACL",
        "meant": "sh:minCount",
    }


def test_a_clean_file_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, rule("sh:nodeKind sh:IRI"))
    assert main(["rules", "lint", str(path)]) == 0
    assert capsys.readouterr().out == "no mistake\n"
    path = write(tmp_path, rule("rdfs:comment 'constrains nothing'"))
    assert main(["rules", "lint", str(path), "--only-rules"]) == 0
    assert "warning: " in capsys.readouterr().out


def test_check_and_list_refuse_such_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, scene = write(tmp_path, rule("sh:mincount 1")), tmp_path / "scene.json"
    scene.write_text(SCENE, encoding="utf-8")
    for command in (["check", str(scene), "--rules", str(path)], ["rules", "list", "--rules", str(path)]):
        assert main(command) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "sh:mincount" in told.err and "sh:minCount" in told.err


def test_severities_within_a_rule_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "sh:property [ sh:path nesy:hasEntity ; sh:maxCount 9 ; sh:severity sh:Warning ]"
    path = write(tmp_path, rule(body, severity="sh:Violation"))
    assert main(["rules", "list", "--rules", str(path), "--only-rules"]) == 0
    assert "violation, warning" in capsys.readouterr().out
