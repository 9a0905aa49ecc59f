"""Published word lists measured word by word; what `nesy concepts` shows; what the metrics take for right."""

import json
from pathlib import Path

import pytest

from nesy.cli import main
from nesy.errors import InputError
from nesy.experiments.datasets import data_folder
from nesy.experiments.rules.mapping import STEPS, measure, mentioned
from nesy.experiments.scoring.metrics import names, tally
from nesy.ontology import Ontology
from nesy.ontology.namespaces import VOCABULARY
from nesy.scene import Scene

KNOWN = Ontology.default()


def lists(folder: Path) -> Path:
    """Write a small folder in the published forms."""
    files: dict[str, object] = {
        "vrd/vocab.json": {"objects": ["dog", "sofa"], "predicates": ["on", "sit next to"]},
        "vg150_psg_vocab/VG-SGG-dicts-with-attri.json": {
            "label_to_idx": {"man": 1, "blork": 2},
            "object_count": {"man": 7, "blork": 3},
            "predicate_to_idx": {"riding": 1},
            "predicate_count": {"riding": 9},
        },
        "vg150_psg_vocab/psg_categories.json": {
            "thing_classes": ["cup"],
            "stuff_classes": ["wall-brick", "sky-other-merged", "door-stuff"],
            "predicate_classes": ["kissing"],
        },
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data), encoding="utf-8")
    rows = {
        "vsr/random_train.jsonl": [{"relation": "on"}, {"relation": "on"}],
        "vsr/random_dev.jsonl": [{"relation": "facing"}],
        "chair300/chair300.jsonl": [
            {"text": "Two puppies and an old sofa.", "gt_words": ["dog"], "generated_words": ["dog", "chair"]}
        ],
    }
    for name, lines in rows.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    (folder / "chair_synonyms").mkdir()
    (folder / "chair_synonyms" / "synonyms.txt").write_text(
        "dog, puppy, canine, blork\nbicycle, bike, unicycle\ncouch, chair\ncar, vehicle\n", encoding="utf-8"
    )
    return folder


def test_the_lists_are_measured_word_by_word(tmp_path: Path) -> None:
    report = measure(lists(tmp_path))
    chair = report.synonyms
    assert chair.words == 11
    assert {step: n for step, n in chair.right.items() if n} == {"word": 4, "same meaning": 1, "narrower": 1}
    assert (chair.above, chair.wrong, chair.unknown) == (("vehicle (car)",), ("chair (couch)",), ("blork (dog)",))
    assert set(chair.left_out) == {"canine (dog)", "unicycle (bicycle)"}
    by_name = {one.name: one for one in report.lists}
    assert by_name["vg150 objects"].steps["unknown"] == ("blork",)
    assert by_name["vg150 objects"].uses["narrower"] == 7
    assert by_name["psg objects"].steps["wider class"] == ("wall-brick", "sky-other-merged", "door-stuff")
    assert by_name["vsr relations"].uses["word"] == 3
    assert report.mentions.only_here == {"couch": 1}
    assert report.mentions.only_there == {"chair": 1}
    assert (report.mentions.precision, report.mentions.recall) == (0.5, 0.5)
    written = json.loads(report.to_json())
    assert written["schema"] == "nesy.mapping/1"
    assert all(
        sum(one["found"].values()) == one["words"] and set(one["found"]) == set(STEPS) for one in written["lists"]
    )


def test_the_longest_known_name_in_a_text_counts() -> None:
    assert mentioned("A man sits on a park bench, near hot dogs and a teddy-bear.", KNOWN) == {
        "person",
        "bench",
        "hot_dog",
        "teddy_bear",
    }


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("vrd/vocab.json", None, "vocab.json: cannot be read"),
        ("vrd/vocab.json", "{", "line 1: not JSON"),
        ("vrd/vocab.json", "{}", "vrd objects lacks 'objects'"),
        ("chair300/chair300.jsonl", "{}\n{", "jsonl:2: is no JSON"),
        ("chair300/chair300.jsonl", "{}", "a row lacks 'text'"),
        ("vsr/random_dev.jsonl", "[]", "jsonl:1: must be a JSON object"),
    ],
)
def test_a_list_that_is_not_the_published_one_is_named(
    tmp_path: Path, name: str, text: str | None, problem: str
) -> None:
    path = lists(tmp_path) / name
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        measure(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def data() -> Path:
    try:
        return data_folder()
    except InputError as missing:
        pytest.skip(str(missing))


def test_every_published_relation_and_object_is_known(data: Path) -> None:
    for one in measure(data).lists:
        assert one.steps["unknown"] == (), one.name
        if one.kind == "predicate":
            assert sum(len(one.steps[step]) for step in ("word", "same meaning")) == one.words, one.name
            assert one.words >= 50


def test_every_word_of_chair_is_judged(data: Path) -> None:
    chair = measure(data).synonyms
    assert (chair.above, chair.wrong, chair.unknown) == ((), (), ())
    assert sum(chair.right.values()) + len(chair.left_out) == chair.words > 400


# --- the command ---


def test_the_command_shows_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["concepts", "bikes", "unicycle", "old man"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ["word", "concept", "exact", "score", "reason"]
    assert rows[0].split()[:4] == ["bikes", "bicycle", "yes", "0.95"]
    assert rows[1].split() == ["unicycle", "unknown"]
    assert rows[2].split()[:5] == ["old", "man", "person", "no", "0.70"]
    assert main(["concepts", "riding", "blork", "--kind", "predicate", "--format", "json"]) == 0
    riding, blork = json.loads(capsys.readouterr().out)
    assert riding["concept"]["iri"] == str(VOCABULARY.ride)
    assert blork == {"word": "blork", "concept": None}


def test_the_command_shows_the_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["concepts", "--data", str(lists(tmp_path))]) == 0
    shown = capsys.readouterr().out
    assert "blork" in shown
    assert "CHAIR's synonyms: 6 of 11 words" in shown
    assert "it has one wheel" in shown
    assert main(["concepts", "--data", str(tmp_path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "nesy.mapping/1"
    assert main(["concepts", "--data", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("error: ")


# --- the metrics ---


@pytest.mark.parametrize(
    ("said", "true", "right"),
    [
        ("dog", "dog", True),
        ("sofa", "couch", True),
        ("couches", "couch", True),
        ("man", "person", True),
        ("police car", "car", True),
        ("table", "dining table", True),
        ("person", "man", False),
        ("man", "woman", False),
        ("vehicle", "car", False),
        ("car", "vehicle", False),
        ("shirt", "clothing", False),
        ("unicycle", "unicycle", True),
        ("unicycle", "bicycle", False),
    ],
)
def test_the_metrics_take_a_narrower_name_for_right(said: str, true: str, right: bool) -> None:
    assert names(said, true) is right
    box = (0.1, 0.1, 0.9, 0.9)
    scenes = [Scene.model_validate({"entities": [{"id": "x", "category": c, "box": box}]}) for c in (said, true)]
    assert tally(*scenes)["objects"].right == right
