"""What a request is answered in place of a result: a status, and the reason in the shape of OpenAI's interface."""

import json
from collections.abc import Mapping
from typing import Any

from nesy.errors import InputError, NesyError, ReplyError

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    502: "model_error",
    503: "server_error",
    504: "timeout_error",
}


class Refusal(Exception):
    """A request that gets no result.

    Args:
        status: of HTTP.
        message: why, in one line; it names nothing of the server's machine.
        code: the reason as one word.
        param: the field of the body that is wrong, if it is one.
        headers: that the answer has.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """`{"error": {"message", "type", "param", "code"}}`."""
        kind = _TYPES.get(self.status, "invalid_request_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    @property
    def data(self) -> bytes:
        """`body` as JSON."""
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8", "replace")


INTERNAL = Refusal(500, "the server failed; its log says why", "internal_error")
ENDING = Refusal(503, "the request was given up: the server is about to end", "stopped")


def refusal_of(error: NesyError) -> Refusal:
    """Return what an error of nesy is told as: what is wrong with the request in full, of the server's side nothing."""
    match error:
        case InputError():
            return Refusal(400, str(error), "invalid_input")
        case ReplyError():
            return Refusal(502, "the model gave no reply that could be read, format-only retries included", "no_reply")
        case _:
            return Refusal(502, "the model or the knowledge of the server failed; its log says why", "model_failed")
