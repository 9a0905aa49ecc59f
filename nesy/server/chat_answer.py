"""What is said to a chat completion -> the completion, whole or in chunks, as OpenAI's interface has it."""

import json
from dataclasses import dataclass
from typing import Any

from nesy.answering import Answered
from nesy.server.assistant import Said, Wanted
from nesy.server.chat_request import Asked, Form
from nesy.server.event_stream import Event
from nesy.turns import Usage


@dataclass(frozen=True)
class Completion:
    """An answer as it goes out."""

    id: str
    created: int
    """Seconds of Unix time."""
    model: str
    content: str
    account: dict[str, Any]
    usage: dict[str, Any]

    def whole(self) -> dict[str, Any]:
        """Return it as `chat.completion`; the account is in `nesy`."""
        message = {"role": "assistant", "content": self.content, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self.usage, "nesy": self.account}

    def last_chunks(self, *, with_usage: bool) -> list[dict[str, Any]]:
        """Return the chunks that hold the answer: its text, its end with the account, and its usage if wanted."""
        found = [
            self.chunk({"content": self.content}, with_usage=with_usage),
            {**self.chunk({}, "stop", with_usage=with_usage), "nesy": self.account},
        ]
        if with_usage:
            found.append({**self._head("chat.completion.chunk"), "choices": [], "usage": self.usage})
        return found

    def chunk(self, delta: dict[str, str], finish: str | None = None, *, with_usage: bool) -> dict[str, Any]:
        """Return one chunk."""
        return chunk(self.id, self.created, self.model, delta, finish, with_usage=with_usage)

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def chunk(
    id_: str, created: int, model: str, delta: dict[str, str], finish: str | None = None, *, with_usage: bool
) -> dict[str, Any]:
    """Return one `chat.completion.chunk`; where the usage comes last, all others have it as null."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    head = {"id": id_, "object": "chat.completion.chunk", "created": created, "model": model, "choices": [choice]}
    return {**head, **({"usage": None} if with_usage else {})}


def event_chunk(id_: str, created: int, model: str, event: Event, *, with_usage: bool) -> dict[str, Any]:
    """Return a chunk that adds no text and tells, in `nesy`, what happened."""
    told = chunk(id_, created, model, {}, with_usage=with_usage)
    return {**told, "nesy": {"event": event.name, event.name: event.data}}


def wanted_of(form: Form) -> Wanted | None:
    """Return what the form of a reply says is wanted; None where the text says it."""
    return {"nesy_scene": "description", "nesy_answer": "question"}.get(form)  # type: ignore[return-value]


def completion(asked: Asked, said: Said, id_: str, created: int, model: str) -> Completion:
    """Return the completion of what is said."""
    account = said.account()
    if asked.not_honoured:
        account["not_honoured"] = list(asked.not_honoured)
    return Completion(id_, created, model, _content(asked.form, said), account, usage_of(said.usage))


def usage_of(usage: Usage) -> dict[str, Any]:
    """Return what all turns together cost, by the names of OpenAI's interface."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.new_tokens,
        "total_tokens": usage.prompt_tokens + usage.new_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def _content(form: Form, said: Said) -> str:
    """Return the text of an answer, in the form that was asked for."""
    if form == "text":
        return said.text
    record = said.record
    if isinstance(record, Answered):
        return record.model_copy(update={"analysis": None}).to_json()
    if said.wanted == "description" and len(said.analyses) == 1:
        return said.analyses[0].scene.to_json()
    return json.dumps(record.model_dump(mode="json", by_alias=True, exclude_none=True), ensure_ascii=False)
