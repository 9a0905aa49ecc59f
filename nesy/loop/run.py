"""A first round and the parts of a loop -> all rounds, and why it ended.

The idea in five lines. The model describes the image (round 0) and the rules check what it says. What it says with
little belief is looked at alone (`verify`); what the rules object to is asked about (`correct`): only the claims in
conflict, each with the few answers that could be right. An answer is taken if less speaks against the scene with it
than without (`nesy.loop.potential`), so every step mends something and the loop ends. Of all rounds the best is kept,
and what still breaks a rule there is repaired (`nesy.loop.conclusion`).

`Parts` are the decisions; `nesy.loop.policy` makes them as the settings have them, and an experiment changes one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nesy.analysis import Analysis, Evidence, Failure, Round, StopReason
from nesy.turns import Request

Rounds = Sequence[Round]
"""The rounds so far, at least one, in order."""
Answers = Mapping[int, str]
"""What the model answered about numbered claims."""
Accept = Callable[[Rounds, Request, Answers, Sequence[Evidence]], Answers]
"""Which of the answers are taken, given what looks at the claims gave in this round; the other claims are kept."""


@dataclass(frozen=True)
class Parts:
    """The decisions of a loop, each a function without memory; to change one is to have another loop."""

    ask: Callable[[Rounds], Request | None]
    """What to ask next; None when there is nothing to ask."""
    take: Callable[[Rounds, Request, Accept], Round]
    """Sends a request and takes of the answer what is accepted: the round that follows."""
    accept: Accept
    stop: Callable[[Rounds], StopReason | None]
    """Why the loop ends after these rounds, or None to go on."""
    keep: Callable[[Rounds], Round]
    """Whose scene is the result: one of the rounds, or one that is made of them (and then joins them)."""
    repair: bool = True
    """Whether what is still inconsistent is repaired."""


@dataclass(frozen=True)
class Hooks:
    """What is called while a loop runs, for whoever watches it; what they return is not looked at."""

    round_started: Callable[[Request], object] | None = None
    """Before a request is sent; not again for its format-only retries, nor for the looks at the claims it is about."""
    reply_rejected: Callable[[Request, Failure], object] | None = None
    """When a reply could not be read."""
    round_finished: Callable[[Round], object] | None = None
    """When a round's answer is in the scene and checked."""
    finished: Callable[[Analysis], object] | None = None
    """When all is on record."""


def run(first: Round, parts: Parts, hooks: Hooks | None = None) -> tuple[tuple[Round, ...], StopReason]:
    """Go on from a first round until a part says stop or has nothing to ask; return all rounds, and why it ended."""
    rounds: tuple[Round, ...] = (first,)
    while (stop := parts.stop(rounds)) is None:
        request = parts.ask(rounds)
        if request is None:
            return rounds, "nothing_to_ask"
        # Of the shipped loop these parts are functions of `nesy.loop.policy`.
        rounds = (*rounds, parts.take(rounds, request, parts.accept))
        if hooks and hooks.round_finished:
            hooks.round_finished(rounds[-1])
    return rounds, stop
