"""`nesy serve` as a process: what it tells, how it ends, and what it refuses to begin with."""

import gc
import json
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

import httpx
import pytest

from nesy import Pipeline
from nesy.cli import main
from nesy.errors import ModelError
from nesy.image import Image
from nesy.server import app
from nesy.server.application import application
from nesy.server.service_limits import Access, Limits
from tests.commands import python, running
from tests.interrupts import hearing
from tests.served import TalkingModel, png, served

CSP_HEADER = "content-security-policy"
REPLIES = [
    {"image": "cup.png", "kind": "describe", "text": '{"entities": [{"id": "cup_1"}]}'},
    {"image": "cup.png", "kind": "ask", "text": '{"answer": "yes"}'},
]


@pytest.fixture
def replay(tmp_path: Path) -> str:
    path = tmp_path / "replies.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in REPLIES))
    return f"replay:{path}"


def test_it_tells_where_it_is_and_ends_by_a_signal(replay: str) -> None:
    command = ["-m", "nesy", "serve", "--model", replay, "--port", "0"]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    with running(*command, **pipes, preexec_fn=hearing) as process:
        lines = [process.stderr.readline().decode()]
        url = re.search(r"http://127\.0\.0\.1:\d+", lines[0])[0]
        while "ready" not in lines[-1]:
            lines.append(process.stderr.readline().decode())
            assert lines[-1], lines
        answer = httpx.post(f"{url}/analyze", files={"file": ("cup.png", png())}, timeout=None)
        assert answer.status_code == 200 and answer.json()["scene"]["entities"][0]["id"] == "cup_1"
        assert httpx.get(f"{url}/health", headers={"Host": "evil.example"}).status_code == 421
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    told = err.decode()
    assert process.returncode == 0 and out == b"" and "Traceback" not in told
    assert "POST /analyze 200" in told and told.rstrip().endswith("nesy serve: ended")


def test_a_request_at_work_does_not_keep_it(tmp_path: Path) -> None:
    """A model that never answers is left behind when the server is told to end; its libraries are not unloaded."""
    code = (
        "import atexit, threading, nesy.pipeline\n"
        "from nesy.cli import main\n"
        "class Never:\n"
        "    def reply(self, request):\n"
        "        print('asked', flush=True)\n"
        "        threading.Event().wait()\n"
        "nesy.pipeline.ready_model = lambda *_: Never()\n"
        "atexit.register(print, 'unloaded')\n"
        "main(['serve', '--port', '0', '--model', 'embedded'])\n"
    )
    with running("-c", code, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=hearing) as process:
        url = re.search(rb"http://127\.0\.0\.1:\d+", process.stderr.readline())[0].decode()
        assert b"ready" in process.stderr.readline()
        answers: list[httpx.Response] = []

        def ask() -> None:
            answers.append(httpx.post(f"{url}/analyze", files={"f": png()}, timeout=None))

        asking = threading.Thread(target=ask)
        asking.start()
        assert process.stdout.readline() == b"asked\n"
        process.terminate()
        out, err = process.communicate()
        asking.join()
    assert process.returncode == 0 and out == b"" and b"Traceback" not in err
    assert answers[0].status_code == 503 and answers[0].json()["error"]["code"] == "stopped"
    assert answers[0].headers["x-content-type-options"] == "nosniff"


def test_a_fault_that_nobody_foresaw_is_told_like_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("/home/me/secret")

    with served(TalkingModel()) as server:
        monkeypatch.setattr("nesy.server.analysis_routes.media_type", fail)
        answer = server.post("/check", content=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 500 and answer.json()["error"]["code"] == "internal_error"
    assert answer.headers["x-content-type-options"] == "nosniff" and "default-src" in answer.headers[CSP_HEADER]
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--host", "0.0.0.0"], "NESY_TOKEN"),
        (["--host", "no such host"], "NESY_TOKEN"),
        (["--token", "two words"], "--token"),
        (["--rules", "nowhere.ttl"], "nowhere.ttl"),
        (["--concurrency", "2"], "concurrency"),
        (["--allow-origin", "*"], "--allow-origin"),
        (["--set", "perception.nope=1"], "nope"),
        (["--model", "replay:nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_what_it_cannot_begin_with_is_one_line(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NESY_TOKEN", raising=False)
    chosen = [] if "--model" in options else ["--model", "embedded"]
    assert main(["serve", "--port", "0", *chosen, *options]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[-1].startswith("error: ") and says in told[-1]
    assert sum("error" in line for line in told) == 1 and not any("Traceback" in line for line in told)


def test_a_model_that_cannot_be_used_ends_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("no weights here")

    monkeypatch.setattr("nesy.pipeline.ready_model", fail)
    assert main(["serve", "--port", "0", "--model", "embedded"]) == 3
    assert capsys.readouterr().err.splitlines()[-1] == "error: no weights here"


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--model", "embedded", "--port", str(port)]) == 2
    assert f"127.0.0.1:{port}: cannot listen there" in capsys.readouterr().err


def test_without_fastapi_the_command_says_what_installs_it() -> None:
    code = (
        "import sys\n"
        "sys.modules['fastapi'] = None\n"
        "sys.modules['uvicorn'] = None\n"
        "from nesy.cli import main\n"
        "sys.exit(main(['serve', '--model', 'embedded']))"
    )
    done = python("-c", code)
    assert done.returncode == 2 and done.stderr.decode().count("\n") == 1
    assert "pip install 'nesy[serve]'" in done.stderr.decode()


def test_help_is_quick_to_load() -> None:
    code = "import sys, nesy.cli.serve; print(*{'fastapi', 'uvicorn', 'starlette', 'torch'} & set(sys.modules))"
    assert python("-c", code).stdout.decode().strip() == ""


def test_the_factory_gives_an_application_for_any_server() -> None:
    from starlette.testclient import TestClient

    with TestClient(app(Pipeline(TalkingModel()))) as client:
        while client.get("/health").status_code == 503:
            pass
        assert client.get("/v1/models").json()["data"][0]["id"] == "talking"
        assert client.post("/analyze", files={"f": png()}).json()["schema"] == "nesy.analysis/1"


def test_while_the_model_is_loaded_it_says_so() -> None:
    from starlette.testclient import TestClient

    go_on = threading.Event()

    class Slow(TalkingModel):
        @property
        def info(self):
            go_on.wait()
            return self._info

        @info.setter
        def info(self, value):
            self._info = value

    loaded = threading.Event()
    with TestClient(application(Pipeline(Slow()), Limits(), Access(), lambda _: loaded.set())) as client:
        assert client.get("/health").json()["status"] == "loading"
        refused = client.post("/analyze", files={"f": png()})
        assert refused.status_code == 503 and refused.headers["Retry-After"]
        assert client.get("/v1/models").status_code == 503
        go_on.set()
        loaded.wait()
        assert client.get("/health").json()["status"] == "ready"


def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    told: list[object] = []
    failed = threading.Event()

    def hear(error: object) -> None:
        told.append(error)
        failed.set()

    pipeline = Pipeline(f"replay:{tmp_path / 'nowhere.jsonl'}")
    with TestClient(application(pipeline, Limits(), Access(), hear)) as client:
        failed.wait()
        answer = client.get("/health")
        assert answer.status_code == 503 and answer.json()["status"] == "failed"
        assert str(tmp_path) not in client.post("/analyze", files={"f": png()}).text
    assert "nowhere.jsonl" in str(told[0])


def test_a_model_of_nesy_is_no_server_of_nesy() -> None:
    """The loop asks a model for probabilities, which an answer of several turns does not have: the error says so."""
    with served() as server:
        pipeline = Pipeline(f"{server.url}/v1#nesy")
        with pytest.raises(ModelError, match="has no logprobs"):
            pipeline.perceive(Image.from_bytes(png(), "cup.png"))
        del pipeline
        gc.collect()  # its connections are closed with it
