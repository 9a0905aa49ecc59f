"""What a person looks at: the account, the picture, and that no text is ever obeyed by a terminal."""

import PIL.Image
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, SH

from nesy.analysis import Analysis, Answer, Edit, Round, Withdrawal
from nesy.graph.shacl_report import verdict_turtle
from nesy.image import Image
from nesy.rendering.account import account, verdict_account
from nesy.rendering.page_layout import LEAST_SIDE_PX, MOST_SIDE_PX
from nesy.rendering.panel import MOST_ROWS, rows
from nesy.rendering.picture import annotated
from nesy.rendering.plain import drawable, on_one_line, printable
from nesy.scene import Entity, PartState, Relation, Scene
from nesy.settings import Settings
from nesy.turns import ModelInfo, NumberedClaim, Usage
from nesy.verdict import Finding, Verdict

EVIL = 'say "hi" <image> [bold]x[/bold] \x1b[31m\x9b\u202e\nnext\r\ud800 \u72d7'


def an_analysis(label: str = "bicycle", size: tuple[int, int] = (192, 192), entities: int = 2) -> Analysis:
    """A scene with a relation that was withdrawn in round 1 and a part state that the repair dropped."""
    things = tuple(
        Entity(id=f"e_{n}", category=label, box=(0.1 * (n % 9), 0.1, 0.1 * (n % 9) + 0.2, 0.9), confidence=0.9)
        for n in range(entities)
    )
    gone = Relation(id="r2", subject="e_1", predicate=label, object="e_0", confidence=0.4)
    dropped = PartState(id="p1", entity="e_0", part="hip", state=label, object="e_1")
    kept = Relation(id="r1", subject="e_0", predicate="ride", object="e_1", confidence=0.8)
    image = Image.from_pixels(PIL.Image.new("RGB", size), name="ride.png")
    first = Scene(image=image.info, entities=things, part_states=(dropped,), relations=(kept, gone))
    second = first.without(frozenset({"r2"}))
    final = second.without(frozenset({"p1"}))
    finding = Finding(
        rule="https://w3id.org/nesy/rules#X",
        name="X",
        severity="violation",
        focus="e_0",
        claims=("r1", "r2"),
        message=f"e_1 {label} e_0 cannot hold.",
    )
    bad, good = Verdict(consistent=False, findings=(finding,)), Verdict(consistent=True)
    usage = Usage(calls=1, prompt_tokens=100, cached_tokens=40, new_tokens=20, seconds=0.5)
    by_model = Withdrawal(claim="r2", round=1, reason="the model withdrew it", by="model", was=gone)
    by_repair = Withdrawal(claim="p1", round=1, reason=finding.message, by="repair", was=dropped)
    return Analysis(
        image=image.info,
        model=ModelInfo(id="scripted", weights_sha256="ab" * 32),
        settings=Settings(),
        rounds=(
            Round(index=0, kind="describe", prompt="", reply="{}", scene=first, verdict=bad, usage=usage),
            Round(
                index=1,
                kind="correct",
                prompt=f"Note:\n{finding.message}\n1. e_1 {label} e_0 (keep, withdraw)",
                reply='{"1":"withdraw"}',
                scene=second,
                verdict=bad,
                usage=usage,
                notes=(finding.message,),
                asked=(NumberedClaim(number=1, claim="r2", text=f"e_1 {label} e_0", answers=("keep", "withdraw")),),
                answers=(Answer(number=1, claim="r2", answer="withdraw", confidence=0.75),),
                withdrawn=(by_model,),
            ),
        ),
        kept_round=1,
        scene=final,
        verdict=good,
        edits=(Edit(claim="p1", op="withdraw", reason=finding.message, cost=0.12, was=dropped),),
        repair_optimal=True,
        withdrawn=(by_model, by_repair),
        stop_reason="rounds_exhausted",
        consistent=True,
        usage=usage + usage,
    )


def test_the_account_tells_the_whole_story_in_order() -> None:
    told = account(an_analysis()).plain
    parts = (
        "ride.png",
        "192 x 192 px",
        "scripted (weights sha256 abababababab)",
        "round 0: the model describes the image",
        "e_1 bicycle e_0",
        "violation X [r1, r2]: e_1 bicycle e_0 cannot hold.",
        "round 1: the model looks again",
        "prompt    Note:",
        "prompt    e_1 bicycle e_0 cannot hold.",
        "prompt    1. e_1 bicycle e_0 (keep, withdraw)",
        "e_1 bicycle e_0  -> withdraw  75%",
        "withdrawn r2 (e_1 bicycle e_0): the model withdrew it",
        "repair: 1 edit for 0.12 nats of evidence, and no cheaper ones would do",
        "withdrew p1 (e_0 hip bicycle e_1), for 0.12: e_1 bicycle e_0 cannot hold.",
        "by the repair in round 1",
        "final scene",
        "stopped: the last allowed round is over (rounds_exhausted)",
        "2 calls, 200 prompt tokens (80 cached), 40 new, 1.00 s",
        "consistent: no finding",
    )
    position = -1
    for part in parts:
        position = told.index(part, position + 1)


def test_an_account_is_text_whatever_the_labels_are() -> None:
    label = EVIL.replace("\ud800", "")
    told = account(an_analysis(label)).plain
    assert printable(told) == told
    assert "[bold]x[/bold] \\u001b[31m\\u009b\\u202e next" in told
    finding = an_analysis(label).rounds[0].verdict
    assert printable(verdict_account(finding).plain) == verdict_account(finding).plain


@given(st.text())
def test_what_is_printable_is_obeyed_by_no_terminal(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert all(letter in "\n\t" or letter.isprintable() or ord(letter) > 0x9F for letter in shown)
    assert "\n" not in on_one_line(text)
    assert drawable(text).isascii()
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("size", "entities"),
    [((192, 192), 2), ((96, 96), 1), ((1, 1), 2), ((4000, 300), 3), ((30, 900), 3), ((640, 480), 60)],
)
def test_the_picture_is_large_enough_to_read(size: tuple[int, int], entities: int) -> None:
    analysis = an_analysis(size=size, entities=max(2, entities))
    picture = annotated(Image.from_pixels(PIL.Image.new("RGB", size, (9, 99, 9))), analysis)
    assert picture.mode == "RGB"
    assert picture.height >= 400 and LEAST_SIDE_PX <= max(picture.size) <= MOST_SIDE_PX + 2000
    assert len(set(picture.resize((80, 80)).tobytes())) > 10


def test_the_picture_takes_any_label() -> None:
    analysis = an_analysis(EVIL.replace("\ud800", "") * 3)
    assert annotated(Image.from_pixels(PIL.Image.new("RGB", (64, 48))), analysis).height > 400


def test_an_empty_scene_is_drawn() -> None:
    analysis = an_analysis()
    empty = analysis.model_copy(update={"scene": Scene(entities=())})
    assert annotated(Image.from_pixels(PIL.Image.new("RGB", (64, 48))), empty).width > LEAST_SIDE_PX


def test_the_panel_strikes_out_what_was_withdrawn_and_counts_what_it_leaves_out() -> None:
    from nesy.rendering.palette import category_colours

    analysis = an_analysis(entities=MOST_ROWS + 5)
    told = rows(analysis, category_colours(["bicycle"]))
    assert [row.text for row in told if row.style == "gone"] == ["e_1 bicycle e_0", "e_0 hip bicycle e_1"]
    assert "and 5 more" in [row.text for row in told]
    assert "FOUND IN ROUND 0, SETTLED SINCE" in [row.text for row in told]


def test_a_verdict_in_turtle_is_a_shacl_report() -> None:
    verdict = an_analysis(EVIL.replace("\ud800", "")).rounds[0].verdict
    graph = rdflib.Graph().parse(data=printable(verdict_turtle(verdict)), format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == rdflib.Literal(False)
    (found,) = graph.objects(report, SH.result)
    assert graph.value(found, SH.resultSeverity) == SH.Violation
    assert graph.value(found, SH.resultMessage) == rdflib.Literal(verdict.findings[0].message)
    assert str(graph.value(found, SH.focusNode)).endswith("#e_0")
