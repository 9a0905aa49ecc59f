"""SPARQL query -> the same query in small groups of patterns, which pyoxigraph plans faster.

Its planner tries orders of all the patterns of a group, in time that grows with the cube of their number; for the
rules that is most of what a check costs. `{ SELECT * WHERE { some of them } }` means the same as the patterns alone,
and is planned by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nesy.checking.query_text import Token

_FEW = 8
"""A group of so many patterns is left as it is."""
_AT_ONCE = 5
_CLOSING = {"(": ")", "{": "}", "[": "]"}
_STARTS = frozenset({"FILTER", "BIND", "OPTIONAL", "{"})


@dataclass
class _Chunk:
    """Neighbouring statements that share a variable: where they stand, how many patterns, which variables."""

    start: int
    end: int
    patterns: int
    variables: set[str] = field(default_factory=set)


def split(text: str, query: Sequence[Token]) -> str:
    """Return the query with the patterns of its outermost group in small groups; as it is, where that is not sure."""
    opening = next((position for position, token in enumerate(query) if token.text == "{"), None)
    if opening is None or any(token.kind == "blank" or token.text == "[" for token in query):
        return text  # a blank node is known within one group of patterns only
    chunks = _chunks(text, query, opening)
    if chunks is None or sum(chunk.patterns for chunk in chunks) <= _FEW:
        return text
    for chunk in reversed(chunks[1:]):
        inside = text[chunk.start : chunk.end]
        text = f"{text[: chunk.start]}{{ SELECT * WHERE {{ {inside} }} }}\n{text[chunk.end :]}"
    return text


def _chunks(text: str, query: Sequence[Token], opening: int) -> list[_Chunk] | None:
    """Return the statements of the outermost group, joined to chunks; None where something else stands there."""
    closing = _match(query, opening)
    position, chunks, fresh = opening + 1, list[_Chunk](), True
    while position < closing:
        token = query[position]
        if token.kind == "word" and token.text not in _STARTS and token.text not in ("TRUE", "FALSE"):
            return None
        if token.text in _STARTS:
            after = _element(query, position)
            if after is None:
                return None
            if token.text == "{" and _is_plain(query, position, after):
                inner = query[position:after]
                count = _patterns(inner)
                chunks.append(_Chunk(token.start, _end(text, query, after), count, _variables(inner)))
            position, fresh = after, True
            continue
        after = _statement(query, position, closing)
        words = query[position:after]
        found = _Chunk(token.start, _end(text, query, after), _patterns(words), _variables(words))
        last = chunks[-1] if chunks and not fresh else None
        if last and last.variables & found.variables and last.patterns + found.patterns <= _AT_ONCE:
            last.end, last.patterns = found.end, last.patterns + found.patterns
            last.variables |= found.variables
        else:
            chunks.append(found)
        position, fresh = after, False
    return chunks


def _element(query: Sequence[Token], position: int) -> int | None:
    """Return what follows a FILTER, BIND, OPTIONAL or group."""
    while query[position].text not in ("(", "{"):
        position += 1
        if position == len(query):
            return None
    after = _match(query, position) + 1
    if query[after].text == "UNION":
        return None
    return after + 1 if query[after].text == "." else after


def _is_plain(query: Sequence[Token], start: int, after: int) -> bool:
    """Tell whether a group holds patterns and filters: a query that is nested has its own barrier already."""
    return query[start + 1].text != "SELECT" and after - start > 2


def _statement(query: Sequence[Token], position: int, closing: int) -> int:
    """Return what follows the statement that begins here: a full stop ends it, or the start of something else."""
    while position < closing and query[position].text not in _STARTS:
        if query[position].text == ".":
            return position + 1
        position = _match(query, position) + 1 if query[position].text == "(" else position + 1
    return position


def _match(query: Sequence[Token], position: int) -> int:
    """Return where the bracket that opens here is closed."""
    opening, depth = query[position].text, 0
    for place in range(position, len(query)):
        depth += {opening: 1, _CLOSING[opening]: -1}.get(query[place].text, 0)
        if depth == 0:
            return place
    raise ValueError(f"{opening} is not closed")


def _end(text: str, query: Sequence[Token], after: int) -> int:
    return query[after].start if after < len(query) else len(text)


def _patterns(words: Sequence[Token]) -> int:
    """Return how many patterns there are, or a few more."""
    return sum(word.text in (".", ";", ",") for word in words) + (words[-1].text != ".")


def _variables(words: Sequence[Token]) -> set[str]:
    return {word.text for word in words if word.kind == "variable"}
