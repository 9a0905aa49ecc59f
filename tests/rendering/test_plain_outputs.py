"""What a terminal might obey, or what turns the writing direction, reaches no output as it is."""

import json
import re
from pathlib import Path

import pytest

from nesy.analysis import Analysis
from nesy.cli import main
from nesy.errors import UNSEEN, InputError
from nesy.image import Image
from nesy.perception.prompt import render
from nesy.rendering.plain import drawable, on_one_line, printable
from nesy.scene import Entity, Scene
from nesy.turns import NumberedClaim, Request
from tests.analysis.test_analysis import example

HOSTILE = "a\u202eb\u2066c\u200f\x1b[31me\x9b31m\x07\u061cg\u200eh\u2029i\ufeff"
SEEN = re.compile(rf"(?![\n\t])[{UNSEEN}]")
SCENE = {
    "entities": [{"id": "cup_1", "category": f"cup {HOSTILE}", "attributes": [f"red{HOSTILE}"]}],
    "relations": [{"subject": "cup_1", "predicate": f"on{HOSTILE}", "object": "cup_1"},
                  {"subject": "cup_1", "predicate": "on", "object": "cup_1"}],
    "counts": [{"category": f"x{HOSTILE}", "value": 3}],
}  # fmt: skip
COMMANDS = {
    "account": "check s.json",
    "json": "check s.json --format json",
    "turtle": "check s.json --format turtle",
    "lines": "check many.jsonl --format text",
    "repair": "repair s.json",
    "evidence": "check s.json --evidence s.json",
    "a table of rows": "query d.ttl SELECT~*~{?s~?p~?o}",
    "a graph": "query d.ttl CONSTRUCT{?s~?p~?o}WHERE{?s~?p~?o}",
    "rows as json": "query d.ttl --format json SELECT~*~{?s~?p~?o}",
    "a query that is none": "query d.ttl SELECT~HOSTILE",
    "a file that is none": "check HOSTILE.json",
    "a flag that is none": "check --HOSTILE",
    "a rule that is none": "rules show HOSTILE",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_output_of_a_command_holds_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.json").write_text(json.dumps(SCENE), encoding="utf-8")
    (tmp_path / "many.jsonl").write_text(f"{json.dumps(SCENE)}\n{{{HOSTILE}\n", encoding="utf-8")
    (tmp_path / "d.ttl").write_text(f'<urn:a> <urn:p> "x{HOSTILE}" .', encoding="utf-8")
    words = [word.replace("~", " ").replace("HOSTILE", HOSTILE) for word in COMMANDS[name].split()]
    # A query is answered here: a process of its own, which limits want, tells the same (tests/graph/test_limits.py).
    free = ["--timeout", "0", "--memory", "0"] if words[0] == "query" else []
    main([*words, *free])
    text = "".join(capfd.readouterr())
    assert text and SEEN.search(text) is None and "Traceback" not in text


def test_no_prompt_holds_it() -> None:
    entity = Entity(id="cup_1", category=f"cup{HOSTILE}")
    claim = NumberedClaim(number=1, claim="cup_1", text=HOSTILE, answers=("cup", HOSTILE))
    scene = Scene(entities=(entity,))
    image = Image.open("examples/images/tea.png")
    for request in (
        Request(image=image, kind="correct", round=1, notes=(HOSTILE,), entities=(entity,), claims=(claim,)),
        Request(image=image, kind="critique", round=1, drafts=(scene,)),
        Request(image=image, kind="ask", round=1, question=HOSTILE, notes=(HOSTILE,), entities=(entity,)),
    ):
        assert SEEN.search(render(request, "full")) is None


def test_every_way_to_write_a_text_leaves_it_out() -> None:
    for write in (printable, on_one_line, drawable):
        assert SEEN.search(write(HOSTILE)) is None


@pytest.mark.parametrize("rule", ["a b", "a>b", "", "x", "urn:a\nb", "urn:a|b", "<x> } SERVICE"])
def test_an_analysis_file_names_no_rule_that_is_no_iri(rule: str) -> None:
    record = json.loads(example().to_json())
    record["rounds"][0]["verdict"]["findings"][0]["rule"] = rule
    with pytest.raises(InputError, match=r"^a\.json: rounds\.0\.verdict\.findings\.0\.rule: .* is no IRI of a rule$"):
        Analysis.from_json(json.dumps(record), "a.json")
    assert Analysis.from_json(example().to_json()) == example()


@pytest.mark.parametrize("word", ["a b", "a>b", "<x> } SERVICE", "a\nb", "\\u003e", "a|b", HOSTILE])
def test_a_category_that_is_no_iri_is_written_as_one(word: str) -> None:
    record = json.loads(example().to_json())
    for scene in (record["scene"], *(turn["scene"] for turn in record["rounds"])):
        for entity in scene["entities"]:
            entity["category"] = word
    assert Analysis.from_json(json.dumps(record)).to_rdf()
