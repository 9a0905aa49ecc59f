"""Arms share round 0; placebos harm no honest model; a killed run goes on to the same files; replay says the same."""

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab.sycophancy import FIGURE, curves, figure, measured
from nesy import cli
from nesy.errors import InputError
from nesy.experiments.arms.arms import ARMS, arm
from nesy.experiments.arms.experiment import image_of, run_arms
from nesy.experiments.arms.majority import vote
from nesy.experiments.arms.perceiver import Perceiver, Rates, _Known, _with
from nesy.experiments.arms.scores import ArmScores, outcomes, scored
from nesy.experiments.arms.table import markdown_table, report_of, text_table
from nesy.experiments.arms.traces import Traces
from nesy.experiments.scoring.folder import read_truths
from nesy.image import Image
from nesy.perception.reply import parse_scene
from nesy.pipeline import Pipeline
from nesy.scene import Scene, in_words
from nesy.settings import CorrectionSettings, Settings
from nesy.synthetic import draw, write_split
from nesy.turns import Reply, Request

IMAGES = 14
ERRORS = {"relation_error": 0.5, "format_error": 0.0}
HONEST = Rates(doubt=0.0, **ERRORS)
BLIND = Rates(doubt=0.0, look=0.0, **ERRORS)
"""Holds on to whatever it said."""
YIELDING = Rates(sycophancy=1.0, **ERRORS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("arms") / "drawn"
    write_split(place, IMAGES, seed=31)
    return place


def perceiver(folder: Path, rates: Rates) -> Perceiver:
    return Perceiver({image_of(truth): truth for truth in read_truths(folder)}, rates, seed=4)


def ran(folder: Path, place: Path, rates: Rates, *names: str, model=None, **more) -> dict[str, ArmScores]:
    traces = Traces(place)
    run_arms(folder, traces, Pipeline(model or perceiver(folder, rates)), [arm(n) for n in names], **more)
    return {scores.arm: scores for scores in scored(traces.card(), list(outcomes(traces))).arms}


EVERY = (*ARMS, "full+unguarded", "full+no-repair", "rule-off:CountMismatch", "vote+repair")


@pytest.fixture(scope="module")
def every(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, ArmScores]]:
    place = tmp_path_factory.mktemp("every") / "run"
    return place, ran(folder, place, Rates(sycophancy=0.3), *EVERY)


def test_every_arm_runs_from_one_round_0(folder: Path, every: tuple[Path, dict[str, ArmScores]]) -> None:
    place, scores = every
    assert tuple(scores) == EVERY
    assert all(s.images == IMAGES for s in scores.values())
    firsts = [json.loads(line) for line in (place / "round0.jsonl").read_text("utf-8").splitlines()]
    assert [first["image"] for first in firsts] == [image_of(truth) for truth in read_truths(folder)]
    # round 0 is the same for all: so is what they begin with, and what it costs is counted once in each
    assert len({s.right_before for s in scores.values()}) == 1
    assert scores["none"].usage.calls == sum(first["round"]["usage"]["calls"] for first in firsts)
    assert scores["none"].transitions["exit"].keys() == {"right -> right", "wrong -> wrong"}
    assert scores["none"].consistent < 1.0
    for name in ("full", "repair-only", "placebo", "no-patch", "raw-error", "random-feedback", "full+unguarded"):
        assert scores[name].consistent == 1.0, name
    assert scores["full+no-repair"].edits == 0 < scores["repair-only"].edits
    assert scores["vote+repair"].consistent == 1.0


def test_the_model_is_asked_for_round_0_once(folder: Path, tmp_path: Path) -> None:
    asked: list[Request] = []

    class Counting(Perceiver):
        def reply(self, request: Request) -> Reply:
            asked.append(request)
            return super().reply(request)

    truths = {image_of(truth): truth for truth in read_truths(folder)}
    ran(folder, tmp_path / "run", HONEST, "full", "placebo", "woodpecker", model=Counting(truths, HONEST, 4))
    assert sum(request.kind == "describe" for request in asked) == IMAGES


def test_a_second_look_at_every_claim_withdraws_what_is_not_there_where_the_model_looks_well(
    folder: Path, tmp_path: Path
) -> None:
    rates = Rates(blind=0.0)
    truths = {image_of(truth): truth for truth in read_truths(folder)}
    found = ran(folder, tmp_path / "run", rates, "none", "woodpecker", model=Perceiver(truths, rates, 4))["woodpecker"]
    assert found.transitions["exit"].get("wrong -> withdrawn", 0) > 0
    assert found.transitions["exit"].get("right -> wrong", 0) == 0
    assert found.scores["precision"]["relations"].value == 1.0
    calls = [turn.usage.calls for t in Traces(tmp_path / "run").traces().values() for turn in t.rounds]
    assert calls and all(n % 2 == 0 for n in calls)  # every claim both ways


def test_a_rule_switched_off_is_off_in_its_arm_alone(every: tuple[Path, dict[str, ArmScores]]) -> None:
    place, scores = every
    asked = {name: set() for name in ("full", "rule-off:CountMismatch")}
    for trace in Traces(place).traces().values():
        if trace.arm in asked:
            asked[trace.arm] |= {note for turn in trace.rounds for note in turn.notes}
    assert not any("The count of" in note for note in asked["rule-off:CountMismatch"])
    assert scores["rule-off:CountMismatch"].images == IMAGES


def test_the_raw_report_tells_of_the_findings_that_are_asked_about_and_no_others(
    every: tuple[Path, dict[str, ArmScores]],
) -> None:
    traces = Traces(every[0]).traces()
    told = 0
    for (image, name), trace in traces.items():
        own = traces[image, "full"].rounds
        if name == "raw-error" and own:
            (report,) = trace.rounds[0].notes
            assert "sh:ValidationReport" in report
            assert report.count("a sh:ValidationResult") >= len(own[0].notes)
            assert set(re.findall(r'sh:resultMessage "(.*?)"', report)) == set(own[0].notes)
            told += 1
    assert told > 1


@pytest.mark.parametrize("name", ["placebo", "false-accusation", "placebo+unguarded", "false-accusation+unguarded"])
def test_no_finding_and_a_false_one_change_nothing_with_an_honest_model(
    folder: Path, tmp_path: Path, name: str
) -> None:
    bare = f"{name}+no-repair"
    scores = ran(folder, tmp_path / "a", BLIND, bare)[bare]
    assert scores.usage.calls > IMAGES
    assert scores.transitions["exit"].keys() == {"right -> right", "wrong -> wrong"}
    assert (scores.flipped, scores.refused, scores.collateral) == (0, 0, 0)
    seeing = ran(folder, tmp_path / "b", HONEST, bare)[bare]
    assert seeing.asked_right > 0
    assert seeing.flipped == 0


def test_a_false_accusation_harms_with_a_model_that_gives_in_and_the_guard_holds_it(
    folder: Path, tmp_path: Path
) -> None:
    names = [f"{n}+no-repair" for n in ("false-accusation+unguarded", "false-accusation", "placebo+unguarded")]
    open_, guarded, placebo = ran(folder, tmp_path / "run", YIELDING, *names).values()
    assert open_.flipped == open_.asked_right > 0
    assert open_.harmed + open_.lost > 0
    assert (guarded.flipped, guarded.harmed, guarded.lost) == (0, 0.0, 0.0)
    assert guarded.refused == guarded.stop_reasons["rounds_exhausted"] > IMAGES // 2
    assert placebo.flipped == placebo.asked_right > 0


def test_a_killed_run_goes_on_to_the_same_files(folder: Path, tmp_path: Path) -> None:
    names, rates = ("full", "placebo", "critique"), Rates(sycophancy=0.5)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    ran(folder, whole, rates, *names)

    class Killed(Exception):
        pass

    class Dies(Perceiver):
        left = 25

        def reply(self, request: Request) -> Reply:
            self.left -= 1
            if self.left < 0:
                raise Killed
            return super().reply(request)

    truths = {image_of(truth): truth for truth in read_truths(folder)}
    with pytest.raises(Killed):
        ran(folder, cut, rates, *names, model=Dies(truths, rates, 4))
    lines = (cut / "arms.jsonl").read_bytes().splitlines(keepends=True)
    assert 3 < len(lines) < 3 * IMAGES
    (cut / "arms.jsonl").write_bytes(b"".join(lines[:-1]) + lines[-1][:100])  # the last line was cut off
    with pytest.raises(InputError, match="--resume"):
        ran(folder, cut, rates, *names)
    ran(folder, cut, rates, *names, resume=True)
    for name in ("round0.jsonl", "arms.jsonl", "scenes.jsonl", "run.json"):
        assert (cut / name).read_bytes() == (whole / name).read_bytes(), name
    with pytest.raises(InputError, match="other model"):
        ran(folder, cut, HONEST, *names, resume=True)
    other = Pipeline(perceiver(folder, rates), Settings(correction=CorrectionSettings(rounds=1)))
    with pytest.raises(InputError, match="other settings"):
        run_arms(folder, Traces(cut), other, [arm("full")], resume=True)
    with pytest.raises(InputError, match="other pictures"):
        ran(folder, cut, rates, *names, resume=True, limit=2)


def test_more_pictures_and_more_arms_join_a_run(folder: Path, tmp_path: Path) -> None:
    first = ran(folder, tmp_path / "run", HONEST, "none", limit=3)
    more = ran(folder, tmp_path / "run", HONEST, "repair-only", limit=5, resume=True)
    again = ran(folder, tmp_path / "run", HONEST, "none", "repair-only", limit=5, resume=True)
    assert first["none"].images == 3
    # arms are compared on the pictures that all of them have done
    assert [scores.images for scores in more.values()] == [3, 3]
    assert [scores.images for scores in again.values()] == [5, 5]
    lines = (tmp_path / "run" / "arms.jsonl").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "run" / "arms.jsonl").write_text("".join(lines[:-1]), encoding="utf-8")
    report, _ = report_of(tmp_path / "run")
    assert (report.images, report.unfinished, {scores.images for scores in report.arms}) == (4, 1, {4})
    assert "1 picture is left out: not all arms have done it" in text_table(report)


def test_replay_gives_the_same_table(
    every: tuple[Path, dict[str, ArmScores]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, scores = every
    moved = tmp_path / "moved"
    shutil.copytree(place, moved)
    report, made = report_of(moved)
    assert {s.arm: s for s in report.arms} == scores
    assert cli.main(["evaluate", "--replay", str(moved)]) == 0
    shown = capsys.readouterr().out
    assert shown.strip() == text_table(report)
    assert sum(line.startswith("|") for line in markdown_table(report).splitlines()) == 2 + len(EVERY)
    assert all("entities are matched by category and box" in told.lower() for told in (shown, markdown_table(report)))
    assert json.loads((moved / "report.json").read_text("utf-8"))["images"] == IMAGES
    import pandas

    table = pandas.read_parquet(moved / "images.parquet")
    assert len(table) == len(made) == len(EVERY) * IMAGES
    full = table[table["arm"] == "full"]
    assert int(full["relations_after_right"].sum()) > 0
    assert int(full["right_to_wrong"].sum()) == scores["full"].transitions["exit"].get("right -> wrong", 0)


def test_one_picture_by_its_name(folder: Path, tmp_path: Path) -> None:
    name = image_of(read_truths(folder)[4])
    scores = ran(folder, tmp_path / "run", HONEST, "full", only=name.removesuffix(".png"))
    assert scores["full"].images == 1
    assert next(iter(Traces(tmp_path / "run").firsts())) == name
    with pytest.raises(InputError, match="no picture of this name"):
        ran(folder, tmp_path / "other", HONEST, "full", only="unheard-of")


def test_what_a_model_never_learnt_is_told_and_not_run(folder: Path, tmp_path: Path) -> None:
    small = Perceiver({image_of(truth): truth for truth in read_truths(folder)}, HONEST, 4)
    small.turns = ("describe", "correct")
    scores = ran(folder, tmp_path / "run", HONEST, "full", "ccot", "critique", model=small, limit=2)
    assert tuple(scores) == ("full",)
    report, _ = report_of(tmp_path / "run")
    assert report.run.not_applicable["ccot"] == "its model never learnt this turn (revise)"
    assert re.search(r"ccot +not applicable: its model never learnt this turn \(revise\)", text_table(report))


def test_a_picture_without_a_readable_description_counts_as_empty(folder: Path, tmp_path: Path) -> None:
    class Mute:
        def reply(self, request: Request) -> Reply:
            return Reply(text="I cannot see anything.")

    scores = ran(folder, tmp_path / "run", HONEST, "full", model=Mute(), limit=2)["full"]
    assert (scores.images, scores.scores["recall"]["objects"].value, scores.consistent) == (2, 0.0, 0.0)
    assert report_of(tmp_path / "run")[0].unreadable == 2


@pytest.mark.parametrize("name", ["nonsense", "rule-off:", "+unguarded", "full+more"])
def test_an_unknown_arm_is_named(name: str) -> None:
    with pytest.raises(InputError, match="unknown arm"):
        arm(name)


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate"],
        ["evaluate", "--replay", "nowhere"],
        ["evaluate", "somewhere", "--replay", "nowhere"],
        ["evaluate", "somewhere", "--resume"],
        ["evaluate", "somewhere", "--arms", " , "],
        ["evaluate", "somewhere", "--arms", "full,most"],
    ],
)
def test_mistakes_on_the_command_line_are_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ") and told.count("\n") == 1


# --- the vote and the perceiver


def test_the_vote_keeps_what_most_say_under_other_names_too() -> None:
    truth = draw(31, 2).scene
    renamed = Scene.model_validate_json(re.sub(r'"(\w+?)_(\d)"', r'"\g<1>_\g<2>7"', truth.to_json()))
    lone = truth.model_copy(update={"relations": (), "part_states": (), "counts": ()})
    won = vote([truth, renamed, lone])
    assert {(e.id, e.category, e.box) for e in won.entities} == {(e.id, e.category, e.box) for e in truth.entities}
    assert sorted(map(in_words, won.relations)) == sorted(map(in_words, truth.relations))
    assert all(r.confidence == pytest.approx(2 / 3) for r in won.relations)
    assert vote([lone, lone, truth]).relations == ()
    assert Scene.model_validate_json(won.to_json()) == won


def test_the_perceiver_errs_as_told_and_the_same_every_time() -> None:
    drawings = {f"{n}.png": draw(31, n) for n in range(40)}
    truths = {name: drawing.scene for name, drawing in drawings.items()}
    images = {name: Image.from_pixels(drawing.image, name) for name, drawing in drawings.items()}

    def described(rates: Rates, **more: object) -> list[Scene]:
        model = Perceiver(truths, rates, seed=1)
        requests = [Request(image=image, kind="describe", **more) for image in images.values()]
        return [parse_scene(model.reply(request), request.image).scene for request in requests]

    none = Rates(hallucination=0, relation_error=0, format_error=0)
    for scene, truth in zip(described(none), truths.values(), strict=True):
        assert all(_Known(truth).holds(in_words(claim)) for claim in scene.claims())
        assert all(0.5 < claim.confidence < 1 for claim in scene.claims())
    some = Rates(hallucination=0.3, relation_error=0.5, format_error=0)
    first = described(some)
    assert first == described(some)
    assert first != described(some, sample=1)
    total = sum(len(t.entities) for t in truths.values())
    imagined = sum(len(s.entities) for s in first) - total
    assert 0.2 < imagined / total < 0.4
    claims = [(t, r) for s, t in zip(first, truths.values(), strict=True) for r in s.relations]
    wrong = sum(not _Known(truth).holds(in_words(r)) for truth, r in claims)
    assert 0.4 < wrong / len(claims) < 0.75
    mute = Perceiver(truths, Rates(format_error=1.0), seed=1)
    assert "{" not in mute.reply(Request(image=images["0.png"], kind="describe")).text
    assert _with("cup_1 is a cup", "bowl") == "cup_1 is a bowl"


def test_the_curves_fall_with_sycophancy_and_are_drawn() -> None:
    names = ("none", "full", "repair-only", "false-accusation+unguarded", "woodpecker")
    found = curves(measured(6, (0.0, 1.0), names, seed=3))
    assert set(found) == set(names)
    honest, yielding = found["woodpecker"]
    assert (honest["sycophancy"], yielding["sycophancy"]) == (0.0, 1.0)
    assert yielding["lost"] > honest["lost"]
    assert found["repair-only"][0] == found["repair-only"][1] | {"sycophancy": 0.0}
    drawn = figure(found)
    assert all(f">{name}</text>" in drawn for name in ("full", "repair-only", "false-accusation+unguarded"))
    assert figure(found) == drawn


def test_the_committed_figure_is_that_of_the_committed_numbers() -> None:
    root = Path(__file__).resolve().parents[2]
    found = json.loads((root / "results" / "sycophancy.json").read_text(encoding="utf-8"))["curves"]
    assert words_of(figure(found)) == words_of((root / FIGURE).read_text(encoding="utf-8"))


def words_of(drawn: str) -> list[str]:
    """Return what is written in a drawing: the rest may differ by a hair from one release of matplotlib to the next."""
    return ["".join(one.itertext()) for one in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
