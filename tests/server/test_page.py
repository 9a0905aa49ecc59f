"""The page of `nesy serve` in a headless Chromium: by mouse, by keyboard, and when things go wrong."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import nesy
from nesy.cli import main
from nesy.experiments.scoring.folder import read_truths
from nesy.server import Access, Limits
from nesy.turns import Request
from tests.browser import chromium
from tests.served import ODD, Served, TalkingModel, answers, png, served

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WIDE, NARROW = {"width": 1400, "height": 1000}, {"width": 360, "height": 740}
CUP = {"name": "cup.png", "mimeType": "image/png", "buffer": png(size=(80, 60))}
HOSTILE = "<img src=x onerror=alert(1)> \"'\u202egnp.exe"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@contextmanager
def page_of(browser: Any, server: Served, viewport: dict[str, int] = WIDE, **more: Any) -> Iterator[Any]:
    """Open the page; nothing may be asked of another host, and nothing may fail in it."""
    context = browser.new_context(viewport=viewport, **more)
    context.set_default_timeout(0)  # a busy machine is no failure
    page = context.new_page()
    elsewhere: list[str] = []
    failed: list[str] = []
    page.on("request", lambda asked: elsewhere.append(asked.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda told: failed.append(told.text) if "Content Security Policy" in told.text else None)
    try:
        page.goto(server.url)
        yield page
        assert [url for url in elsewhere if not url.startswith((server.url, "data:", f"blob:{server.url}"))] == []
        assert not failed
    finally:
        context.close()


def choose(page: Any, file: Any) -> None:
    page.locator("#choose").wait_for()
    page.set_input_files("#file", file)


def done(page: Any) -> None:
    page.locator("#view article").wait_for()


def downloaded(page: Any, button: str) -> tuple[str, bytes]:
    with page.expect_download() as started:
        page.get_by_role("button", name=button).click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def serious(page: Any) -> list[str]:
    """Return what axe finds that keeps people from using a page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    found = axe.run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


def problem(page: Any) -> str:
    page.locator("#problem:not([hidden])").wait_for()
    return page.locator("#problem").inner_text()


@pytest.fixture(scope="module")
def cups() -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture(scope="module")
def narrow() -> Iterator[Served]:
    """A server of small limits."""
    with served(limits=Limits(megabytes=0.05, megapixels=0.01)) as running:
        yield running


def test_a_drawing_from_upload_to_gold(browser: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it once, with the embedded model: one person is not true, and what was withdrawn stays out."""
    picture = EXAMPLES / "images" / "suitcase.png"
    with served("embedded", settings=nesy.Settings(), gold=tmp_path) as server, page_of(browser, server) as page:
        choose(page, picture)
        # The rounds are hidden as soon as all is done, which may be before anybody here looks.
        page.locator("#rounds li strong", has_text="The model describes the picture: ").wait_for(state="attached")
        assert page.locator("#preview rect").count() > 5
        done(page)
        assert serious(page) == []

        gone = page.locator("#view .claims s", has_text="carry")
        assert gone.count() == 1
        page.get_by_role("slider", name="Round").fill("0")
        assert gone.count() == 0
        page.get_by_role("slider", name="Round").fill("2")
        page.locator("#view .claims button.claim", has_text="horse_1 ").first.hover()
        assert "the model said" in page.locator("#view .life").inner_text()

        page.fill("#question", "Is there a suitcase?")
        page.keyboard.press("Enter")
        page.locator("#answers li").wait_for()
        assert page.locator("#answers strong").inner_text() == "yes"

        name, data = downloaded(page, "Download the analysis")
        analysis = nesy.Analysis.from_json(data)
        assert name == "suitcase.analysis.json" and analysis.image.sha256 == nesy.Image.open(picture).sha256
        name, data = downloaded(page, "Download the report")
        assert name == "suitcase.report.html" and b"suitcase.png" in data and b"http://127" not in data

        page.get_by_role("button", name="Reject: person_1 is a person").click()
        page.get_by_role("button", name="Reject: 2 person").click()
        page.get_by_role("button", name="Reject: horse_1 is red").click()
        page.get_by_role("button", name="Accept the rest").click()
        page.get_by_role("button", name="Save it on the server").click()
        page.locator("#saved:not(:empty)").wait_for()
        assert page.locator("#saved").inner_text() == "Saved as suitcase.png; the folder holds 1 scene."
        name, data = downloaded(page, "Download the gold scene")
    (gold,) = read_truths(tmp_path)
    assert name == "suitcase.scene.json" and nesy.Scene.from_json(data) == gold
    assert nesy.check(gold).consistent
    before = {claim.id: claim for claim in analysis.scene.claims()}
    away = set(before) - {claim.id for claim in gold.claims()}
    assert {"person_1", "n1"} <= away and all(one.subject != "person_1" for one in gold.relations)
    assert gold.entity("horse_1").attributes == () and gold.entity("cat_1").attributes == ("purple",)
    assert all(claim.confidence is None for claim in gold.claims()) and "r6" not in {one.id for one in gold.relations}
    reply = {"image": "suitcase.png", "kind": "describe", "text": analysis.rounds[0].reply}
    (tmp_path / "replies.jsonl").write_text(json.dumps(reply))
    replay = ["--model", f"replay:{tmp_path / 'replies.jsonl'}", "--set", "correction.rounds=0"]
    assert main(["evaluate", str(tmp_path), *replay]) == 0
    assert "1 image" in capsys.readouterr().out


def test_a_photograph_as_the_witness_sees_it(browser: Any) -> None:
    picture = EXAMPLES / "photographs" / "coffee.jpg"
    with served("witness", settings=nesy.Settings()) as server, page_of(browser, server, NARROW) as page:
        choose(page, picture)
        done(page)
        assert page.locator("#view .claims button.claim").count() > 1
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide == NARROW["width"] and serious(page) == []


def test_rounds_are_shown_as_they_come(browser: Any) -> None:
    go_on = threading.Event()

    def reply(request: Request) -> str:
        if request.kind == "correct":
            go_on.wait()
        return answers(request)

    with served(TalkingModel(reply)) as server, page_of(browser, server) as page:
        choose(page, CUP)
        page.locator("#rounds .violation", has_text="cup_1").wait_for()
        page.locator("#rounds .at-work", has_text="1 claim to look at again").wait_for()
        assert page.locator("#rounds li").count() == 2 and not page.locator("#result").is_visible()
        go_on.set()
        done(page)
        assert not page.locator("#work").is_visible()


def test_a_claim_that_is_held_stays_so_while_others_are_judged(browser: Any, cups: Served) -> None:
    with page_of(browser, cups, NARROW) as page:
        choose(page, CUP)
        done(page)
        page.locator("#view .claims button.claim").first.click()
        page.get_by_role("button", name="Accept: ").last.hover()
        assert "held" in page.locator("#view .life").inner_text()
        page.locator("#question").hover()
        assert "held" in page.locator("#view .life").inner_text()


def test_by_keyboard_alone(browser: Any, tmp_path: Path) -> None:
    """From the file to the saved scene; what has the focus is always to be seen."""
    with served(gold=tmp_path) as server, page_of(browser, server, NARROW, color_scheme="dark") as page:
        page.locator("#choose").wait_for()
        with page.expect_file_chooser() as chooser:
            press(page, "file", seen=False)  # its label is outlined in its place
        chooser.value.set_files([CUP])
        done(page)
        assert page.evaluate("document.activeElement.textContent") == "cup.png"
        press(page, "Reject: cup_1 is a cup")
        assert page.get_by_role("button", name="Reject: cup_1 is a cup").get_attribute("aria-pressed") == "true"
        page.keyboard.press("Enter")  # once more: it is not judged
        assert page.locator("#tally").inner_text().startswith("0 accepted, 0 rejected")
        press(page, "Save it on the server")
        page.locator("#saved:not(:empty)").wait_for()
        assert serious(page) == [] and page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert len(read_truths(tmp_path)) == 1


def press(page: Any, name: str, *, seen: bool = True) -> None:
    """Go by Tab to what has this name, text or id, where the focus has to be seen, and press Enter."""
    for _ in range(100):
        page.keyboard.press("Tab")
        named = "(({ariaLabel, textContent, id}) => [ariaLabel, textContent, id])(document.activeElement)"
        if name in page.evaluate(named):
            break
    else:
        raise AssertionError(f"Tab does not come to {name}")
    assert not seen or page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")


def test_everything_rejected_and_what_was_withdrawn_accepted(browser: Any, cups: Served) -> None:
    with page_of(browser, cups) as page:
        choose(page, CUP)
        done(page)
        page.get_by_role("button", name="Accept: cup_1 on cup_1").click()
        scene = nesy.Scene.from_json(downloaded(page, "Download the gold scene")[1])
        assert [claim.id for claim in scene.claims()] == ["cup_1", "r1"]
        page.get_by_role("button", name="Reject the rest").click()
        assert "goes with cup_1" in page.locator("#view").inner_text()
        assert "holds 0 claims" in page.locator("#tally").inner_text()
        assert nesy.Scene.from_json(downloaded(page, "Download the gold scene")[1]).entities == ()
        page.get_by_role("button", name="Judge anew").click()
        assert (
            page.locator("#tally").inner_text() == "0 accepted, 0 rejected, 2 not judged. The gold scene holds 1 claim."
        )


def test_odd_words_and_ids_are_text(browser: Any, tmp_path: Path) -> None:
    """Letters of all kinds in ids, and in labels and names what markup and terminals would obey."""
    label = HOSTILE[:60]
    described = {
        "entities": [
            {"id": "é.猫-1", "category": label, "attributes": [label]},
            {"id": "__proto__", "category": "cup"},
        ],
        "relations": [{"id": "constructor", "subject": "é.猫-1", "predicate": label, "object": "__proto__"}],
    }
    model = TalkingModel(lambda request: json.dumps(described) if request.kind == "describe" else "{}")
    sent = {**CUP, "name": f"{HOSTILE}.png".replace("/", "")}
    with served(model, gold=tmp_path) as server, page_of(browser, server) as page:
        choose(page, sent)
        done(page)
        assert page.locator("#view img, #view script, #rounds img").count() == page.locator("#view .canvas img").count()
        held = nesy.Analysis.from_json(downloaded(page, "Download the analysis")[1]).scene
        page.get_by_role("button", name="Accept the rest").click()
        page.get_by_role("button", name="Save it on the server").click()
        page.locator("#saved:not(:empty)").wait_for()
        (gold,) = read_truths(tmp_path)
        assert {claim.id for claim in held.claims()} == {claim.id for claim in gold.claims()} and len(
            gold.entities
        ) == 2
        page.locator("#view .claims li", has_text="__proto__").first.get_by_role("button", name="Reject").first.click()
        assert "goes with __proto__" in page.locator("#view").inner_text()


def test_what_turns_the_writing_is_shown_as_its_escape_wherever_it_stands(browser: Any, cups: Served) -> None:
    """In the name of the file, what is told of it, the rounds, the question and the answer."""
    odd = "a\u202egnp\u2066\u0085"
    replies = {"describe": ODD.replace('"entities"', '"counts": [{"category": "ODD", "value": 2}], "entities"')}
    replies |= {"correct": '{"1": "withdraw"}', "ask": json.dumps({"answer": odd})}
    replies["describe"] = replies["describe"].replace('"ODD"', json.dumps(odd))
    model = TalkingModel(lambda request: replies.get(request.kind, "{}"))
    with served(model) as server, page_of(browser, server) as page:
        choose(page, {**CUP, "name": f"{odd}.png"})
        done(page)
        page.fill("#question", f"Is it {odd}?")
        page.keyboard.press("Enter")
        page.locator("#answers li").wait_for()
        told = page.evaluate("document.body.textContent + document.body.outerHTML")
        assert "a\\u202egnp\\u2066\\u0085.png" in told and not set(told) & set("\u202e\u2066\u0085")


def test_another_picture_may_come_while_a_judgement_has_the_focus(browser: Any, cups: Served) -> None:
    with page_of(browser, cups) as page:
        choose(page, CUP)
        done(page)
        page.get_by_role("button", name="Reject: cup_1 is a cup").click()
        choose(page, {**CUP, "name": "other.png", "buffer": png("red")})
        page.locator("#view h2", has_text="other.png").wait_for()
        assert page.locator("#tally").inner_text().startswith("0 accepted, 0 rejected, 2 not judged")


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}, "not an image"),
        ({"name": "empty.png", "mimeType": "image/png", "buffer": b""}, "empty"),
        ({"name": "cut.png", "mimeType": "image/png", "buffer": png(size=(80, 60))[:60]}, "damaged"),
        ({"name": "many.png", "mimeType": "image/png", "buffer": png(size=(200, 200))}, "more than the limit"),
        ({"name": "large.png", "mimeType": "image/png", "buffer": bytes(60_000)}, "large.png has 0.1 MB"),
    ],
)
def test_what_is_no_picture_is_told_in_a_sentence(browser: Any, narrow: Served, file: dict, says: str) -> None:
    with page_of(browser, narrow) as page:
        choose(page, file)
        told = problem(page)
        assert says in told and told.endswith(".") and "\n" not in told
        assert not page.locator("#result").is_visible() and not page.locator("#work").is_visible()
        choose(page, CUP)  # and the page works on
        done(page)
        assert not page.locator("#problem").is_visible()


def test_a_server_that_goes_away(browser: Any) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def reply(request: Request) -> str:
        if request.kind == "correct":
            begun.set()
            go_on.wait()
        return answers(request)

    running = served(TalkingModel(reply))
    server = running.__enter__()
    try:
        with page_of(browser, server) as page:
            choose(page, CUP)
            page.locator("#rounds .at-work", has_text="look at again").wait_for()
            begun.wait()
            running.__exit__(None, None, None)
            assert "went away" in problem(page) or "about to end" in problem(page)
            assert page.locator("#rounds .violation").is_visible()  # what had come is still there
            choose(page, CUP)
            page.locator("#problem", has_text="cannot be reached").wait_for()
    finally:
        go_on.set()


def test_stop_ends_the_work(browser: Any) -> None:
    go_on = threading.Event()
    model = TalkingModel(lambda request: ODD if request.kind == "describe" else str(go_on.wait()))
    with served(model) as server, page_of(browser, server) as page:
        choose(page, CUP)
        page.locator("#rounds .at-work", has_text="look at again").wait_for()
        page.get_by_role("button", name="Stop").click()
        page.locator("#status", has_text="Stopped.").wait_for()
        go_on.set()
        assert not page.locator("#stop").is_visible() and not page.locator("#problem").is_visible()


def test_two_tabs_at_once(browser: Any, tmp_path: Path) -> None:
    """Each has its picture, one waits for the other, and what both save is there."""
    with served(gold=tmp_path) as server, page_of(browser, server) as one, page_of(browser, server) as other:
        for page, colour in ((one, "red"), (other, "blue")):
            choose(page, {**CUP, "name": f"{colour}.png", "buffer": png(colour)})
        for page in (one, other):
            done(page)
            page.get_by_role("button", name="Save it on the server").click()
        for page, colour in ((one, "red"), (other, "blue")):
            page.locator("#saved", has_text=f"Saved as {colour}.png").wait_for()
    assert sorted(scene.image.name for scene in read_truths(tmp_path)) == ["blue.png", "red.png"]


def test_a_full_queue_is_told(browser: Any) -> None:
    go_on = threading.Event()
    model = TalkingModel(lambda request: answers(request) if go_on.wait() else "")
    full = served(model, limits=Limits(waiting=0))
    with full as server, page_of(browser, server) as one, page_of(browser, server) as other:
        choose(one, CUP)
        one.locator("#rounds .at-work").wait_for()
        choose(other, CUP)
        assert "try again in" in problem(other)
        go_on.set()
        done(one)


def test_the_token_is_asked_for_and_kept_in_memory_alone(browser: Any) -> None:
    with served(access=Access(token="s3cret-token")) as server, page_of(browser, server) as page:
        page.locator("#login").wait_for()
        assert not page.locator("#choose").is_visible() and serious(page) == []
        page.fill("#token", "wrong")
        page.keyboard.press("Enter")
        assert problem(page) == "The token is missing or wrong."
        page.fill("#token", "s3cret-token")
        page.keyboard.press("Enter")
        choose(page, CUP)
        done(page)
        kept = "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href, history.state])"
        assert "s3cret" not in page.evaluate(kept) and "s3cret" not in page.content()
        page.reload()
        page.locator("#login").wait_for()


def test_a_picture_is_dropped(browser: Any, cups: Served) -> None:
    drop = """([names, bytes]) => {
        const data = new DataTransfer();
        for (const name of names) data.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
        document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
    }"""
    with page_of(browser, cups) as page:
        page.locator("#choose").wait_for()
        page.evaluate(drop, [["a.png", "b.png"], list(CUP["buffer"])])
        assert problem(page) == "One picture at a time, please."
        page.evaluate(drop, [["dropped.png"], list(CUP["buffer"])])
        done(page)
        assert page.locator("#view h2").inner_text() == "dropped.png"
        assert not page.locator("#save-gold").is_visible()  # the server was not told where


def test_nothing_of_the_page_runs_but_its_own_files(cups: Served) -> None:
    answer = cups.get("/")
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
    assert " on" not in "".join(part.partition(">")[0] for part in answer.text.split("<")).replace(" only", "")
    assert "style=" not in answer.text and "<style" not in answer.text and "http" not in answer.text
    for name in ("live.js", "view.js"):
        script = cups.get(f"/page/{name}")
        assert script.headers["content-type"].startswith("text/javascript")
        assert "innerHTML" not in script.text and "localStorage" not in script.text
    assert cups.get("/page/../page_routes.py").status_code == 404 and cups.get("/page/index.html").status_code == 404
