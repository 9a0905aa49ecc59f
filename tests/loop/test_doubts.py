"""What a description says with little belief is looked at first: what the look denies goes, and nothing else does."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nesy.analysis import Analysis
from nesy.experiments.arms.harm import account as became
from nesy.experiments.statistics.logistic_regression import regression
from nesy.graph import from_rdf, to_rdf
from nesy.image import Image
from nesy.loop.doubts import denied as denied_of
from nesy.loop.doubts import doubt, settle
from nesy.loop.potential import measure, potential
from nesy.loop.readings import spread
from nesy.models.scripted import ScriptedModel
from nesy.ontology import Ontology
from nesy.perception.calibration import Calibration, Own, Together, logistic
from nesy.perception.reply import parse_scene
from nesy.pipeline import Pipeline
from nesy.rendering.account import account
from nesy.repair import denied, price
from nesy.scene import Claim, Entity, Scene, in_words
from nesy.settings import CorrectionSettings, Settings
from nesy.turns import ModelInfo, Reply, Request, Token
from nesy.verdict import Verdict
from tests.eyes import Eyes
from tests.test_pipeline import IMAGE

ONTOLOGY = Ontology.default()
INFO = ModelInfo(id="unsure", revision="1")
CALIBRATION = Calibration(
    model=INFO,
    a=-1.0,
    b=0.0,
    auroc=0.9,
    statements=10,
    own={"entity": Own(bias=0.0, words=1.0, auroc=0.9), "relation": Own(bias=0.0, words=1.0, auroc=0.9)},
    together={"entity": Together(bias=0.0, own=1.0, look=1.0)},
)
SAID = {
    "entities": [
        {"id": "person_1", "box": [0.1, 0.2, 0.4, 0.9]},
        {"id": "cup_1", "box": [0.30, 0.40, 0.38, 0.5]},
        {"id": "cup_2", "box": [0.7, 0.7, 0.8, 0.8]},
        {"id": "bench_1", "box": [0.5, 0.6, 1.0, 0.95]},
    ],
    "part_states": [],
    "relations": [
        {"subject": "person_1", "predicate": "hold", "object": "cup_1"},
        {"subject": "cup_2", "predicate": "on", "object": "bench_1"},
    ],
    "counts": [{"category": "person", "value": 1}, {"category": "cup", "value": 2}, {"category": "bench", "value": 1}],
}
SCENE = Scene.model_validate(SAID | {"entities": [e | {"category": e["id"][:-2]} for e in SAID["entities"]]})


class Unsure:
    """Describes, less sure of some words than of others; believes statements as told; keeps what it is asked about."""

    info = INFO
    turns: tuple[str, ...] | None = None
    calibration: Calibration | None = CALIBRATION

    def __init__(self, sure: Mapping[str, float], believes: Mapping[str, float]) -> None:
        self._sure, self._believes = sure, believes
        self.seen: list[Request] = []

    def reply(self, request: Request) -> Reply:
        self.seen.append(request)
        if request.kind == "describe":
            text = json.dumps(SAID)
            tokens, at = [], 0
            for name, sure in sorted(self._sure.items(), key=lambda row: text.index(f'"{row[0]}"')):
                start = text.index(f'"{name}"') + 1
                tokens += [Token(text=text[at:start], probability=0.99), Token(text=name[:-2], probability=sure)]
                at = start + len(name) - 2
            return Reply(text=text, tokens=(*tokens, Token(text=text[at:], probability=0.99)))
        if request.kind == "correct":
            return Reply(text=json.dumps({str(c.number): "keep" for c in request.claims}))
        yes = self._believes[request.question]
        yes = 1 - yes if request.negated else yes
        word, share = ("yes", yes) if yes >= 0.5 else ("no", 1 - yes)
        return Reply(text=word, prompt=request.question, tokens=(Token(text=word, probability=share),))

    @property
    def looked_at(self) -> list[str]:
        return list(dict.fromkeys(request.question for request in self.seen if request.kind == "verify"))


def run(model: Unsure, **correction: object) -> Analysis:
    return Pipeline(model, Settings(correction=CorrectionSettings.model_validate(correction))).analyze(IMAGE)


def test_what_a_witness_sees_joins_the_words_and_the_looks() -> None:
    unsure = {"cup_2": 0.5, "bench_1": 0.7}
    even = {"cup_2 is a cup": 0.5, "bench_1 is a bench": 0.5, "cup_2 on bench_1": 0.5}
    boxes = {row["id"]: row["box"] for row in SAID["entities"]}
    seen = [("person", boxes["person_1"], 0.97), ("bench", boxes["bench_1"], 0.97), ("dog", boxes["cup_2"], 0.97)]
    eyes, settings = Eyes(*seen), Settings(correction=CorrectionSettings(deny_thing=0.2, gate=0.0))
    alone, beside = Unsure(unsure, even), Unsure(unsure, even)
    run(alone)
    analysis = Pipeline(beside, settings, witness=eyes).analyze(IMAGE)
    assert alone.looked_at == ["cup_2 is a cup", "bench_1 is a bench"]
    assert "bench_1 is a bench" not in beside.looked_at  # a bench that a witness sees needs no look
    assert {"cup_2 is a cup", "cup_2 on bench_1"} == set(beside.looked_at)
    assert "cup_2" not in ids(analysis.scene)  # an even look, and a dog in that very box


def ids(scene: Scene) -> set[str]:
    return {claim.id for claim in scene.claims()}


def test_what_is_said_with_little_belief_is_looked_at_and_goes_if_the_look_denies_it() -> None:
    model = Unsure({"cup_2": 0.5, "bench_1": 0.7}, {"cup_2 is a cup": 0.04, "bench_1 is a bench": 0.9})
    analysis = run(model)
    assert [turn.kind for turn in analysis.rounds] == ["describe", "verify"]
    assert model.looked_at == ["cup_2 is a cup", "bench_1 is a bench"]  # and nothing that it was sure of
    turn = analysis.rounds[1]
    chances = {one.statement: one.chance for one in turn.evidence}
    assert chances["cup_2 is a cup"] == pytest.approx(0.04, abs=1e-3)  # even words tell nothing: the look alone
    assert chances["bench_1 is a bench"] == pytest.approx(logistic(0.8473 + 2.1972), abs=1e-3)  # both together
    assert ids(analysis.scene) == ids(SCENE) - {"cup_2", "r2"}
    assert [(c.category, c.value) for c in analysis.scene.counts] == [("person", 1), ("cup", 1), ("bench", 1)]
    assert turn.changed == ("n2",) and turn.refused == ()
    assert {gone.claim: gone.reason for gone in analysis.withdrawn} == {
        "cup_2": "A look at the image alone leaves it a chance of 4%.",
        "r2": "it refers to cup_2, which was withdrawn",
    }
    assert (analysis.stop_reason, analysis.consistent) == ("consistent", True)
    assert Analysis.from_json(analysis.to_json()) == analysis


def test_the_life_of_what_was_doubted_is_told() -> None:
    analysis = run(Unsure({"cup_2": 0.5, "bench_1": 0.7}, {"cup_2 is a cup": 0.04, "bench_1 is a bench": 0.9}))
    assert list(analysis.explain("cup_2").sentences[1:]) == [
        "Round 1: it was doubted: by the model's calibration, words said like this are true in 50.0% of the cases.",
        'Round 1: looked at alone, "cup_2 is a cup" is true with a chance of 4%.',
        "Round 1: it was withdrawn: A look at the image alone leaves it a chance of 4%.",
        "No rule ever objected to it.",
        "In the end it is not in the scene. Claims about it that did not stay as they were said: r2.",
    ]
    assert 'Round 1: it became "1 cup"' in str(analysis.explain("n2"))
    plain = account(analysis).plain
    assert "round 1: a look at what the model is not sure of" in plain
    assert "looked    cup_2 is a cup: true with 4%" in plain and "withdrawn cup_2" in plain
    text = analysis.to_rdf("trig")
    assert "A look at the image alone leaves it a chance of 4%." in text
    assert "it follows what is listed, of which something was withdrawn" in text


@pytest.mark.parametrize(
    ("settings", "change"),
    [
        ({"doubt": 0.0}, {}),
        ({"evidence": "none"}, {}),
        ({}, {"calibration": None}),
        ({}, {"calibration": CALIBRATION.model_copy(update={"own": {}})}),
        ({}, {"calibration": CALIBRATION.model_copy(update={"auroc": 0.55})}),
        ({}, {"turns": ("describe", "correct")}),
    ],
)
def test_nothing_is_doubted_without_evidence_or_where_it_is_not_wanted(
    settings: dict[str, object], change: dict[str, object]
) -> None:
    model = Unsure({"cup_2": 0.2}, {"cup_2 is a cup": 0.04})
    for name, value in change.items():
        setattr(model, name, value)
    analysis = run(model, **settings)
    assert [turn.kind for turn in analysis.rounds] == ["describe"] and not model.looked_at
    assert ids(analysis.scene) == ids(SCENE)


def test_the_words_alone_may_decide() -> None:
    model = Unsure({"cup_2": 0.2}, {})
    analysis = run(model, evidence="own", deny_thing=0.25)
    assert not model.looked_at and analysis.rounds[1].usage.calls == 0
    assert [(e.statement, e.true, e.wrong, round(e.chance, 3)) for e in analysis.rounds[1].evidence] == [
        ("cup_2 is a cup", None, None, 0.2)
    ]
    assert ids(analysis.scene) == ids(SCENE) - {"cup_2", "r2"}
    assert "by the words of the description" in str(analysis.explain("cup_2"))
    assert "weighed   cup_2 is a cup: true with 20%" in account(analysis).plain


def test_what_is_doubted_stays_where_it_is_more_likely_than_the_bound() -> None:
    sure, believes = {"cup_2": 0.5}, {"cup_2 is a cup": 0.3}
    assert ids(run(Unsure(sure, believes)).scene) == ids(SCENE)
    assert ids(run(Unsure(sure, believes), deny=0.9).scene) == ids(SCENE)  # that is of relations and part states
    assert "cup_2" not in ids(run(Unsure(sure, believes), deny_thing=0.4).scene)


def test_a_look_that_cannot_be_read_denies_nothing() -> None:
    class Mumbling(Unsure):
        def reply(self, request: Request) -> Reply:
            return Reply(text="perhaps") if request.kind == "verify" else super().reply(request)

    analysis = run(Mumbling({"cup_2": 0.2}, {}))
    assert ids(analysis.scene) == ids(SCENE) and not analysis.rounds[1].evidence
    assert "cup_2 is a cup: no evidence" in analysis.rounds[1].problems[0]


DIALOGUE = Pipeline(ScriptedModel([])).dialogue  # nobody is asked
chances = st.dictionaries(st.sampled_from([in_words(c) for c in SCENE.claims()]), st.floats(0, 1))


@given(chances, st.floats(0, 1), st.floats(0, 1))
def test_only_what_is_denied_goes_and_every_step_lowers_the_potential(
    given_: dict[str, float], below: float, deny: float
) -> None:
    words = {in_words(claim): claim.id for claim in SCENE.claims()}
    request = doubt(IMAGE, SCENE, {words[said]: chance for said, chance in given_.items()}, below, 1)
    if request is None:
        return
    seen = spread(given_, SCENE, ONTOLOGY)
    settings = CorrectionSettings(deny=deny, deny_thing=deny / 2)
    falls = measure(DIALOGUE, SCENE, seen)
    denied_now = denied_of(SCENE, {c.claim: seen[c.text] for c in request.claims}, settings)
    settled = settle(SCENE, request, denied_now, falls, ONTOLOGY)
    gone = ids(SCENE) - ids(settled.scene)
    assert gone == {one.claim for one in settled.withdrawn}
    hanging = {r.id for r in SCENE.relations if {r.subject, r.object} & gone}
    assert gone - hanging <= denied_now.keys() and hanging <= gone
    assert not set(settled.refused) & gone
    listed = {category: sum(e.category == category for e in settled.scene.entities) for category in ("person", "cup")}
    assert {c.category: c.value for c in settled.scene.counts if c.category != "bench"} == listed
    if gone:
        assert falls(settled.scene) < falls(SCENE)
    else:
        assert settled.scene == SCENE
    moves = became(SCENE, settled.scene, SCENE)
    assert moves.of("right -> wrong", "added wrong", kinds=("objects", "relations")) == 0


def test_a_claim_that_the_rest_needs_stays() -> None:
    def ruled(scene: Scene) -> Verdict:
        """Whoever holds something is there: the cup may not go."""
        return Verdict(consistent="cup_1" in ids(scene), findings=())

    request = doubt(IMAGE, SCENE, {"cup_1": 0.1}, 0.9, 1)
    assert request is not None and [c.answers for c in request.claims] == [("keep", "withdraw")]
    seen = {"cup_1 is a cup": 0.1}

    def measure(scene: Scene) -> tuple[int, int, int]:
        own = potential(
            scene,
            ruled(scene),
            SCENE,
            lambda claim, now: price(claim, now, seen),
            lambda claim: denied(claim, seen),
            CorrectionSettings(),
        )
        return (0 if ruled(scene).consistent else 1, *own[1:])

    settled = settle(SCENE, request, {"cup_1": 0.1}, measure, ONTOLOGY)
    assert settled.scene == SCENE and settled.refused == ("cup_1",)


def test_a_claim_is_no_likelier_than_the_things_it_is_about() -> None:
    assert spread({}, SCENE, ONTOLOGY) == {}
    alone = {"cup_2 is a cup": 0.1}
    assert spread(alone, SCENE, ONTOLOGY) == {**alone, "cup_2 on bench_1": 0.1, "2 cup": 0.1}
    both = spread({"cup_2 is a cup": 0.6, "cup_2 on bench_1": 0.3, "bench_1 is a bench": 0.8}, SCENE, ONTOLOGY)
    assert both["cup_2 on bench_1"] == 0.3 and both["1 bench"] == 0.5
    other = SCENE.model_copy(update={"counts": (SCENE.counts[1].model_copy(update={"value": 5}),)})
    assert "5 cup" not in spread(alone, other, ONTOLOGY)  # it is about other cups than those that are listed


def test_the_words_of_a_claim_weigh_with_its_box_and_with_the_things_it_is_about() -> None:
    own = {
        "entity": Own(bias=1.0, words=1.0, box=2.0, auroc=0.8),
        "relation": Own(bias=-1.0, words=0.5, ends=1.0, auroc=0.8),
    }
    calibration = CALIBRATION.model_copy(update={"own": own})
    claims: list[Claim] = [
        Entity(id="a_1", category="a", box=(0, 0, 1, 1), confidence=0.5, box_confidence=0.5),
        Entity(id="b_1", category="b", confidence=0.5),
        Entity(id="c_1", category="c"),
    ]
    scene = Scene.model_validate(
        {
            "entities": [claim.model_dump() for claim in claims],
            "relations": [{"subject": "a_1", "predicate": "on", "object": "b_1", "confidence": 0.5}],
        }
    )
    found = calibration.own_log_odds(scene)
    assert found == pytest.approx({"a_1": 1 - 2 * 0.693147, "b_1": 1.0, "r1": -1 + 1 - 2 * 0.693147}, abs=1e-5)
    assert calibration.beliefs(scene)["b_1"] == pytest.approx(0.731059, abs=1e-6)
    assert Calibration.model_validate_json(calibration.model_dump_json(by_alias=True)) == calibration
    assert calibration.chance(0.5) == 0.5 and calibration.chance(0.5, 2.0) == pytest.approx(logistic(2.0))


def test_a_regression_finds_the_weights_that_the_examples_were_drawn_by() -> None:
    import numpy as np

    rng = np.random.default_rng(5)
    rows = rng.normal(size=(20000, 2)) * [1.0, 3.0] + [0.0, 2.0]
    true = rng.random(20000) < 1 / (1 + np.exp(-(0.5 + 2.0 * rows[:, 0] - 0.7 * rows[:, 1])))
    assert regression(rows.tolist(), true.tolist()) == pytest.approx((0.5, 2.0, -0.7), abs=0.1)
    with pytest.raises(ValueError, match="true and false"):
        regression([[1.0]], [True])


def test_a_box_is_as_sure_as_its_edges() -> None:
    text = '{"entities":[{"id":"cup_1","box":[0.10,0.20,0.30,0.40]},{"id":"cup_2"}],"relations":[]}'
    tokens = [Token(text=part, probability=1.0) for part in ('{"entities":[{"id":"cup_1","box":[',)]
    for number, sure in (("0.10", 0.5), (",", 0.9), ("0.20", 0.5), (",", 0.9), ("0.30", 0.25), (",", 0.9), ("0.40", 1)):
        tokens.append(Token(text=number, probability=sure))
    tokens.append(Token(text=text[len("".join(t.text for t in tokens)) :], probability=1.0))
    image = Image.from_pixels(IMAGE.pixels)
    scene = parse_scene(Reply(text=text, tokens=tuple(tokens)), image).scene
    assert scene.entities[0].box_confidence == pytest.approx((0.5 * 0.5 * 0.25) ** 0.25)
    assert scene.entities[1].box_confidence is None
    assert from_rdf(to_rdf(scene)) == scene
    assert "box_confidence" not in Scene.model_validate({"entities": [{"category": "cup"}]}).model_dump_json()
    with pytest.raises(ValidationError, match="there is none"):
        Entity(id="cup_1", category="cup", box_confidence=0.5)
