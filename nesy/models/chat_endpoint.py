"""The body of a chat completion -> the server's JSON: sent, asked again where that may help, and told if it fails."""

import base64
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote, quote_plus

from nesy.errors import ModelError
from nesy.http_client import Answer, Client, NoAnswerError
from nesy.models.retries import asked_pause_s, wait_s

KEY = "NESY_API_KEY"
"""The variable of the environment that holds the server's key."""
_MAX_BYTES = 16_000_000
_MOST_QUOTED = 300
_REFUSED = (400, 422)


class RefusedError(ModelError):
    """The server finds the request itself wrong (400, 422): a field that it does not know, or what it cannot do."""


class ChatEndpoint:
    """Where chat completions are asked for; several threads may ask at once, on connections that are kept.

    Args:
        place: the address before `/chat/completions`.
        name: of the model there.
        timeout_s: how long one answer may take.
        sleep: waits so many seconds before a further try.
    """

    def __init__(self, place: str, name: str, timeout_s: float, sleep: Callable[[float], object] = time.sleep) -> None:
        self.url = f"{place}/chat/completions"
        self._name = name
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._client = Client(place)
        self._reached = False

    def ask(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a body and return the JSON object that is answered.

        A server that is busy (429) or fails (5xx) is asked again, a few times; so is one that has answered before and
        can then not be reached, or drops the connection before it answers.

        Raises:
            RefusedError: it takes no such request.
            ModelError: it cannot be reached or does not answer as agreed.
        """
        key = os.environ.get(KEY, "")
        if not (key.isascii() and key.isprintable() and key == key.strip()):
            raise ModelError(f"{KEY} holds a sign that no header can hold", "set it to the key alone")
        got, tried = self._answered(json.dumps(body).encode(), key)
        if got.location:
            raise ModelError(
                f"{self.url}: HTTP {got.status}, moved to {_quoted(without_user(got.location), key)}",
                "give that address to --model, if you trust it",
            )
        if not 200 <= got.status < 300:
            times = f" in {tried} tries" if tried > 1 else ""
            detail = _quoted(got.data.decode("utf-8", "replace"), key)
            error = RefusedError if got.status in _REFUSED else ModelError
            raise error(f"{self.url}: HTTP {got.status}{times} {detail}".rstrip(), self._hint(got, key))
        if len(got.data) > _MAX_BYTES:
            raise ModelError(f"{self.url}: the answer has more than {_MAX_BYTES // 1_000_000} MB")
        try:
            answer = json.loads(got.data)
        except (ValueError, RecursionError):
            kind = f" but {_quoted(got.kind, key)}" if got.kind not in ("", "application/json") else ""
            hint = "is that the address of an OpenAI-compatible server? it often ends in /v1" if kind else ""
            raise ModelError(f"{self.url}: the answer is no JSON{kind}", hint) from None
        if not isinstance(answer, dict):
            raise ModelError(f"{self.url}: the answer is no JSON object")
        if "choices" not in answer and answer.get("error"):  # some tell of it under the status 200
            raise ModelError(f"{self.url}: the server failed: {_quoted(json.dumps(answer['error']), key)}")
        return answer

    def _answered(self, content: bytes, key: str) -> tuple[Answer, int]:
        """Return the last answer, whatever its status, and how often the request was sent."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        limits = {"timeout_s": self._timeout_s, "within_s": self._timeout_s}
        for tried in count(1):
            got = None
            try:
                got = self._client.send("POST", self.url, headers, content, **limits, most_bytes=_MAX_BYTES)
            except NoAnswerError as error:
                # A server that nobody has reached yet is more likely named wrongly than about to come back.
                pause = wait_s(None, "", tried) if error.kind == "lost" and self._reached else None
                if pause is None:
                    raise self._unanswered(error, key) from None
            else:
                self._reached = True
                pause = wait_s(got.status, got.retry_after, tried)
                if pause is None:
                    break
            self._sleep(pause)
        assert got is not None, "the loop ends by an answer or an error"
        return got, tried

    def _unanswered(self, error: NoAnswerError, key: str) -> ModelError:
        if error.kind == "late":
            return ModelError(
                f"{self.url}: no answer within {self._timeout_s:g} s ({_quoted(str(error), key)})",
                "give it longer with --timeout (perception.timeout_s)",
            )
        told = _quoted(str(error), key)
        if error.kind == "bad":
            return ModelError(f"{self.url}: no answer that can be read ({told})", "does a server answer there?")
        return ModelError(f"{self.url}: the server cannot be reached ({told})", "start it, or fix --model")

    def _hint(self, got: Answer, key: str) -> str:
        """Say what mends an error, by its status."""
        match got.status:
            case 401 | 403:
                return f"check the key in {KEY}" if key else f"put the server's key into {KEY}"
            case 404:
                return f"is {self._name!r} served there, and is the path right? it often ends in /v1"
            case 429:
                asked = asked_pause_s(got.retry_after)
                later = "later" if asked is None else f"in {asked:.0f} s"
                return f"the server takes no more requests at this rate: try again {later}, or ask for less at a time"
            case status if status >= 500:
                return "the server itself failed: its log says why"
        return (
            f"is {self._name!r} served there, and does it take images? perception.constrain, .top_logprobs and "
            ".image_uuids say what it is asked for beside"
        )


def without_user(address: str) -> str:
    """Return an address without the user and password that may stand before its host."""
    return re.sub(r"//[^/#]*@", "//***@", address)


def _quoted(said: str, key: str) -> str:
    """Return what a server said on one line, without the key, which some repeat, as it is or written otherwise."""
    bare = said
    if key:
        coded = base64.b64encode(key.encode()).decode()
        ways = {key, json.dumps(key)[1:-1], key.replace("/", "\\/"), quote(key, safe=""), quote_plus(key), coded}
        bare = re.sub("|".join(map(re.escape, sorted(ways, key=len, reverse=True))), "***", said, flags=re.IGNORECASE)
    return " ".join(bare[:_MOST_QUOTED].split())
