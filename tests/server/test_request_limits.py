"""How large, how long, how many: what is over a limit is refused in one line, and the others are served."""

import asyncio
import http.client
import json
import socket
import threading
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import pytest

from nesy.server import Access, Limits
from nesy.server.gate import Gate
from nesy.server.job_queue import Job
from nesy.server.refusal import Refusal
from nesy.turns import Request
from tests.served import CUP, TalkingModel, content, data_url, events, png, served


class Held:
    """A model's answer that waits until it may come; `asked` is set when the model is asked."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def __call__(self, request: Request) -> str:
        if request.kind == "describe":
            self.asked.set()
            self.go_on.wait()
            return CUP
        return '{"answer": "yes"}'


def body(**more: object) -> dict[str, object]:
    return {"model": "nesy", "messages": [{"role": "user", "content": content("Is there a cup?", data_url())}], **more}


def test_a_body_over_the_limit_is_refused_whether_its_length_is_told_or_not() -> None:
    large = json.dumps(body(filler="x" * 30_000)).encode()
    with served(limits=Limits(megabytes=0.02)) as running:
        for sent in (large, iter([large[:10_000], large[10_000:]])):
            answer = running.post("/v1/chat/completions", content=sent, headers={"Content-Type": "application/json"})
            assert answer.status_code == 413 and answer.json()["error"]["code"] == "too_large"
        assert running.post("/analyze", files={"file": ("a.png", bytes(30_000))}).status_code == 413
        assert running.chat("Is there a cup?").choices[0].message.content == "yes"


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    with served(limits=Limits(megapixels=0.01)) as running:
        with pytest.raises(openai.BadRequestError, match="200x100 pixels is more than the limit of 10000"):
            running.chat("Is there a cup?", [data_url(png(size=(200, 100)))])
        assert running.post("/analyze", files={"file": ("a.png", png(size=(101, 100)))}).status_code == 400
        assert running.post("/analyze", files={"file": ("a.png", png(size=(100, 100)))}).status_code == 200


def test_a_picture_that_claims_to_be_endless_is_refused() -> None:
    bomb = bytearray(png())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    with served() as running:
        answer = running.post("/analyze", content=bytes(bomb), headers={"Content-Type": "image/png"})
    assert answer.status_code == 400 and "pixels" in answer.json()["error"]["message"]


def test_who_finds_no_seat_is_told_when_to_come_again() -> None:
    held = Held()
    first: list[int] = []
    with served(TalkingModel(held), Limits(waiting=0)) as running:
        asking = threading.Thread(
            target=lambda: first.append(running.post("/v1/chat/completions", json=body()).status_code)
        )
        asking.start()
        held.asked.wait()
        refused = running.post("/v1/chat/completions", json=body())
        with pytest.raises(openai.RateLimitError):
            running.chat()
        assert running.get("/health").status_code == 200, "the event loop is free"
        scene = {"entities": [{"id": "cup_1", "category": "cup"}]}
        assert running.post("/check", json=scene).json()["consistent"], "the rules need not wait for the model"
        held.go_on.set()
        asking.join()
        assert running.chat().choices[0].message.content == "yes"
    assert first == [200]
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1
    assert refused.json()["error"]["type"] == "rate_limit_error"


def test_a_request_that_runs_out_of_time_is_given_up_and_the_next_is_served() -> None:
    held = Held()
    with served(TalkingModel(held), Limits(seconds=0.2, waiting=1)) as running:
        assert running.post("/v1/chat/completions", json=body()).status_code == 504
        waited = running.post("/v1/chat/completions", json=body())  # behind the first, whose reply has not come
        assert waited.status_code == 504 and waited.json()["error"]["code"] == "timeout"
        assert running.model.kinds == ["describe"], "the second was never begun"
        held.go_on.set()
        while running.post("/v1/chat/completions", json=body()).status_code != 200:
            pass  # of a slow machine, too, one is in time at last
    assert running.model.kinds.count("ask") <= running.model.kinds.count("describe") - 1, "the first was asked no more"
    held = Held()
    with served(TalkingModel(held), Limits(seconds=0.2)) as running:
        lines = events(iter(running.post("/analyze", files={"f": png()}, headers=TOLD).text.splitlines()))
        assert [name for name, _ in lines] == ["round_started", "error"]
        assert lines[-1][1]["error"]["code"] == "timeout"
        held.go_on.set()


TOLD = {"Accept": "text/event-stream"}


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return what is set when a job is given up."""
    given_up, stop = threading.Event(), Job.stop

    def told(job: Job) -> None:
        stop(job)
        given_up.set()

    monkeypatch.setattr(Job, "stop", told)
    return given_up


@pytest.mark.parametrize("path", ["/analyze", "/v1/chat/completions"])
def test_who_goes_away_in_the_middle_is_not_worked_for(path: str, stopped: threading.Event) -> None:
    """The model is not asked again, and the seat is free for the next."""
    held = Held()
    with served(TalkingModel(held), Limits(waiting=0)) as running:
        sent = {"json": body(stream=True)} if path != "/analyze" else {"files": {"f": png()}, "headers": TOLD}
        with httpx.stream("POST", f"{running.url}{path}", timeout=None, **sent) as answer:
            lines = answer.iter_lines()  # kept: one that is dropped hangs up, and the model would perhaps not be asked
            next(lines)
            held.asked.wait()
        stopped.wait()
        held.go_on.set()
        while running.post("/v1/chat/completions", json=body()).status_code == 429:
            pass  # until the thread has noticed
    assert running.model.kinds[0] == "describe" and running.model.kinds.count("ask") == 1


def test_who_hangs_up_without_a_stream_is_not_worked_for(stopped: threading.Event) -> None:
    held = Held()
    with served(TalkingModel(held), Limits(waiting=0)) as running:
        client = http.client.HTTPConnection(running.url.removeprefix("http://"))
        client.request("POST", "/v1/chat/completions", json.dumps(body()), {"Content-Type": "application/json"})
        held.asked.wait()
        client.close()
        stopped.wait()
        held.go_on.set()
        while running.post("/v1/chat/completions", json=body()).status_code == 429:
            pass
    assert running.model.kinds.count("ask") == 1


def drip(url: str, path: str, head: bytes = b"") -> bytes:
    """Begin to send a body of 1,000 bytes, send the first of them, and return what is answered."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(
            b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n%b\r\n{"
            % (path.encode(), head)
        )
        answer = b""
        while part := client.recv(4096):
            answer += part
    return answer


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/analyze", "/check", "/view"])
def test_a_body_that_comes_too_slowly_holds_no_seat(path: str) -> None:
    with served(limits=Limits(body_seconds=0.1, waiting=0)) as running:
        answer = drip(running.url, path)
        assert answer.startswith(b"HTTP/1.1 408") and b"the body comes too slowly" in answer
        assert running.chat("Is there a cup?").choices[0].message.content == "yes"


def test_a_body_may_take_as_long_as_its_length_allows() -> None:
    """And once it is there, a client waits for its answer as long as it likes."""

    async def sent(pieces: int) -> AsyncIterator[dict[str, Any]]:
        for number in range(1, pieces + 1):
            await asyncio.sleep(0.01)
            yield {"type": "http.request", "body": b"x" * 1000, "more_body": number < pieces}
        await asyncio.sleep(0.2)
        yield {"type": "http.disconnect"}

    async def read(_scope: object, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def answered(limits: Limits) -> int:
        told: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            told.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "client": None}
        await Gate(read, Access(), limits)(scope, sent(3).__anext__, send)
        return int(told[0]["status"])

    assert asyncio.run(answered(Limits(body_seconds=3600.0, body_pace=1e9))) == 200
    with pytest.raises(Refusal, match="too slowly"):
        asyncio.run(answered(Limits(body_seconds=0.0, body_pace=1e9)))
