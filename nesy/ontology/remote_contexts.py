"""JSON-LD -> the addresses of contexts that would have to be fetched; whoever finds one refuses the file."""

from collections.abc import Iterator
from typing import Any


def remote_contexts(value: Any) -> Iterator[str]:
    """Yield the addresses of the contexts that a value of JSON-LD does not write out.

    >>> list(remote_contexts({"@context": ["https://example.org/c", {"name": "https://example.org/name"}]}))
    ['https://example.org/c']
    """
    if isinstance(value, list):
        for one in value:
            yield from remote_contexts(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "@context":
                yield from (one for one in (inner if isinstance(inner, list) else [inner]) if isinstance(one, str))
            elif key == "@import" and isinstance(inner, str):
                yield inner
            yield from remote_contexts(inner)
