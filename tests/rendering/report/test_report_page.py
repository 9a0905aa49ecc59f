"""The page of a report in a real browser: by mouse, by keyboard, on paper, narrow and wide; and what it never does."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

import nesy
from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.observations import Observations
from nesy.rendering.report.embedded_picture import embedded
from nesy.rendering.report.page import Record, asset, page
from nesy.rendering.report.record_view import record_view
from tests.browser import chromium, opened

EVIL = '</script><script>document.title="taken"</script><img src=x onerror=alert(1)>"\'&\u202eabc\x00'
TEA = json.dumps(
    {
        "entities": [
            {"id": "cup_1", "category": "cup", "box": [0.1, 0.2, 0.4, 0.6], "confidence": 0.9},
            {"id": "dining_table_1", "category": "dining table", "box": [0, 0.5, 1, 1], "confidence": 0.8},
        ],
        "relations": [
            {"id": "r1", "subject": "cup_1", "predicate": "on", "object": "dining_table_1"},
            {"id": "r2", "subject": "cup_1", "predicate": "on", "object": "cup_1", "confidence": 0.4},
        ],
    }
)
HOSTILE = json.dumps(
    {
        "entities": [
            {"id": "thing_1", "category": EVIL, "box": [0.1, 0.1, 0.5, 0.5], "attributes": ["<b>bold</b>"]},
            {"id": "thing_2", "category": "شجرة", "box": [0.5, 0.5, 0.9, 0.9]},
        ],
        "relations": [{"id": "r1", "subject": "thing_1", "predicate": "<svg/onload=alert(1)>", "object": "thing_2"}],
    }
)
SEEN = Observations.model_validate(
    {
        "witnesses": [{"name": "embedded", "categories": ["cup"]}],
        "things": [{"category": "cup", "box": [0.1, 0.2, 0.4, 0.6], "score": 0.7, "witness": "embedded"}],
        "people": [
            {
                "box": [0, 0, 1, 1],
                "score": 0.8,
                "keypoints": {"left_wrist": [0.2, 0.5, 0.9], "left_elbow": [0.3, 0.4, 0.9]},
                "witness": "embedded",
            }
        ],
    }
)


def analyzed(name: str, replies: list[str]) -> nesy.Analysis:
    picture = Image.from_pixels(PIL.Image.new("RGB", (200, 150), "wheat"), name=name)
    return nesy.Pipeline(ScriptedModel(replies)).analyze(picture)


@cache
def records() -> tuple[Record, ...]:
    """Return a corrected scene, one that stays inconsistent, one of evil words, and one without its picture."""
    corrected = analyzed("tea.png", [TEA, '{"1": "withdraw"}']).model_copy(update={"observations": SEEN})
    first = analyzed("wrong.png", [TEA, '{"1": "keep"}'])
    left = {"scene": first.rounds[0].scene, "verdict": first.rounds[0].verdict, "edits": (), "withdrawn": ()}
    wrong = first.model_copy(update={**left, "rounds": first.rounds[:1], "kept_round": 0, "consistent": False})
    evil = analyzed(EVIL, [HOSTILE, HOSTILE, HOSTILE])
    pixels = embedded(PIL.Image.new("RGB", (200, 150), "wheat"))
    plain = analyzed("plain.png", ['{"entities": [{"id": "dog_1"}]}'])
    return (
        *(Record(record_view(one), pixels) for one in (corrected, wrong, evil)),
        Record(record_view(plain), None, "It lies elsewhere."),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text("".join(page(records(), f"A report {EVIL}", ["Two are left out."])), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "alone.html"
    file.write_text("".join(page(records()[:1], "One")), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


def choose(shown: Any, name: str) -> None:
    shown.locator(".pictures button", has_text=name).click()
    assert shown.locator("#detail h2").inner_text().startswith(name)


def test_who_objected_and_what_was_withdrawn_is_told_first(browser: Any, alone: Path) -> None:
    with opened(browser, alone) as shown:
        case = shown.locator(".cases > li").first
        told = case.inner_text()
        assert "cup_1 on cup_1" in told and "withdrawn" in told and "objected" in told
        assert case.locator("s").inner_text() == "cup_1 on cup_1"
        assert case.bounding_box()["y"] < 500  # without scrolling
        assert not shown.locator("#list").is_visible()  # one picture needs no list


def test_one_picture_has_the_whole_width(browser: Any, alone: Path) -> None:
    with opened(browser, alone, 1400) as shown:
        assert shown.locator("#detail").bounding_box()["width"] > 1300


@pytest.mark.parametrize("size", [(10**9, 1), (1, 10**9)])
def test_that_a_picture_is_not_there_can_be_read_whatever_its_shape(
    browser: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    view = record_view(analyzed("odd.png", [TEA, '{"1": "withdraw"}']), size)
    (tmp_path / "odd.html").write_text("".join(page([Record(view, None, "It lies elsewhere.")], "Odd")))
    with opened(browser, tmp_path / "odd.html") as shown:
        room = shown.locator(".canvas").bounding_box()
        assert min(room["width"], room["height"]) > 100 and "elsewhere" in shown.locator(".canvas").inner_text()


def test_of_thousands_of_claims_all_are_listed_and_as_many_drawn_as_can_be_seen(browser: Any, tmp_path: Path) -> None:
    many = {
        "entities": [{"id": f"t{n}", "category": "cup", "box": [0.1, 0.1, 0.2, 0.2]} for n in range(2000)],
        "relations": [
            {"id": f"r{n}", "subject": f"t{n}", "predicate": "near", "object": f"t{n // 2}"} for n in range(1, 2000)
        ],
    }
    one = analyzed("few.png", ['{"entities": [{"id": "dog_1"}]}'])
    scene = nesy.Scene.model_validate(many)
    rounds = (one.rounds[0].model_copy(update={"scene": scene}),)
    view = record_view(one.model_copy(update={"scene": scene, "rounds": rounds}))
    assert len(view["claims"]) == 3999 and len(view["graph"]["nodes"]) == 300 == len(view["overlays"][0][0]["boxes"])
    (tmp_path / "many.html").write_text("".join(page([Record(view)], "Many")))
    with opened(browser, tmp_path / "many.html") as shown:
        assert shown.locator(".claims > li").count() == 3999
        assert "Only the first 300 things" in shown.locator("figure").inner_text()


def test_a_claim_that_is_pointed_at_lights_its_box_and_its_arrows_and_tells_its_life(browser: Any, alone: Path) -> None:
    with opened(browser, alone) as shown:
        shown.locator(".claims [data-claim=dining_table_1]").hover()
        lit = shown.locator(".canvas .on")
        assert {one.get_attribute("data-claim") for one in lit.all()} == {"dining_table_1", "r1"}
        assert "dining_table_1 is a dining table" in shown.locator(".life").inner_text()
        shown.locator(".canvas .arrow[data-claim=r2] circle").hover()
        assert "Round 1: it was withdrawn" in shown.locator(".life").inner_text()
        shown.locator("h1").hover()
        assert "No claim is chosen" in shown.locator(".life").inner_text()


def test_all_of_it_goes_by_keyboard_alone(browser: Any, alone: Path) -> None:
    with opened(browser, alone) as shown:
        slider = shown.get_by_role("slider", name="Round")
        slider.focus()
        assert slider.get_attribute("aria-valuetext") == "Round 1: the model looks again"
        shown.keyboard.press("ArrowLeft")
        assert slider.get_attribute("aria-valuetext") == "Round 0: the model describes the picture"
        assert "Nothing" not in shown.locator(".round").inner_text() and shown.locator(".finding").count() > 0
        assert not shown.locator(".claims s").count()  # nothing is gone yet
        for _ in range(30):
            shown.keyboard.press("Tab")
            if shown.evaluate("document.activeElement.closest('.claims')") is not None:
                break
        shown.keyboard.press("ArrowDown")
        assert shown.evaluate("document.activeElement.dataset.claim") == "dining_table_1"
        assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        shown.keyboard.press("Enter")
        held = shown.locator(".claims [data-claim=dining_table_1]")
        assert held.get_attribute("aria-pressed") == "true"
        shown.locator("h1").hover()
        assert "held" in shown.locator(".life").inner_text()
        shown.keyboard.press("Escape")
        assert held.get_attribute("aria-pressed") == "false"
        assert "No claim is chosen" in shown.locator(".life").inner_text()


def test_the_slider_goes_through_scene_findings_prompt_and_reply_of_each_round(browser: Any, alone: Path) -> None:
    with opened(browser, alone) as shown:
        assert shown.locator(".canvas .arrow.gone").count() == 1
        assert shown.locator(".graph .name .gone").text_content() == "on"
        shown.get_by_text("Prompt", exact=True).click()
        asked = shown.locator(".round pre").first.inner_text()
        assert "cup_1 on cup_1" in asked
        shown.get_by_role("button", name="Earlier round").click()
        assert shown.locator(".canvas .arrow.gone").count() == 0
        assert shown.locator(".round pre").first.inner_text() != asked  # still open, and of the other round
        assert shown.get_by_role("button", name="Earlier round").is_disabled()


def test_a_page_of_one_picture_takes_the_whole_window(browser: Any, alone: Path) -> None:
    with opened(browser, alone, 1600) as shown:
        assert shown.locator("article").bounding_box()["width"] > 1400


@pytest.mark.parametrize(("width", "height"), [(390, 844), (800, 600), (1400, 900), (1100, 500)])
def test_nothing_moves_under_the_pointer_and_the_life_is_in_sight(
    browser: Any, alone: Path, width: int, height: int
) -> None:
    """Whatever is pointed at, the page stays as it was; where there is one column, the life lies over its foot."""
    with opened(browser, alone, width, height) as shown:
        shown.evaluate("document.documentElement.style.overflowAnchor = 'none'")  # or the browser would scroll after it
        places = "[...document.querySelectorAll('.claims li, .cases > li, .node')].map((one) => { const {x, y} = one.getBoundingClientRect(); return [x, y + scrollY]; })"  # noqa: E501
        before = shown.evaluate(places)
        for one in (*shown.locator(".claims [data-claim]").all(), *shown.locator(".cases [data-claim], .node").all()):
            one.hover()
            assert shown.locator(".life li").count()
            assert shown.evaluate(places) == before
            if width < 1024:
                life = shown.locator(".life").bounding_box()
                assert life["y"] > height / 2 and life["y"] + life["height"] <= height + 1


def test_in_a_narrow_window_a_held_claim_is_let_go_by_touch(browser: Any, alone: Path) -> None:
    with opened(browser, alone, 390, 844, has_touch=True) as shown:
        held = shown.locator(".claims [data-claim=dining_table_1]")
        held.tap()
        assert held.get_attribute("aria-pressed") == "true"
        shown.get_by_role("button", name="Let go of dining_table_1").tap()
        assert held.get_attribute("aria-pressed") == "false"
        assert shown.locator(".life").bounding_box()["height"] <= 1


def test_what_was_asked_is_said_once(browser: Any, alone: Path) -> None:
    with opened(browser, alone) as shown:
        asked = shown.locator(".round ul").first.inner_text()
        assert asked.count("cup_1 on cup_1") == 1 and "r2" not in asked
        shown.locator(".round ul [data-claim=r2]").first.hover()
        assert "cup_1 on cup_1" in shown.locator(".life").inner_text()


def test_skeletons_and_what_the_witness_saw_are_drawn_when_wanted(browser: Any, alone: Path) -> None:
    with opened(browser, alone) as shown:
        assert shown.locator(".canvas .limb").first.is_visible()
        assert not shown.locator(".canvas .seen rect").first.is_visible()
        shown.get_by_role("checkbox", name="what the witness saw").check()
        assert shown.locator(".canvas .seen rect").first.is_visible()
        shown.get_by_role("checkbox", name="skeletons").uncheck()
        assert not shown.locator(".canvas .limb").first.is_visible()
        assert "0.70" in shown.get_by_role("table").inner_text()


def test_pictures_are_found_and_ordered(browser: Any, report: Path) -> None:
    with opened(browser, report) as shown:
        names = shown.locator(".pictures .title")
        assert [name[:5] for name in names.all_inner_texts()] == ["tea.p", "wrong", "</scr", "plain"]
        assert "4 of 4 pictures" in shown.locator("[role=status]").first.inner_text()
        for chosen, left in (("inconsistent", ["wrong.png"]), ("corrected", ["tea.png"]), ("repaired", [])):
            shown.get_by_label("Show").select_option(chosen)
            assert names.all_inner_texts() == left
        assert "0 of 4" in shown.locator("[role=status]").first.inner_text()
        shown.get_by_label("Show").select_option("all")
        shown.get_by_label("Category or name").fill("dining t")
        assert names.all_inner_texts() == ["tea.png", "wrong.png"]
        shown.get_by_label("Category or name").fill("")
        rule = shown.locator("#rule option").nth(1)
        shown.get_by_label("Rule").select_option(rule.get_attribute("value"))
        assert 0 < names.count() < 4
        shown.get_by_label("Rule").select_option("")
        shown.get_by_label("Order").select_option("changed")
        assert names.first.inner_text() == "tea.png"
        shown.get_by_label("Order").select_option("name")
        assert names.last.inner_text() == "wrong.png"


def test_words_of_evil_are_shown_as_they_are_and_nothing_of_them_runs(browser: Any, report: Path) -> None:
    with opened(browser, report) as shown:
        choose(shown, "</script>")
        assert shown.title().startswith("A report </script>")
        assert shown.evaluate("[...document.scripts].filter((one) => !one.type).length") == 3  # our own
        assert shown.locator("[onerror], [onload]").count() == 0
        told = shown.locator("#detail").inner_text()
        assert "<script>document.title" in told and "\\u202eabc\\u0000" in told and "\u202e" not in told
        assert "<b>bold</b>" in told and "شجرة" in told and "<svg/onload=alert(1)>" in told
        assert shown.locator("#detail b", has_text="bold").count() == 0


def test_a_record_without_its_picture_is_shown_and_says_so(browser: Any, report: Path) -> None:
    with opened(browser, report) as shown:
        choose(shown, "plain.png")
        assert "It lies elsewhere." in shown.locator(".canvas").inner_text()
        told, drawn = (shown.locator(f".canvas {one}").bounding_box() for one in (".no-picture", "svg"))
        assert told["y"] + told["height"] <= drawn["y"]  # no box is drawn over the words
        assert "Two are left out." in shown.locator("#notes").inner_text()
        assert "Nobody objected" in shown.locator("#detail").inner_text()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 360)])
def test_axe_finds_nothing_serious(browser: Any, report: Path, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with opened(browser, report, width, color_scheme=scheme, reduced_motion="reduce") as shown:
        choose(shown, "tea.png")
        shown.locator(".claims [data-claim=cup_1]").focus()
        for summary in shown.locator("#detail summary").all():
            summary.click()
        found = axe.run(shown).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_no_width_makes_the_page_scroll_sideways_and_names_fit_a_narrow_one(browser: Any, report: Path) -> None:
    with opened(browser, report, 360, 740) as shown:
        choose(shown, "tea.png")
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert shown.evaluate(sideways) <= 0
        assert shown.locator(".canvas .name text").first.bounding_box()["height"] > 9
        narrow = shown.locator(".canvas svg").get_attribute("viewBox")
        shown.set_viewport_size({"width": 1600, "height": 900})
        shown.locator(f".canvas svg:not([viewBox='{narrow}'])").first.wait_for()
        assert shown.evaluate(sideways) <= 0


def test_on_paper_stands_every_picture_that_is_listed(browser: Any, report: Path) -> None:
    with opened(browser, report) as shown:
        shown.get_by_label("Show").select_option("inconsistent")
        shown.emulate_media(media="print")
        papers = shown.locator("#paper .record")
        papers.first.wait_for()
        assert papers.count() == 1 and "wrong.png" in papers.inner_text()
        assert not shown.locator("#list").is_visible() and not shown.locator("#detail").is_visible()
        assert shown.locator("#paper .canvas img").count() == 1
        assert shown.locator("#paper .looking .graph svg").count() == 1  # below the picture, where room is
        shown.emulate_media(media="screen")
        shown.locator("#paper .record").first.wait_for(state="detached")


def test_the_policy_lets_nothing_else_run(browser: Any, tmp_path: Path) -> None:
    whole = "".join(page(records()[:1], "One"))
    (policy,) = re.findall('http-equiv="Content-Security-Policy" content="([^"]*)"', whole)
    assert policy.startswith("default-src &#x27;none&#x27;; img-src data:;") and "unsafe" not in policy
    assert not re.search(
        r"""\son\w+\s*=\s*["']|\sstyle=["']|https?://(?!www\.w3\.org/2000/svg|w3id\.org/nesy)""", asset("view.js")
    )
    slipped = tmp_path / "slipped.html"
    added = "<script>document.title = 'ran'</script><img src='https://example.org/a.png'>"
    slipped.write_text(whole.replace("</body>", f"{added}</body>"), encoding="utf-8")
    context = browser.new_context()
    asked: list[str] = []
    shown = context.new_page()
    shown.on("response", lambda answer: asked.append(answer.url))
    shown.goto(slipped.as_uri())
    assert shown.title() == "One" and not any("example.org" in url for url in asked)
    context.close()
