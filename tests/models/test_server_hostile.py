"""A server that is busy, fails, lies, or wants the key: bounded tries, one line, and the key goes nowhere else."""

import base64
import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import PIL.Image
import pytest

from nesy.errors import InputError, ModelError, ReplyError
from nesy.image import Image
from nesy.models.openai_server import ServerModel
from nesy.models.registry import load_model
from nesy.models.retries import LONGEST_S, asked_pause_s, wait_s
from nesy.pipeline import Pipeline
from nesy.settings import PerceptionSettings
from nesy.turns import Request

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (8, 6)), name="red.png")
DESCRIBE = Request(image=IMAGE, kind="describe")
SCENE = '{"entities":[{"id":"cup_1","box":[0,0,1,1],"attributes":[]}],"part_states":[],"relations":[],"counts":[]}'
KEY = "sk-S3cret/+=9"
Handle = Callable[[BaseHTTPRequestHandler], None]


def said(text: object, **more: object) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": text}, **more}]}


def gives(data: object, status: int = 200, **headers: str) -> Handle:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return handle


class Listener:
    """Does with each request what comes next in `todo`, the last again and again."""

    def __init__(self, *todo: Handle) -> None:
        self.heard: list[dict[str, str]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                listener.heard.append(dict(self.headers.items()))
                todo[min(len(listener.heard), len(todo)) - 1](self)

            do_GET = do_POST

            def log_message(self, *_: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"http://127.0.0.1:{self.http.server_port}/v1"

    def __enter__(self) -> "Listener":
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NESY_API_KEY", KEY)
    yield


def asked(*todo: Handle) -> tuple[str, list[float], int]:
    """Return what is told of a turn (its text, or the error), the pauses, and the number of requests."""
    pauses: list[float] = []
    with Listener(*todo) as listener:
        model = ServerModel(f"{listener.place}#m", sleep=pauses.append)
        try:
            told = model.reply(DESCRIBE).text
        except ModelError as error:
            told = str(error)
            assert error.__traceback__ and KEY not in "".join(traceback.format_exception(error))
        assert KEY not in repr(model) + repr(vars(model)) + repr(model.info)
        assert model.info.id == f"{listener.place}#m"  # its port included
    assert "\n" not in told and KEY not in told
    return told, pauses, len(listener.heard)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_asked_again(status: int) -> None:
    assert asked(gives({}, status), gives({}, status), gives(said(SCENE))) == (SCENE, [0.5, 1.0], 3)


def test_what_does_not_pass_ends() -> None:
    told, pauses, requests = asked(gives({"error": "slow down"}, 429))
    assert (pauses, requests) == ([0.5, 1.0, 2.0], 4)
    assert "HTTP 429 in 4 tries" in told and "slow down" in told and "at this rate" in told


def test_the_server_says_how_long_to_wait() -> None:
    assert asked(gives({}, 429, Retry_After="7"), gives(said(SCENE)))[1:] == ([7.0], 2)
    told, pauses, requests = asked(gives({}, 503, Retry_After="86400"))
    assert (pauses, requests) == ([], 1) and "HTTP 503" in told


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


def test_a_server_that_was_there_and_is_lost_is_asked_again() -> None:
    pauses: list[float] = []
    with Listener(gives(said(SCENE)), hang_up, hang_up, gives(said(SCENE))) as listener:
        model = ServerModel(f"{listener.place}#m", sleep=pauses.append)
        assert [model.reply(DESCRIBE).text, model.reply(DESCRIBE).text] == [SCENE, SCENE]
    assert (pauses, len(listener.heard)) == ([0.5, 1.0], 4)
    with pytest.raises(ModelError, match="cannot be reached"):
        model.reply(DESCRIBE)
    assert pauses == [0.5, 1.0, 0.5, 1.0, 2.0]


def test_a_server_that_was_never_there_is_told_at_once() -> None:
    told, pauses, requests = asked(hang_up)
    assert "cannot be reached" in told and (pauses, requests) == ([], 1)


def test_an_answer_has_its_time() -> None:
    ended = threading.Event()
    with Listener(lambda _: (ended.wait(), None)[1]) as listener:
        with pytest.raises(ModelError, match=r"no answer within 0\.2 s") as caught:
            ServerModel(f"{listener.place}#m", PerceptionSettings(timeout_s=0.2)).reply(DESCRIBE)
        ended.set()
    assert "--timeout" in caught.value.hint


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        *(("7", 7.0), (" 1.5 ", 1.5), ("0", 0.0), ("-3", None), ("nan", None), ("inf", None), ("1e999", None)),
        *(("", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:20 GMT", 20.0), ("Wed, 21 Oct 2015 07:27:00 GMT", 0.0)),
        *(("Wed, 21 Oct 2015 07:28:20 -0000", 20.0), ("Wed, 99 Oct 2015 07:28:20 GMT", None), ("9" * 5000, None)),
    ],
)
def test_retry_after_in_both_forms(given: str, seconds: float | None) -> None:
    now = datetime(2015, 10, 21, 7, 28, 0, tzinfo=UTC)
    assert asked_pause_s(given, now) == seconds
    pause = wait_s(429, given, 1, now)
    assert pause is None or 0 <= pause <= LONGEST_S


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        *(
            (401, "check the key in NESY_API_KEY"),
            (403, "check the key"),
            (404, "is the path right?"),
        ),
        *((400, "does it take images?"), (500, "its log says why"), (429, "at this rate")),
    ],
)
def test_the_hint_is_about_what_is_wrong(status: int, hint: str) -> None:
    assert hint in asked(gives({}, status))[0]


def test_no_key_is_the_hint_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NESY_API_KEY")
    with (
        Listener(gives({}, 401)) as listener,
        pytest.raises(ModelError, match="put the server's key into NESY_API_KEY"),
    ):
        ServerModel(f"{listener.place}#m").reply(DESCRIBE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["other port", "other scheme", "same"])
def test_no_redirect_is_followed(status: int, to: str) -> None:
    with Listener(gives(said(SCENE))) as stranger:
        place = {"other port": stranger.place, "other scheme": stranger.place.replace("http", "https"), "same": "/v2"}[
            to
        ]
        where = f"{place}?key={quote(KEY, safe='')}" if to != "same" else place
        told, _, requests = asked(gives({}, status, Location=where.replace("//", f"//u:{quote(KEY, safe='')}@")))
    assert (requests, stranger.heard) == (1, [])
    assert f"HTTP {status}, moved to" in told


@pytest.mark.parametrize(
    "echo",
    [
        *(KEY, KEY.upper(), json.dumps(KEY)[1:-1], KEY.replace("/", "\\/"), quote(KEY, safe="")),
        *(base64.b64encode(KEY.encode()).decode(), "x" * 295 + KEY),
    ],
)
def test_an_echoed_key_is_not_told(echo: str) -> None:
    told, _, _ = asked(gives(f"bad key {echo} !".encode(), 401, **{"X-" + "Key": KEY}))
    assert "HTTP 401" in told and "S3cret" not in told and echo not in told


def test_no_log_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked(gives({"error": KEY}, 400))
    assert KEY not in caplog.text and base64.b64encode(KEY.encode()).decode() not in caplog.text


@pytest.mark.parametrize("wrong", [" abc", "abc ", "a\nb", "abc\t", "\x0babc", "é"])
def test_a_key_that_no_header_can_hold_is_not_told(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NESY_API_KEY", wrong)
    with pytest.raises(ModelError, match="NESY_API_KEY holds a sign that no header can hold") as caught:
        ServerModel("http://127.0.0.1:9/v1#m").reply(DESCRIBE)
    assert wrong not in str(caught.value)


@pytest.mark.parametrize(
    "spec",
    [
        *("http://user:S3cret@h/v1#m", "http://S3cret@h/v1#m", "https://u:S3cret@h:8/v1#m", "http://h/v1?key=S3cret#m"),
        *(
            "http://h/v1?#m",
            "HTTP://user:S3cret@h/v1#m",
            "http://user:S3cret@h:x/v1#m",
            "http://u:S3cret@h/v1?k=S3cret",
        ),
    ],
)
def test_an_address_holds_no_secret_and_none_is_told(spec: str) -> None:
    with pytest.raises(InputError, match="a server is given as http://HOST/v1#NAME") as caught:
        load_model(spec)
    assert "S3cret" not in str(caught.value)


def reset(status_line: bytes) -> Handle:
    """Begin an answer and break the connection off in its middle."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(status_line + b"\r\nContent-Length: 1000\r\n\r\nhalf of")
        request.wfile.flush()
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        request.close_connection = True

    return handle


def chunked(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc")


DEEP = b'{"choices":[{"message":{"content":' + b"[" * 100_000
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
ANSWERS = {
    "reset in an error": (reset(b"HTTP/1.1 401 Unauthorized"), "HTTP 401"),
    "reset in an answer": (reset(b"HTTP/1.1 200 OK"), "no answer that can be read"),
    "chunks that end": (chunked, "no answer that can be read"),
    "no HTTP": (lambda request: request.wfile.write(b"\x00\xff\r\n\r\n"), "no answer that can be read"),
    "deep": (gives(DEEP), "no JSON"),
    "deep in an error": (gives(DEEP, 400), "HTTP 400"),
    "no UTF-8": (gives(b'{"choices":"\xff\xfe"}'), "no JSON"),
    "no UTF-8 in an error": (gives(b"\xff\xfe\x00", 422), "HTTP 422"),
    "too much": (gives(b'"' + b"x" * 17_000_000), "more than 16 MB"),
    "a long number": (gives(b'{"choices":' + b"9" * 10_000 + b"}"), "no JSON"),
    "a control in an error": (gives(b"\x1b[31mred\n\nline", 400), "HTTP 400"),
    "a page": (lambda request: request.wfile.write(PAGE), "the answer is no JSON but text/html; is that the address"),
    "an error of status 200": (gives({"error": {"message": "overloaded"}}), 'failed: {"message": "overloaded"}'),
    "a refusal": (gives({"choices": [{"message": {"content": None, "refusal": "I can't."}}]}), "the model refused"),
    **{
        f"choices of {value!r}": (gives({"choices": value}), "no choices")
        for value in (None, 1, "x", {}, [], [None], ["x"], [[]], [{}], [{"message": None}], [{"message": []}])
    },
    **{
        f"content of {value!r}": (gives(said(value)), "the answer holds no text")
        for value in (None, 1, True, {}, [], [1], [{"type": "image"}])
    },
    **{f"an answer of {value!r}": (gives(value), "no JSON object") for value in (None, 1, "x", [], [[]])},
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_is_one_line(name: str) -> None:
    handle, problem = ANSWERS[name]
    assert problem in asked(handle)[0]


def analysed(answer: object) -> tuple[Any, str]:
    """Return the first round of an analysis by a server that always gives this answer, and the analysis as JSON."""
    with Listener(gives(answer if isinstance(answer, bytes) else json.dumps(answer).encode())) as listener:
        analysis = Pipeline(f"{listener.place}#m").analyze(IMAGE)
    assert KEY not in analysis.to_json() and KEY not in analysis.to_rdf("trig") and KEY not in repr(analysis)
    return analysis.rounds[0], analysis.to_json()


@pytest.mark.parametrize(
    "odd", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", '"-0.1"', "null", "true", "5.0", "9" * 400]
)
def test_a_log_probability_that_is_none_is_unknown_and_told(odd: str) -> None:
    first, rest = SCENE.split("cup", 1)
    rows = [f'{{"token":{json.dumps(t)},"logprob":{p}}}' for t, p in ((first, "0"), ("cup", odd), (rest, "-0.5"))]
    answer = json.dumps(said(SCENE, logprobs="?")).replace('"?"', f'{{"content":[{",".join(rows)}]}}')
    turn, _ = analysed(answer.encode())
    assert turn.scene.entities[0].confidence is None
    assert any("1 of 3 tokens have no probability" in line for line in turn.problems)


@pytest.mark.parametrize("content", [[3], [{"token": 1}], [{"token": "x", "logprob": -1}], "x", {"a": 1}])
def test_tokens_that_do_not_fit_are_told(content: object) -> None:
    turn, _ = analysed(said(SCENE, logprobs={"content": content}))
    assert turn.scene.entities[0].confidence is None
    assert any("do not join to its text" in line for line in turn.problems)


def test_odd_counts_parts_and_half_characters_are_read() -> None:
    usage = {"prompt_tokens": "many", "completion_tokens": -3, "prompt_tokens_details": [1], "total": 1e308}
    parts = [{"type": "text", "text": SCENE[:9]}, {"type": "text", "text": SCENE[9:]}]
    turn, _ = analysed(said(parts, finish_reason="length") | {"usage": usage})
    assert [entity.id for entity in turn.scene.entities] == ["cup_1"]
    assert "the server cut the reply off at the longest that was asked for" in turn.problems
    turn, written = analysed(said(SCENE + "\ud800") | {"usage": {"prompt_tokens": 10**400}})
    assert turn.usage.prompt_tokens == 0 and turn.reply.endswith("?") and written


def test_content_nested_deep_is_a_reply_that_cannot_be_read() -> None:
    with pytest.raises(ReplyError, match="no readable scene"):
        analysed(said('{"entities":' * 100_000))


def test_sentences_are_asked_for_without_a_schema_and_read() -> None:
    turn, _ = analysed(said("The image features a woman riding a horse."))
    assert [relation.predicate for relation in turn.scene.relations] == ["ride"]
    assert "read as a description in words" in turn.problems[0]
