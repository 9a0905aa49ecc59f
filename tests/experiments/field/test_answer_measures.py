"""Measures of answers on sets that are small enough to count by hand, and the files that they are read from."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from lab.field_evaluators import amber_by_flags
from nesy.cli import main
from nesy.experiments.scoring.field.amber import AmberWords, Described, amber_scores, amber_words
from nesy.experiments.scoring.field.chair_captions import chair, class_of, classes_named
from nesy.experiments.scoring.field.reefknot import reefknot_scores
from nesy.experiments.scoring.field.triplet_rates import ToldTriplets, triplet_rates
from nesy.experiments.scoring.field.yes_no import (
    read_anywhere,
    read_first_word,
    read_pope,
    read_yes_or_no,
    yes_no_scores,
)

WORDS = st.sampled_from(("yes", "no"))


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1), WORDS)
def test_yes_and_no_are_scored_as_scikit_learn_scores_them(answers: list[tuple[str, str]], positive: str) -> None:
    found = yes_no_scores(answers, positive)  # type: ignore[arg-type]
    said, true = zip(*answers, strict=True)
    flags = [[one == positive for one in some] for some in (true, said)]
    precision, recall, f1, _ = precision_recall_fscore_support(*flags, average="binary", zero_division=0)
    ours = (found.accuracy, found.precision, found.recall, found.f1)
    assert ours == pytest.approx((accuracy_score(true, said), precision, recall, f1))
    assert found.yes_rate == pytest.approx(said.count("yes") / len(said))


@pytest.mark.parametrize(
    ("said", "pope", "dashb", "amber", "reefknot"),
    [
        ("Yes, there is a dog. No cat is there.", "yes", "yes", "yes", "yes"),
        ("No", "no", "no", "no", "no"),
        ("no, there is not", "no", "no", "no", "no"),
        ("No. Yes, one!", "no", "yes", "no", "yes"),
        ("There is not, I think.", "no", "no", None, "no"),
        ("Nothing of the kind", "yes", "no", None, "no"),
        ("NO!", "yes", "no", "no", "no"),  # POPE's script takes No and no to the letter
        ("I see a dog", "yes", None, None, "no"),
        ("", "yes", None, None, "no"),
    ],
)
def test_each_benchmark_reads_answers_its_own_way(
    said: str, pope: str, dashb: str | None, amber: str | None, reefknot: str
) -> None:
    read = (read_pope(said), read_anywhere(said), read_first_word(said), read_yes_or_no(said))
    assert read == (pope, dashb, amber, reefknot)


def test_an_answer_that_says_neither_is_counted() -> None:
    answers = [("A dog.", "yes"), ("Yes", "yes"), ("NO!", "no"), ("no", "no")]
    found = yes_no_scores(answers)  # type: ignore[arg-type]
    assert (found.neither, found.accuracy, found.specificity) == (2, 0.75, 0.5)
    strict = yes_no_scores(answers, "no", read_first_word)  # type: ignore[arg-type]
    assert (strict.neither, strict.accuracy, strict.precision, strict.recall) == (1, 0.75, 1.0, 1.0)


def test_amber_is_counted_over_all_descriptions() -> None:
    descriptions = [
        Described(("dog", "ball", "cat"), ("dog", "grass"), ("cat", "frisbee")),  # cat and ball are not there
        Described(("sky", "sky"), ("sky",), ("bird",)),
        Described((), ("cup",), ()),
    ]
    found = amber_scores(descriptions)
    assert (found.chair, found.cover, found.hal, found.cog) == pytest.approx((2 / 5, 2 / 4, 1 / 3, 1 / 3))
    assert amber_scores([]).chair is amber_scores([Described((), ("cup",))]).cog is None


def test_ambers_nouns_go_by_its_associations_first() -> None:
    """By the steps of its script: leave stands for the forest, tree too (before the tree itself), orange is safe."""
    words = AmberWords({"forest": ("tree", "leave"), "tree": ("forest", "leave"), "cat": ("kitten",)}, {"orange"})
    one = Described(("tree", "leave", "orange", "kitten", "sun"), ("forest", "tree", "sea"), ("cat", "bird"))
    found = amber_scores([one], words=words)
    assert (found.named, found.chair, found.hal) == (5, 2 / 5, 1.0)  # kitten and sun are not there
    assert (found.cover, found.cog) == (1 / 3, 1 / 2)  # tree and leave are both the forest; kitten is the cat
    near = amber_scores([one], lambda said, listed: (said, listed) == ("sun", "sea"), words)
    assert (near.chair, near.cover) == (1 / 5, 2 / 3)
    own = amber_words()
    assert (len(own.associated), len(own.safe), own.associated["table"]) == (340, 9, ("desk",))


NOUN = st.sampled_from(("tree", "leave", "forest", "cat", "kitten", "sun", "orange"))
DESCRIBED = st.builds(
    Described,
    st.lists(NOUN, max_size=5).map(tuple),
    st.lists(NOUN, max_size=4, unique=True).map(tuple),
    st.lists(NOUN, max_size=3, unique=True).map(tuple),
)


@given(st.lists(DESCRIBED, max_size=4))
def test_both_evaluations_of_descriptions_agree(descriptions: list[Described]) -> None:
    words = AmberWords({"forest": ("tree", "leave"), "tree": ("forest", "leave"), "cat": ("kitten",)}, {"orange"})
    found = amber_scores(descriptions, words=words)
    other = amber_by_flags(descriptions, words)
    for name in ("chair", "cover", "hal", "cog"):
        value = getattr(found, name)
        assert (value is None) == (name not in other)
        assert value is None or value == pytest.approx(other[name])


def test_chair_reads_double_words_as_its_script_does() -> None:
    read = classes_named("adult bear and a baby zebra on a passenger train by a stop light at home plate".split())
    assert read == ("bear", "zebra", "train", "traffic light")
    assert classes_named("a toilet with a seat".split()) == ("toilet",)
    assert classes_named("a man on a seat".split()) == ("person", "chair")
    assert classes_named("a train track and a bow tie".split()) == ("tie",)
    assert len(set(class_of().values())) == 80
    assert chair([((), frozenset())]).recall is chair([]).chair_s is None
    found = chair([(("person", "cat", "cat"), frozenset({"person", "dog"})), (("dog",), frozenset({"dog"}))])
    assert (found.chair_i, found.chair_s, found.recall) == (2 / 4, 1 / 2, 2 / 3)


def test_reefknot_is_the_mean_of_what_its_forms_leave() -> None:
    answers = [
        ("Yes", "yes"),
        ("no", "yes"),
        ("b. riding", "B"),
        ("(B)", "B"),  # its first letter is a bracket
        ("A", "A"),
        ("A", "a"),
        ("he rides it", "rides"),
    ]
    found = reefknot_scores(answers)
    assert found.rates == {"yes/no": 0.5, "multiple choice": 0.25, "free": 0.0}
    assert found.rscore == pytest.approx((0.5 + 0.75 + 1.0) / 3) and found.unlettered == 1
    assert reefknot_scores([("riding", "ride")], lambda words: {"riding": "ride"}.get(words, words)).rscore == 1.0
    assert reefknot_scores([("overriding", "riding")]).rscore == 0.0


def test_reefknots_score_on_the_rates_of_its_repository() -> None:
    """R_score.py takes the mean of what 36.58, 32.4 and 50.12 percent leave: 60.3."""
    wrong_of = (("yes", "Yes", "No", 1829, 5000), ("A", "A", "B", 162, 500), ("on", "on it", "under", 1253, 2500))
    answers = [
        (said, label)
        for label, right, wrong, bad, every in wrong_of
        for said in [wrong] * bad + [right] * (every - bad)
    ]
    assert reefknot_scores(answers).rscore == pytest.approx(0.603)


def test_triplet_rates_are_of_questions_then_of_images() -> None:
    objects, true = ("man", "horse"), {("man", "ride", "horse")}
    good, bad, strange = ("man", "ride", "horse"), ("man", "feed", "horse"), ("man", "hold", "cup")
    answers = [
        ToldTriplets("a", (good, bad), objects, true),  # 1/2
        ToldTriplets("a", (strange,), objects, true),  # 1
        ToldTriplets("b", (good,), objects, true),  # 0
        ToldTriplets("b", (), objects, true),  # says nothing
    ]
    found = triplet_rates(answers)
    assert (found.questions, found.images, found.triplets) == (3, 2, 4)
    assert found.by_question == pytest.approx(0.5) and found.by_image == pytest.approx(((1 / 2 + 1) / 2 + 0) / 2)
    assert (found.object, found.relation) == pytest.approx((1 / 3, 1 / 6))
    assert (found.object_by_image, found.relation_by_image) == pytest.approx(((0 + 1) / 2 / 2, (1 / 2 + 0) / 2 / 2))


# --- the command ---


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def run(answers: object, labels: object, *options: str) -> tuple[int, str, str]:
        for name, rows in (("answers.jsonl", answers), ("labels.jsonl", labels)):
            text = rows if isinstance(rows, str) else "\n".join(map(json.dumps, rows))  # type: ignore[call-overload]
            Path(name).write_text(text, encoding="utf-8")
        return (main(["score", "answers.jsonl", "labels.jsonl", *options]), *capsys.readouterr())

    return run


def figures(out: str) -> dict[str, float]:
    return {row["name"]: row["value"] for row in json.loads(out)["rows"]}


POPE = [
    {"question_id": at, "text": f"Is there a {w}?", "label": label}
    for at, (w, label) in enumerate([("dog", "yes"), ("cat", "no"), ("cup", "yes"), ("car", "no")])
]
SAID = [{"question_id": at, "text": text} for at, text in enumerate(["Yes", "yes.", "No", "No, none."])]


def test_pope_and_its_corrected_labels(score) -> None:  # type: ignore[no-untyped-def]
    code, out, err = score(SAID, POPE, "--metrics", "pope", "--format", "json")
    assert (code, err) == (0, "")
    assert figures(out) == {
        "accuracy": 0.5, "precision": 0.5, "recall": 0.5, "F1": 0.5, "yes rate": 0.5, "neither yes nor no": 0.0,
    }  # fmt: skip
    corrected = [POPE[0], POPE[1] | {"label": "yes"}, POPE[3]]  # one label put right, one question left out
    code, out, err = score(SAID, corrected, "--metrics", "repope", "--format", "json")
    assert code == 0 and figures(out)["accuracy"] == 1.0 and "1 without a label, left out: 2" in err
    code, out, _ = score(SAID, POPE, "--metrics", "DASH_B")
    assert code == 0 and [line.split()[:3] for line in out.splitlines()[2:5]] == [
        ["dash-b", "accuracy", "0.5000"],
        ["dash-b", "TPR", "0.5000"],
        ["dash-b", "TNR", "0.5000"],
    ]


def test_dash_b_on_the_counts_of_its_published_result(score) -> None:  # type: ignore[no-untyped-def]
    """PaliGemma-3b: 386 of 447 that are there and 118 of 447 that are not, which its repository tells as 0.40435."""
    counts = (("yes", "Yes", 386), ("yes", "No", 61), ("no", "no", 118), ("no", "yes", 329))
    labels = [{"label": label} for label, _, count in counts for _ in range(count)]
    answers = [{"response": said} for _, said, count in counts for _ in range(count)]
    code, out, _ = score(answers, labels, "--metrics", "dash-b", "--format", "json")
    found = figures(out)
    assert code == 0 and found["harmonic mean"] == pytest.approx(0.404354, abs=1e-6)
    out = score(answers[:447], labels[:447], "--metrics", "dash-b", "--format", "json")[1]
    assert figures(out)["TNR"] is figures(out)["harmonic mean"] is None  # nothing is absent there
    assert (found["accuracy"], found["TNR"], found["TPR"]) == pytest.approx((0.563758, 0.263982, 0.863535), abs=1e-6)


def test_rows_without_ids_go_line_by_line_and_arrays_are_read(score) -> None:  # type: ignore[no-untyped-def]
    bare = [{"answer": row["text"]} for row in SAID]
    code, out, _ = score(
        json.dumps(bare), [{"label": row["label"]} for row in POPE], "--metrics", "pope", "--format", "json"
    )
    assert code == 0 and figures(out)["accuracy"] == 0.5
    code, out, err = score(bare[:3], POPE, "--metrics", "pope")
    assert (code, out) == (2, "") and "3 answers and 4 labels" in err and len(err.splitlines()) == 1


def test_amber_tells_descriptions_from_questions(score) -> None:  # type: ignore[no-untyped-def]
    labels = [
        {"id": 1, "type": "generative", "truth": ["dog", "grass"], "hallu": ["cat"]},
        {"id": 2, "type": "discriminative-hallucination", "truth": "no"},
        {"id": 3, "type": "discriminative-attribute-state", "truth": "yes"},
    ]
    answers = [
        {"id": 1, "response": "Two dogs and a cat lie down."},
        {"id": 2, "response": "No"},
        {"id": 3, "response": "No"},
    ]
    code, out, err = score(answers, labels, "--metrics", "amber", "--format", "json")
    assert (code, err) == (0, "")
    found = figures(out)
    assert found["AMBER score"] == pytest.approx((1 - 0.5 + 2 / 3) / 2, abs=1e-6)
    assert {name: found[name] for name in ("CHAIR", "Cover", "Hal", "Cog")} == {
        "CHAIR": 0.5, "Cover": 0.5, "Hal": 1.0, "Cog": 1.0,
    }  # fmt: skip
    assert {name: found[name] for name in ("accuracy", "precision", "recall")} == {
        "accuracy": 0.5, "precision": 0.5, "recall": 1.0,
    }  # fmt: skip
    assert (found["accuracy, existence"], found["accuracy, state"], found["accuracy, attribute"]) == (1.0, 0.0, 0.0)


def test_captions_are_measured_as_chair_does(score) -> None:  # type: ignore[no-untyped-def]
    captions = [
        {"image_id": 9, "caption": "Two men are seated beside a man-made lake; a baby elephant drinks."},
        {"image_id": 10, "caption": "A kitten sleeps."},
    ]
    labels = [
        {"coco_id": "000000000010", "truth": ["cat", "couch"]},
        {"coco_id": "000000000009", "truth": ["person", "chair"]},
    ]
    code, out, err = score(captions, labels, "--metrics", "chair-captions", "--format", "json")
    assert (code, err) == (0, "")
    assert figures(out) == pytest.approx({"CHAIRi": 1 / 4, "CHAIRs": 1 / 2, "recall": 3 / 4})
    wrong = [labels[0] | {"truth": ["dinning table"]}, labels[1]]
    code, out, err = score(captions, wrong, "--metrics", "chair-captions")
    assert (code, out) == (2, "") and "labels.jsonl:1: 'dinning table' is no class of COCO" in err


def test_reefknot_tells_the_types_of_relation(score) -> None:  # type: ignore[no-untyped-def]
    kinds = ("perception", "perception", "cognitive")
    labels = [{"label": "yes", "relation_type": kind} for kind in kinds]
    answers = [{"response": said} for said in ("Yes", "No", "yes, he does")]
    code, out, _ = score(answers, labels, "--metrics", "reefknot", "--format", "json")
    found = figures(out)
    assert code == 0 and found["Rscore"] == pytest.approx(2 / 3, abs=1e-6)
    assert (found["Rscore, perception"], found["hallucination rate, yes/no, cognitive"]) == (0.5, 0.0)


def test_a_whole_character_may_be_escaped_in_two_halves(score) -> None:  # type: ignore[no-untyped-def]
    code, _, err = score(json.dumps({"question_id": 0, "text": "yes \N{CAT}"}), POPE[:1], "--metrics", "pope")
    assert (code, err) == (0, "")


def test_reefknot_reads_a_word_by_its_meaning(score) -> None:  # type: ignore[no-untyped-def]
    labels = [{"label": "yes"}, {"label": "B"}, {"label": "riding"}]
    code, out, _ = score(
        [{"response": "Yes"}, {"response": "A"}, {"response": "rides"}],
        labels,
        "--metrics",
        "reefknot",
        "--format",
        "json",
    )
    assert code == 0 and figures(out)["Rscore"] == pytest.approx(2 / 3, abs=1e-6)


@pytest.mark.parametrize(
    ("answers", "labels", "metrics", "told"),
    [
        (SAID, [{**POPE[0], "label": "maybe"}, *POPE[1:]], "pope", "labels.jsonl:1: the label yes or no is expected"),
        (SAID, [{"question_id": 0}], "pope", "labels.jsonl:1: one of label, truth, answer"),
        ([SAID[0], SAID[0]], POPE, "pope", "answers.jsonl:2: the id 0 stands in answers.jsonl:1 too"),
        ([{"id": "x", "text": "yes"}], POPE, "pope", "no id is in both: answers x; labels 0, 1, 2 and 1 more"),
        ("[1, 2]", POPE, "pope", "answers.jsonl[0]: a JSON object is expected, got int"),
        ("{", POPE, "pope", "answers.jsonl:1: is no JSON"),
        ("", POPE, "pope", "answers.jsonl: no row in it"),
        (SAID, POPE, "pope,sgdet", "--metrics sgdet: sgdet is taken of scenes"),
        (SAID, POPE, "pope,", None),
        (SAID, POPE, "pope,nix", "unknown; there are: pope, repope, dash-b, amber, chair-captions, reefknot, all"),
        (SAID, [{"id": 0, "truth": [1]}], "amber", "truth: a list of words is expected"),
        (
            SAID,
            [{"label": "yes", "relation_type": 3}] * 4,
            "reefknot",
            "labels.jsonl:1: a text is expected in one of rel",
        ),
        (SAID, [{"id": 0}], "chair-captions", "labels.jsonl:1: one of truth, objects, gt_words is missing"),
        ([{"id": 0, "text": "a \ud800"}], [{"id": 0, "truth": ["dog"]}], "amber", "answers.jsonl:1: a text holds half"),
        ([{"id": 0, "text": "a" * 100_001}], [{"id": 0, "truth": ["dog"]}], "amber", "longer than 100000 characters"),
        ([{"question_id": 0, "text": 4}], POPE, "pope", "answers.jsonl:1: a text is expected"),
    ],
)
def test_what_cannot_be_measured_is_one_line(score, answers, labels, metrics, told) -> None:  # type: ignore[no-untyped-def]
    code, out, err = score(answers, labels, "--metrics", metrics)
    if told is None:
        assert (code, err) == (0, "")
        return
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert (code, out, len(errors)) == (2, "", 1) and told in errors[0]
