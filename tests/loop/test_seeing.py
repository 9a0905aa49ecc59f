"""A witness beside the model: what it sees otherwise is asked about, and weighs in answers, doubts and repair."""

import json
from collections.abc import Callable
from typing import Any

import PIL.Image
import pytest

import nesy
from nesy.analysis import Analysis
from nesy.image import Image
from nesy.loop.seeing import RULE, Seeing
from nesy.models.scripted import ScriptedModel
from nesy.ontology import Ontology
from nesy.perception.calibration import Calibration
from nesy.scene import Count, Entity, Scene
from nesy.settings import CorrectionSettings, Settings
from nesy.turns import ModelInfo, Reply, Request, Token, Usage
from nesy.verdict import Finding
from tests.eyes import Eyes

PICTURE = Image.from_pixels(PIL.Image.new("RGB", (640, 480), "grey"), name="grey.png")
LEFT, MIDDLE, RIGHT = ((x, 0.4, x + 0.15, 0.7) for x in (0.1, 0.4, 0.7))
TWO_CUPS = (("cup", LEFT, 0.97), ("cup", MIDDLE, 0.97))


def written(*entities: tuple[str, tuple[float, ...]], count: tuple[str, int] | None = None, **more: Any) -> str:
    counts = [] if count is None else [{"category": count[0], "value": count[1]}]
    rows = [{"id": name, "box": box, "attributes": []} for name, box in entities]
    return json.dumps({"entities": rows, "part_states": [], "relations": [], "counts": counts} | more)


CUPS = (("cup_1", LEFT), ("cup_2", MIDDLE))


def scripted(description: str, answer: Callable[[Request], str]) -> ScriptedModel:
    def said(request: Request) -> str | Reply:
        return description if request.kind == "describe" else answer(request)

    return ScriptedModel(said)


def withdrawing(word: str) -> Callable[[Request], str]:
    """Answer that each claim with a word in it is withdrawn, and the others kept."""
    return lambda request: json.dumps({str(c.number): "withdraw" if word in c.text else "keep" for c in request.claims})


def analyzed(model: ScriptedModel, eyes: Eyes | None, settings: Settings | None = None) -> Analysis:
    return nesy.Pipeline(model, settings, witness=eyes).analyze(PICTURE)


def otherwise(analysis: Analysis, turn: int = 0) -> list[Finding]:
    return [finding for finding in analysis.rounds[turn].verdict.findings if finding.rule == RULE]


WRONG_COUNT = written(*CUPS, ("cup_3", RIGHT), count=("cup", 3))
THIRD_IS_A_CAR = (*TWO_CUPS, ("car", RIGHT, 0.97))


class TestFindings:
    def test_another_kind_in_that_very_box_is_a_question_with_the_box_named(self) -> None:
        model = scripted(WRONG_COUNT, withdrawing("cup_3"))
        analysis = analyzed(model, Eyes(*THIRD_IS_A_CAR))
        found = {finding.claims: finding for finding in otherwise(analysis)}
        assert set(found) == {("cup_3",), ("n1",)}
        assert found["cup_3",].severity == "warning"
        assert "the car at [0.70,0.40,0.85,0.70]" in found["cup_3",].message
        assert any("a car" in note for note in model.requests[1].notes)

    def test_a_wrong_count_is_asked_about_and_mended(self) -> None:
        model = scripted(written(*CUPS, count=("cup", 3)), lambda _: '{"1": "2"}')
        analysis = analyzed(model, Eyes(*TWO_CUPS))
        (finding,) = otherwise(analysis)
        assert "the count of cup is 3" in finding.message and "the cup at [0.10,0.40,0.25,0.70]" in finding.message
        assert [count.value for count in analysis.scene.counts] == [2] and analysis.consistent

    def test_a_thing_that_is_none_is_withdrawn_with_its_count(self) -> None:
        answers = withdrawing("cup_3")
        model = scripted(WRONG_COUNT, lambda request: answers(request).replace('"keep"', '"2"'))
        analysis = analyzed(model, Eyes(*THIRD_IS_A_CAR))
        assert [entity.id for entity in analysis.scene.entities] == ["cup_1", "cup_2"]
        assert [count.value for count in analysis.scene.counts] == [2] and not otherwise(analysis, -1)

    def test_fewer_counted_than_are_seen_is_otherwise_too(self) -> None:
        seeing = Seeing([Eyes(*TWO_CUPS)], PICTURE, Ontology.default())
        scene = Scene(
            entities=(Entity(id="cup_1", category="cup", box=LEFT),), counts=(Count(id="n1", category="cup", value=1),)
        )
        assert [finding.claims for finding in seeing.findings(scene, 0.2)] == [("n1",)]

    def test_what_is_said_of_a_thing_that_is_none_is_no_finding_of_its_own(self) -> None:
        relations = [{"subject": "cup_3", "predicate": "left_of", "object": "cup_1"}]
        model = scripted(written(*CUPS, ("cup_3", RIGHT), relations=relations), withdrawing("cup_3"))
        assert [finding.claims for finding in otherwise(analyzed(model, Eyes(*THIRD_IS_A_CAR)))] == [("cup_3",)]

    @pytest.mark.parametrize("settings", [CorrectionSettings(gate=0.0), CorrectionSettings(ask_also=())])
    def test_a_gate_or_a_setting_leaves_it_unasked(self, settings: CorrectionSettings) -> None:
        model = scripted(written(*CUPS, ("cup_3", RIGHT)), withdrawing("cup_3"))
        analysis = analyzed(model, Eyes(*THIRD_IS_A_CAR), Settings(correction=settings))
        assert len(model.requests) == 1 and len(analysis.scene.entities) == 3


def coloured(*colours: str) -> str:
    return json.dumps({"entities": [{"id": "cup_1", "box": LEFT, "attributes": colours}]})


class TestColours:
    def test_one_that_is_seen_otherwise_is_asked_about_and_taken_back_alone(self) -> None:
        model = scripted(coloured("orange", "small"), lambda _: '{"1": "not orange"}')
        analysis = analyzed(model, Eyes(*TWO_CUPS))
        (found,) = otherwise(analysis)
        assert (found.focus, found.claims) == ("cup_1/attribute/0", ("cup_1",))
        assert "cup_1 is orange" in found.message and "grey" in found.message
        (asked,) = model.requests[1].claims
        assert asked.answers == ("keep", "not orange") and asked.text == "cup_1 is orange"
        assert [entity.attributes for entity in analysis.scene.entities] == [("small",)]
        assert otherwise(analysis, -1) == []

    def test_the_thing_cannot_be_lost_for_its_colour(self) -> None:
        model = scripted(coloured("orange"), lambda _: '{"1": "withdraw"}')
        assert [entity.attributes for entity in analyzed(model, Eyes(*TWO_CUPS)).scene.entities] == [("orange",)]

    @pytest.mark.parametrize("colour", ["grey", "shiny"])
    def test_what_is_seen_so_or_cannot_be_told_is_not_asked_about(self, colour: str) -> None:
        model = scripted(coloured(colour), lambda _: "{}")
        analyzed(model, Eyes(*TWO_CUPS))
        assert len(model.requests) == 1

    def test_a_thing_that_is_none_is_asked_about_without_its_colour(self) -> None:
        seeing = Seeing([Eyes(*THIRD_IS_A_CAR)], PICTURE, Ontology.default())
        scene = Scene(entities=(Entity(id="cup_3", category="cup", box=RIGHT, attributes=("orange",)),))
        assert [finding.focus for finding in seeing.findings(scene, 0.2)] == ["cup_3"]

    def test_colours_have_chances(self) -> None:
        seeing = Seeing([Eyes(*TWO_CUPS)], PICTURE, Ontology.default())
        cup = Entity(id="cup_1", category="cup", box=LEFT, attributes=("orange", "grey", "shiny"))
        found = seeing.chances([cup], (cup,), {})
        assert found["cup_1 is orange"] < 0.2 < 0.8 < found["cup_1 is grey"] and "cup_1 is shiny" not in found


def unsure(kind: str, box: tuple[float, ...], confidence: float | None) -> Scene:
    """Two cups that are there, and one thing more, said with this confidence."""
    entities = [Entity.model_validate({"id": name, "category": "cup", "box": place}) for name, place in CUPS]
    more = Entity.model_validate({"id": f"{kind}_9", "category": kind, "box": box, "confidence": confidence})
    return Scene(entities=(*entities, more))


class TestDoubts:
    """What nothing seen contradicts is asked about where words and witness together leave it too little chance."""

    seeing = Seeing([Eyes(*TWO_CUPS)], PICTURE, Ontology.default())
    LARGE = (0.2, 0.0, 0.95, 0.39)

    def asked(self, scene: Scene, **more: Any) -> list[str]:
        return [claim for finding in self.seeing.findings(scene, 0.2, **more) for claim in finding.claims]

    def test_what_is_said_unsurely_and_not_found_though_such_things_are(self) -> None:
        assert self.asked(unsure("horse", self.LARGE, 0.4)) == ["horse_9"]
        assert self.asked(unsure("horse", self.LARGE, 0.97)) == []  # silence alone is nothing

    def test_silence_is_nothing_where_nobody_knows_how_sure_the_words_were(self) -> None:
        assert self.asked(unsure("horse", self.LARGE, None)) == []

    def test_calibrated_words_count_before_the_confidence(self) -> None:
        assert self.asked(unsure("horse", self.LARGE, 0.4), words={"horse_9": 0.97}) == []
        assert self.asked(unsure("horse", self.LARGE, 0.97), words={"horse_9": 0.4}) == ["horse_9"]

    def test_silence_is_nothing_of_what_is_seldom_found(self) -> None:
        assert self.asked(unsure("knife", (0.4, 0.1, 0.43, 0.14), 0.1)) == []

    def test_a_relation_is_doubted_where_one_end_is_seen_and_the_two_are_far_apart(self) -> None:
        people = {"people": [{"box": (0.0, 0.3, 0.2, 1.0), "score": 0.9, "witness": "told"}]}
        seeing = Seeing([Eyes(("person", (0.0, 0.3, 0.2, 1.0), 0.97), **people)], PICTURE, Ontology.default())

        def said(confidence: float) -> list[str]:
            held = {"id": "r1", "subject": "person_1", "predicate": "hold", "object": "cup_1", "confidence": confidence}
            scene = Scene.model_validate(
                {
                    "entities": [
                        {"id": "person_1", "category": "person", "box": (0.0, 0.3, 0.2, 1.0)},
                        {"id": "cup_1", "category": "cup", "box": (0.9, 0.3, 0.94, 0.36)},
                    ],
                    "relations": [held],
                }
            )
            return [claim for finding in seeing.findings(scene, 0.2) for claim in finding.claims]

        assert said(0.5) == ["r1"] and said(0.97) == []

    def test_a_thing_that_goes_takes_itself_out_of_a_count_that_was_right(self) -> None:
        rows = [{"id": name, "box": box} for name, box in (*CUPS, ("horse_1", self.LARGE))]
        counts = [{"category": "cup", "value": 2}, {"category": "horse", "value": 1}]
        text = json.dumps({"entities": rows, "part_states": [], "relations": [], "counts": counts})
        at = text.index("horse_1")
        tokens = [Token(text=text[:at], probability=0.99), Token(text=text[at : at + 5], probability=0.4)]
        told = Reply(text=text, tokens=(*tokens, Token(text=text[at + 5 :], probability=0.99)), usage=Usage(calls=1))
        model = ScriptedModel(lambda r: told if r.kind == "describe" else withdrawing("horse")(r))
        analysis = analyzed(model, Eyes(*TWO_CUPS))
        assert [entity.id for entity in analysis.scene.entities] == ["cup_1", "cup_2"]
        assert [(c.category, c.value) for c in analysis.scene.counts] == [("cup", 2), ("horse", 0)]
        assert analysis.rounds[1].changed == ("n2",) and analysis.consistent


def test_a_blind_witness_doubts_nothing_however_unsure_the_words_are() -> None:
    blind = Seeing([Eyes()], PICTURE, Ontology.default())
    boxes = ((x, y, x + 0.3, y + 0.4) for x in (0.0, 0.33, 0.66) for y in (0.0, 0.5))
    said = [
        Entity.model_validate({"id": f"horse_{n}", "category": "horse", "box": box, "confidence": 0.05})
        for n, box in enumerate(boxes, 1)
    ]
    assert blind.findings(Scene(entities=tuple(said)), 0.2) == ()


class TestRightClaims:
    def test_none_is_lost_where_the_witness_sees_the_same(self) -> None:
        model = scripted(written(*CUPS, count=("cup", 2)), withdrawing("cup"))
        analysis = analyzed(model, Eyes(*TWO_CUPS))
        assert (len(model.requests), otherwise(analysis)) == (1, []) and len(analysis.scene.entities) == 2

    @pytest.mark.parametrize("description", [WRONG_COUNT, written(*CUPS, count=("cup", 3)), written()])
    def test_a_blind_witness_changes_nothing(self, description: str) -> None:
        def answer(request: Request) -> str:
            return json.dumps({str(claim.number): "withdraw" for claim in request.claims})

        alone = analyzed(scripted(description, answer), None)
        beside = analyzed(scripted(description, answer), Eyes())
        assert beside.observations is not None and beside.observations.things == ()
        plain = {"observations"}
        assert beside.model_dump(exclude=plain) == alone.model_dump(exclude=plain)

    def test_silence_is_no_finding(self) -> None:
        model = scripted(written(("knife_1", (0.4, 0.4, 0.43, 0.44))), withdrawing("knife"))
        assert len(analyzed(model, Eyes(*TWO_CUPS)).scene.entities) == 1 and len(model.requests) == 1

    def test_a_repair_gives_up_what_the_witness_contradicts(self) -> None:
        count = written(*CUPS, ("cup_3", RIGHT), count=("cup", 2))
        analysis = analyzed(
            scripted(count, lambda _: "{}"), Eyes(*THIRD_IS_A_CAR), Settings(correction=CorrectionSettings(rounds=0))
        )
        assert [edit.claim for edit in analysis.edits] == ["cup_3"]


class TestChances:
    seeing = Seeing([Eyes(*THIRD_IS_A_CAR)], PICTURE, Ontology.default())
    cup = Entity(id="cup_1", category="cup", box=LEFT)
    car = Entity(id="cup_3", category="cup", box=RIGHT)

    def test_independent_evidence_adds_up(self) -> None:
        seen = {"cup_1 is a cup": 0.8, "cup_3 is a cup": 0.8}
        found = self.seeing.chances([self.cup, self.car], (self.cup, self.car), seen)
        assert found["cup_1 is a cup"] > 0.95 and found["cup_3 is a cup"] < 0.4

    def test_a_look_that_is_sure_is_not_flipped_by_a_witness(self) -> None:
        seen = {"cup_3 is a cup": 0.97}
        assert self.seeing.chances([self.car], (self.car,), seen)["cup_3 is a cup"] > 0.7

    def test_what_nobody_else_weighed_has_the_witnesss_chance_where_something_is_seen(self) -> None:
        unseen = Entity(id="knife_1", category="knife", box=(0.0, 0.0, 0.02, 0.02))
        found = self.seeing.chances([self.cup, self.car, unseen], (self.cup, self.car, unseen), {})
        assert found.keys() == {"cup_1 is a cup", "cup_3 is a cup"} and found["cup_3 is a cup"] <= 0.12


class Looker(ScriptedModel):
    """Withdraws whatever it is asked about, and by its looks believes everything."""

    calibration = Calibration(model=ModelInfo(id="scripted"), a=-1.0, b=0.0, auroc=0.95, statements=10)

    def __init__(self, description: str) -> None:
        super().__init__(self._said)
        self._description = description

    def _said(self, request: Request) -> str | Reply:
        if request.kind == "verify":
            word = "no" if request.negated else "yes"
            return Reply(text=word, tokens=(Token(text=word, probability=0.97),), usage=Usage(calls=1))
        return self._description if request.kind == "describe" else withdrawing("cup")(request)


def test_a_witness_of_another_picture_flips_no_claim_that_looks_support() -> None:
    another = Eyes(*((kind, box, 0.97) for kind, box in (("car", LEFT), ("dog", MIDDLE), ("horse", RIGHT))))
    analysis = analyzed(Looker(written(*CUPS, ("cup_3", RIGHT))), another)
    assert len(otherwise(analysis)) == 3
    assert [entity.id for entity in analysis.scene.entities] == ["cup_1", "cup_2", "cup_3"]


class TestRecord:
    analysis = analyzed(scripted(WRONG_COUNT, withdrawing("cup_3")), Eyes(*THIRD_IS_A_CAR))

    def test_what_was_seen_is_on_record(self) -> None:
        again = Analysis.from_json(self.analysis.to_json())
        assert again == self.analysis and again.observations is not None
        assert [thing.category for thing in again.observations.things] == ["cup", "cup", "car"]

    def test_in_rdf_beside_the_scenes(self) -> None:
        dataset = self.analysis.graph
        kind = nesy.ontology.namespaces.NESY.SeenThing
        holders = {str(graph) for *_, graph in dataset.quads((None, None, kind, None))}
        assert len(holders) == 1 and "round" not in holders.pop()

    def test_without_a_witness_nothing_of_it_is_on_record(self) -> None:
        alone = analyzed(scripted(written(*CUPS), withdrawing("cup_3")), None)
        assert '"observations"' not in alone.to_json() and '"witness"' not in alone.to_json()

    def test_the_picture_is_looked_at_once(self) -> None:
        eyes = Eyes(*THIRD_IS_A_CAR)
        pipeline = nesy.Pipeline(scripted(WRONG_COUNT, withdrawing("cup_3")), witness=eyes)
        pipeline.analyze(PICTURE)
        assert eyes.looks == 1


def test_none_is_nobody() -> None:
    assert Settings(witness="none").witness is None and Settings().witness is None


def test_it_can_be_explained() -> None:
    told = str(TestRecord.analysis.explain("cup_3"))
    assert "A detector does not bear out" in told and "the car at" in told


def becoming(word: str, change: str) -> Callable[[Request], str]:
    """Answer that the claim with a word in it is changed where that is offered, and the others kept."""

    def answer(request: Request) -> str:
        made = {str(c.number): change if word in c.text and change in c.answers else "keep" for c in request.claims}
        return json.dumps(made)

    return answer


class TestWhatIsSeenInstead:
    ROAD = written(*CUPS, ("bottle_1", RIGHT), count=("bottle", 1))

    def test_it_is_the_first_change_that_is_offered_and_mends(self) -> None:
        model = scripted(self.ROAD, becoming("bottle_1", "car"))
        analysis = analyzed(model, Eyes(*THIRD_IS_A_CAR))
        (asked,) = [claim for claim in model.requests[1].claims if claim.claim == "bottle_1"]
        assert asked.answers[:3] == ("keep", "withdraw", "car") and len(asked.answers) <= 6
        assert {entity.id: entity.category for entity in analysis.scene.entities}["bottle_1"] == "car"
        assert otherwise(analysis)[0].instead == ("car",) and not otherwise(analysis, -1)

    def test_it_is_not_offered_where_nothing_is_seen_in_that_box_or_the_claim_says_none(self) -> None:
        seeing = Seeing([Eyes(*THIRD_IS_A_CAR)], PICTURE, Ontology.default())
        for box in (None, (0.7, 0.0, 0.85, 0.2)):
            scene = Scene(entities=(Entity(id="dog_1", category="dog", box=box, confidence=0.3),))
            assert all(finding.instead == () for finding in seeing.findings(scene, 0.5))

    def test_it_is_not_offered_where_nothing_contradicts_the_claim(self) -> None:
        faint = {"category": "bottle", "box": RIGHT, "score": 0.2, "witness": "told"}
        both = Eyes(*THIRD_IS_A_CAR, glimpses=[faint])
        seeing = Seeing([both], PICTURE, Ontology.default())
        scene = Scene(entities=(Entity(id="bottle_1", category="bottle", box=RIGHT, confidence=0.2),))
        assert all(finding.instead == () for finding in seeing.findings(scene, 0.9))

    def test_a_right_claim_that_the_model_keeps_is_kept(self) -> None:
        model = scripted(self.ROAD, lambda request: json.dumps({str(c.number): "keep" for c in request.claims}))
        analysis = analyzed(model, Eyes(*THIRD_IS_A_CAR))
        assert {entity.id: entity.category for entity in analysis.scene.entities}["bottle_1"] == "bottle"

    def test_nothing_is_offered_of_a_thing_that_is_seen_so(self) -> None:
        model = scripted(written(*CUPS), becoming("cup", "car"))
        assert len(model.requests) == 0 and len(analyzed(model, Eyes(*TWO_CUPS)).rounds) == 1
