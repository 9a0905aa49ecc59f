"""The whole loop with a scripted model: what is asked, what is kept, why it ends, and that it ends consistent."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.analysis import Analysis, Round
from nesy.checking import Rules, check
from nesy.errors import InputError, ModelError, ReplyError
from nesy.graph.provenance import withdrawals
from nesy.image import Image
from nesy.loop.conclusion import named_so_far
from nesy.loop.potential import measure
from nesy.loop.run import Hooks
from nesy.loop.termination import fingerprint
from nesy.perception.reply_format import write_patch
from nesy.pipeline import Pipeline
from nesy.rendering.account import account
from nesy.scene import Scene
from nesy.settings import CorrectionSettings, PerceptionSettings, RepairSettings, Settings
from nesy.turns import Reply, Usage, VisionLanguageModel
from nesy.verdict import Finding, Verdict
from tests.loop_scenes import ScriptedModel, finding, scenes, verdict

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (64, 48), "white"), name="table.png")
SEEN = {
    "entities": [
        {"id": "person_1", "box": [0.10, 0.20, 0.40, 0.90], "attributes": ["red"]},
        {"id": "cup_1", "box": [0.50, 0.30, 0.60, 0.40], "attributes": []},
        {"id": "dining_table_1", "box": [0.40, 0.40, 1.00, 0.90], "attributes": []},
    ],
    "part_states": [{"entity": "person_1", "part": "hand", "state": "hold", "object": "cup_1"}],
    "relations": [
        {"subject": "person_1", "predicate": "hold", "object": "cup_1"},
        {"subject": "cup_1", "predicate": "on", "object": "dining_table_1"},
        {"subject": "dining_table_1", "predicate": "on", "object": "cup_1"},
    ],
    "counts": [{"category": "person", "value": 1}],
}
DESCRIBED = json.dumps(SEEN)
ASKED = {"r2", "r3"}


def on_both_ways(scene: Scene) -> Verdict:
    """One rule: nothing lies on what lies on it."""
    on = {(r.subject, r.object): r.id for r in scene.relations if r.predicate == "on"}
    return verdict(
        *(
            finding(first, on[under, over], message=f"{over} is on {under} and {under} is on {over}; one cannot hold.")
            for (over, under), first in on.items()
            if over < under and (under, over) in on
        )
    )


class OneRule(Pipeline):
    """The pipeline with that one rule in place of the shipped pack."""

    def check(self, scene: Scene) -> Verdict:
        return on_both_ways(scene)

    def violations(self, scene: Scene) -> tuple[Finding, ...]:
        return on_both_ways(scene).findings


def run(
    *replies: str, pipeline: type[Pipeline] = OneRule, retries: int = 1, **correction
) -> tuple[Analysis, ScriptedModel]:
    model = ScriptedModel(*replies)
    settings = Settings(
        perception=PerceptionSettings(format_retries=retries), correction=CorrectionSettings(**correction)
    )
    return pipeline(model, settings).analyze(IMAGE), model


def said(scene: Scene) -> set[str]:
    return {claim.id for claim in scene.claims()}


def test_a_conflict_is_asked_about_and_mended():
    analysis, _ = run(DESCRIBED, '{"1":"keep","2":"withdraw"}')
    assert (analysis.stop_reason, analysis.consistent, analysis.kept_round) == ("consistent", True, 1)
    assert [turn.kind for turn in analysis.rounds] == ["describe", "correct"]
    assert [turn.verdict.consistent for turn in analysis.rounds] == [False, True]
    assert said(analysis.rounds[0].scene) - said(analysis.scene) == {"r3"}
    assert [(gone.claim, gone.round, gone.by) for gone in analysis.withdrawn] == [("r3", 1, "model")]
    assert analysis.edits == ()
    assert [(a.claim, a.answer) for a in analysis.rounds[1].answers] == [("r2", "keep"), ("r3", "withdraw")]
    assert analysis.rounds[1].reply == '{"1":"keep","2":"withdraw"}'
    assert analysis.usage == Usage(calls=2, prompt_tokens=20, new_tokens=10, seconds=1.0)
    assert (analysis.model.id, analysis.image) == ("scripted", IMAGE.info)


class TwoRules(OneRule):
    """A second rule that shares no claim with the first: nobody holds a cup."""

    def check(self, scene: Scene) -> Verdict:
        held = (r.id for r in scene.relations if r.predicate == "hold")
        return verdict(*on_both_ways(scene).findings, *(finding(one, message="Nobody holds a cup.") for one in held))

    def violations(self, scene: Scene) -> tuple[Finding, ...]:
        return self.check(scene).violations


def test_what_is_asked_about_together_is_withdrawn_each_for_its_own_reason():
    analysis, _ = run(DESCRIBED, '{"1":"withdraw","2":"keep","3":"withdraw"}', pipeline=TwoRules)
    on, hold = "cup_1 is on dining_table_1 and dining_table_1 is on cup_1; one cannot hold.", "Nobody holds a cup."
    assert set(analysis.rounds[1].notes) == {on, hold}
    assert {gone.claim: gone.reason for gone in analysis.withdrawn} == {"r1": hold, "r3": on}
    assert hold in str(analysis.explain("r1")) and on not in str(analysis.explain("r1"))
    assert [e.notes for e in analysis.explain("r3").events if e.what == "asked"] == [(on,)]
    reasons = {str(claim).rpartition("#")[2]: reason for claim, reason in withdrawals(analysis.graph)}
    assert reasons == {"r1": hold, "r3": on}
    assert Analysis.from_json(analysis.to_json()) == analysis


def test_the_corrective_prompt_holds_only_the_conflict():
    analysis, model = run(DESCRIBED, '{"1":"keep","2":"withdraw"}')
    assert model.prompts[1] == analysis.rounds[1].prompt
    assert model.prompts[1].splitlines() == [
        "Somebody else described this image, and a reviewer noted:",
        "cup_1 is on dining_table_1 and dining_table_1 is on cup_1; one cannot hold.",
        "cup_1 is a cup at [0.50,0.30,0.60,0.40]",
        "dining_table_1 is a dining_table at [0.40,0.40,1.00,0.90]",
        "The note may be mistaken. Look at the image again and answer for each numbered claim:",
        "1. cup_1 on dining_table_1 (keep, withdraw)",
        "2. dining_table_1 on cup_1 (keep, withdraw)",
        'Answer as JSON, one of the words in brackets for each number: {"1":"...","2":"..."}',
    ]


def test_a_consistent_scene_takes_one_call():
    mended = json.dumps(SEEN | {"relations": SEEN["relations"][:2]})
    analysis, model = run(mended)
    assert (analysis.stop_reason, len(model.requests), len(analysis.rounds)) == ("consistent", 1, 1)
    assert analysis.scene == analysis.rounds[0].scene


def test_an_unchanged_answer_ends_the_asking_and_the_repair_decides():
    analysis, model = run(DESCRIBED, '{"1":"keep","2":"keep"}', rounds=5)
    assert (analysis.stop_reason, len(model.requests)) == ("unchanged", 2)
    assert analysis.consistent
    assert not analysis.rounds[-1].verdict.consistent
    assert [(edit.claim, edit.op) for edit in analysis.edits] == [("r3", "withdraw")]
    assert [(gone.claim, gone.by) for gone in analysis.withdrawn] == [("r3", "repair")]
    assert said(analysis.rounds[0].scene) - said(analysis.scene) == {"r3"}


def test_no_rounds_means_describe_then_repair():
    analysis, model = run(DESCRIBED, rounds=0)
    assert (analysis.stop_reason, len(model.requests), analysis.consistent) == ("rounds_exhausted", 1, True)
    assert [edit.claim for edit in analysis.edits] == ["r3"]


def test_a_malformed_description_is_asked_for_again_and_costs_no_round():
    analysis, model = run("I see a cup.", DESCRIBED, '{"1":"withdraw","2":"keep"}', rounds=1)
    assert analysis.stop_reason == "consistent"
    assert [turn.index for turn in analysis.rounds] == [0, 1]
    assert [request.complaint != "" for request in model.requests] == [False, True, False]
    assert "could not be read" in model.prompts[1]
    first = analysis.rounds[0]
    assert [(failure.reply, bool(failure.problems)) for failure in first.failures] == [("I see a cup.", True)]
    assert (first.usage.calls, analysis.usage.calls) == (2, 3)


def test_a_malformed_patch_is_asked_for_again():
    analysis, model = run(DESCRIBED, "No idea.", '{"1":"keep","2":"withdraw"}', rounds=1)
    assert (analysis.stop_reason, analysis.consistent, len(analysis.rounds)) == ("consistent", True, 2)
    retry = model.requests[2].model_copy(update={"complaint": ""})
    assert retry == model.requests[1]
    assert analysis.rounds[1].usage.calls == 2


def test_a_patch_malformed_to_the_end_keeps_the_best_so_far():
    analysis, _ = run(DESCRIBED, "No.", "Never.", rounds=3)
    assert (analysis.stop_reason, analysis.kept_round, analysis.consistent) == ("unreadable", 0, True)
    last = analysis.rounds[1]
    assert not last.readable
    assert [failure.reply for failure in last.failures] == ["No.", "Never."]
    assert (last.scene, last.verdict) == (analysis.rounds[0].scene, analysis.rounds[0].verdict)
    assert (last.usage.calls, analysis.usage.calls) == (2, 3)
    assert [edit.claim for edit in analysis.edits] == ["r3"]


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_description_malformed_to_the_end_is_an_error_that_shows_it(retries):
    model = ScriptedModel("I cannot view images.")
    pipeline = OneRule(model, Settings(perception=PerceptionSettings(format_retries=retries)))
    with pytest.raises(ReplyError, match=r"^scripted gave no readable scene in (one try|\d tries)") as caught:
        pipeline.analyze(IMAGE)
    assert caught.value.raw == "I cannot view images."
    assert len(model.requests) == 1 + retries
    with pytest.raises(ReplyError):
        pipeline.perceive(IMAGE)


def test_a_model_that_fails_is_not_asked_again():
    class Broken:
        def reply(self, request):
            raise ModelError("the graphics card is on fire", hint="use --model embedded")

    with pytest.raises(ModelError, match="on fire"):
        OneRule(Broken()).analyze(IMAGE)


class SwapsAllowed(OneRule):
    """Objects while a cup lies on anything or anything on a cup, so that every round can turn the same relation."""

    def check(self, scene: Scene) -> Verdict:
        return verdict(*(finding(r.id, message="Look.") for r in scene.relations if r.predicate == "on"))


def test_a_scene_that_comes_back_is_a_cycle():
    one = json.dumps(SEEN | {"relations": SEEN["relations"][:2]})
    analysis, model = run(one, '{"1":"swap"}', pipeline=SwapsAllowed, rounds=9, accept="any")
    assert (analysis.stop_reason, len(model.requests)) == ("cycle", 3)
    assert [turn.changed for turn in analysis.rounds] == [(), ("r2",), ("r2",)]
    assert analysis.consistent


def test_an_answer_that_makes_it_worse_is_not_kept():
    class Worse(OneRule):
        def check(self, scene: Scene) -> Verdict:
            turned = any((r.subject, r.predicate) == ("dining_table_1", "on") for r in scene.relations)
            found = [finding("r2", message="Look.")] if "r2" in said(scene) else []
            return verdict(*found, *([finding("n1"), finding("p1")] if turned else []))

    one = json.dumps(SEEN | {"relations": SEEN["relations"][:2]})
    analysis, _ = run(one, '{"1":"swap"}', pipeline=Worse, accept="any")
    assert (analysis.stop_reason, analysis.kept_round, analysis.consistent) == ("no_progress", 0, True)
    assert said(analysis.rounds[0].scene) - said(analysis.scene) == {"r2"}
    assert set(analysis.to_frame()["state"]) == {"kept", "repaired", "discarded"}


def test_a_change_that_mends_nothing_is_refused():
    one = json.dumps(SEEN | {"relations": SEEN["relations"][:2]})
    analysis, model = run(one, '{"1":"swap"}', pipeline=SwapsAllowed, rounds=9)
    assert (analysis.stop_reason, len(model.requests), analysis.consistent) == ("refused", 2, True)
    assert [turn.refused for turn in analysis.rounds] == [(), ("r2",)]
    assert "-> swap  (not taken: it mends nothing)" in str(account(analysis))
    assert analysis.rounds[1].scene == analysis.rounds[0].scene


def test_of_two_withdrawals_that_mend_the_same_the_cheaper_is_taken():
    for sure, gone in (((0.9, 0.6), "r3"), ((0.6, 0.9), "r2")):
        seen = OneRule(ScriptedModel(DESCRIBED)).perceive(IMAGE)
        relations = [
            r.model_copy(update={"confidence": {"r2": sure[0], "r3": sure[1]}.get(r.id)}) for r in seen.relations
        ]
        pipeline = OneRule(ScriptedModel('{"1":"withdraw","2":"withdraw"}'))
        scene = seen.model_copy(update={"relations": tuple(relations)})
        first = Round(
            index=0, kind="describe", prompt="", reply="", scene=scene, verdict=on_both_ways(scene), usage=Usage()
        )
        analysis = pipeline.go_on(IMAGE, first)
        assert [w.claim for w in analysis.withdrawn] == [gone]
        assert (analysis.stop_reason, set(analysis.rounds[1].refused)) == ("consistent", {"r2", "r3"} - {gone})
        every = Settings(correction=CorrectionSettings(accept="any"))
        lost = OneRule(ScriptedModel('{"1":"withdraw","2":"withdraw"}'), every).go_on(IMAGE, first)
        assert {w.claim for w in lost.withdrawn} == ASKED


def test_a_finding_that_names_nothing_is_admitted():
    class Nameless(OneRule):
        def check(self, scene: Scene) -> Verdict:
            return verdict(finding(message="The image cannot be."))

    analysis, model = run(DESCRIBED, pipeline=Nameless)
    assert (analysis.stop_reason, analysis.consistent, len(model.requests)) == ("nothing_to_ask", False, 1)
    assert analysis.scene == analysis.rounds[0].scene
    assert [f.message for f in analysis.verdict.violations] == ["The image cannot be."]


answers = st.sampled_from(["keep", "withdraw", "swap", "hold", "on", "", "nonsense"])
patches = st.one_of(
    st.text(max_size=40),
    st.dictionaries(st.integers(0, 4).map(str), answers, max_size=4).map(json.dumps),
    st.dictionaries(st.integers(0, 4).map(str), answers | st.integers() | st.none(), max_size=4).map(json.dumps),
    st.just(DESCRIBED),
)


@given(st.lists(patches, min_size=1, max_size=4), st.integers(0, 3), st.integers(0, 2))
def test_whatever_the_model_answers_only_the_conflict_changes_and_the_end_is_consistent(replies, rounds, retries):
    analysis, model = run(DESCRIBED, *replies, rounds=rounds, retries=retries)
    first = {claim.id: claim for claim in analysis.rounds[0].scene.claims()}
    for turn in analysis.rounds[1:]:
        assert {claim.claim for claim in turn.asked} <= ASKED
        now = {claim.id: claim for claim in turn.scene.claims()}
        assert all(now.get(claim) == first[claim] for claim in first.keys() - ASKED)
    final = {claim.id: claim for claim in analysis.scene.claims()}
    assert all(final.get(claim) == first[claim] for claim in first.keys() - ASKED)
    assert final.keys() <= first.keys()
    assert analysis.consistent
    assert on_both_ways(analysis.scene).consistent
    assert first.keys() - final.keys() == {gone.claim for gone in analysis.withdrawn}
    assert len(analysis.rounds) <= 1 + rounds
    assert len(model.requests) == analysis.usage.calls <= (1 + rounds) * (1 + retries)
    assert Analysis.from_json(analysis.to_json()) == analysis


@given(scenes(), st.lists(st.lists(st.integers(0, 5), min_size=12, max_size=12), min_size=1, max_size=10))
def test_the_potential_falls_with_every_change_until_the_loop_ends(scene, choices):
    """Whatever is answered about whatever the shipped rules object to."""

    class Chooses:
        asked = 0

        def reply(self, request):
            row = choices[self.asked % len(choices)]
            self.asked += 1
            picked = {c.number: c.answers[row[c.number % 12] % len(c.answers)] for c in request.claims}
            return Reply(text=write_patch(picked))

    model = Chooses()
    pipeline = Pipeline(model, Settings(correction=CorrectionSettings(rounds=10, ask="warning")))
    found = pipeline.check(scene)
    first = Round(index=0, kind="describe", prompt="", reply="", scene=scene, verdict=found, usage=Usage())
    analysis = pipeline.go_on(IMAGE, first)
    potential = measure(pipeline.dialogue, scene)
    measured = [potential(turn.scene) for turn in analysis.rounds]
    for before, after, (earlier, later) in zip(measured, measured[1:], pairwise(analysis.rounds), strict=False):
        assert after < before if later.scene != earlier.scene else later.refused or not later.changed
    assert analysis.stop_reason in ("consistent", "unchanged", "refused", "nothing_to_ask", "rounds_exhausted")
    assert analysis.consistent
    assert len({fingerprint(turn.scene) for turn in analysis.rounds}) >= len(analysis.rounds) - 1


def test_a_model_is_any_object_with_reply_and_perceive_is_unchecked():
    class Bare:
        def reply(self, request):
            return Reply(text=DESCRIBED)

    pipeline = OneRule(Bare())
    assert pipeline.analyze(IMAGE).model.id == "Bare"
    assert said(pipeline.perceive(IMAGE)) >= ASKED


def test_images_are_opened_by_path_and_bad_ones_refused(tmp_path):
    path = tmp_path / "a.png"
    IMAGE.pixels.save(path)
    assert OneRule(ScriptedModel(DESCRIBED)).perceive(str(path)).image.name == "a.png"
    with pytest.raises(InputError, match="missing"):
        OneRule(ScriptedModel(DESCRIBED)).analyze(tmp_path / "missing.png")


# --- with the shipped rules


def test_the_shipped_rules_find_the_conflict_and_the_loop_mends_it():
    model = ScriptedModel(DESCRIBED, '{"1":"keep","2":"withdraw"}')
    analysis = Pipeline(model).analyze(IMAGE)
    assert not analysis.rounds[0].verdict.consistent
    assert {claim for found in analysis.rounds[0].verdict.violations for claim in found.claims} == ASKED
    assert analysis.rounds[1].notes == tuple(dict.fromkeys(f.message for f in analysis.rounds[0].verdict.violations))
    assert (analysis.stop_reason, analysis.consistent, said(analysis.scene) & ASKED) == ("consistent", True, {"r2"})


def test_a_rule_switched_off_is_neither_asked_about_nor_forced():
    pipeline = Pipeline(ScriptedModel(DESCRIBED))
    rules = {found.rule for found in pipeline.check(pipeline.perceive(IMAGE)).violations}
    lenient = Pipeline(ScriptedModel(DESCRIBED), Settings.model_validate({"checking": {"off": sorted(rules)}})).analyze(
        IMAGE
    )
    assert (lenient.stop_reason, lenient.consistent, len(lenient.rounds)) == ("consistent", True, 1)
    assert said(lenient.scene) >= ASKED


def test_a_pack_with_every_rule_off_finds_nothing() -> None:
    scene = Scene.model_validate(
        {
            "entities": [{"category": "cup"}, {"category": "bowl"}],
            "relations": [
                {"subject": "cup_1", "predicate": "on", "object": "bowl_1"},
                {"subject": "bowl_1", "predicate": "on", "object": "cup_1"},
            ],
        }
    )
    every = Rules.load()
    assert not check(scene, every).consistent
    assert check(scene, Rules.load(off=[rule.iri for rule in every])).findings == ()


def test_a_change_by_the_repair_is_an_edit_and_no_tombstone():
    """A chair that sits on a person is turned around; the claim stays, and is told in the graph and in the account."""
    described = json.dumps(
        {
            "entities": [
                {"id": "person_1", "category": "person", "confidence": 0.9},
                {"id": "chair_1", "category": "chair", "confidence": 0.9},
            ],
            "relations": [
                {"id": "r1", "subject": "chair_1", "predicate": "sit_on", "object": "person_1", "confidence": 0.8}
            ],
        }
    )
    analysis, _ = run(described, pipeline=Inventive, rounds=0)
    (edit,) = analysis.edits
    assert (edit.claim, edit.op, analysis.withdrawn, analysis.repair_optimal) == ("r1", "swap", (), True)
    assert edit.invented and "which nobody said" in str(analysis.explain("r1"))
    assert re.search(r"nesy:invented\s+true", analysis.to_rdf("trig"))
    withdrawn, _ = run(described, pipeline=Pipeline, rounds=0)
    assert [(edit.op, edit.invented) for edit in withdrawn.edits] == [("withdraw", False)]
    assert analysis.scene.relations == (edit.now,)
    assert analysis.consistent
    assert Analysis.from_json(analysis.to_json()) == analysis
    assert "Change" in analysis.to_rdf("trig") and "swap" in analysis.to_rdf("trig")
    assert set(analysis.to_frame().set_index("id").loc[["r1"], "state"]) == {"repaired"}
    told = str(account(analysis))
    assert "changed r1 (chair_1 sit_on person_1) to person_1 sit_on chair_1 (nobody said so)" in told


class Inventive(Pipeline):
    """Lets the repair say what nobody said."""

    def __init__(self, model: VisionLanguageModel, chosen: Settings, hooks: Hooks | None = None) -> None:
        super().__init__(model, chosen.model_copy(update={"repair": RepairSettings(invent=True)}), hooks)


def test_what_the_model_named_in_place_of_a_claim_is_known_to_the_repair():
    one = json.dumps(SEEN | {"relations": SEEN["relations"][:2]})
    analysis, _ = run(one, '{"1":"swap"}', pipeline=SwapsAllowed, rounds=9)
    assert analysis.stop_reason == "refused"
    assert named_so_far(analysis.rounds, analysis.rounds[-1]) == {"r2": ("swap",)}
    kept, _ = run(one, '{"1":"keep"}', pipeline=SwapsAllowed)
    assert named_so_far(kept.rounds, kept.rounds[-1]) == {}
    anew = analysis.rounds[-1].model_copy(update={"kind": "revise"})
    assert named_so_far((analysis.rounds[0], anew), analysis.rounds[0]) == {}


# --- the loop as parts, and what watches it


def test_hooks_tell_every_round_every_rejected_reply_and_the_end():
    told = []
    hooks = Hooks(
        round_started=lambda request: told.append(f"asked {request.round}"),
        reply_rejected=lambda request, failure: told.append(f"rejected {request.round} {failure.reply}"),
        round_finished=lambda turn: told.append(f"finished {turn.index}"),
        finished=lambda analysis: told.append(analysis.stop_reason),
    )
    model = ScriptedModel(DESCRIBED, "No idea.", '{"1":"keep","2":"withdraw"}')
    watched = OneRule(model, hooks=hooks).analyze(IMAGE)
    assert told == ["asked 0", "finished 0", "asked 1", "rejected 1 No idea.", "finished 1", "consistent"]
    assert watched == run(DESCRIBED, "No idea.", '{"1":"keep","2":"withdraw"}')[0]


def test_a_loop_goes_on_from_a_first_round_that_is_there():
    pipeline = OneRule(ScriptedModel(DESCRIBED, '{"1":"keep","2":"withdraw"}'))
    first = pipeline.describe(IMAGE)
    assert pipeline.go_on(IMAGE, first) == run(DESCRIBED, '{"1":"keep","2":"withdraw"}')[0]


def test_another_part_is_another_loop():
    pipeline = OneRule(ScriptedModel(DESCRIBED))
    parts = replace(pipeline.parts(IMAGE), stop=lambda rounds: "rounds_exhausted", repair=False)
    analysis = pipeline.go_on(IMAGE, pipeline.describe(IMAGE), parts)
    assert (analysis.consistent, analysis.edits, analysis.repair_optimal) == (False, (), None)
    assert analysis.scene == analysis.rounds[0].scene


def test_what_a_description_does_not_need_is_loaded_by_who_needs_it() -> None:
    code = "import sys, nesy.pipeline; print(*{'rdflib.plugins.sparql.parser', 'torch', 'spacy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
