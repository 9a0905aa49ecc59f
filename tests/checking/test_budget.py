"""Rules that would never end: each is stopped, said not to be decided, and never consistent in silence."""

import json
import signal
import threading
from pathlib import Path

import pytest

from nesy.checking import Rules, check, check_many
from nesy.checking.budget import OverBudget, Watch
from nesy.checking.scene_data import Engine
from nesy.errors import KnowledgeError
from nesy.rendering.account import verdict_account
from nesy.repair import repair
from nesy.scene import Scene
from nesy.settings import CheckingSettings
from tests.checking.test_hostile_rules import HEAD, INFER, LABEL, RULE
from tests.commands import nesy

SHORT = CheckingSettings(seconds_per_rule=0.3)
SCENE = Scene.model_validate({
    "entities": [{"id": "person_1", "category": "person"}, {"id": "x_1", "category": "a" * 40 + "!"}],
    "relations": [{"id": "r1", "subject": "person_1", "predicate": "hold", "object": "x_1"}],
})  # fmt: skip
NESY = "PREFIX nesy: <https://w3id.org/nesy/ontology#> "


def select(pattern: str, severity: str = "Violation") -> str:
    query = f'sh:sparql [ sh:select """{NESY}SELECT $this {{ $this nesy:label ?l . {pattern} }}""" ]'
    return (RULE % query).replace("sh:Violation", f"sh:{severity}")


def bound(first: str, step: str, times: int) -> str:
    steps = " ".join(f"BIND ({step.replace('X', f'?x{i}')} AS ?x{i + 1})" for i in range(times))
    return f"BIND ({first} AS ?x0) {steps} FILTER (?x{times} != 'z')"


def many(pattern: str, times: int) -> str:
    return " ".join(pattern.replace("#", str(i)) for i in range(times))


ENDLESS = {
    "lookahead": LABEL % 'sh:pattern "^(?=(a+)+$)a+b$"',
    "flag x": LABEL % 'sh:pattern "^(a+)+$" ; sh:flags "x"',
    "a pattern in loops": LABEL % 'sh:pattern "^(a+)+$"',
    "alternatives": select("FILTER (!REGEX(?l, '^(a|aa)+$'))"),
    "REPLACE of a pattern": select("FILTER (REPLACE(?l, '(a*)*b', 'x') = 'x')"),
    "OPTIONAL": select(many("OPTIONAL { ?s# nesy:id ?i# }", 20) + " FILTER (?i1 = 5)"),
    "25 loops": select(many("?a# ?b# ?c# .", 25) + " FILTER (?c1 = 77)"),
    "12 loops": select(many("?a# ?b# ?c# .", 12) + " FILTER (?c11 = 77)"),
    "unions": select(many("{ ?a# ?b# ?c# } UNION { ?c# ?b# ?a# }", 12) + " FILTER (?c11 = 77)"),
    "EXISTS": select("FILTER NOT EXISTS { " + many("?a# ?b# ?c# .", 12) + " FILTER (?c1 = 77) }"),
    "a nested query": select("{ SELECT $this { ?this ?x ?y . " + many("?a# ?b# ?c# .", 12) + " FILTER (?c1 = 77) } }"),
    "a power": select(bound("10", "X * X", 34)),
    "a text twice": select(bound("STR(?l)", "CONCAT(X, X)", 40)),
    "a text in itself": select(bound("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "REPLACE(X, 'a', X)", 9)),
}


def load(text: str, folder: Path) -> Rules:
    path = folder / "own.ttl"
    path.write_text(text, encoding="utf-8")
    return Rules.load([path], shipped=False)


@pytest.mark.parametrize("name", ENDLESS)
def test_a_rule_without_an_end_is_not_decided(name: str, tmp_path: Path) -> None:
    rules = load(ENDLESS[name], tmp_path)
    verdict = check(SCENE, rules, settings=SHORT)
    (stopped,) = verdict.undecided
    assert stopped.rule == "https://example.org/rules#R" and stopped.severity == "violation"
    assert stopped.reason.startswith("it ") and "\n" not in stopped.reason
    assert not verdict.consistent and not verdict.violations
    assert verdict_account(verdict).plain.startswith("undecided: no finding; 1 rule not decided\n")


@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
def test_other_rules_are_decided_beside_it(engine: Engine, tmp_path: Path) -> None:
    endless = ENDLESS["12 loops"]
    rules = load(endless + (LABEL % 'sh:pattern "^p"').removeprefix(HEAD).replace(":R ", ":S "), tmp_path)
    verdict = check(SCENE, rules, engine=engine, settings=SHORT)
    assert [one.rule[-1] for one in verdict.undecided] == ["R"]
    assert [(one.rule[-1], one.claims) for one in verdict.findings] == [("S", ("x_1",))]


def test_a_warning_that_is_not_decided_leaves_a_scene_consistent(tmp_path: Path) -> None:
    rules = load(select(many("?a# ?b# ?c# .", 12) + " FILTER (?c1 = 77)", "Warning"), tmp_path)
    verdict = check(SCENE, rules, settings=SHORT)
    assert verdict.consistent and [one.severity for one in verdict.undecided] == ["warning"]
    assert "1 rule not decided" in verdict_account(verdict).plain


def test_an_inference_without_an_end_is_left_out_and_told(tmp_path: Path) -> None:
    where = many("?a# ?b# ?c# .", 12) + " FILTER (?c1 = 77)"
    inference = INFER % f'SPARQLRule ; sh:construct """CONSTRUCT {{ $this <urn:p> 1 }} WHERE {{ {where} }}"""'
    rules = load(inference + (LABEL % 'sh:pattern "^p"').removeprefix(HEAD), tmp_path)
    verdict = check(SCENE, rules, settings=SHORT)
    assert [one.rule for one in verdict.undecided] == ["https://example.org/rules#I"]
    assert not verdict.consistent and len(verdict.findings) == 1


def test_a_repair_does_not_call_consistent_what_is_not_decided(tmp_path: Path) -> None:
    rules = load(ENDLESS["a power"], tmp_path)
    repaired = repair(SCENE, rules)
    assert repaired.scene == SCENE and not repaired.verdict.consistent


def test_the_command_says_so_and_does_not_end_with_zero(tmp_path: Path) -> None:
    load(ENDLESS["a power"], tmp_path)
    (tmp_path / "scene.json").write_text(SCENE.to_json(), encoding="utf-8")
    command = ["check", "scene.json", "--rules", "own.ttl", "--only-rules"]
    told = nesy(*command, cwd=tmp_path)
    assert told.returncode == 1 and b"undecided https://example.org/rules#R: it makes a number" in told.stdout
    (undecided,) = json.loads(nesy(*command, "--format", "json", cwd=tmp_path).stdout)["undecided"]
    assert undecided["rule"] == "https://example.org/rules#R" and undecided["reason"]


def test_too_long_a_query_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    for text in (
        select(f"FILTER ({' && '.join(['?l != 5'] * 5000)})"),
        select(many("OPTIONAL { ?a# ?b ?c }", 2000)),
    ):
        with pytest.raises(KnowledgeError, match="1000 at most are taken") as caught:
            load(text, tmp_path)
        assert "\n" not in str(caught.value)


def test_a_rule_is_stopped_in_another_thread_too(tmp_path: Path) -> None:
    rules, found = load(ENDLESS["12 loops"], tmp_path), []
    thread = threading.Thread(target=lambda: found.append(check(SCENE, rules, settings=SHORT)))
    thread.start()
    thread.join()
    assert [len(verdict.undecided) for verdict in found] == [1]


def test_what_is_no_rule_is_never_stopped() -> None:
    with Watch(0.05) as watch:
        sum(i * i for i in range(2_000_000))
        watch.rule = "urn:r"
        with pytest.raises(OverBudget):
            sum(i * i for i in range(10**9))
        watch.rule = ""
        sum(i * i for i in range(2_000_000))


# --- findings that are counted, and not told one by one ---

CUPS = {
    "entities": [{"id": f"cup_{i}", "category": "cup"} for i in range(30)],
    "relations": [{"id": f"r{i}", "subject": f"cup_{i}", "predicate": "on", "object": f"cup_{i}"} for i in range(30)],
}


def test_so_many_findings_of_a_rule_are_told_and_the_others_counted() -> None:
    scene, rules = Scene.model_validate(CUPS), Rules.load().only("SelfRelation")
    whole = check(scene, rules)
    assert whole.more == () and len(whole.findings) == 30
    some = check(scene, rules, settings=CheckingSettings(findings_per_rule=7))
    assert some.findings == whole.findings[:7]
    assert [(one.rule, one.severity, one.number) for one in some.more] == [(whole.findings[0].rule, "violation", 23)]
    assert some.number("violation") == 30 and some.number("warning", "info") == 0 and not some.consistent
    text = verdict_account(some).plain
    assert text.startswith("inconsistent: 30 violations\n") and "23 findings more" in text
    (many_told,) = check_many([scene], rules, settings=CheckingSettings(findings_per_rule=7))
    assert many_told == some


def test_a_repair_mends_what_is_not_told() -> None:
    many_cups = {
        "entities": [{"id": f"cup_{i}", "category": "cup"} for i in range(130)],
        "relations": [{"subject": f"cup_{i}", "predicate": "on", "object": f"cup_{i}"} for i in range(130)],
    }
    scene, rules = Scene.model_validate(many_cups), Rules.load().only("SelfRelation")
    assert [one.number for one in check(scene, rules).more] == [30]
    repaired = repair(scene, rules)
    assert repaired.verdict.consistent and repaired.optimal and len(repaired.edits) == 130 and repaired.rounds == 1


def test_an_alarm_of_somebody_else_is_kept() -> None:
    heard: list[int] = []
    handler = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    alarm = signal.setitimer(signal.ITIMER_REAL, 10_000.0, 5.0)
    try:
        check(SCENE)
        assert signal.getitimer(signal.ITIMER_REAL)[1] == 5.0 and 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 10_000
        assert callable(signal.getsignal(signal.SIGALRM)) and heard == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, *alarm)
        signal.signal(signal.SIGALRM, handler)
