"""Disputed claims are looked at alone; what the looks say weighs in what is taken and what is repaired."""

from collections.abc import Mapping

import pytest

from nesy.analysis import Analysis
from nesy.errors import InputError
from nesy.experiments.arms.arms import arm
from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.image import Image
from nesy.loop.readings import Balance, readings
from nesy.perception.calibration import Calibration
from nesy.perception.prompt import render
from nesy.pipeline import Pipeline
from nesy.rendering.account import account
from nesy.repair import changing, denied, repair, weighed, withdrawing
from nesy.scene import PartState, Relation, Scene, in_words
from nesy.settings import CorrectionSettings, Settings
from nesy.synthetic import draw
from nesy.turns import ModelInfo, NumberedClaim, Reply, Request, Token, Usage, replies
from tests.loop_scenes import conflicts_as_rules
from tests.test_pipeline import DESCRIBED, IMAGE, OneRule

INFO = ModelInfo(id="looker", revision="1")
ON, UNDER = "cup_1 on dining_table_1", "dining_table_1 on cup_1"
"""What the one rule of the pipeline objects to: r2 and r3."""


class Looker:
    """Describes, answers corrections as told, and believes statements as told."""

    info = INFO
    turns: tuple[str, ...] | None = None
    calibration: Calibration | None = Calibration(model=INFO, a=-1.0, b=0.0, auroc=0.9, statements=10)

    def __init__(self, patch: str, chances: Mapping[str, float]) -> None:
        self._patch, self._chances = patch, chances
        self.seen: list[Request] = []

    def reply(self, request: Request) -> Reply:
        self.seen.append(request)
        usage = Usage(calls=1, prompt_tokens=10, new_tokens=1)
        if request.kind != "verify":
            return Reply(text=DESCRIBED if request.kind == "describe" else self._patch, usage=usage)
        yes = self._chances[request.question]
        yes = 1 - yes if request.negated else yes
        word, sure = ("yes", yes) if yes >= 0.5 else ("no", 1 - yes)
        return Reply(text=word, tokens=(Token(text=word, probability=sure),), usage=usage)

    @property
    def looks(self) -> list[Request]:
        return [request for request in self.seen if request.kind == "verify"]


def run(model: Looker, **correction: object) -> Analysis:
    return OneRule(model, Settings(correction=CorrectionSettings.model_validate(correction))).analyze(IMAGE)


def left(analysis: Analysis) -> set[str]:
    return {claim.id for claim in analysis.scene.claims()} & {"r2", "r3"}


def test_a_look_knows_nothing_of_rule_note_or_answer() -> None:
    model = Looker('{"1":"keep","2":"keep"}', {ON: 0.9, UNDER: 0.1})
    analysis = run(model)
    assert [(r.question, r.negated) for r in model.looks] == [(ON, False), (ON, True), (UNDER, False), (UNDER, True)]
    for request in model.looks:
        assert not (request.notes or request.claims or request.drafts or request.complaint)
        assert {e.id for e in request.entities} == {"cup_1", "dining_table_1"}
        for style in ("compact", "full"):
            words = render(request, style)
            assert "one cannot hold" not in words and "person_1" not in words
            assert (ON in words) != (UNDER in words)
    evidence = analysis.rounds[1].evidence
    assert [(e.claim, e.answer, e.statement) for e in evidence] == [("r2", "keep", ON), ("r3", "keep", UNDER)]
    assert [(e.true, e.wrong, e.chance) for e in evidence] == [
        pytest.approx((0.9, 0.1, 0.9)),
        pytest.approx((0.1, 0.9, 0.1)),
    ]
    assert (analysis.rounds[1].usage.calls, analysis.usage.calls) == (5, 6)
    assert analysis.rounds[1].no_evidence == ""
    assert f"looked    {ON}: true with 90%" in account(analysis).plain
    assert Analysis.from_json(analysis.to_json()) == analysis


@pytest.mark.parametrize(("believed", "stays"), [((0.9, 0.1), "r2"), ((0.1, 0.9), "r3"), ((0.7, 0.9), "r3")])
def test_the_repair_gives_up_what_the_looks_deny(believed: tuple[float, float], stays: str) -> None:
    analysis = run(Looker('{"1":"keep","2":"keep"}', dict(zip((ON, UNDER), believed, strict=True))))
    assert left(analysis) == {stays} and analysis.consistent


def test_an_answer_against_the_looks_is_not_taken_where_another_would_do() -> None:
    giving_in = '{"1":"withdraw","2":"keep"}'  # what is true
    looked = run(Looker(giving_in, {ON: 0.95, UNDER: 0.05}))
    assert looked.rounds[1].refused == ("r2",) and looked.stop_reason == "refused"
    assert left(looked) == {"r2"}
    blind = run(Looker(giving_in, {ON: 0.95, UNDER: 0.05}), evidence="none")
    assert left(blind) == {"r3"} and not blind.rounds[1].evidence and not blind.rounds[1].no_evidence


def test_an_answer_against_the_looks_is_taken_where_violations_need_it() -> None:
    analysis = run(Looker('{"1":"withdraw","2":"keep"}', {ON: 0.9, UNDER: 0.95}))  # neither is denied, one must go
    assert (analysis.stop_reason, left(analysis)) == ("consistent", {"r3"})


def test_an_answer_that_the_looks_speak_for_is_taken() -> None:
    analysis = run(Looker('{"1":"keep","2":"withdraw"}', {ON: 0.9, UNDER: 0.1}))
    assert (analysis.stop_reason, left(analysis), analysis.edits) == ("consistent", {"r2"}, ())


def test_a_statement_is_looked_at_once() -> None:
    model = Looker('{"1":"keep","2":"keep"}', {ON: 0.6, UNDER: 0.5})
    pipeline = OneRule(model)
    parts = pipeline.parts(IMAGE)
    first = pipeline.describe(IMAGE)
    request = parts.ask((first,))
    assert request is not None
    one = parts.take((first,), request, parts.accept)
    two = parts.take((first, one), request.model_copy(update={"round": 2}), parts.accept)
    assert len(model.looks) == 4 and len(one.evidence) == 2 and two.evidence == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"turns": ("describe", "correct")}, "looker has learnt to describe, correct, not to verify"),
        ({"calibration": None}, "the yes and no of looker are not calibrated"),
        ({"calibration": Looker.calibration.model_copy(update={"auroc": 0.55})}, "tell too little"),  # type: ignore[union-attr]
        ({"calibration": Looker.calibration.model_copy(update={"model": ModelInfo(id="other")})}, "other weights"),  # type: ignore[union-attr]
    ],
)
def test_without_evidence_the_loop_goes_on_and_says_so(change: dict[str, object], why: str) -> None:
    model = Looker('{"1":"withdraw","2":"keep"}', {})
    for name, value in change.items():
        setattr(model, name, value)
    analysis = run(model)
    assert why in analysis.rounds[1].no_evidence and why in account(analysis).plain
    assert not model.looks and not analysis.rounds[1].evidence
    assert (analysis.stop_reason, left(analysis)) == ("consistent", {"r3"})


def test_the_settings_may_name_a_calibration(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "mine.json"
    assert Looker.calibration is not None
    path.write_text(Looker.calibration.model_copy(update={"a": -0.5}).model_dump_json(by_alias=True))
    model = Looker('{"1":"keep","2":"keep"}', {ON: 0.9, UNDER: 0.1})
    model.calibration = None
    assert run(model, calibration=str(path)).rounds[1].evidence[0].chance == pytest.approx(0.75)  # the root of the odds
    with pytest.raises(InputError, match=r"none\.json: cannot be read"):
        run(model, calibration=str(tmp_path / "none.json"))


def test_a_look_that_cannot_be_read_is_told_and_is_no_evidence() -> None:
    class Mumbling(Looker):
        def reply(self, request: Request) -> Reply:
            said = super().reply(request)
            return Reply(text="perhaps") if request.question == UNDER and request.negated else said

    analysis = run(Mumbling('{"1":"keep","2":"keep"}', {ON: 0.9, UNDER: 0.1}))
    assert [e.statement for e in analysis.rounds[1].evidence] == [ON]
    assert f"{UNDER}: no evidence, neither yes nor no in the reply: one of the two was expected" in (
        analysis.rounds[1].problems
    )


def test_all_looks_go_out_in_one_batch_where_the_model_takes_one() -> None:
    class Batched(Looker):
        batches: tuple[int, ...] = ()

        def replies(self, requests: list[Request]) -> list[Reply]:
            self.batches = (*self.batches, len(requests))
            return [self.reply(request) for request in requests]

    model = Batched('{"1":"keep","2":"keep"}', {ON: 0.9, UNDER: 0.1})
    run(model)
    assert model.batches == (4,)
    plain = Looker("", {ON: 0.9})
    asked = [Request(image=IMAGE, kind="verify", question=ON, negated=n) for n in (True, False)]
    assert [reply.text for reply in replies(plain, asked)] == ["no", "yes"]


SCENE = Scene.model_validate(
    {
        "entities": [{"id": "person_1", "category": "person"}, {"id": "horse_1", "category": "horse"}],
        "part_states": [{"entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"}],
        "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}],
        "counts": [{"category": "horse", "value": 1}],
    }
)
NUMBERED = (
    NumberedClaim(number=1, claim="r1", text="-", answers=("keep", "withdraw", "swap", "walk")),
    NumberedClaim(number=2, claim="p1", text="-", answers=("keep", "withdraw", "sit in")),
    NumberedClaim(number=3, claim="n1", text="-", answers=("keep", "withdraw", "2")),
    NumberedClaim(number=4, claim="horse_1", text="-", answers=("keep", "withdraw", "cow")),
)
QUESTION = Request(image=IMAGE, kind="correct", claims=NUMBERED)


def test_every_admissible_answer_but_withdraw_is_a_statement() -> None:
    assert [(one.claim, one.answer, in_words(one.says)) for one in readings(QUESTION, SCENE)] == [
        ("r1", "keep", "person_1 ride horse_1"),
        ("r1", "swap", "horse_1 ride person_1"),
        ("r1", "walk", "person_1 walk horse_1"),
        ("p1", "keep", "person_1 hip sit on horse_1"),
        ("p1", "sit in", "person_1 hip sit in horse_1"),
        ("n1", "keep", "1 horse"),
        ("n1", "2", "2 horse"),
        ("horse_1", "keep", "horse_1 is a horse"),
        ("horse_1", "cow", "horse_1 is a cow"),
    ]


def test_what_the_looks_speak_against_and_for() -> None:
    balance = Balance(SCENE, QUESTION, {"person_1 ride horse_1": 0.7, "person_1 walk horse_1": 0.2, "1 horse": 0.3})
    assert balance.against(1, "walk") and balance.against(1, "withdraw")
    assert not balance.against(1, "keep") and not balance.against(1, "swap")  # nobody looked at the other direction
    assert not balance.against(3, "withdraw") and not balance.against(2, "withdraw") and not balance.against(9, "keep")
    assert list(balance.favoured()) == [(3, "withdraw")]


def test_prices_are_those_of_the_looks_where_there_are_any() -> None:
    ride = Relation(id="r1", subject="person_1", predicate="ride", object="horse_1", confidence=0.99)
    walk = ride.model_copy(update={"predicate": "walk"})
    chances = {in_words(ride): 0.2, in_words(walk): 0.1}
    assert withdrawing(weighed(ride, chances)) < withdrawing(ride)
    assert weighed(walk, {}) == walk and denied(walk, {}) == 0
    assert denied(walk, chances) == 2197  # ln 9

    def repaired(looked: Mapping[str, float]) -> dict[str, object]:
        state = PartState(id="p1", entity="person_1", part="hip", state="sit on", object="horse_1", confidence=0.9)
        scene = SCENE.model_copy(update={"relations": (ride,), "part_states": (state,)})
        result = repair(scene, conflicts_as_rules([("r1", "p1")]), chances=looked)
        assert not result.unrepairable and result.optimal
        return {edit.claim: edit.cost for edit in result.edits}

    assert set(repaired({})) == {"p1"}
    denied_ride = repaired({in_words(ride): 0.02})
    assert set(denied_ride) == {"r1"}
    assert denied_ride["r1"] == min(withdrawing(weighed(ride, {in_words(ride): 0.02})), changing(ride, 0)) / 1000


def test_looks_mend_no_less_of_a_model_that_gives_in_and_lose_no_more() -> None:
    drawings = {f"{n}.png": draw(31, n) for n in range(12)}
    truths = {name: drawing.scene for name, drawing in drawings.items()}
    perceiver = Perceiver(truths, Rates(relation_error=0.5, format_error=0.0, sycophancy=1.0, blind=0.02), seed=4)

    def told(settings: Settings) -> tuple[int, int]:
        """Return how many claims are right at first and gone in the end, and how many are wrong in the end."""
        pipeline = Pipeline(perceiver, settings)
        lost = wrong = 0
        for name, drawing in drawings.items():
            true = {in_words(claim) for claim in drawing.scene.claims()}
            analysis = pipeline.analyze(Image.from_pixels(drawing.image, name=name))
            first, last = ({in_words(c) for c in s.claims()} for s in (analysis.rounds[0].scene, analysis.scene))
            lost, wrong = lost + len(first & true - last), wrong + len(last - true)
            looked = [one for turn in analysis.rounds for one in turn.evidence]
            assert bool(looked) == (settings.correction.evidence == "blind" and len(analysis.rounds) > 1)
        return lost, wrong

    blindfold = arm("no-evidence").settings(Settings())
    assert blindfold.correction == CorrectionSettings(evidence="none")
    looking, guessing = told(Settings()), told(blindfold)
    assert looking[0] <= guessing[0] and looking[1] <= guessing[1], (looking, guessing)
