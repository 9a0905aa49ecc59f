"""`/analyze`, `/ask`, `/check` and `/health`: pictures and scenes in, the formats of nesy out, rounds as events."""

import base64
import json
import threading

import httpx
import pytest

import nesy
from nesy.answering import Answered
from nesy.turns import Request
from nesy.verdict import Verdict
from tests.served import CUP, ODD, QUICK, Served, TalkingModel, data_url, events, png, served

TOLD = {"Accept": "text/event-stream"}
SCENE = {"entities": [{"id": "cup_1", "category": "cup"}]}
ODD_SCENE = {**SCENE, "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}


@pytest.fixture(scope="module")
def server():
    with served() as running:
        yield running


@pytest.mark.parametrize(
    "sent",
    [
        {"files": {"file": ("a/b\\cup.png", png(), "image/png")}},
        {"files": {"anything": ("cup.png", png())}},
        {"content": png(), "headers": {"Content-Type": "image/png"}, "params": {"name": "cup.png"}},
        {"content": png(), "headers": {"Content-Type": "application/octet-stream"}, "params": {"name": "../cup.png"}},
        {"json": {"image": base64.b64encode(png()).decode(), "name": "cup.png"}},
        {"json": {"image": data_url(), "name": "/etc/cup.png"}},
    ],
)
def test_a_picture_comes_in_three_ways(server: Served, sent: dict) -> None:
    answer = server.post("/analyze", **sent)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    analysis = nesy.Analysis.from_json(answer.content)
    assert analysis.image.name == "cup.png" and analysis.consistent and len(analysis.rounds) == 2


def test_the_analysis_is_that_of_the_pipeline(server: Served) -> None:
    ours = nesy.Pipeline(TalkingModel(), QUICK).analyze(nesy.Image.from_bytes(png(), "cup.png"))
    theirs = server.post("/analyze", files={"file": ("cup.png", png())})
    assert nesy.Analysis.from_json(theirs.content) == ours


def test_rounds_are_events_in_order_as_they_come() -> None:
    """The first round is told while the model has not answered about the second."""
    go_on = threading.Event()

    def reply(request: Request) -> str:
        if request.kind == "describe":
            return ODD
        go_on.wait()
        return '{"1": "withdraw"}'

    with served(TalkingModel(reply)) as running:
        sent = {"files": {"file": ("cup.png", png())}, "headers": TOLD, "timeout": None}
        with httpx.stream("POST", f"{running.url}/analyze", **sent) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = []
            for line in answer.iter_lines():
                lines.append(line)
                if line == "event: round":
                    go_on.set()
    found = events(iter(lines))
    assert [name for name, _ in found] == ["round_started", "round", "round_started", "round", "analysis"]
    assert found[2][1]["claims"][0]["claim"] == "r1" and found[0][1]["kind"] == "describe"
    analysis = nesy.Analysis.from_json(json.dumps(found[-1][1]))
    assert [data for name, data in found if name == "round"] == json.loads(analysis.to_json())["rounds"]


def test_a_reply_that_cannot_be_read_is_an_event() -> None:
    said = iter(["what?", CUP])
    with served(TalkingModel(lambda _: next(said)), settings=nesy.Settings()) as running:
        answer = running.post("/analyze", files={"f": png()}, headers=TOLD)
    found = events(iter(answer.text.splitlines()))
    assert [name for name, _ in found] == ["round_started", "reply_rejected", "round", "analysis"]


def test_what_is_wrong_with_a_request_for_events_is_told_by_the_status(server: Served) -> None:
    answer = server.post("/analyze", files={"f": b"no picture"}, headers=TOLD)
    assert answer.status_code == 400 and "not an image" in answer.json()["error"]["message"]


@pytest.mark.parametrize("checked", [None, "false"])
def test_a_question(server: Served, checked: str | None) -> None:
    fields = {"question": "Is there a cup?", **({} if checked is None else {"checked": checked})}
    answered = Answered.from_json(server.post("/ask", files={"f": png()}, data=fields).content)
    assert answered.answer == "yes" and answered.checked is (checked is None)
    same = server.post("/ask", json={"image": data_url(), "question": "Is there a cup?", "checked": checked is None})
    assert Answered.from_json(same.content).answer == "yes"


@pytest.mark.parametrize(
    ("path", "sent", "status", "says"),
    [
        ("/ask", {"files": {"f": png()}}, 400, "question: a text"),
        ("/ask", {"files": {"f": png()}, "data": {"question": "  "}}, 400, "question: a text"),
        ("/ask", {"files": {"f": png()}, "data": {"question": "Is it?", "checked": "maybe"}}, 400, "checked"),
        ("/ask", {"files": {"f": png()}, "data": {"question": "?" * 2000}}, 400, "2000 characters"),
        ("/ask", {"files": {"f": png()}, "data": {"question": "x?", "temperature": "nan"}}, 400, "temperature"),
        ("/analyze", {"files": [("a", png()), ("b", png())]}, 400, "one file is expected"),
        ("/analyze", {"data": {"file": "text"}}, 415, "expected"),
        ("/analyze", {"files": {"f": b""}}, 400, "empty"),
        ("/analyze", {"content": b"", "headers": {"Content-Type": "image/png"}}, 400, "empty"),
        ("/analyze", {"json": {}}, 400, "image: a picture"),
        ("/analyze", {"json": {"image": "https://example.org/a.png"}}, 400, "fetches no pictures"),
        ("/analyze", {"json": {"image": "a.png"}}, 400, "no base64"),
        ("/analyze", {"json": {"image": data_url(), "name": {}}}, 400, "name: a text"),
        ("/analyze", {"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "form"),
        (
            "/analyze",
            {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            400,
            "",
        ),
        ("/analyze", {"content": png(), "headers": {"Content-Type": "text/html"}}, 415, "text/html"),
        ("/analyze", {"content": png()}, 415, "none"),
        ("/check", {"json": []}, 400, "no JSON object"),
        ("/check", {"json": {"entities": [{"id": "cup_1"}]}}, 400, "category"),
        ("/check", {"json": {"schema": "nesy.verdict/1"}}, 400, "nesy.verdict/1"),
        ("/check", {"json": {"scene": SCENE, "evidnce": []}}, 400, "evidnce"),
        ("/check", {"json": {"scene": SCENE, "evidence": [SCENE], "closed": 5}}, 400, "closed"),
        ("/check", {"content": b"\n \n", "headers": {"Content-Type": "application/x-ndjson"}}, 400, "empty"),
        ("/nowhere", {}, 404, "no such path"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(server: Served, path: str, sent: dict, status: int, says: str) -> None:
    answer = server.post(path, **sent)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert says in error["message"] and "\n" not in error["message"] and "Traceback" not in error["message"]


def test_another_method(server: Served) -> None:
    answer = server.get("/analyze")
    assert answer.status_code == 405 and answer.json()["error"]["code"] == "not_served"


def test_a_scene_is_checked(server: Served) -> None:
    verdict = Verdict.model_validate_json(server.post("/check", json=ODD_SCENE).content)
    assert verdict == nesy.check(nesy.Scene.from_json(json.dumps(ODD_SCENE))) and not verdict.consistent
    analysis = json.loads(server.post("/analyze", files={"f": png()}).content)
    assert Verdict.model_validate_json(server.post("/check", json=analysis).content).consistent


def test_a_scene_is_held_against_evidence(server: Served) -> None:
    dog = {"entities": [{"id": "dog_1", "category": "dog"}]}
    found = server.post("/check", json={"scene": SCENE, "evidence": [dog], "closed": "coco"}).json()
    assert [one["status"] for one in found["judgements"]] == ["contradicted"]
    seen = {"witnesses": [{"name": "w", "categories": ["cup"]}], "things": []}
    seen["things"].append({"category": "cup", "box": [0.1, 0.2, 0.3, 0.4], "score": 0.9, "witness": "w"})
    found = server.post("/check", json={"scene": SCENE, "evidence": seen}).json()
    assert [one["status"] for one in found["judgements"]] == ["supported"]


def test_of_many_scenes_one_that_is_none_leaves_the_others(server: Served) -> None:
    lines = "\n".join([json.dumps(SCENE), "", "no JSON", json.dumps(ODD_SCENE), '{"entities": NaN}'])
    answer = server.post("/check", content=lines, headers={"Content-Type": "application/jsonl"})
    found = [json.loads(line) for line in answer.text.splitlines()]
    assert [one["schema"] for one in found] == ["nesy.verdict/1", "nesy.error/1", "nesy.verdict/1", "nesy.error/1"]
    assert found[1]["line"] == 3 and found[3]["line"] == 5 and found[2]["status"] == "inconsistent"


def test_health_tells_model_and_version(server: Served) -> None:
    assert server.get("/health").json() == {"status": "ready", "version": nesy.__version__, "model": "talking"}
