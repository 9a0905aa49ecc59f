"""Claims against evidence: what supports, what contradicts, and what is left open."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesy
from nesy.cli import main
from nesy.grounding import judgement
from nesy.grounding.objection_weights import EVERY, Weights
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Judgement

COCO = Ontology.default().categories
BOXES: dict[str, Any] = {
    "entities": [
        {"id": "person_1", "category": "person", "box": [0.1, 0.2, 0.3, 0.9]},
        {"id": "dog_1", "category": "dog", "box": [0.5, 0.6, 0.7, 0.9]},
        {"id": "car_1", "category": "car", "box": [0.4, 0.1, 0.6, 0.5]},
        {"id": "car_2", "category": "car", "box": [0.7, 0.1, 0.9, 0.5]},
    ]
}


def judged(
    said: dict[str, Any], *evidence: dict[str, Any], closed: Any = COCO, weights: Weights = EVERY
) -> list[Judgement]:
    """Judge with every kind of objection, whatever it is worth."""
    sources = [Scene.model_validate(one) for one in (evidence or (BOXES,))]
    return list(judgement.judged(Scene.model_validate(said), sources, weights, closed=closed))


def of_entity(category: str, *evidence: dict[str, Any], closed: Any = COCO, **fields: Any) -> Judgement:
    return judged({"entities": [{"id": "x", "category": category, **fields}]}, *evidence, closed=closed)[0]


def of_attribute(category: str, attribute: str, *evidence: dict[str, Any], closed: Any = COCO) -> Judgement:
    return judged(
        {"entities": [{"id": "x", "category": category, "attributes": [attribute]}]}, *evidence, closed=closed
    )[1]


def of_relation(subject: str, predicate: str, thing: str, *evidence: dict[str, Any], closed: Any = COCO) -> Judgement:
    said = {
        "entities": [{"id": "a", "category": subject}, {"id": "b", "category": thing}],
        "relations": [{"subject": "a", "predicate": predicate, "object": "b"}],
    }
    return judged(said, *evidence, closed=closed)[2]


def of_count(category: str, value: int, *evidence: dict[str, Any], closed: Any = COCO) -> Judgement:
    return judged({"entities": [], "counts": [{"category": category, "value": value}]}, *evidence, closed=closed)[0]


def caption(*entities: dict[str, Any], **lists: Any) -> dict[str, Any]:
    return {"entities": [{"id": f"e{i}", **entity} for i, entity in enumerate(entities)], **lists}


@pytest.mark.parametrize(
    ("category", "status"),
    [
        ("dog", "supported"),
        ("cars", "supported"),
        ("dogs", "contradicted"),  # there is one
        ("automobile", "supported"),
        ("vehicle", "supported"),
        ("animal", "supported"),
        ("cat", "contradicted"),
        ("kitten", "contradicted"),
        ("sofa", "contradicted"),
        ("man", "unknown"),
        ("puppy", "unknown"),
        ("table", "contradicted"),  # who draws boxes draws all tables as dining tables
        ("dog bed", "contradicted"),  # by its head noun: a kind of its own, with a weight of its own
        ("tree", "unknown"),
        ("shirt", "unknown"),
        ("blork", "unknown"),
    ],
)
def test_an_entity_is_judged_by_its_concept(category: str, status: str) -> None:
    found = of_entity(category)
    assert found.status == status
    assert bool(found.evidence) == (status == "supported" or category in ("man", "puppy", "dogs"))


def test_absence_tells_only_where_the_evidence_is_closed() -> None:
    assert of_entity("cat", closed=None).status == "unknown"
    assert of_entity("cat", closed={"dog"}).status == "unknown"
    assert of_entity("cat", closed={"cat"}).status == "contradicted"
    assert of_entity("cloud", caption({"category": "sky"}), closed={"cloud", "sky"}).status == "contradicted"


def test_a_word_that_nobody_knows_is_compared_as_a_word() -> None:
    evidence = caption({"category": "dirt road"}, {"category": "zorbs"})
    assert of_entity("road", evidence).status == "supported"
    assert of_entity("zorb", evidence).status == "supported"
    assert of_entity("gravel road", evidence).status == "unknown"


def test_another_kind_of_the_only_one_contradicts() -> None:
    names = [{"entities": [{"id": "d", "category": "duck"}]}, {"entities": [{"id": "g", "category": "white duck"}]}]
    assert of_entity("swan", *names).status == "contradicted"
    assert of_entity("bird", *names).status == "supported"
    assert of_entity("woman", caption({"category": "man"}, {"category": "woman"})).status == "supported"
    two = {"entities": [{"id": f"p{i}", "category": "person", "box": [i / 4, 0, i / 4 + 0.2, 1]} for i in range(2)]}
    assert of_entity("woman", two, caption({"category": "man"})).status == "unknown"  # the other may be one
    one = {"entities": two["entities"][:1]}
    assert of_entity("woman", one, caption({"category": "man"})).evidence == ("2:e0",)


def test_a_box_must_be_where_the_evidence_has_the_thing() -> None:
    assert of_entity("dog", box=[0.5, 0.6, 0.7, 0.88]).status == "supported"
    assert of_entity("dog", box=[0.45, 0.45, 0.65, 0.8]).status == "unknown"
    assert of_entity("dog", box=[0.0, 0.0, 0.2, 0.2]).status == "contradicted"


@pytest.mark.parametrize(
    ("category", "value", "status"),
    [
        ("car", 2, "supported"),
        ("car", 3, "contradicted"),
        ("car", 1, "contradicted"),  # although the text may speak of one of them: hence of a kind of its own
        ("cat", 1, "contradicted"),
        ("cat", 0, "supported"),
        ("dog", 0, "contradicted"),
        ("tree", 0, "unknown"),
        ("tree", 5, "unknown"),
        ("woman", 1, "supported"),
        ("woman", 2, "contradicted"),
    ],
)
def test_a_count_is_judged_by_the_boxes(category: str, value: int, status: str) -> None:
    assert of_count(category, value).status == status


def test_captions_alone_count_only_what_they_count() -> None:
    two = caption({"category": "dog"}, {"category": "dog"})
    assert of_count("dog", 3, two).status == "unknown"
    assert of_count("dog", 2, {**two, "counts": [{"category": "dog", "value": 2}]}).status == "supported"
    assert of_count("dog", 3, {**two, "counts": [{"category": "dog", "value": 2}]}).status == "contradicted"
    four = {"entities": [], "counts": [{"category": "car", "value": 4}]}
    assert of_count("car", 4, BOXES, four).status == "supported"
    assert of_count("dog", 0, {"entities": [], "counts": [{"category": "dog", "value": 0}]}, closed=None).status == (
        "supported"
    )


def test_a_crowd_is_not_counted() -> None:
    many = {
        "entities": [{"id": f"p{i}", "category": "person", "box": [i / 20, 0, i / 20 + 0.05, 1]} for i in range(14)]
    }
    assert of_count("person", 30, many).status == "unknown"


@pytest.mark.parametrize(
    ("category", "attribute", "status"),
    [
        ("car", "2", "supported"),
        ("car", "several", "contradicted"),
        ("dog", "several", "contradicted"),
        ("car", "red", "unknown"),
        ("cat", "black", "contradicted"),
        ("tree", "several", "unknown"),
    ],
)
def test_quantities_are_counts_and_absent_things_have_no_colour(category: str, attribute: str, status: str) -> None:
    assert of_attribute(category, attribute).status == status


@pytest.mark.parametrize(
    ("said", "known", "status"),
    [
        ("red", ["red"], "supported"),
        ("gray", ["grey"], "supported"),
        ("blue", ["red"], "contradicted"),
        ("orange", ["red"], "unknown"),  # two people may call one colour so
        ("black", ["black", "white"], "supported"),
        ("green", ["black", "white"], "contradicted"),
        ("large", ["small"], "unknown"),  # a matter of opinion
        ("sitting", ["standing"], "contradicted"),
        ("sit", ["sitting"], "supported"),
        ("red", [], "unknown"),
    ],
)
def test_an_attribute_is_held_against_those_of_the_evidence(said: str, known: list[str], status: str) -> None:
    evidence = caption({"category": "dog", "attributes": known})
    assert of_attribute("dog", said, evidence).status == status


def test_things_have_no_posture_and_one_colour_of_two_may_go_unsaid() -> None:
    hydrant = caption({"category": "fire hydrant", "attributes": ["standing"]})
    assert of_attribute("fire hydrant", "sitting", hydrant).status == "unknown"
    said = {"entities": [{"id": "cat_1", "category": "cat", "attributes": ["black", "white"]}]}
    black = caption({"category": "cat", "attributes": ["black"]})
    assert [j.status for j in judged(said, black)] == ["supported", "supported", "unknown"]
    red = caption({"category": "cat", "attributes": ["orange"]})
    assert [j.status for j in judged(said, red)] == ["supported", "contradicted", "contradicted"]


def test_another_one_may_be_so() -> None:
    red = caption({"category": "car", "attributes": ["red"]})
    assert of_attribute("car", "blue", BOXES, red).status == "unknown"  # there are two cars
    assert of_attribute("dog", "blue", BOXES, caption({"category": "dog", "attributes": ["red"]})).status == (
        "contradicted"
    )
    several = caption({"category": "car", "attributes": ["red", "several"]})
    assert of_attribute("car", "blue", several).status == "unknown"


def test_two_cannot_both_be_what_only_one_is() -> None:
    evidence = caption(
        {"category": "suitcase", "attributes": ["black"]}, {"category": "suitcase", "attributes": ["red"]}
    )
    both = {"entities": [{"id": f"s{i}", "category": "suitcase", "attributes": ["black"]} for i in range(2)]}
    assert [j.status for j in judged(both, evidence) if j.attribute] == ["contradicted", "contradicted"]
    assert of_attribute("suitcase", "black", evidence).status == "supported"


def test_kinds_are_told_by_compounds_and_look_alikes_are_left_open() -> None:
    assert of_entity("greyhound", {"entities": BOXES["entities"][:2]}, caption({"category": "husky dog"})).status == (
        "contradicted"
    )
    husky = caption({"category": "dog", "attributes": ["adorable husky"]})
    assert of_attribute("dog", "greyhound", husky).status == "contradicted"
    assert of_attribute("dog", "greyhound", caption({"category": "dog"})).status == "unknown"
    assert of_attribute("dog", "husky", husky).status != "contradicted"
    assert of_entity("truck").status == "unknown"  # it may be one of the cars
    assert of_entity("bus").status == "contradicted"


def test_a_caption_that_names_all_tells_which_of_them_may_be_meant() -> None:
    two = {"entities": [{"id": f"p{i}", "category": "person", "box": [i / 4, 0, i / 4 + 0.2, 1]} for i in range(2)]}
    both = caption(
        {"category": "man"},
        {"category": "woman"},
        {"category": "bridge"},
        relations=[{"subject": "e0", "predicate": "sit on top of", "object": "e2"}],
    )
    assert of_relation("man", "stand on", "pier", two, both).status == "contradicted"
    assert of_relation("woman", "stand on", "pier", two, both).status == "unknown"
    assert of_relation("person", "stand on", "pier", two, both).status == "unknown"
    assert of_attribute("man", "standing", two, both).status == "contradicted"
    assert of_attribute("person", "standing", two, both).status == "unknown"


def test_a_head_wears_one_hat() -> None:
    wears = caption(
        {"category": "man"},
        {"category": "umbrella hats"},
        relations=[{"id": "w", "subject": "e0", "predicate": "wear", "object": "e1"}],
    )
    found = of_relation("man", "wear", "baseball cap", wears)
    assert (found.status, found.evidence) == ("contradicted", ("w",))
    hats = caption(
        {"category": "man"},
        {"category": "hats", "attributes": ["umbrella"]},
        relations=[{"subject": "e0", "predicate": "wear", "object": "e1"}],
    )
    assert of_relation("man", "wear", "baseball cap", hats).status == "contradicted"
    assert of_relation("man", "hold", "baseball cap", wears).status == "unknown"
    assert of_relation("man", "wear", "tie", wears, closed=None).status == "unknown"
    assert of_relation("man", "wear", "hat", wears).status == "supported"


def test_the_two_ends_of_a_relation_are_two() -> None:
    assert of_relation("dog", "chase", "dog").status == "contradicted"
    assert of_relation("car", "behind", "car").status == "unknown"
    assert of_relation("cars", "behind", "car").status == "contradicted"
    assert of_relation("dog", "chase", "cars").status == "unknown"


def test_witnesses_of_one_mind_tell_the_kind_of_things_that_nobody_counts() -> None:
    hats = caption({"category": "umbrella hats"})
    assert of_entity("baseball caps", hats, hats).status == "contradicted"
    assert of_entity("baseball caps", hats).status == "unknown"
    assert of_entity("baseball caps", hats, hats, caption({"category": "caps"})).status == "unknown"


SITS = caption(
    {"category": "man"},
    {"category": "horse"},
    {"category": "fence"},
    relations=[
        {"subject": "e0", "predicate": "ride", "object": "e1"},
        {"subject": "e1", "predicate": "to the left of", "object": "e2"},
    ],
)


@pytest.mark.parametrize(
    ("subject", "predicate", "thing", "status"),
    [
        ("man", "ride", "horse", "supported"),
        ("person", "riding", "horse", "supported"),
        ("person", "riding", "animal", "supported"),
        ("horse", "left of", "fence", "supported"),
        ("fence", "right of", "horse", "supported"),
        ("horse", "ride", "man", "contradicted"),
        ("horse", "right of", "fence", "contradicted"),
        ("man", "ride", "bicycle", "contradicted"),
        ("man", "near", "fence", "unknown"),
        ("man", "feed", "horse", "unknown"),
    ],
)
def test_a_relation_is_held_against_those_of_the_evidence(
    subject: str, predicate: str, thing: str, status: str
) -> None:
    found = of_relation(subject, predicate, thing, SITS)
    assert found.status == status, found.reason


@pytest.mark.parametrize(
    ("subject", "predicate", "thing", "status"),
    [
        ("person", "left of", "dog", "supported"),
        ("dog", "to the right of", "person", "supported"),
        ("person", "right of", "dog", "unknown"),  # it may be the dog's own right
        ("man", "right of", "dog", "unknown"),
        ("dog", "right of", "car", "supported"),  # of one of the two
        ("dog", "below", "car", "supported"),
        ("dog", "above", "car", "contradicted"),
        ("person", "in front of", "dog", "unknown"),
    ],
)
def test_boxes_decide_positions(subject: str, predicate: str, thing: str, status: str) -> None:
    found = of_relation(subject, predicate, thing)
    assert found.status == status, found.reason


def test_what_breaks_a_rule_by_itself_is_not_laid_to_the_evidence() -> None:
    assert of_relation("car", "eat", "dog").status == "unknown"


def test_postures_exclude_each_other_whatever_they_are_on() -> None:
    sits = caption({"category": "man"}, {"category": "bench"}, relations=[
        {"id": "r7", "subject": "e0", "predicate": "sit on", "object": "e1"}
    ])  # fmt: skip
    found = of_relation("man", "stand on", "pier", sits)
    assert found.status == "contradicted"
    assert "r7" in found.evidence
    assert of_attribute("man", "standing", sits).status == "contradicted"
    assert of_attribute("man", "sitting", sits).status == "supported"


def test_part_states() -> None:
    evidence = {
        "entities": [{"id": "p", "category": "person"}, {"id": "h", "category": "horse"}],
        "part_states": [{"id": "s1", "entity": "p", "part": "hip", "state": "sit on", "object": "h"}],
    }
    said = {
        "entities": [{"id": i, "category": i} for i in ("man", "horse", "cow")],
        "part_states": [
            {"entity": "man", "part": "hip", "state": "sit_on", "object": "horse"},
            {"entity": "man", "part": "hand", "state": "hold", "object": "horse"},
            {"entity": "man", "part": "hip", "state": "sit on", "object": "cow"},
        ],
    }
    found = judged(said, evidence)[3:]
    assert [j.status for j in found] == ["supported", "unknown", "contradicted"]
    assert found[0].evidence == ("s1",)


def test_every_claim_and_attribute_is_judged_once_with_its_place_and_a_sentence() -> None:
    said = {
        "entities": [{"id": "dog_1", "category": "dog", "attributes": ["brown", "wet"], "spans": [[2, 5]]}],
        "counts": [{"category": "dog", "value": 1}],
    }
    found = judged(said)
    assert [(j.claim, j.attribute) for j in found] == [
        ("dog_1", None),
        ("dog_1", "brown"),
        ("dog_1", "wet"),
        ("n1", None),
    ]
    assert found[0].spans == ((2, 5),)
    assert all(j.reason.endswith(".") and j.says for j in found)


WORDS = st.sampled_from(["dog", "car", "person", "man", "cat", "tree", "swan", "duck", "blork", "table", "animal"])
SCENES = st.builds(
    lambda words, pairs: Scene.model_validate(
        {
            "entities": [{"id": f"e{i}", "category": word} for i, word in enumerate(words)],
            "relations": [
                {"subject": f"e{a % len(words)}", "predicate": p, "object": f"e{b % len(words)}"} for a, p, b in pairs
            ],
        }
    ),
    st.lists(WORDS, min_size=1, max_size=5),
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["left of", "on", "ride", "near", "zorp"]), st.integers(0, 9)),
        max_size=4,
    ),
)


@settings(max_examples=40, deadline=None)
@given(SCENES)
def test_a_scene_supports_itself(scene: Scene) -> None:
    assert {j.status for j in nesy.ground(scene, scene, closed=COCO)} == {"supported"}


@settings(max_examples=40, deadline=None)
@given(SCENES, SCENES)
def test_open_evidence_without_claims_of_its_own_contradicts_nothing(scene: Scene, other: Scene) -> None:
    assert all(j.status == "unknown" for j in nesy.ground(scene, Scene(entities=())))
    assert len(nesy.ground(scene, other)) == len(list(scene.claims()))


# --- the command ---


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    said = {"entities": [{"id": "man_1", "category": "man"}, {"id": "cat_1", "category": "cat", "spans": [[6, 9]]}]}
    good = {"entities": [{"id": "dog_1", "category": "dog"}]}
    (tmp_path / "said.json").write_text(json.dumps(said))
    (tmp_path / "good.json").write_text(json.dumps(good))
    (tmp_path / "boxes.json").write_text(json.dumps(BOXES))
    (tmp_path / "many.jsonl").write_text(json.dumps(said) + "\n\n" + json.dumps(good) + "\n{}\n")
    (tmp_path / "each.jsonl").write_text((json.dumps(good) + "\n") * 3)
    (tmp_path / "words.txt").write_text("cat\n\nzebra\n")
    (tmp_path / "blank.txt").write_text("\n")
    return tmp_path


def test_check_tells_what_the_evidence_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("check said.json --evidence boxes.json --closed coco".split()) == 1
    out = capsys.readouterr().out
    assert "inconsistent: no finding; claims 0 supported, 1 contradicted, 1 unknown" in out
    assert "contradicted  cat_1 is a cat [6-9]: The evidence names every cat there is, and names none." in out
    assert main("check said.json --evidence boxes.json --format json".split()) == 0  # nothing is closed
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["schema"] == "nesy.verdict/1"
    assert [j["status"] for j in verdict["judgements"]] == ["unknown", "unknown"]
    assert main("check said.json --format json".split()) == 0
    assert "judgements" not in json.loads(capsys.readouterr().out)
    assert main("check said.json --evidence boxes.json --closed words.txt".split()) == 1


def test_check_takes_evidence_for_all_or_line_by_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("check many.jsonl --evidence boxes.json --closed coco".split()) == 2  # its last line is no scene
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["schema"] for line in lines] == ["nesy.verdict/1", "nesy.verdict/1", "nesy.error/1"]
    assert [line["consistent"] for line in lines[:2]] == [False, True]
    assert main("check many.jsonl --evidence each.jsonl --evidence boxes.json".split()) == 2
    first = json.loads(capsys.readouterr().out.splitlines()[1])
    assert first["judgements"][0]["evidence"] == ["1:dog_1", "2:dog_1"]
    assert main("check good.json --evidence each.jsonl --format json".split()) == 0
    assert json.loads(capsys.readouterr().out)["judgements"][0]["evidence"] == ["1:dog_1", "2:dog_1", "3:dog_1"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("check said.json --evidence none.json", "none.json: no such file"),
        ("check said.json --evidence words.txt", "words.txt: "),
        (
            "check said.json --evidence boxes.json --closed nowhere",
            "--closed: neither coco nor none nor a file of words; nowhere: ",
        ),
        ("check said.json --evidence boxes.json --closed blank.txt", "--closed blank.txt: holds no word"),
        ("check said.json --evidence boxes.json --format turtle", "not as turtle"),
        ("check each.jsonl --evidence many.jsonl", "many.jsonl:4: "),
        ("check many.jsonl --evidence two.jsonl", "two.jsonl: has no line for many.jsonl:4"),
        ("check two.jsonl --evidence each.jsonl", "each.jsonl: has more lines than there are scenes"),
    ],
)
def test_bad_evidence_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str], command: str, message: str) -> None:
    (folder / "two.jsonl").write_text("\n".join((folder / "each.jsonl").read_text().splitlines()[:2]))
    assert main(command.split()) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.strip().splitlines()) == 1
