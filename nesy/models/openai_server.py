"""Request -> Reply by an OpenAI-compatible server (`http://HOST/v1#NAME`), such as vLLM."""

import base64
import io
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import SplitResult, quote, quote_plus, urlsplit

from nesy.errors import InputError, ModelError
from nesy.http_client import Answer, NoAnswerError, send
from nesy.image import Image
from nesy.models.completion import read_completion
from nesy.models.retries import asked_pause_s, wait_s
from nesy.perception.grammar import reply_schema
from nesy.perception.profile import profile_named, read_profile
from nesy.perception.prompt import render
from nesy.settings import PerceptionSettings
from nesy.turns import ModelInfo, Reply, Request

_TIMEOUT_S = 600.0
_KEY = "NESY_API_KEY"
_MAX_BYTES = 16_000_000
_MOST_QUOTED = 300


class ServerModel:
    """A vision-language model behind the chat completions interface.

    The reply is asked for under a JSON schema; the parser reads it all the same when the server ignores the schema.
    A key for the server is taken from the environment variable NESY_API_KEY; it goes to the named host alone and stands
    in no error and no record. A server that is busy (429) or fails (5xx) is asked again, a few times.
    """

    def __init__(
        self, spec: str, settings: PerceptionSettings | None = None, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        """Take `http://HOST/v1#NAME`; nothing is sent yet.

        Args:
            spec: the address with the model's name, which tells its profile where the settings name none.
            settings: the length of a reply, and the profile.
            sleep: waits so many seconds before a further try.

        Raises:
            InputError: the name is missing, the address holds a user, a password or a query, or there is no such
                profile.
        """
        address = _address(spec)
        place = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}"
        self._url = f"{place}/chat/completions"
        self._name = address.fragment
        asked = settings or PerceptionSettings()
        self._most = asked.max_new_tokens
        self._profile = profile_named(address.fragment) if asked.profile is None else read_profile(asked.profile)
        self._sleep = sleep
        self._picture: tuple[str, str] | None = None
        self.info = ModelInfo(id=f"{place}#{address.fragment}", profile=self._profile.name)

    @property
    def gives_boxes(self) -> bool:
        """Whether it can be asked where things are."""
        return self._profile.scale is not None

    def reply(self, request: Request) -> Reply:
        """Ask the server; ModelError when it cannot be reached or does not answer as agreed."""
        started = time.perf_counter()
        boxes = self._profile.form(*request.image.size_px)
        words = render(request, "full", boxes)
        schema = reply_schema(request, boxes)
        second = () if request.marked is None else (_written(request.marked),)
        form = {"name": request.kind, "strict": True, "schema": schema}
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
                **({} if schema is None else {"response_format": {"type": "json_schema", "json_schema": form}}),
            }
        )
        reply = read_completion(answer, self._url, words, time.perf_counter() - started)
        return reply if boxes is None else reply.model_copy(update={"boxes": boxes})

    def _data_url(self, image: Image) -> str:
        if self._picture is None or self._picture[0] != image.sha256:
            self._picture = image.sha256, _written(image)
        return self._picture[1]

    def _ask(self, body: Mapping[str, Any]) -> dict[str, Any]:
        key = os.environ.get(_KEY, "")
        if not (key.isascii() and key.isprintable() and key == key.strip()):
            raise ModelError(f"{_KEY} holds a sign that no header can hold", "set it to the key alone")
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        content = json.dumps(body).encode()
        for tried in count(1):
            try:
                got = send("POST", self._url, headers, content, timeout_s=_TIMEOUT_S, most_bytes=_MAX_BYTES)
            except NoAnswerError as error:
                raise ModelError(
                    f"{self._url}: the server cannot be reached ({_quoted(str(error), key)})",
                    "start it, or fix --model",
                ) from None
            pause = wait_s(got.status, got.retry_after, tried)
            if pause is None:
                break
            self._sleep(pause)
        if got.location:
            raise ModelError(
                f"{self._url}: HTTP {got.status}, moved to {_quoted(_without_user(got.location), key)}",
                "give that address to --model, if you trust it",
            )
        if not 200 <= got.status < 300:
            times = f" in {tried} tries" if tried > 1 else ""
            detail = _quoted(got.data.decode("utf-8", "replace"), key)
            raise ModelError(f"{self._url}: HTTP {got.status}{times} {detail}".rstrip(), self._hint(got, key))
        if len(got.data) > _MAX_BYTES:
            raise ModelError(f"{self._url}: the answer has more than {_MAX_BYTES // 1_000_000} MB")
        try:
            answer = json.loads(got.data)
        except (ValueError, RecursionError):
            raise ModelError(f"{self._url}: the answer is no JSON") from None
        if not isinstance(answer, dict):
            raise ModelError(f"{self._url}: the answer is no JSON object")
        return answer

    def _hint(self, got: Answer, key: str) -> str:
        """Say what mends an error, by its status."""
        match got.status:
            case 401 | 403:
                return f"check the key in {_KEY}" if key else f"put the server's key into {_KEY}"
            case 404:
                return f"is {self._name!r} served there, and is the path right? it often ends in /v1"
            case 429:
                asked = asked_pause_s(got.retry_after)
                later = "later" if asked is None else f"in {asked:.0f} s"
                return f"the server takes no more requests at this rate: try again {later}, or ask for less at a time"
            case status if status >= 500:
                return "the server itself failed: its log says why"
        return f"is {self._name!r} served there, and does it take images?"


def _quoted(said: str, key: str) -> str:
    """Return what a server said on one line, without the key, which some repeat, as it is or written otherwise."""
    bare = said
    if key:
        coded = base64.b64encode(key.encode()).decode()
        ways = {key, json.dumps(key)[1:-1], key.replace("/", "\\/"), quote(key, safe=""), quote_plus(key), coded}
        bare = re.sub("|".join(map(re.escape, sorted(ways, key=len, reverse=True))), "***", said, flags=re.IGNORECASE)
    return " ".join(bare[:_MOST_QUOTED].split())


def _written(image: Image) -> str:
    """Return a picture as a data URL."""
    data = io.BytesIO()
    image.pixels.save(data, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"


def _without_user(address: str) -> str:
    """Return an address without the user and password that may stand before its host."""
    return re.sub(r"//[^/#]*@", "//***@", address)


def _address(spec: str) -> SplitResult:
    told = re.sub(r"\?[^#]*", "?***", _without_user(spec))
    wrong = InputError(f"{told!r}: a server is given as http://HOST/v1#NAME, with the model's name after '#'")
    try:
        address = urlsplit(spec)
        usable = address.port != 0 and bool(address.hostname and address.fragment)
    except ValueError:  # a port that is no number, a bracket that is not closed
        raise wrong from None
    if "@" in address.netloc or "?" in spec.partition("#")[0]:
        raise InputError(
            f"{told!r}: a server is given as http://HOST/v1#NAME, without user, password and query; "
            f"its key goes into {_KEY}"
        )
    if not usable:
        raise wrong
    return address
