"""Every rule fires on its bad scenes, with these claims and words, and is silent on its good ones."""

import json
from pathlib import Path

import pytest

from nesy.checking import Rules, check
from nesy.checking.smoke_test import try_rules
from nesy.ontology.namespaces import RULES
from nesy.scene import Scene
from nesy.verdict import Finding

HERE = Path(__file__).parent
GOOD, BAD = sorted(HERE.glob("*/good*.json")), sorted(HERE.glob("*/bad*.json"))


def _findings(path: Path) -> list[Finding]:
    scene = Scene.from_json(path.read_text(encoding="utf-8"), str(path))
    return [finding for finding in check(scene).findings if finding.rule == str(RULES[path.parent.name])]


def _named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", GOOD, ids=_named)
def test_silent_on_good(path: Path) -> None:
    assert _findings(path) == []


@pytest.mark.parametrize("path", BAD, ids=_named)
def test_fires_on_bad(path: Path) -> None:
    expected = json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))[path.name]
    found = _findings(path)
    assert [list(finding.claims) for finding in found] == expected["claims"]
    if "message" in expected:
        assert found[0].message == expected["message"]
    for finding in found:
        assert "{" not in finding.message and "://" not in finding.message


def test_every_rule_has_cases_of_both_kinds() -> None:
    rules = {rule.iri.removeprefix(str(RULES)) for rule in Rules.load()}
    assert len(rules) >= 83
    assert {path.parent.name for path in GOOD} == rules
    assert {path.parent.name for path in BAD} == rules
    assert len(GOOD) + len(BAD) >= 959, "the golden cases shrank"
    for folder in {path.parent for path in BAD}:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        assert sorted(expected) == sorted(path.name for path in folder.glob("bad*.json"))


def test_every_rule_tells_about_itself() -> None:
    for rule in Rules.load():
        for field in ("iri", "name", "message", "why", "source", "severity"):
            assert str(getattr(rule, field)).strip(), f"{rule.iri} {field}"
        assert len(rule.message) < 160, f"{rule.iri}: the model is sent this sentence; keep it short"


def test_every_rule_survives_its_trial() -> None:
    rules = Rules.load()
    try_rules(tuple(rules), rules.graph)
