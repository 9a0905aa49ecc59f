"""A request and how its reply is read -> what was read, or every reply that could not be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from nesy.analysis import Failure, Round
from nesy.errors import ReplyError
from nesy.loop.run import Hooks
from nesy.turns import Reply, Request, Usage, VisionLanguageModel

T = TypeVar("T")


@dataclass(frozen=True)
class Exchange(Generic[T]):
    """A reply that could be read, what was read, and the replies before it that could not."""

    reply: Reply
    parsed: T
    failures: tuple[Failure, ...]
    usage: Usage


@dataclass(frozen=True)
class Unreadable:
    """Every reply of a round, none of which could be read."""

    failures: tuple[Failure, ...]
    usage: Usage


def unreadable(last: Round, request: Request, found: Unreadable) -> Round:
    """Return the round in which no reply could be read: its scene is that of the round before."""
    return Round(
        index=request.round,
        kind=request.kind,
        prompt=found.failures[-1].prompt,
        reply=found.failures[-1].reply,
        readable=False,
        scene=last.scene,
        verdict=last.verdict,
        usage=found.usage,
        temperature=request.temperature,
        seed=request.seed,
        problems=found.failures[-1].problems,
        failures=found.failures,
        notes=request.notes,
        asked=request.claims,
    )


def exchange(
    model: VisionLanguageModel, request: Request, parse: Callable[[Reply], T], retries: int, hooks: Hooks
) -> Exchange[T] | Unreadable:
    """Ask, and ask again for the form alone, `retries` times at most, while a reply cannot be read.

    Raises:
        ModelError: the model cannot answer.
    """
    failures: list[Failure] = []
    usage = Usage()
    if hooks.round_started:
        hooks.round_started(request)
    for _ in range(1 + retries):
        complaint = "; ".join(failures[-1].problems[:3]) if failures else ""
        reply = model.reply(request.model_copy(update={"complaint": complaint}))
        usage += reply.usage
        try:
            return Exchange(reply, parse(reply), tuple(failures), usage)
        except ReplyError as error:
            failures.append(Failure(prompt=reply.prompt, reply=reply.text, problems=error.problems))
            if hooks.reply_rejected:
                hooks.reply_rejected(request, failures[-1])
    return Unreadable(tuple(failures), usage)
