"""The JSON of a chat completion -> Reply; whatever types a server gives, never an error but ModelError."""

import math
from typing import Any

from nesy.errors import ModelError
from nesy.turns import Reply, Token, Usage

CUT_OFF = "the server cut the reply off at the longest that was asked for"

_ROUNDING = 1e-3
_LEAST = -1000.0
"""Of a logarithm: what is less is 0 all the same, and may be too long a number for a float."""
_MOST_COUNT = 2**53


def read_completion(answer: dict[str, Any], source: str, prompt: str, seconds: float) -> Reply:
    """Read the first choice of an answer.

    Args:
        answer: the server's JSON.
        source: its address, for messages.
        prompt: what it was asked.
        seconds: how long it took.

    Raises:
        ModelError: it holds no text; where the model refused, that is told.
    """
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        text = _text(message["content"])
    except (KeyError, IndexError, TypeError):
        raise ModelError(f"{source}: no choices[0].message.content in the answer") from None
    if text is None:
        refusal = message.get("refusal")
        said = f" (the model refused: {' '.join(refusal.split())[:200]})" if isinstance(refusal, str) else ""
        raise ModelError(f"{source}: the answer holds no text{said}")
    tokens, problems = _tokens(choice.get("logprobs"), text)
    if choice.get("finish_reason") == "length":
        problems = (*problems, CUT_OFF)
    return Reply(text=text, prompt=prompt, tokens=tokens, usage=_usage(answer.get("usage"), seconds), problems=problems)


def alternatives(answer: dict[str, Any]) -> tuple[dict[str, float], ...]:
    """Return for each token of the first choice what could have stood there: text -> chance.

    The token itself is among them. Empty where the server tells of none.
    """
    try:
        rows = answer["choices"][0]["logprobs"]["content"]
        return tuple(_likeliest(row) for row in rows)
    except (KeyError, IndexError, TypeError):
        return ()


def _likeliest(row: dict[str, Any]) -> dict[str, float]:
    others = row.get("top_logprobs")
    found = {}
    for one in (row, *(others if isinstance(others, list) else ())):
        piece, share = one["token"], _probability(one.get("logprob"))
        if isinstance(piece, str) and share is not None:
            found[_encodable(piece)] = share
    return found


def _text(content: Any) -> str | None:
    """Return a message's text, or that of its parts put together; None where there is none."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        content = "".join(part for part in parts if isinstance(part, str)) if parts else None
    return _encodable(content) if isinstance(content, str) else None


def _encodable(text: str) -> str:
    """Return text in which halves of surrogate pairs, which JSON can name and no file can hold, are replaced."""
    return text.encode("utf-8", "replace").decode()


def _tokens(logprobs: Any, text: str) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """Return the tokens when the server gave them all and they join to the text, else none; and what is amiss."""
    rows = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not rows:
        return (), ()
    unfit = ("the server's tokens do not join to its text; confidences are left out",)
    if not isinstance(rows, list):
        return (), unfit
    tokens = []
    for row in rows:
        piece = row.get("token") if isinstance(row, dict) else None
        if not isinstance(piece, str):
            return (), unfit
        tokens.append(Token(text=_encodable(piece), probability=_probability(row.get("logprob"))))
    while tokens and not text.endswith(tokens[-1].text):
        tokens.pop()  # the stop token is listed by some servers
    return (tuple(tokens), ()) if tokens and "".join(token.text for token in tokens) == text else ((), unfit)


def _probability(logprob: Any) -> float | None:
    """Return exp(logprob); None where that is no probability: no finite number, or above 1 by more than rounding."""
    if isinstance(logprob, bool) or not isinstance(logprob, (int, float)) or not logprob <= _ROUNDING:
        return None
    return math.exp(max(_LEAST, min(0.0, logprob))) if logprob > -math.inf else None


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
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_COUNT else 0
