"""Words of an answer -> the times that it names, in seconds from the beginning of a clip."""

import re
from itertools import pairwise

_CARDINALS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: float(number) for number, word in enumerate(_CARDINALS.split())}
_NUMBER = rf"(?:\d+:\d\d(?:\.\d+)?|\d+(?:\.\d+)?|\b(?:{'|'.join(_NUMBERS)})\b)"
_UNIT = r"(?:\s*(?:s|secs?|seconds?)\b)?"
_EDGE = r"(?:the )?(?:very )?(?:start|beginning|end)(?: of the \w+)?"
_TIME = rf"(?:{_NUMBER}{_UNIT}|{_EDGE})"
_AT = r"(?:(?:second|t\s*=)\s*)?"
_RANGE = re.compile(
    rf"(?:from |between )?{_AT}(?P<start>{_TIME})\s*(?:to|until|till|and|through|-|–|—)\s*{_AT}(?P<end>{_TIME})",
    re.IGNORECASE,
)
_SINCE = re.compile(
    rf"\b(?:after|since|from)\s+(?:about |around )?{_AT}(?P<start>{_TIME})(?: on(?:wards)?)?", re.IGNORECASE
)
_UNTIL = re.compile(rf"\b(?:until|till|before|up to)\s+(?:about |around )?{_AT}(?P<end>{_TIME})", re.IGNORECASE)
_ONE = re.compile(_TIME, re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:whole|entire|throughout|always|all (?:the time|along|of it))\b", re.IGNORECASE)
_NEVER = re.compile(
    r"^\W*(?:never|not at all|at no (?:time|point)|no\b|none\b|it does not|(?:he|she|it) (?:does|is) not)", re.I
)

Span = tuple[float, float]


def says_never(text: str) -> bool:
    """Tell whether an answer says that something is so at no time.

    >>> says_never("Never."), says_never("never before 3 s"), says_never("at 3 s")
    (True, False, False)
    """
    return bool(_NEVER.match(text)) and not _ONE.search(_NEVER.sub("", text))


def said_spans(text: str, duration_s: float) -> tuple[Span, ...]:
    """Return the spans of time that an answer names, in its order; a moment is a span without length.

    >>> said_spans("from 2 s to 4.5 s, and again at 0:06", 8.0)
    ((2.0, 4.5), (6.0, 6.0))
    >>> said_spans("from the beginning until three seconds", 8.0), said_spans("the whole clip", 8.0)
    (((0.0, 3.0),), ((0.0, 8.0),))

    Args:
        text: of the answer.
        duration_s: of the clip, its end.
    """
    found: list[tuple[int, Span]] = []
    left = text[:300]
    for pattern in (_RANGE, _SINCE, _UNTIL, _ONE):
        for match in list(pattern.finditer(left)):
            groups = match.groupdict()
            start = _seconds(groups["start"], duration_s) if "start" in groups else 0.0
            end = _seconds(groups["end"], duration_s) if "end" in groups else duration_s
            if pattern is _ONE:
                start = end = _seconds(match[0], duration_s)
            found.append((match.start(), (min(start, end), max(start, end))))
            left = left[: match.start()] + "#" * len(match[0]) + left[match.end() :]
    if not found and _WHOLE.search(text):
        return ((0.0, duration_s),)
    return tuple(span for _, span in sorted(found))


def _seconds(words: str, duration_s: float) -> float:
    low = words.lower()
    if "end" in low.split():
        return duration_s
    if re.search(r"\b(?:start|beginning)\b", low):
        return 0.0
    number = re.search(_NUMBER, low)
    assert number is not None, "a time has a number, or is an end of the clip"
    if ":" in number[0]:
        minutes, seconds = number[0].split(":")
        return 60 * float(minutes) + float(seconds)
    return _NUMBERS[number[0]] if number[0] in _NUMBERS else float(number[0])


def shared(ours: tuple[Span, ...], theirs: tuple[Span, ...]) -> float:
    """Return how much of the time that either names both name, in [0, 1] (intersection over union).

    >>> shared(((0.0, 4.0),), ((2.0, 4.0), (5.0, 7.0)))
    0.333333
    """
    edges = sorted({edge for span in (*ours, *theirs) for edge in span})
    both = either = 0.0
    for start, end in pairwise(edges):
        inside = [any(a <= start and end <= b for a, b in spans) for spans in (ours, theirs)]
        both += (end - start) * all(inside)
        either += (end - start) * any(inside)
    return round(both / either, 6) if either else float(ours == theirs)
