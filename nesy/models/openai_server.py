"""Request -> Reply by an OpenAI-compatible server (`http://HOST/v1#NAME`), such as vLLM."""

import base64
import io
import json
import math
import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from nesy.errors import InputError, ModelError
from nesy.http_client import NoAnswerError, send
from nesy.image import Image
from nesy.perception.grammar import reply_schema
from nesy.perception.prompt import render
from nesy.settings import PerceptionSettings
from nesy.turns import ModelInfo, Reply, Request, Token, Usage

_TIMEOUT_S = 600.0
_KEY = "NESY_API_KEY"
_MAX_BYTES = 16_000_000
_MOST_QUOTED = 300


class ServerModel:
    """A vision-language model behind the chat completions interface.

    The reply is asked for under a JSON schema; the parser reads it all the same when the server ignores the schema.
    A key for the server is taken from the environment variable NESY_API_KEY.
    """

    def __init__(self, spec: str, settings: PerceptionSettings | None = None) -> None:
        """Take `http://HOST/v1#NAME`; nothing is sent yet. InputError when the name is missing."""
        address = _address(spec)
        self._url = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}/chat/completions"
        self._name = address.fragment
        self._most = (settings or PerceptionSettings()).max_new_tokens
        self._picture: tuple[str, str] | None = None
        self.info = ModelInfo(id=f"{address.scheme}://{address.hostname}{address.path}#{address.fragment}")

    def reply(self, request: Request) -> Reply:
        """Ask the server; ModelError when it cannot be reached or does not answer as agreed."""
        started = time.perf_counter()
        words = render(request, "full")
        second = () if request.marked is None else (_written(request.marked),)
        answer = self._ask(
            {
                "model": self._name,
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image_url", "image_url": {"url": self._data_url(request.image)}},
                            *({"type": "image_url", "image_url": {"url": url}} for url in second),
                            {"type": "text", "text": words},
                        ],
                    }
                ],
                "temperature": request.temperature,
                **({"seed": request.sample} if request.temperature else {}),
                "max_tokens": self._most,
                "logprobs": True,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": request.kind, "strict": True, "schema": reply_schema(request)},
                },
            }
        )
        try:
            choice = answer["choices"][0]
            text = choice["message"]["content"]
        except (KeyError, IndexError, TypeError):
            raise ModelError(f"{self._url}: no choices[0].message.content in the answer") from None
        if not isinstance(text, str):
            raise ModelError(f"{self._url}: the answer holds no text")
        return Reply(
            text=text,
            prompt=words,
            tokens=_tokens(choice.get("logprobs"), text),
            usage=_usage(answer.get("usage"), time.perf_counter() - started),
        )

    def _data_url(self, image: Image) -> str:
        if self._picture is None or self._picture[0] != image.sha256:
            self._picture = image.sha256, _written(image)
        return self._picture[1]

    def _ask(self, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        key = os.environ.get(_KEY, "")
        if not (key.isascii() and key.isprintable()):
            raise ModelError(f"{_KEY} holds a sign that no header can hold", "set it to the key alone")
        if key:
            headers["Authorization"] = f"Bearer {key}"
        try:
            got = send(
                "POST", self._url, headers, json.dumps(body).encode(), timeout_s=_TIMEOUT_S, most_bytes=_MAX_BYTES
            )
        except NoAnswerError as error:
            raise ModelError(
                f"{self._url}: the server cannot be reached ({error})", "start it, or fix --model"
            ) from None
        if got.location:
            raise ModelError(
                f"{self._url}: HTTP {got.status}, moved to {_quoted(got.location, key)}",
                "give that address to --model, if you trust it",
            )
        if not 200 <= got.status < 300:
            detail = _quoted(got.data.decode("utf-8", "replace"), key)
            raise ModelError(f"{self._url}: HTTP {got.status} {detail}", f"is {self._name!r} served there?")
        try:
            answer = json.loads(got.data)
        except (ValueError, RecursionError):
            raise ModelError(f"{self._url}: the answer is no JSON") from None
        if not isinstance(answer, dict):
            raise ModelError(f"{self._url}: the answer is no JSON object")
        return answer


def _quoted(said: str, key: str) -> str:
    """Return what a server said on one line, without the key, which some repeat."""
    bare = said.replace(key, "***") if key else said
    return " ".join(bare[:_MOST_QUOTED].split())


def _written(image: Image) -> str:
    """Return a picture as a data URL."""
    data = io.BytesIO()
    image.pixels.save(data, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"


def _address(spec: str) -> SplitResult:
    wrong = InputError(f"{spec!r}: a server is given as http://HOST/v1#NAME, with the model's name after '#'")
    try:
        address = urlsplit(spec)
        usable = address.port != 0 and bool(address.hostname and address.fragment) and "@" not in address.netloc
    except ValueError:  # a port that is no number, a bracket that is not closed
        raise wrong from None
    if not usable:
        raise wrong
    return address


def _tokens(logprobs: Any, text: str) -> tuple[Token, ...]:
    """Return the tokens when the server gave them all and they join to the text; else none."""
    rows = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not isinstance(rows, list):
        return ()
    tokens = []
    for row in rows:
        piece, logprob = (row.get("token"), row.get("logprob")) if isinstance(row, dict) else (None, None)
        if not isinstance(piece, str) or not isinstance(logprob, (int, float)):
            return ()
        tokens.append(Token(text=piece, probability=math.exp(min(0.0, logprob))))
    while tokens and not text.endswith(tokens[-1].text):
        tokens.pop()  # the stop token is listed by some servers
    return tuple(tokens) if "".join(token.text for token in tokens) == text else ()


def _usage(given: Any, seconds: float) -> Usage:
    counts = given if isinstance(given, dict) else {}
    details = counts.get("prompt_tokens_details")
    return Usage(
        calls=1,
        prompt_tokens=_count(counts.get("prompt_tokens")),
        cached_tokens=_count(details.get("cached_tokens") if isinstance(details, dict) else 0),
        new_tokens=_count(counts.get("completion_tokens")),
        seconds=seconds,
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
