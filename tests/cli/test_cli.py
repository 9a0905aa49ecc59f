"""The commands on good input: what is printed, what is written, and the exit code."""

import io
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import PIL.Image
import pytest
import rdflib
from rdflib import RDF, SH

from nesy import assets
from nesy.analysis import Analysis
from nesy.cli import main
from nesy.cli.console import write_all
from nesy.errors import InputError
from nesy.perception.reply_format import write_scene
from nesy.scene import Scene
from nesy.verdict import Verdict

GOOD = Scene.model_validate(
    {
        "entities": [
            {"id": "cup_1", "category": "cup", "box": [0.4, 0.2, 0.6, 0.5]},
            {"id": "dining_table_1", "category": "dining table", "box": [0.1, 0.5, 0.9, 0.9]},
        ],
        "relations": [{"subject": "cup_1", "predicate": "on", "object": "dining_table_1", "confidence": 0.9}],
    }
)
BAD = Scene.model_validate(
    {
        **GOOD.model_dump(by_alias=True),
        "relations": [
            {"subject": "cup_1", "predicate": "on", "object": "dining_table_1", "confidence": 0.9},
            {"subject": "dining_table_1", "predicate": "on", "object": "cup_1", "confidence": 0.4},
        ],
    }
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nesy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in a folder of its own, and give exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(command: str, text: str | bytes | None = None) -> tuple[int, str, str]:
        if text is not None:
            data = text.encode() if isinstance(text, str) else text
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        code = main(command.split())
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two pictures, and a recording in which the first is described badly and corrected, the second well."""
    replies = []
    for name, scene in (("a.png", BAD), ("b.jpg", GOOD)):
        PIL.Image.effect_noise((64, 48), 40).convert("RGB").save(tmp_path / name)
        replies.append({"image": name, "kind": "describe", "text": write_scene(scene)})
    replies.append({"image": "a.png", "kind": "correct", "text": '{"1":"keep","2":"withdraw"}'})
    (tmp_path / "replies.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return tmp_path


def test_check_tells_what_is_wrong(nesy: Run, tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(GOOD.to_json())
    (tmp_path / "bad.json").write_text(BAD.to_json())
    code, out, err = nesy("check good.json")
    assert (code, err) == (0, "") and out.startswith("consistent: ")
    code, out, err = nesy("check bad.json")
    assert (code, err) == (1, "") and out.startswith("inconsistent: 1 violation")
    assert "cup_1" in out and "dining_table_1" in out


def test_check_prints_a_verdict_as_json_and_turtle(nesy: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(BAD.to_json(indent=2))
    code, out, _ = nesy("check bad.json --format json")
    verdict = Verdict.model_validate_json(out)
    assert code == 1 and not verdict.consistent and verdict.violations[0].claims == ("r1", "r2")
    code, out, _ = nesy("check bad.json --format turtle")
    graph = rdflib.Graph().parse(data=out, format="turtle")
    assert code == 1 and len(list(graph.subjects(RDF.type, SH.ValidationResult))) == len(verdict.findings)


def test_check_takes_many_scenes(nesy: Run, tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(f"{GOOD.to_json()}\n{BAD.to_json()}\n{GOOD.to_json()}\n")
    code, out, _ = nesy("check many.jsonl")
    assert code == 1
    assert [json.loads(line)["consistent"] for line in out.splitlines()] == [True, False, True]
    code, out, _ = nesy("check many.jsonl --format text")
    assert code == 1 and [line.split(": ")[1] for line in out.splitlines() if line.startswith("many")] == [
        "consistent",
        "inconsistent",
        "consistent",
    ]
    code, out, _ = nesy("check many.jsonl --format turtle")
    reports = set(rdflib.Graph().parse(data=out, format="turtle").subjects(RDF.type, SH.ValidationReport))
    assert code == 1 and len(reports) == 3


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (GOOD.to_json(), 1),
        (GOOD.to_json(indent=2), 1),
        ("\ufeff" + GOOD.to_json(), 1),
        (f"{GOOD.to_json()}\r\n{GOOD.to_json()}\r\n", 2),
        (f"\n{GOOD.to_json()}\n\n{GOOD.to_json()}", 2),
    ],
)
def test_check_reads_standard_input(nesy: Run, text: str, verdicts: int) -> None:
    code, out, err = nesy("check - --format json", text)
    assert (code, err) == (0, "")
    assert out.count("nesy.verdict/1") == verdicts


def test_perceive_prints_what_check_reads(nesy: Run, pictures: Path) -> None:
    code, out, err = nesy("perceive a.png --model replay:replies.jsonl")
    assert (code, err) == (0, "")
    assert Scene.from_json(out).image is not None
    assert nesy("check -", out)[0] == 1


def test_repair_gives_a_consistent_scene(nesy: Run, tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(f"{GOOD.to_json()}\n{BAD.to_json()}\nnothing\n")
    code, out, err = nesy("repair many.jsonl")
    good, bad, broken = (json.loads(line) for line in out.splitlines())
    assert code == 2 and "many.jsonl:3" in err and broken.keys() == {"schema", "line", "error"}
    assert good["edits"] == [] and good["optimal"] is True and good["cost"] == 0
    assert [edit["claim"] for edit in bad["edits"]] == ["r2"]
    assert bad["optimal"] is True and bad["consistent"] is True and "left" not in bad
    assert bad["cost"] == sum(edit["cost"] for edit in bad["edits"]) > 0
    assert nesy("check -", json.dumps(bad["scene"]))[0] == 0


CONTRADICTORY = """
@prefix my: <https://example.org/rules#> . @prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/rules> a owl:Ontology ;
    sh:declare [ sh:prefix "nesy" ; sh:namespace "https://w3id.org/nesy/ontology#"^^xsd:anyURI ] .
my:NoCup a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:message "No cup, so no {?e}." ; sh:severity sh:Violation ;
    sh:sparql [ sh:prefixes <https://example.org/rules> ;
        sh:select "SELECT $this ?e ?value WHERE { $this nesy:hasEntity ?e . ?e a nesy:Cup ; nesy:id ?value }" ] .
my:SomeCup a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:message "A cup must be here." ; sh:severity sh:Violation ;
    sh:sparql [ sh:prefixes <https://example.org/rules> ;
        sh:select "SELECT $this WHERE { FILTER NOT EXISTS { $this nesy:hasEntity ?e . ?e a nesy:Cup } }" ] .
"""


def test_repair_by_rules_that_contradict_each_other_says_what_is_left(nesy: Run, tmp_path: Path) -> None:
    """One wants a cup and one wants none; what else is wrong is mended all the same."""
    (tmp_path / "bad.json").write_text(BAD.to_json())
    (tmp_path / "mine.ttl").write_text(CONTRADICTORY)
    code, out, err = nesy("repair bad.json --rules mine.ttl")
    found = json.loads(out)
    assert (code, err) == (1, "")
    assert (found["consistent"], found["optimal"], found["ties"]) == (False, False, None)
    assert [finding["rule"].rsplit("#")[-1] for finding in found["left"]] in (["NoCup"], ["SomeCup"])
    assert "r2" in [edit["claim"] for edit in found["edits"]]
    left = json.loads(nesy("check - --format json", json.dumps(found["scene"]))[1])
    assert left["consistent"]


def test_repair_by_a_rule_that_names_no_claim_says_that_it_is_left(nesy: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(BAD.to_json().replace("cup", "bowl"))
    (tmp_path / "mine.ttl").write_text(CONTRADICTORY)
    code, out, _ = nesy("repair bad.json --rules mine.ttl")
    found = json.loads(out)
    assert code == 1 and [edit["claim"] for edit in found["edits"]] == ["r2"] and not found["optimal"]
    assert [(finding["message"], finding["claims"]) for finding in found["left"]] == [("A cup must be here.", [])]


def test_analyze_tells_the_story(nesy: Run, pictures: Path) -> None:
    code, out, err = nesy("analyze a.png --model replay:replies.jsonl")
    assert (code, err) == (0, "")
    for part in ("a.png", "round 0", "violation", "round 1", "withdraw", "final scene", "consistent: "):
        assert part in out


def test_analyze_without_rounds_repairs(nesy: Run, pictures: Path) -> None:
    code, out, _ = nesy("analyze a.png --model replay:replies.jsonl --rounds 0 --format json")
    analysis = Analysis.from_json(out)
    assert code == 0 and len(analysis.rounds) == 1 and [edit.claim for edit in analysis.edits] == ["r2"]


@pytest.mark.parametrize("form", ["turtle", "trig"])
def test_analyze_prints_rdf(nesy: Run, pictures: Path, form: str) -> None:
    code, out, _ = nesy(f"analyze a.png --model replay:replies.jsonl --format {form}")
    assert code == 0
    assert len(rdflib.Dataset().parse(data=out, format=form)) > 10


def test_analyze_several_images_writes_everything(nesy: Run, pictures: Path) -> None:
    code, out, err = nesy("analyze a.png b.jpg --model replay:replies.jsonl --format json --out out/deep")
    assert (code, err) == (0, "")
    assert [Analysis.from_json(line).image.name for line in out.splitlines()] == ["a.png", "b.jpg"]
    folder = pictures / "out" / "deep"
    assert {path.name for path in folder.iterdir()} == {
        f"{stem}.{kind}" for stem in "ab" for kind in ("analysis.json", "ttl", "trig", "png")
    }
    assert Analysis.from_json((folder / "a.analysis.json").read_bytes()).consistent
    for name, form in (("a.ttl", "turtle"), ("b.trig", "trig")):
        assert len(rdflib.Dataset().parse(data=(folder / name).read_bytes(), format=form)) > 10
    with PIL.Image.open(folder / "b.png") as drawn:
        assert max(drawn.size) >= 768
    mode = stat.S_IMODE((folder / "a.ttl").stat().st_mode)
    assert mode == 0o666 & ~current_umask()


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_images_of_one_name_get_results_of_their_own(nesy: Run, pictures: Path) -> None:
    (pictures / "b").mkdir()
    (pictures / "a.png").rename(pictures / "b" / "b.jpg")
    replies = [{"image": "b.jpg", "kind": "describe", "text": write_scene(GOOD)}] * 2
    (pictures / "replies.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    assert nesy("analyze b.jpg b/b.jpg --model replay:replies.jsonl --out out")[0] == 0
    # The folder tells them apart.
    assert {f"{pictures.name}-b.ttl", "b-b.ttl"} <= {path.name for path in (pictures / "out").iterdir()}


def test_results_that_are_there_stay_unless_forced(nesy: Run, pictures: Path) -> None:
    reply = {"image": "a.png", "kind": "describe", "text": write_scene(GOOD)}
    (pictures / "replies.jsonl").write_text(json.dumps(reply) + "\n")
    command = "analyze a.png --model replay:replies.jsonl --out out"
    assert nesy(command)[0] == 0
    first = (pictures / "out" / "a.analysis.json").read_bytes()
    code, out, err = nesy(command)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "a.analysis.json: is there already; --force overwrites it" in err
    assert (pictures / "out" / "a.analysis.json").read_bytes() == first
    (pictures / "out" / "a.analysis.json").unlink()
    assert nesy(command)[0] == 2, "its picture is there still"
    assert nesy(f"{command} --force")[0] == 0
    assert (pictures / "out" / "a.analysis.json").exists()


def test_flags_are_told_as_flags(nesy: Run) -> None:
    for command in ("", "analyze", "check", "rules", "rules coverage", "evaluate"):
        assert "bool" not in nesy(f"{command} --help".strip())[1]
    assert "--force" in nesy("analyze --help")[1]
    assert "nesy[ocr]" in nesy("witness --help")[1]  # what stands in brackets is no markup


def test_labels_are_shown_and_never_obeyed(nesy: Run) -> None:
    label = 'a "cup" <image> [bold red]x[/bold red] \x1b[31m\u009b\u202e\nnext'
    scene = json.dumps({"entities": [{"id": "x", "category": label}]})
    for form in ("text", "json", "turtle"):
        code, out, _ = nesy(f"check - --format {form}", scene)
        assert code == 1  # no word of it is known
        assert not set(out) & set("\x1b\u009b\u202e")
    assert json.loads(nesy("check - --format json", scene)[1])["unknown_labels"] == [label]
    assert "[bold red]x[/bold red] \\u001b[31m" in nesy("check -", scene)[1]


def test_a_rule_of_ones_own_is_checked(nesy: Run, tmp_path: Path) -> None:
    shipped = sorted(assets.rules().glob("*.ttl"))[0].read_text(encoding="utf-8")
    (tmp_path / "own.ttl").write_text(shipped.replace("https://w3id.org/nesy/rules#", "https://example.org/own#"))
    before = json.loads(nesy("rules list --format json")[1])
    code, out, _ = nesy("rules list --format json --rules own.ttl")
    own = [rule["iri"] for rule in json.loads(out) if rule["iri"].startswith("https://example.org/own#")]
    assert code == 0 and own and len(json.loads(out)) == len(before) + len(own)


def test_every_rule_is_listed_and_shown(nesy: Run) -> None:
    code, out, err = nesy("rules list --format json")
    rules = json.loads(out)
    assert (code, err) == (0, "") and len(rules) >= 12
    code, table, _ = nesy("rules list")
    assert code == 0 and len(table.splitlines()) == len(rules) + 1
    for rule in rules:
        assert all(rule[field] for field in ("iri", "name", "severity", "message", "why", "source", "path"))
        name = rule["iri"].rsplit("#", 1)[-1]
        assert name in table
    code, out, _ = nesy(f"rules show {name}")
    assert code == 0 and rule["why"].split()[0] in out
    assert json.loads(nesy(f"rules show {rule['iri']} --format json")[1]) == rule


def test_models_and_doctor_tell_what_there_is(nesy: Run) -> None:
    code, out, _ = nesy("models --format json")
    assert code == 0 and "embedded" in {model["name"] for model in json.loads(out)}
    assert "embedded" in nesy("models")[1]
    code, out, _ = nesy("doctor --format json")
    found = {checkup["name"]: checkup for checkup in json.loads(out)}
    assert code == 0 and {"python", "torch", "gpu", "knowledge", "java", "embedded model", "hub models"} <= found.keys()
    assert all(checkup["mend"] for checkup in found.values() if checkup["status"] != "ok")
    assert "rules" in found["knowledge"]["found"]


def test_synth_draws_the_same_again(nesy: Run, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        code, out, err = nesy(f"synth --n 3 --seed 5 --split hard --out {folder}")
        assert (code, err) == (0, "") and "3" in out
    scenes = (tmp_path / "one" / "scenes.jsonl").read_text(encoding="utf-8")
    assert scenes == (tmp_path / "two" / "scenes.jsonl").read_text(encoding="utf-8")
    for line in scenes.splitlines():
        scene = Scene.from_json(line)
        assert scene.image is not None
        names = [path.name for path in (tmp_path / "one" / "images").iterdir()]
        assert scene.image.name.rsplit("/", 1)[-1] in names
    assert len(names) == 3


def test_version_and_help(nesy: Run) -> None:
    code, out, err = nesy("--version")
    assert (code, err) == (0, "") and out.startswith("nesy ")
    for command in (
        "analyze",
        "perceive",
        "check",
        "repair",
        "synth",
        "evaluate",
        "explain",
        "rules",
        "models",
        "doctor",
    ):
        code, out, err = nesy(f"{command} --help")
        assert (code, err) == (0, "") and "Usage: nesy" in out
        assert command in nesy("--help")[1]


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("old")
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="taken: cannot be written"):
        write_all(tmp_path, {"old.txt": b"new", "taken": b"x"})
    assert (tmp_path / "old.txt").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"old.txt", "taken"}
    write_all(tmp_path, {"old.txt": b"new"})
    assert (tmp_path / "old.txt").read_text() == "new"
    with pytest.raises(InputError, match="gone/x: cannot be written"):
        write_all(tmp_path / "gone", {"x": b""})


NONSENSE = json.dumps(
    {
        "entities": [{"id": "a_1", "category": "couchcouchcouch"}, {"id": "b_1", "category": "blork"}],
        "relations": [{"subject": "a_1", "predicate": "withdrawwithdraw", "object": "b_1"}],
    }
)


def test_a_scene_of_which_no_word_is_known_is_not_called_consistent(nesy: Run) -> None:
    code, out, _ = nesy("check -", NONSENSE)
    assert (code, out.startswith("unknown: no word of the scene is known")) == (1, True)
    code, out, _ = nesy("check - --format json", NONSENSE)
    assert (code, json.loads(out)["status"]) == (1, "unknown")
    code, out, _ = nesy("check - --format turtle", NONSENSE)
    assert (code, "nesy:consistent" in out) == (1, False)
    code, out, _ = nesy("repair -", NONSENSE)
    told = json.loads(out)
    assert (code, told["consistent"], told["status"], told["edits"]) == (1, False, "unknown", [])
    assert "no word" in told["why_unknown"]


def test_one_unknown_scene_of_many_counts_and_the_others_are_as_ever(nesy: Run) -> None:
    lines = [json.dumps({"entities": [{"id": "cup_1", "category": "cup"}]}), NONSENSE, '{"entities": []}']
    code, out, _ = nesy("check - --format json", "\n".join(lines) + "\n")
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["consistent", "unknown", "consistent"]
    assert code == 1
