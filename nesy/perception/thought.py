"""Where the thoughts end that some models write down before their answer."""

import re

_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)


def after_thought(text: str) -> int:
    """Return where a reply goes on behind the thoughts that a model wrote down first; 0 where there are none.

    >>> "<think>A cup?</think>A bowl."[after_thought("<think>A cup?</think>A bowl."):]
    'A bowl.'
    """
    return max((match.end() for match in _THOUGHT.finditer(text)), default=0)
