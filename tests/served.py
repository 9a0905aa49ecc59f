"""`nesy serve` in a thread of the test, with a model that answers as a function says; and a client of OpenAI's."""

import asyncio
import base64
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import PIL.Image
import uvicorn

from nesy import Pipeline
from nesy.server import Access, Limits
from nesy.server.application import application
from nesy.server.gold_folder import GoldFolder
from nesy.settings import Settings
from nesy.turns import ModelInfo, Reply, Request, Usage

Answers = Callable[[Request], str | Reply]
CUP = '{"entities": [{"id": "cup_1"}]}'
ODD = '{"entities": [{"id": "cup_1"}], "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}'
QUICK = Settings.model_validate({"perception": {"format_retries": 0}})


def answers(request: Request) -> str:
    """Describe a cup that is on itself, take that back when asked, and answer every question with yes."""
    return {"describe": ODD, "correct": '{"1": "withdraw"}'}.get(request.kind, '{"answer": "yes"}')


class TalkingModel:
    """A model that several threads may ask; each reply costs 10 tokens of prompt and 3 new ones."""

    takes_threads = True

    def __init__(self, answer: Answers = answers, *, takes_threads: bool = True) -> None:
        self._answer, self.takes_threads = answer, takes_threads
        self.info = ModelInfo(id="talking")
        self.requests: list[Request] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def reply(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            said = self._answer(request)
        finally:
            with self._lock:
                self.at_once -= 1
        usage = Usage(calls=1, prompt_tokens=10, new_tokens=3)
        return said if isinstance(said, Reply) else Reply(text=said, prompt=request.kind, usage=usage)

    @property
    def kinds(self) -> list[str]:
        """What it was asked, in order."""
        return [request.kind for request in self.requests]


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    url: str
    model: Any
    access: Access

    def openai(self, token: str = "none") -> openai.OpenAI:
        """Return a client of OpenAI's that does not try again."""
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=token, max_retries=0)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", timeout=None, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=None, **options)

    def stream(self, text: str = "Is there a cup?", **more: Any) -> Iterator[Any]:
        """Ask for a stream, and yield its chunks as they come."""
        with self.openai() as client:
            messages: Any = [{"role": "user", "content": content(text, data_url())}]
            asked = {"model": "nesy", "messages": messages, "stream": True, **more}
            with client.chat.completions.create(**asked) as chunks:
                yield from chunks

    def chat(self, text: str = "Is there a cup?", pictures: Sequence[str] = (), **more: Any) -> Any:
        """Ask for a chat completion by OpenAI's client."""
        with self.openai() as client:
            messages: Any = [{"role": "user", "content": content(text, *(pictures or (data_url(),)))}]
            return client.chat.completions.create(**{"model": "nesy", "messages": messages, **more})


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set()


@contextmanager
def served(
    model: Any = None,
    limits: Limits | None = None,
    access: Access | None = None,
    settings: Settings = QUICK,
    gold: Path | None = None,
) -> Iterator[Served]:
    """Serve a model until the test is over."""
    kept = None if gold is None else GoldFolder(gold)
    loaded, chosen, allowed = threading.Event(), model or TalkingModel(), access or Access()
    app = application(Pipeline(chosen, settings), limits or Limits(), allowed, lambda _error: loaded.set(), kept)
    config = uvicorn.Config(app, log_level="critical", access_log=False, ws="none", timeout_graceful_shutdown=0)
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as at:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[at])))
        thread.start()
        try:
            server.begun.wait()
            loaded.wait()
            yield Served(f"http://127.0.0.1:{at.getsockname()[1]}", chosen, allowed)
        finally:
            server.should_exit = True
            thread.join()


def png(colour: str = "white", size: tuple[int, int] = (8, 6)) -> bytes:
    """Return a picture of one colour."""
    data = io.BytesIO()
    PIL.Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


def data_url(data: bytes | None = None) -> str:
    """Return a picture as a data URL."""
    return f"data:image/png;base64,{base64.b64encode(png() if data is None else data).decode()}"


def content(text: str, *pictures: str) -> list[dict[str, Any]]:
    """Return the parts of a message."""
    return [
        {"type": "text", "text": text},
        *({"type": "image_url", "image_url": {"url": picture}} for picture in pictures),
    ]


def events(lines: Iterator[str]) -> list[tuple[str, Any]]:
    """Read server-sent events: the name and the data of each."""
    found, name = [], ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            found.append((name, json.loads(line.removeprefix("data: "))))
    return found
