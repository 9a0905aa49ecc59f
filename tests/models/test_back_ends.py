"""What `--model` may name: recordings, servers, scripts, hub models that are not here; and the list of models."""

import base64
import io
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from nesy.errors import InputError, ModelError
from nesy.image import Image
from nesy.models.openai_server import ServerModel
from nesy.models.registry import available_models, load_model
from nesy.models.replay import ReplayModel, record
from nesy.models.scripted import ScriptedModel
from nesy.perception.reply import parse_scene
from nesy.scene import Entity
from nesy.settings import PerceptionSettings
from nesy.turns import NumberedClaim, Reply, Request, Token, Usage, most_pictures

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (8, 6), "red"), name="red.png")
OTHER = Image.from_pixels(PIL.Image.new("RGB", (8, 6), "blue"), name="blue.png")
CLAIMS = (NumberedClaim(number=1, claim="r1", text="a_1 on b_1", answers=("keep", "withdraw")),)
DESCRIBE = Request(image=IMAGE, kind="describe")
CORRECT = Request(image=IMAGE, kind="correct", round=1, claims=CLAIMS)
SCENE = '{"entities":[],"part_states":[],"relations":[],"counts":[]}'


class TestReplay:
    def write(self, path: Path, *lines: object) -> ReplayModel:
        path.write_text("\n".join(json.dumps(line) for line in lines))
        return ReplayModel(path)

    def test_a_recorded_dialogue_is_given_again(self, tmp_path: Path) -> None:
        first = Reply(
            text="{}",
            prompt="Describe.",
            tokens=(Token(text="{}", probability=0.5),),
            usage=Usage(calls=1, seconds=2.0),
        )
        second = Reply(text='{"1":"keep"}', prompt="Note.")
        record(tmp_path / "r.jsonl", [(DESCRIBE, first), (CORRECT, second)])
        model = load_model(f"replay:{tmp_path / 'r.jsonl'}")
        assert model.reply(DESCRIBE) == first
        assert model.reply(CORRECT) == second
        assert model.info.id == "replay:r.jsonl"
        assert model.info.revision

    def test_images_go_by_name_or_digest(self, tmp_path: Path) -> None:
        lines = [{"image": OTHER.sha256, "text": "blue"}, {"image": "red.png", "text": "red"}]
        model = self.write(tmp_path / "r.jsonl", *lines)
        assert model.reply(DESCRIBE).text == "red"
        assert model.reply(Request(image=OTHER, kind="describe")).text == "blue"

    def test_kind_and_round_choose_the_line(self, tmp_path: Path) -> None:
        model = self.write(
            tmp_path / "r.jsonl",
            {"image": "red.png", "kind": "correct", "round": 1, "text": "correction"},
            {"image": "red.png", "kind": "describe", "round": 0, "text": "no json"},
            {"image": "red.png", "kind": "describe", "round": 0, "text": "retry"},
        )
        assert [model.reply(r).text for r in (DESCRIBE, DESCRIBE, CORRECT)] == ["no json", "retry", "correction"]

    def test_an_array_will_do(self, tmp_path: Path) -> None:
        (tmp_path / "r.json").write_text(json.dumps([{"image": "red.png", "text": "x"}], indent=2))
        assert ReplayModel(tmp_path / "r.json").reply(DESCRIBE).text == "x"

    def test_a_round_too_many(self, tmp_path: Path) -> None:
        model = self.write(tmp_path / "r.jsonl", {"image": "red.png", "text": "x"})
        model.reply(DESCRIBE)
        with pytest.raises(ModelError, match=r"no reply left for red\.png, round 1, kind correct"):
            model.reply(CORRECT)

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b'{"image": "a"}', r"r\.jsonl:1: text: Field required"),
            (
                b'{"image": "a", "text": "x"}\n\n{"image": "a", "text": "x", "mood": 1}',
                r"r\.jsonl:3: mood: unknown key",
            ),
            (b'{"image": "a", "text": "x", "round": -1}', r"r\.jsonl:1: round"),
            (b"{", r"r\.jsonl:1: Invalid JSON"),
            (b"[{", "not a JSON array"),
            (b"[" * 100_000, "not a JSON array"),
            (b"\xe9", "not UTF-8"),
        ],
    )
    def test_bad_files(self, tmp_path: Path, content: bytes, problem: str) -> None:
        (tmp_path / "r.jsonl").write_bytes(content)
        with pytest.raises(InputError, match=problem):
            load_model(f"replay:{tmp_path / 'r.jsonl'}")

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot be read"):
            load_model(f"replay:{tmp_path / 'none.jsonl'}")


class TestScripted:
    def test_replies_in_order(self) -> None:
        model = ScriptedModel(["a", Reply(text="b")])
        assert [model.reply(DESCRIBE).text, model.reply(CORRECT).text] == ["a", "b"]
        assert model.requests == [DESCRIBE, CORRECT]
        with pytest.raises(ModelError, match="asked for one more"):
            model.reply(DESCRIBE)

    def test_a_function_of_the_request(self) -> None:
        assert ScriptedModel(lambda request: request.kind).reply(CORRECT).text == "correct"


class FakeServer:
    """A chat completions server on this machine that keeps what it is sent."""

    def __init__(self, answer: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.answer()

            def do_GET(self) -> None:
                self.answer()

            def answer(self) -> None:
                fake.headers.append({"path": self.path, **dict(self.headers.items())})
                fake.bodies.append(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    @property
    def spec(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1#llava"

    def __enter__(self) -> "FakeServer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def completion(text: object, **more: object) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": text}, **more}]}


class TestServer:
    @pytest.fixture(autouse=True)
    def no_key(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.delenv("NESY_API_KEY", raising=False)
        yield

    def test_a_request_goes_out_whole_and_the_reply_comes_back(self) -> None:
        tokens = [{"token": SCENE[:10], "logprob": -0.5}, {"token": SCENE[10:], "logprob": 0.0}]
        answer = completion(SCENE, logprobs={"content": [*tokens, {"token": "<|im_end|>", "logprob": -0.1}]})
        answer["usage"] = {"prompt_tokens": 90, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 40}}
        with FakeServer(answer) as server:
            model = load_model(server.spec, PerceptionSettings(max_new_tokens=77, constrain="schema"))
            reply = model.reply(DESCRIBE)
            body = server.bodies[0]
            assert server.headers[0]["path"] == "/v1/chat/completions"
            assert "Authorization" not in server.headers[0]
        assert reply.text == SCENE
        assert [token.text for token in reply.tokens] == [SCENE[:10], SCENE[10:]]
        assert reply.tokens[0].probability == pytest.approx(0.6065, abs=1e-4)
        usage = reply.usage
        assert (usage.calls, usage.prompt_tokens, usage.cached_tokens, usage.new_tokens) == (1, 90, 40, 3)
        assert (body["model"], body["max_tokens"], body["temperature"]) == ("llava", 77, 0)
        picture, words = body["messages"][0]["content"]
        prefix, _, data = picture["image_url"]["url"].partition(",")
        assert prefix == "data:image/png;base64"
        sent = PIL.Image.open(io.BytesIO(base64.b64decode(data)))
        assert (sent.size, sent.getpixel((0, 0))) == ((8, 6), (255, 0, 0))
        assert words["text"] == reply.prompt
        assert body["response_format"]["json_schema"]["schema"]["required"][0] == "entities"

    def test_a_served_model_is_asked_for_boxes_in_the_form_of_its_profile(self) -> None:
        answer = completion('{"entities":[{"id":"cup_1","bbox_2d":[250,500,750,1000],"attributes":[]}]}')
        with FakeServer(answer) as server:
            spec = server.spec.partition("#")[0] + "#Qwen/Qwen3-VL-8B-Instruct"
            model = load_model(spec, PerceptionSettings(constrain="schema"))
            reply = model.reply(DESCRIBE)
            load_model(spec, PerceptionSettings(constrain="schema", profile="gemma3")).reply(DESCRIBE)
            asked, other = (body["messages"][0]["content"][1]["text"] for body in server.bodies)
            row = server.bodies[0]["response_format"]["json_schema"]["schema"]["properties"]["entities"]["items"]
        assert model.info.profile == "qwen3-vl"
        assert '"bbox_2d":[100,200,400,900]' in asked and '"box_2d":[200,100,900,400]' in other
        assert row["properties"]["bbox_2d"]["items"] == {"type": "integer", "minimum": 0, "maximum": 1000}
        assert parse_scene(reply, DESCRIBE.image).scene.entities[0].box == (0.25, 0.5, 0.75, 1.0)

    def test_a_marked_picture_follows_the_image(self) -> None:
        with FakeServer(completion('{"1":"keep"}')) as server:
            load_model(server.spec).reply(CORRECT.model_copy(update={"marked": OTHER}))
            *pictures, words = server.bodies[0]["messages"][0]["content"]
        sent = [PIL.Image.open(io.BytesIO(base64.b64decode(p["image_url"]["url"].partition(",")[2]))) for p in pictures]
        assert [one.getpixel((0, 0)) for one in sent] == [(255, 0, 0), (0, 0, 255)]
        assert words["type"] == "text"

    def test_several_pictures_are_parts_of_one_message_in_order(self) -> None:
        with FakeServer(completion('{"p2_cup_1":"p1_cup_1"}')) as server:
            spec = server.spec.partition("#")[0] + "#Qwen/Qwen3-VL-8B-Instruct"
            model = load_model(spec, PerceptionSettings(constrain="schema"))
            later, first = Entity(id="p2_cup_1", category="cup"), Entity(id="p1_cup_1", category="cup")
            model.reply(Request(image=IMAGE, others=(OTHER,), kind="identify", entities=(later,), known=(first,)))
            (message,) = server.bodies[0]["messages"]
            schema = server.bodies[0]["response_format"]["json_schema"]["schema"]
        *pictures, words = message["content"]
        sent = [PIL.Image.open(io.BytesIO(base64.b64decode(p["image_url"]["url"].partition(",")[2]))) for p in pictures]
        assert [one.getpixel((0, 0)) for one in sent] == [(255, 0, 0), (0, 0, 255)]
        assert words["text"].startswith("These are 2 pictures.")
        assert schema["properties"]["p2_cup_1"]["enum"] == ["p1_cup_1", "new"]
        assert most_pictures(model) == 12 and most_pictures(load_model("http://host/v1#mine")) == 1

    def test_a_correction_asks_for_a_patch(self) -> None:
        with FakeServer(completion('{"1":"keep"}')) as server:
            reply = load_model(server.spec, PerceptionSettings(constrain="schema")).reply(CORRECT)
            schema = server.bodies[0]["response_format"]["json_schema"]["schema"]
        assert schema["properties"] == {"1": {"type": "string", "enum": ["keep", "withdraw"]}}
        assert reply.tokens == ()

    def test_a_key_is_sent_when_there_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NESY_API_KEY", "abc")
        with FakeServer(completion(SCENE)) as server:
            load_model(server.spec).reply(DESCRIBE)
            assert server.headers[0]["Authorization"] == "Bearer abc"

    def test_a_redirect_is_told_and_the_key_stays_here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NESY_API_KEY", "abc")
        with FakeServer(completion(SCENE)) as other:
            moved = other.spec.partition("#")[0]
            with FakeServer({}, 307, {"Location": f"{moved}?k=abc"}) as server, pytest.raises(ModelError) as caught:
                load_model(server.spec).reply(DESCRIBE)
            assert other.headers == []
        assert f"HTTP 307, moved to {moved}?k=***" in str(caught.value)

    def test_a_key_is_never_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NESY_API_KEY", "s3cret")
        with FakeServer({"error": "wrong key s3cret"}, 401) as server, pytest.raises(ModelError) as caught:
            load_model(server.spec).reply(DESCRIBE)
        assert "HTTP 401" in str(caught.value) and "wrong key ***" in str(caught.value)
        for wrong in ("s3cret\n", "s3crét"):
            monkeypatch.setenv("NESY_API_KEY", wrong)
            with pytest.raises(ModelError, match="NESY_API_KEY holds a sign") as caught:
                ServerModel("http://127.0.0.1:9/v1#x").reply(DESCRIBE)
            assert "s3cr" not in f"{caught.value}{caught.value.hint}"

    @pytest.mark.parametrize(
        "logprobs",
        [
            None,
            {},
            {"content": None},
            {"content": [{"token": "x", "logprob": -1}]},
            {"content": [3]},
            {"content": [{"token": 1}]},
        ],
    )
    def test_tokens_that_do_not_fit_are_left_out(self, logprobs: object) -> None:
        with FakeServer(completion(SCENE, logprobs=logprobs)) as server:
            assert load_model(server.spec).reply(DESCRIBE).tokens == ()

    @pytest.mark.parametrize(
        ("answer", "status", "problem"),
        [
            ({"error": "no such model"}, 404, "HTTP 404 .*no such model"),
            (b"<html>", 400, "HTTP 400"),
            (b"<html>", 200, "no JSON"),
            ([], 200, "no JSON object"),
            ({}, 200, "no choices"),
            ({"choices": []}, 200, "no choices"),
            (completion(None), 200, "holds no text"),
            (b"[" * 100_000, 200, "no JSON"),
        ],
    )
    def test_bad_answers(self, answer: object, status: int, problem: str) -> None:
        with FakeServer(answer, status) as server, pytest.raises(ModelError, match=problem):
            load_model(server.spec).reply(DESCRIBE)

    def test_nobody_there(self) -> None:
        with FakeServer({}) as server:
            spec = server.spec
        with pytest.raises(ModelError, match="cannot be reached"):
            load_model(spec).reply(DESCRIBE)

    @pytest.mark.parametrize(
        "spec",
        [
            "http://localhost/v1",
            "http://localhost/v1#",
            "http://#x",
            "https:///v1#x",
            "http://h:x/v1#n",
            "http://me:pw@h/v1#n",
        ],
    )
    def test_bad_addresses(self, spec: str) -> None:
        with pytest.raises(InputError, match="http://HOST/v1#NAME"):
            ServerModel(spec)


def snapshot_in(cache: Path) -> Path:
    """Make the folder of a model in a hub's cache, empty, with its commit on record."""
    repository = cache / "models--some-org--some-llava"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("a" * 40)
    snapshot = repository / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    return snapshot


class TestHub:
    @pytest.fixture
    def empty_cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))

    @pytest.mark.parametrize("spec", [None, "", "some-org/some-llava"])
    def test_no_weights_and_no_network(
        self, spec: str | None, empty_cache: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        with pytest.raises(ModelError) as caught:
            load_model(spec)
        for way_out in ("hf download ", "--model PATH", "--model embedded"):
            assert way_out in caught.value.hint
        assert (spec or "llava-hf/llava-onevision-qwen2-") in str(caught.value)

    def test_a_dead_network_is_told_at_once(self, empty_cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # the discard port: nobody listens
        tries: list[object] = []
        connect = socket.socket.connect
        monkeypatch.setattr(socket.socket, "connect", lambda *given: tries.append(given[1]) or connect(*given))
        with pytest.raises(ModelError, match="the hub cannot be reached"):
            load_model("some-org/some-llava")
        assert len(tries) == 1, "a dead network is tried again and again"

    @pytest.mark.parametrize(
        ("status", "code", "error", "problem"),
        [
            (404, "RepoNotFound", InputError, "unknown model 'some-org/some-llava'"),
            (403, "GatedRepo", ModelError, "licence"),
            (500, "", ModelError, "cannot be reached"),
        ],
    )
    def test_what_the_hub_says(
        self,
        empty_cache: None,
        monkeypatch: pytest.MonkeyPatch,
        status: int,
        code: str,
        error: type[Exception],
        problem: str,
    ) -> None:
        from huggingface_hub import constants

        with FakeServer({}, status, {"X-Error-Code": code}) as server:
            monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
            monkeypatch.setattr(constants, "ENDPOINT", server.spec.partition("/v1")[0])
            with pytest.raises(error, match=problem):
                load_model("some-org/some-llava")

    @pytest.mark.parametrize(
        ("config", "files", "error", "problem"),
        [
            ({"model_type": "bert"}, [], InputError, "some-org/some-llava: model_type 'bert' is no vision"),
            ({"architectures": ["Gemma3ForConditionalGeneration"]}, [], InputError, "expected one of llava_onevision"),
            (["llava"], [], InputError, "a JSON object was expected"),
            ({"model_type": "llava"}, ["pytorch_model.bin"], ModelError, "only pickled weights on the hub"),
        ],
    )
    def test_what_cannot_be_used_is_told_before_it_is_fetched(
        self,
        empty_cache: None,
        monkeypatch: pytest.MonkeyPatch,
        config: object,
        files: list[str],
        error: type[Exception],
        problem: str,
    ) -> None:
        from huggingface_hub import constants

        asked: list[str] = []

        class Hub(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                listed = {"id": "some-org/some-llava", "sha": "a" * 40, "siblings": [{"rfilename": f} for f in files]}
                data = json.dumps(config if self.path.endswith("/config.json") else listed).encode()
                self.send_response(200)
                self.send_header("ETag", '"abc"')
                self.send_header("X-Repo-Commit", "a" * 40)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(data)

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Hub)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        )
        try:
            with pytest.raises(error, match=problem):
                load_model("some-org/some-llava")
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
        assert {path.rpartition("/")[2] for path in asked} == {"some-llava", "config.json"}

    def test_a_half_fetched_model_counts_as_not_there(
        self, empty_cache: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        snapshot = snapshot_in(tmp_path)
        (snapshot / "config.json").write_text('{"model_type": "llava_onevision"}')
        with pytest.raises(ModelError, match="not on this machine"):
            load_model("some-org/some-llava")

    def test_a_fetched_model_is_used_with_its_commit(
        self, empty_cache: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from huggingface_hub import constants

        from tests.tiny import save_onevision

        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        snapshot = snapshot_in(tmp_path)
        save_onevision(snapshot)
        info = load_model("some-org/some-llava").info
        assert (info.id, info.revision) == ("some-org/some-llava", "a" * 40)

    @pytest.mark.parametrize(
        "spec", ["unknown", "no such/model at all", "/nowhere/at/all", "a/b/c", "embeded", "x/--y.."]
    )
    def test_unknown_models_are_the_users_mistake(self, spec: str) -> None:
        with pytest.raises(InputError, match="unknown model"):
            load_model(spec)


class TestListing:
    def test_every_way_is_listed_with_what_mends_it(self) -> None:
        listings = {listing.name: listing for listing in available_models()}
        assert {"embedded", "witness", "PATH", "replay:FILE", "http://HOST/v1#NAME"} < listings.keys()
        assert any("0.5b" in name for name in listings) and any("7b" in name for name in listings)
        for listing in listings.values():
            assert listing.usable == (not listing.mend), listing

    def test_listing_and_importing_do_not_load_torch(self) -> None:
        code = (
            "import sys, nesy.models.registry as b; b.available_models(); "
            "print({'torch', 'transformers'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "set()"
