"""JSON -> a model of pydantic; what is wrong with it in one line, with the source and the field."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from nesy.encoding import decoded
from nesy.errors import InputError

Model = TypeVar("Model", bound=BaseModel)


def read_json(kind: type[Model], text: str | bytes, source: str, *, written_by_hand: bool = False) -> Model:
    """Read JSON as a `kind`.

    Args:
        kind: what it is read as.
        text: JSON.
        source: the file, for messages.
        written_by_hand: whether a key that an object has twice is looked for; JSON's readers keep the last in silence.

    Raises:
        InputError: it is no text, no JSON or no `kind`; names `source`, the field and what is wrong with it.
    """
    if isinstance(text, bytes):
        text = decoded(text, source)
    try:
        read = kind.model_validate_json(text)
    except ValidationError as error:
        raise InputError(f"{source}: {one_line(error)}") from None
    if written_by_hand:
        try:
            json.loads(text, object_pairs_hook=_with_every_key_once)
        except _KeyTwiceError as twice:
            raise InputError(
                f"{source}: the key {twice.key!r} stands twice in one object; one of them is meant"
            ) from None
    return read


class _KeyTwiceError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _with_every_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _KeyTwiceError(next(key for key in keys if keys.count(key) > 1))
    return found


def one_line(error: ValidationError) -> str:
    """Say in one line what pydantic found wrong: each field with its message, at most five of them."""
    problems = []
    for item in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = "unknown key"
        shown = repr(item["input"])
        untold = item["type"] in ("missing", "extra_forbidden", "json_invalid") or len(shown) > 60
        got = "" if untold else f", got {shown}"
        problems.append(f"{where}: {message}{got}" if where else message)
    more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
    return "; ".join(problems[:5]) + more
