"""Bodies made to break a server: each gets one error of the 400s, in one line, and the server works on."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.served import Served, content, data_url, png, served

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server():
    with served() as running:
        yield running


def asked(**more: object) -> str:
    return json.dumps({"model": "nesy", "messages": [{"role": "user", "content": content("?", data_url())}], **more})


DEEP = "[" * 100_000 + "]" * 100_000
HOSTILE = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "a number": "1",
    "deep": DEEP,
    "deep inside": asked()[:-1] + ', "extra": ' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}",
    "NaN": asked(temperature=float("nan")),
    "Infinity": asked(temperature=float("inf")),
    "a number too large": asked()[:-1] + ', "temperature": 1e999}',
    "a number of many digits": asked()[:-1] + f', "seed": {"9" * 10_000}}}',
    "no UTF-8": b'{"model": "\xff"}',
    "half a letter": '{"model": "\\ud800", "messages": []}',
    "messages of another kind": json.dumps({"model": "nesy", "messages": {"role": "user"}}),
    "many messages": json.dumps({"model": "nesy", "messages": [{"role": "user", "content": "x"}] * 5000}),
    "a model of another kind": asked(model=["nesy"]),
    "a text of another kind": json.dumps({"model": "nesy", "messages": [{"role": "user", "content": 5}]}),
    "a picture of another kind": json.dumps(
        {"model": "nesy", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]}]}
    ),
    "base64 of zeros": json.dumps(
        {"model": "nesy", "messages": [{"role": "user", "content": content("?", data_url(bytes(3_000_000)))}]}
    ),
    "much base64 that is none": json.dumps(
        {"model": "nesy", "messages": [{"role": "user", "content": content("?", "data:;base64," + "!" * 3_000_000)}]}
    ),
    "a data URL that never ends": json.dumps(
        {"model": "nesy", "messages": [{"role": "user", "content": content("?", "data:" + ";a=b" * 500_000)}]}
    ),
    "too many pictures": json.dumps(
        {"model": "nesy", "messages": [{"role": "user", "content": content("?", *[data_url()] * 60)}]}
    ),
    "the same picture twice": json.dumps(
        {"model": "nesy", "messages": [{"role": "user", "content": content("?", *[data_url()] * 2)}]}
    ),
    "a long text": json.dumps(
        {"model": "nesy", "messages": [{"role": "user", "content": content("please " * 200_000, data_url())}]}
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_gets_one_error(server: Served, name: str) -> None:
    sent = HOSTILE[name]
    answer = server.post("/v1/chat/completions", content=sent, headers=JSON)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    message = answer.json()["error"]["message"]
    assert message and len(message) < 1000 and "\n" not in message and "0x" not in message


@pytest.mark.parametrize("path", ["/analyze", "/ask", "/check"])
@pytest.mark.parametrize("name", ["nothing", "no JSON", "a list", "deep", "NaN", "no UTF-8", "half a letter"])
def test_so_does_one_to_another_path(server: Served, path: str, name: str) -> None:
    assert 400 <= server.post(path, content=HOSTILE[name], headers=JSON).status_code < 500


@pytest.mark.parametrize("body", [b'{"entities": [], "entities": []}', b'{"scene": {"entities": [], "entities": []}}'])
@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_a_key_that_stands_twice_is_no_scene(server: Served, body: bytes, kind: str) -> None:
    answer = server.post("/check", content=body, headers={"Content-Type": kind})
    assert "the key 'entities' stands twice in one object" in answer.text
    assert answer.status_code == (400 if kind == "application/json" else 200)  # a line has its own error


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json2", '"', ";"])
def test_a_body_of_another_type_is_refused(server: Served, kind: str) -> None:
    answer = server.post("/v1/chat/completions", content=asked(), headers={"Content-Type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("damage", [10, 30, 45])
def test_a_damaged_picture(server: Served, damage: int) -> None:
    broken = base64.b64encode(png()[:damage]).decode()
    assert server.post("/analyze", json={"image": broken}).status_code == 400


def test_after_all_of_it_the_server_works_on(server: Served) -> None:
    assert server.chat().choices[0].message.content == "yes"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["model", "messages", "stream", "n", "tools", "logprobs", "temperature", "seed", "stop", "response_format", "x"]
)


@given(st.dictionaries(FIELDS, VALUES, max_size=6), st.dictionaries(FIELDS, VALUES, max_size=2))
def test_a_body_of_any_shape_is_read_or_refused(fields: dict, more: dict) -> None:
    from nesy.server.chat_request import read_chat
    from nesy.server.refusal import Refusal

    valid = json.loads(asked())
    for body in (fields, {**valid, **more}, {**fields, "messages": [{"role": "user", **more}]}):
        try:
            read = read_chat(body)
        except Refusal as refusal:
            assert refusal.status == 400 and "\n" not in refusal.message
        else:
            assert read.pictures
