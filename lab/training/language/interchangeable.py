"""Two words in, whether one can stand for the other in a caption's graph out."""

_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen")
NUMBERS = {word: str(number) for number, word in enumerate((*_COUNTED, *_TEENS), 1)} | {"twenty": "20", "thirty": "30"}
"""Counts are written in digits."""


def close(a: str, b: str) -> bool:
    """Tell whether two words of four letters or more differ by one slip: a letter more, less, other, or two swapped.

    >>> close("graffitti", "graffiti"), close("cat", "cut"), close("frsbee", "frisbee")
    (True, False, True)
    """
    if min(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1 or a[0] != b[0]:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        return rest_a[1:] == rest_b[1:] or (rest_a[2:] == rest_b[2:] and rest_a[:2] == rest_b[:2][::-1])
    return rest_a[1:] == rest_b or rest_a == rest_b[1:]
